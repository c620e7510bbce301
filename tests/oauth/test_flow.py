"""The sans-IO login: what goes into the address, and which answers count."""

import base64
import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oauth.conftest import REDIRECT, make_metadata
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.token import Secret
from tuimail.oauth.flow import AuthorizationRequest, GotCode, LoginFlow, Refused, Stray, accept_redirect
from tuimail.oauth.metadata import Metadata

MakeFlow = Callable[..., LoginFlow]


def answer(request: AuthorizationRequest, **parameters: str) -> str:
    return urlencode({"state": request.state.reveal(), **parameters})


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, strict_parsing=True)


def a_request() -> AuthorizationRequest:
    return AuthorizationRequest(
        url="https://login.example.test/authorize",
        redirect_uri=REDIRECT,
        scopes=("mail.read",),
        state=Secret("the-state"),
        verifier=Secret("v" * 64),
        nonce=Secret("n"),
    )


def test_address_carries_pkce_with_s256_and_never_the_verifier(make_flow: MakeFlow, metadata: Metadata) -> None:
    request = make_flow(metadata).begin(REDIRECT)

    query = query_of(request.url)
    digest = hashlib.sha256(request.verifier.reveal().encode()).digest()
    assert query["code_challenge_method"] == ["S256"]
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert request.verifier.reveal() not in request.url


def test_address_carries_what_the_provider_needs_and_each_parameter_once(
    make_flow: MakeFlow, metadata: Metadata
) -> None:
    flow = make_flow(metadata, extra=(("prompt", "consent"),), login_hint="alice@example.test")

    request = flow.begin(REDIRECT)

    query = query_of(request.url)
    assert query["response_type"] == ["code"]
    assert query["client_id"] == ["client-1"]
    assert query["redirect_uri"] == [REDIRECT]
    assert query["scope"] == ["openid mail.read"]
    assert query["state"] == [request.state.reveal()]
    assert query["nonce"] == [request.nonce.reveal()]
    assert query["prompt"] == ["consent"]
    assert query["login_hint"] == ["alice@example.test"]


def test_nonce_is_sent_only_where_an_id_token_is_asked_for(make_flow: MakeFlow, metadata: Metadata) -> None:
    request = make_flow(metadata, scopes=("mail.read",)).begin(REDIRECT)

    assert "nonce" not in query_of(request.url)


def test_query_of_the_authorization_endpoint_is_kept(make_flow: MakeFlow) -> None:
    metadata = make_metadata(path="/authorize?tenant=work")

    request = make_flow(metadata).begin(REDIRECT)

    assert query_of(request.url)["tenant"] == ["work"]


def test_verifiers_are_long_unreserved_and_all_different(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)

    verifiers = {flow.begin(REDIRECT).verifier.reveal() for _ in range(1000)}

    assert len(verifiers) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in verifiers)


def test_state_holds_256_random_bits(metadata: Metadata) -> None:
    sizes = []

    def random(size: int) -> str:
        sizes.append(size)
        return secrets.token_urlsafe(size)

    LoginFlow(metadata=metadata, client_id="c", scopes=("mail.read",), random=random).begin(REDIRECT)

    assert min(sizes) >= 32


@pytest.mark.parametrize("name", ["state", "redirect_uri", "scope", "code_challenge", "code_challenge_method", "nonce"])
def test_profile_cannot_set_our_own_parameters(make_flow: MakeFlow, metadata: Metadata, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_flow(metadata, extra=((name, "mine"),))

    assert caught.value.kind is ErrorKind.BAD_PROFILE
    assert name in caught.value.summary


def test_code_with_the_right_state_is_taken(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    request = flow.begin(REDIRECT)

    outcome = flow.accept_redirect(request, answer(request, code="abc"))

    assert outcome == GotCode(code=Secret("abc"))


def test_answer_is_taken_only_once(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    request = flow.begin(REDIRECT)
    flow.accept_redirect(request, answer(request, code="abc"))

    again = flow.accept_redirect(request, answer(request, code="abc"))

    assert isinstance(again, Stray)


def test_answer_to_an_earlier_attempt_is_not_taken(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    first = flow.begin(REDIRECT)
    second = flow.begin(REDIRECT)

    outcome = flow.accept_redirect(second, answer(first, code="abc"))

    assert isinstance(outcome, Stray)
    assert outcome.problem.kind is ErrorKind.WRONG_STATE


def test_of_many_threads_with_the_answer_one_gets_the_code(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    request = flow.begin(REDIRECT)
    start = threading.Barrier(8)
    outcomes = []

    def take() -> None:
        start.wait()
        outcomes.append(flow.accept_redirect(request, answer(request, code="abc")))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(outcome, GotCode) for outcome in outcomes) == 1


@pytest.mark.parametrize("query", ["code=abc&state=wrong", "error=access_denied&state=wrong", "code=abc&state="])
def test_wrong_state_is_a_stray_with_a_sentence_of_its_own(query: str) -> None:
    outcome = accept_redirect(a_request(), make_metadata(), query)

    assert isinstance(outcome, Stray)
    assert outcome.problem.kind is ErrorKind.WRONG_STATE
    assert "another sign-in" in outcome.why


@pytest.mark.parametrize("query", ["", "code=abc", "error=access_denied", "hello world", "&&&", "=", "code=abc&state"])
def test_answer_without_state_changes_nothing(query: str) -> None:
    assert isinstance(accept_redirect(a_request(), make_metadata(), query), Stray)


def test_two_states_one_of_them_wrong_are_a_stray() -> None:
    assert isinstance(accept_redirect(a_request(), make_metadata(), "code=a&state=the-state&state=x"), Stray)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("code=a&code=b&state=the-state", ErrorKind.BAD_REDIRECT),
        ("code=a&state=the-state&state=the-state", ErrorKind.BAD_REDIRECT),
        ("code=a&error=access_denied&state=the-state", ErrorKind.BAD_REDIRECT),
        ("state=the-state", ErrorKind.BAD_REDIRECT),
        ("code=&state=the-state", ErrorKind.BAD_REDIRECT),
        ("code=a%0Ab&state=the-state", ErrorKind.BAD_REDIRECT),
        ("error=access_denied&state=the-state", ErrorKind.ACCESS_DENIED),
        ("error=server_error&state=the-state", ErrorKind.PROVIDER_UNREACHABLE),
        ("error=invalid_scope&state=the-state", ErrorKind.PROVIDER_REFUSED),
        ("error=org_internal&state=the-state", ErrorKind.PROVIDER_REFUSED),
        ("error=%1b%5d52&state=the-state", ErrorKind.PROVIDER_REFUSED),
    ],
)
def test_answer_with_the_right_state_that_is_no_code_ends_the_sign_in(query: str, kind: ErrorKind) -> None:
    outcome = accept_redirect(a_request(), make_metadata(), query)

    assert isinstance(outcome, Refused)
    assert outcome.problem.kind is kind


def test_denied_access_says_that_nothing_was_stored() -> None:
    outcome = accept_redirect(a_request(), make_metadata(), "error=access_denied&state=the-state")

    assert isinstance(outcome, Refused)
    assert outcome.problem.summary == "You did not allow access. Nothing was stored."
    assert outcome.problem.remedy is Remedy.SIGN_IN


def test_words_of_the_provider_are_cleaned_quoted_and_never_the_summary() -> None:
    hostile = urlencode({"error": "weird", "error_description": "\x1b]52;c;eA==\x07Pay\nhere " + "x" * 500})

    outcome = accept_redirect(a_request(), make_metadata(), f"state=the-state&{hostile}")

    assert isinstance(outcome, Refused)
    assert "Pay" not in outcome.problem.summary
    assert "\x1b" not in outcome.problem.detail
    assert "\n" not in outcome.problem.detail
    assert len(outcome.problem.detail) < 300


@pytest.mark.parametrize(
    ("announced", "iss", "is_taken"),
    [
        (True, "https://login.example.test", True),
        (True, None, False),
        (True, "https://evil.example.test", False),
        (False, None, True),
        (False, "https://login.example.test", True),
        (False, "https://login.example.test/", False),
    ],
)
@pytest.mark.parametrize("what", ["code=abc", "error=access_denied"])
def test_issuer_is_checked_when_announced_or_present(
    *, announced: bool, iss: str | None, is_taken: bool, what: str
) -> None:
    query = f"state=the-state&{what}" + (f"&{urlencode({'iss': iss})}" if iss else "")

    outcome = accept_redirect(a_request(), make_metadata(sends_iss=announced), query)

    is_wrong = isinstance(outcome, Refused) and outcome.problem.kind is ErrorKind.WRONG_ISSUER
    assert is_wrong is not is_taken


def test_answer_of_another_provider_is_refused(make_flow: MakeFlow) -> None:
    mine, other = make_metadata(sends_iss=True), make_metadata("https://other.example.test", sends_iss=True)
    flow = make_flow(mine)
    request = flow.begin(REDIRECT)

    outcome = flow.accept_redirect(request, answer(request, code="abc", iss=str(other.issuer)))

    assert isinstance(outcome, Refused)
    assert outcome.problem.kind is ErrorKind.WRONG_ISSUER


@pytest.mark.parametrize(
    "wrap",
    [
        "{redirect}?{query}",
        "  {redirect}?{query}\n",
        "{redirect}?{query}#_=_",
        "?{query}",
        "{query}",
    ],
)
def test_pasted_address_is_read_like_a_redirect(wrap: str) -> None:
    pasted = wrap.format(redirect=REDIRECT, query="code=abc&state=the-state")

    assert accept_redirect(a_request(), make_metadata(), pasted) == GotCode(code=Secret("abc"))


def test_pasted_address_that_the_terminal_broke_over_lines_is_joined() -> None:
    pasted = f"{REDIRECT}?code=ab\r\n  c&state=the-\nstate"

    assert accept_redirect(a_request(), make_metadata(), pasted) == GotCode(code=Secret("abc"))


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:40000/callback",
        "http://127.0.0.1:40001/callback",
        "http://127.0.0.1:40000/other",
        "http://evil.example.test:40000/callback",
        "http://[::1/callback",
    ],
)
def test_pasted_address_of_another_place_is_a_stray(address: str) -> None:
    outcome = accept_redirect(a_request(), make_metadata(), f"{address}?code=abc&state=the-state")

    assert isinstance(outcome, Stray)
    assert outcome.problem.kind is ErrorKind.BAD_REDIRECT


def test_redirect_uri_without_a_path_comes_back_with_a_slash(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    request = flow.begin("http://localhost:40000")

    outcome = flow.accept_redirect(request, f"http://localhost:40000/?{answer(request, code='abc')}")

    assert isinstance(outcome, GotCode)


@given(st.text(max_size=300))
def test_any_text_without_our_state_is_a_stray(text: str) -> None:
    assert isinstance(accept_redirect(a_request(), make_metadata(), text), Stray)


def test_nothing_secret_is_printed(make_flow: MakeFlow, metadata: Metadata) -> None:
    flow = make_flow(metadata)
    request = flow.begin(REDIRECT)
    outcome = flow.accept_redirect(request, answer(request, code="the-code"))

    printed = f"{request!r} {outcome!r} {request} {outcome}"

    for secret in ("the-code", request.state.reveal(), request.verifier.reveal(), request.nonce.reveal()):
        assert secret not in printed
