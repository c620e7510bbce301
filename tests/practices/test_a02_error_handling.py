"""A2: every answer that servers are known to give reaches the person in words: what, whose side, what to do."""

import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keyring.errors
import pytest

from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import ImapScript
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import WireServer
from tuimail.domain.account import OAuthSettings
from tuimail.domain.errors import ErrorKind, Problem, Side, TuimailError
from tuimail.domain.known_answers import HINTS, NO_ANSWER, OTHER, TABLE, Door, KnownAnswer, find
from tuimail.domain.scope import ScopeSets
from tuimail.domain.token import Secret
from tuimail.keychain.system import SystemKeychain
from tuimail.net.imap.session import ImapSession
from tuimail.net.smtp import SmtpSession
from tuimail.oauth.client import TokenClient
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.flow import GotCode, LoginFlow, Refused
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata

REDIRECT = "http://127.0.0.1:40000/callback"
TOKEN = Secret("the-access-token")


class Met(NamedTuple):
    """One row, and an answer that leads to it."""

    row: KnownAnswer
    door: Door
    code: str
    said: str


SAID = {
    "client_secret": "client_secret is missing.",
    "too many|simultaneous|rate limit|throttl|try again later": "Too many simultaneous connections. (Failure)",
    "authenticated but not connected": "User is authenticated but not connected.",
    "web browser": "Please log in via your web browser: https://support.example.test (Failure)",
    "application-specific password": "Application-specific password required: https://support.example.test (Failure)",
    r"^AUTHENTICATE failed": "AUTHENTICATE failed.",
    r"AccessTokenExpired|token.*expired|expired.*token": "Session invalidated - AccessTokenExpired",
    "gr[ae]y-?list": "Greylisted, see http://postgrey.example.test",
    "rate|too many|too much|limit|quota|throttl": "Too many mails, rate limited",
    "size|large|big|length": "Message size exceeds fixed limit",
    "sender|not owned|send as": "<x@example.test>: Sender address rejected: not owned by user me",
    "security issue|attachment|virus|executable|file type": "blocked because its content presents a security issue",
    "spam|unsolicited|junk|advertis|reputation|blacklist|blocklist": "Message rejected as spam",
    "relay": "Relay access denied",
}
"""What the servers that the patterns are made for really say."""
BACKENDS = {
    "locked": keyring.errors.KeyringLocked("no"),
    "missing": keyring.errors.NoKeyringError("no"),
    OTHER: keyring.errors.KeyringError("no"),
}


def every_meeting() -> Iterator[Met]:
    for row in TABLE:
        for door in row.doors:
            for code in row.codes:
                yield Met(row, door, code, SAID[row.words] if row.words else "no, not this way")


OAUTH_DOORS = {Door.REDIRECT, Door.EXCHANGE, Door.REFRESH, Door.DEVICE}
MET = list(every_meeting())


def ids(met: Met) -> str:
    return f"{met.door.value}: {met.code or met.said}"


@pytest.fixture
def provider() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        running.offer_codes()
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[OAuthHttp]:
    opened = OAuthHttp(ssl.create_default_context())
    yield opened
    opened.close()


def metadata_of(provider: AuthorizationServer, http: OAuthHttp) -> Metadata:
    return find_metadata(http, OAuthSettings(issuer=provider.issuer, scopes=ScopeSets(read=("mail.read",))))


def told_by_provider(met: Met, provider: AuthorizationServer, http: OAuthHttp) -> Problem:
    """The problem for this answer of the authorization server, by the way it really takes."""
    metadata = metadata_of(provider, http)
    error = "some_new_error" if met.code == OTHER else met.code
    flow = LoginFlow(metadata=metadata, scopes=("mail.read",), client_id="c", random=secrets.token_urlsafe)
    request = flow.begin(REDIRECT)
    if met.door is Door.REDIRECT:
        back = f"{REDIRECT}?error={error}&error_description=no&state={request.state.reveal()}&iss={metadata.issuer}"
        outcome = flow.accept_redirect(request, back)
        assert isinstance(outcome, Refused)
        return outcome.problem
    answer = (
        Reply(status=503, body=b"<html>")
        if error == NO_ANSWER
        else json_reply({"error": error, "error_description": met.said}, 400)
    )
    client = TokenClient(http, metadata, "c", None, lambda: 0.0)
    if met.door is Door.EXCHANGE:
        outcome = flow.accept_redirect(request, provider.consent(request.url))
        assert isinstance(outcome, GotCode)
        provider.script("/token", answer)
        with pytest.raises(TuimailError) as caught:
            client.exchange(outcome.code, request)
    elif met.door is Door.REFRESH:
        provider.script("/token", answer)
        with pytest.raises(TuimailError) as caught:
            client.refresh(Secret("r"), frozenset({"mail.read"}))
    else:
        code = client.device_code(("mail.read",))
        provider.script("/token", answer)
        with pytest.raises(TuimailError) as caught:
            client.device_tokens(code)
    return caught.value.as_problem()


@pytest.mark.parametrize("met", [met for met in MET if met.door in OAUTH_DOORS], ids=ids)
def test_a02_what_the_authorization_server_says_is_told_in_words(
    met: Met, provider: AuthorizationServer, http: OAuthHttp
) -> None:
    problem = told_by_provider(met, provider, http)

    assert (problem.kind, problem.remedy, problem.side) == (met.row.kind, met.row.remedy, met.row.side)
    assert problem.summary.startswith(met.row.happened.format(host="127.0.0.1")[:20])
    if met.code not in {NO_ANSWER, OTHER}:
        assert met.code in problem.detail, "its own line is kept"


@contextmanager
def imap_session(server: WireServer, certificate: Certificate) -> Iterator[ImapSession]:
    session = ImapSession.connect(server.address, certificate.client_context(), timeout_s=5.0)
    try:
        yield session
    finally:
        session.close()


IMAP = [met for met in MET if met.door is Door.IMAP_SIGN_IN]


@pytest.mark.parametrize("met", IMAP, ids=ids)
def test_a02_what_imap_says_to_a_sign_in_is_told_in_words(met: Met, certificate: Certificate) -> None:
    code = b"" if met.code in {"", OTHER} else b"[%s] " % met.code.encode()
    script = ImapScript(answers={b"AUTHENTICATE": b"TAG NO " + code + met.said.encode() + b"\r\n"})
    with (
        WireServer(script, certificate.server_context()) as server,
        imap_session(server, certificate) as session,
        pytest.raises(TuimailError) as caught,
    ):
        session.sign_in("me@example.test", TOKEN)

    _is_told(caught.value.as_problem(), met)


@pytest.mark.parametrize("met", [met for met in MET if met.door is Door.IMAP], ids=ids)
def test_a02_what_imap_says_later_is_told_in_words(met: Met, certificate: Certificate) -> None:
    code = b"" if met.code in {"", OTHER} else b"[%s] " % met.code.encode()
    verdict = b"* BYE " if met.row.kind is ErrorKind.CONNECTION_LOST else b"TAG NO "
    script = ImapScript(answers={b"LIST": verdict + code + met.said.encode() + b"\r\n"})
    with (
        WireServer(script, certificate.server_context()) as server,
        imap_session(server, certificate) as session,
        pytest.raises(TuimailError) as caught,
    ):
        session.list_mailboxes()

    assert caught.value.kind is met.row.kind
    assert met.said in caught.value.detail


@pytest.mark.parametrize("met", [met for met in MET if met.door is Door.SMTP_SIGN_IN], ids=ids)
def test_a02_what_smtp_says_to_a_sign_in_is_told_in_words(met: Met, certificate: Certificate) -> None:
    known = "5.7.77" if met.code == OTHER else met.code
    status, enhanced = ("535", known) if "." in known else (known, "")
    script = SmtpScript(answers={b"AUTH": f"{status} {enhanced} {met.said}\r\n".encode()})
    with (
        WireServer(script, certificate.server_context()) as server,
        SmtpSession.connect(server.address, certificate.client_context()) as session,
        pytest.raises(TuimailError) as caught,
    ):
        session.sign_in("me@example.test", TOKEN)

    _is_told(caught.value.as_problem(), met)


@pytest.mark.parametrize("met", [met for met in MET if met.door in {Door.MAIL_LATER, Door.MAIL_REFUSED}], ids=ids)
def test_a02_what_smtp_says_to_a_mail_is_told_in_words(met: Met, certificate: Certificate) -> None:
    status = "451" if met.door is Door.MAIL_LATER else "550"
    code = "" if met.code in {"", OTHER} else met.code
    reply = f"{status} {code} {met.said}" if "." in code or not code else f"{code} {met.said}"
    script = SmtpScript(answers={b"MAIL": f"{reply}\r\n".encode()})
    with (
        WireServer(script, certificate.server_context()) as server,
        SmtpSession.connect(server.address, certificate.client_context()) as session,
        pytest.raises(TuimailError) as caught,
    ):
        session.send("me@example.test", ["you@example.test"], b"x", on_phase=lambda _: None)

    _is_told(caught.value.as_problem(), met, by="The server")


@pytest.mark.parametrize("code", BACKENDS)
def test_a02_what_a_keychain_refuses_is_told_in_words(code: str) -> None:
    def refuse() -> keyring.backend.KeyringBackend:
        raise BACKENDS[code]

    with pytest.raises(TuimailError) as caught:
        SystemKeychain(discover=refuse)

    assert caught.value.kind is find(Door.KEYCHAIN, code).kind
    assert caught.value.side is Side.YOU


@pytest.mark.parametrize(("number", "sentence"), HINTS)
def test_a02_a_number_of_microsofts_adds_a_sentence_and_decides_nothing(
    number: str, sentence: str, provider: AuthorizationServer, http: OAuthHttp
) -> None:
    row = find(Door.REFRESH, "invalid_grant")

    problem = told_by_provider(Met(row, Door.REFRESH, "invalid_grant", f"{number}: blah."), provider, http)

    assert sentence in problem.summary
    assert (problem.kind, problem.remedy) == (row.kind, row.remedy)
    assert number in problem.detail


@pytest.mark.parametrize(
    ("door", "code", "said", "kind", "side"),
    [
        (Door.REDIRECT, "access_denied", "", ErrorKind.ACCESS_DENIED, Side.YOU),
        (Door.REDIRECT, "admin_policy_enforced", "", ErrorKind.PROVIDER_REFUSED, Side.ADMINISTRATOR),
        (Door.REDIRECT, "org_internal", "", ErrorKind.PROVIDER_REFUSED, Side.YOU),
        (Door.REDIRECT, "redirect_uri_mismatch", "", ErrorKind.PROVIDER_REFUSED, Side.YOU),
        (Door.REDIRECT, "server_error", "", ErrorKind.PROVIDER_UNREACHABLE, Side.PROVIDER),
        (Door.REFRESH, "invalid_grant", "", ErrorKind.SIGN_IN_EXPIRED, Side.PROVIDER),
        (Door.REFRESH, "interaction_required", "", ErrorKind.SIGN_IN_EXPIRED, Side.PROVIDER),
        (Door.REFRESH, NO_ANSWER, "", ErrorKind.PROVIDER_UNREACHABLE, Side.NETWORK),
        (Door.EXCHANGE, "invalid_grant", "", ErrorKind.PROVIDER_REFUSED, Side.PROVIDER),
        (Door.EXCHANGE, "invalid_client", "", ErrorKind.PROVIDER_REFUSED, Side.YOU),
        (Door.DEVICE, "expired_token", "", ErrorKind.SIGN_IN_TIMED_OUT, Side.YOU),
        (Door.IMAP_SIGN_IN, "AUTHENTICATIONFAILED", "Invalid credentials", ErrorKind.LOGIN_REFUSED, Side.YOU),
        (Door.IMAP_SIGN_IN, "", "AUTHENTICATE failed.", ErrorKind.LOGIN_REFUSED, Side.YOU),
        (Door.IMAP_SIGN_IN, "", "User is authenticated but not connected.", ErrorKind.SERVER_REFUSED, Side.PROVIDER),
        (Door.IMAP_SIGN_IN, "ALERT", "Application-specific password required", ErrorKind.LOGIN_REFUSED, Side.YOU),
        (Door.IMAP_SIGN_IN, "ALERT", "Too many simultaneous connections.", ErrorKind.THROTTLED, Side.PROVIDER),
        (Door.IMAP_SIGN_IN, "UNAVAILABLE", "later", ErrorKind.THROTTLED, Side.PROVIDER),
        (Door.IMAP, "", "Session invalidated - AccessTokenExpired", ErrorKind.CONNECTION_LOST, Side.PROVIDER),
        (Door.SMTP_SIGN_IN, "5.7.139", "disabled", ErrorKind.SERVER_REFUSED, Side.ADMINISTRATOR),
        (Door.SMTP_SIGN_IN, "5.7.3", "unsuccessful", ErrorKind.LOGIN_REFUSED, Side.YOU),
        (Door.SMTP_SIGN_IN, "5.7.8", "no", ErrorKind.LOGIN_REFUSED, Side.PROVIDER),
        (Door.SMTP_SIGN_IN, "538", "encryption required", ErrorKind.SERVER_REFUSED, Side.YOU),
        (Door.MAIL_LATER, "4.7.28", "Our system has detected an unusual rate", ErrorKind.SEND_TEMPORARY, Side.PROVIDER),
        (Door.MAIL_REFUSED, "5.4.5", "Daily user sending quota exceeded", ErrorKind.SEND_REFUSED, Side.PROVIDER),
        (Door.MAIL_REFUSED, "5.7.1", "Sender address rejected", ErrorKind.SEND_REFUSED, Side.YOU),
        (Door.MAIL_REFUSED, "552", "Requested mail action aborted", ErrorKind.SEND_REFUSED, Side.YOU),
    ],
)
def test_a02_what_providers_are_known_to_answer_has_its_row(
    door: Door, code: str, said: str, *, kind: ErrorKind, side: Side
) -> None:
    row = find(door, code, said)

    assert (row.kind, row.side) == (kind, side)


def test_a02_every_row_is_reached_and_says_whose_side_it_is_on() -> None:
    reached = {find(met.door, met.code, met.said) for met in MET}

    assert reached == set(TABLE)
    assert all(row.happened.endswith(".") and row.side in Side for row in TABLE)


def _is_told(problem: Problem, met: Met, *, by: str = "localhost") -> None:
    assert (problem.kind, problem.remedy, problem.side) == (met.row.kind, met.row.remedy, met.row.side)
    assert problem.summary == met.row.summary(by)
    assert met.said in problem.detail
