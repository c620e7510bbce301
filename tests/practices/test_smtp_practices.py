"""The practices for sending mail with OAuth, B1 to B14; B9, B15 and B16 have files of their own."""

import base64
import hashlib
import re
import ssl
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, write
from tests.engine.test_sending import emptied, outbox
from tests.engine.test_tokens import desk, expired_events, run_out
from tests.fakes.authorization_server import json_reply
from tests.fakes.mail_house import letter
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    AskConsent,
    BeginDraft,
    DeclineConsent,
    ListActivity,
    ListDrafts,
    OpenMailbox,
    SaveDraft,
    Send,
    SendNow,
    SignIn,
    SignOut,
)
from tuimail.api.events import (
    AccountChanged,
    ActivityListed,
    ConsentNeeded,
    DraftOpened,
    DraftsListed,
    Failed,
    ListLoaded,
)
from tuimail.config.load import load_profile
from tuimail.config.providers import bundled_presets
from tuimail.domain.account import Expired, Server, Tls
from tuimail.domain.draft import Draft, OutboxState, OutgoingMail, check_draft
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind
from tuimail.domain.ids import DraftId
from tuimail.domain.redact import redacted
from tuimail.domain.scope import Permission
from tuimail.domain.token import Secret
from tuimail.keychain.base import decode, entry_for
from tuimail.mime.compose import build
from tuimail.net.sasl import Mechanism, initial_response
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.http import OAuthHttp
from tuimail.ui.teaching import TOKENS

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SERVER = Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT)
READ = frozenset({Permission.READ, Permission.IDENTITY})
LINE_ENDS = st.sampled_from(["\r\nBcc: evil@example.org", "\nX: y", "\rX: y", "\0", "\x0b", "\x1b[2J"])


def scopes_of(url: str) -> set[str]:
    return set(parse_qs(urlsplit(url).query)["scope"][0].split())


def test_b01_client_credentials_are_handled(tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    text = '[accounts.g]\naddress = "a@gmail.com"\nprovider = "google"\noauth.client_id = "c"\n'
    profile.write_text(text + 'oauth.client_secret = "hush"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="client_secret_in") as caught:
        load_profile(profile)
    assert "hush" not in caught.value.summary + caught.value.detail
    profile.write_text(text + 'oauth.client_secret_in = "keychain"\n', encoding="utf-8")
    assert load_profile(profile).accounts[0].oauth.secret_in_keychain


def test_b02_user_tokens_are_stored_safely(rig: Rig) -> None:
    heard = rig.signed_in()
    # The key of its list is made with its first line, which waits for a quiet moment; asked for, it is there.
    heard.ask(ListActivity(), ActivityListed)

    assert set(rig.keychain._entries) == {"account/post", "activity"}, "names hold no secret and no address"
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    assert not any(token in kept.reveal() for token in rig.mail.tokens)
    heard.do(SignOut(account=ACCOUNT))
    assert set(rig.keychain._entries) == {"activity"}


def test_b03_tokens_are_revoked_when_unneeded(rig: Rig) -> None:
    heard = rig.signed_in(READ)
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    first = decode(kept).refresh
    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    second = decode(kept).refresh

    heard.do(SignOut(account=ACCOUNT))

    assert first is not None
    assert second is not None
    gone = {request.form["token"] for request in rig.auth.seen("/revoke")}
    assert {first.reveal(), second.reveal()} <= gone, "the one that was replaced goes too"


def test_b04_what_is_stored_is_encrypted(rig: Rig) -> None:
    rig.mail.deliver(letter("Marmalade"))
    heard = rig.signed_in()
    open_full(heard, box(heard))
    heard.program.close()

    stored = rig.places.store(ACCOUNT).read_bytes()
    assert len(stored) > 4096
    assert not stored.startswith(b"SQLite format 3")
    assert b"Marmalade" not in stored
    assert b"create table" not in stored.lower()


def test_b05_pkce_always(rig: Rig) -> None:
    rig.signed_in()

    asked = parse_qs(urlsplit(rig.urls[-1]).query)
    (exchange,) = [each for each in rig.auth.seen("/token") if each.form["grant_type"] == "authorization_code"]
    digest = hashlib.sha256(exchange.form["code_verifier"].encode()).digest()
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]

    rig.auth.document["code_challenge_methods_supported"] = ["plain"]
    http = OAuthHttp(ssl.create_default_context())
    with pytest.raises(AuthError) as caught:
        find_metadata(http, rig.account.oauth)
    http.close()
    assert caught.value.kind is ErrorKind.BAD_METADATA, "no fallback to plain"


def test_b06_an_ended_refresh_token_asks_once_and_mail_stays(rig: Rig) -> None:
    rig.mail.deliver(letter("Still here"))
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    run_out(heard)
    rig.auth.script("/token", json_reply({"error": "invalid_grant"}, 400))

    for _ in range(3):
        with pytest.raises(AuthError) as caught:
            desk(heard).token(Permission.READ)

    assert caught.value.kind is ErrorKind.SIGN_IN_EXPIRED
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired))
    assert len(expired_events(heard)) == 1
    assert rig.token_posts() == 1
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    assert decode(kept).refresh is None
    assert len(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded).rows) == len(rows)


def test_b07_sending_is_asked_for_when_it_is_needed(rig: Rig) -> None:
    heard = rig.signed_in(READ)
    assert "mail.send" not in scopes_of(rig.urls[-1])

    draft = replace(
        heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft, to="b@example.org", subject="x", text="y"
    )
    refused = heard.do(Send(account=ACCOUNT, draft=draft))
    assert isinstance(refused, Failed)
    assert refused.problem.kind is ErrorKind.SCOPE_MISSING

    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    assert {"mail.send", "mail.read"} <= scopes_of(rig.urls[-1])


def test_b08_the_reason_stands_with_the_question_and_the_draft_survives_a_no(rig: Rig) -> None:
    heard = rig.signed_in(READ)
    draft = replace(
        heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft, to="b@example.org", subject="x", text="y"
    )
    heard.do(SaveDraft(account=ACCOUNT, draft=draft))
    heard.do(Send(account=ACCOUNT, draft=draft))

    request = heard.ask(AskConsent(account=ACCOUNT, permissions=frozenset({Permission.SEND})), ConsentNeeded).request
    heard.do(DeclineConsent(account=ACCOUNT))

    assert [line.permission for line in request.lines] == [Permission.SEND]
    assert request.lines[0].reason
    assert Permission.READ in {line.permission for line in request.already}
    assert [kept.id for kept in heard.ask(ListDrafts(account=ACCOUNT), DraftsListed).drafts] == [draft.id]
    assert rig.smtp.mails == []


@given(evil=LINE_ENDS, field=st.sampled_from(["subject", "to", "cc", "bcc"]))
def test_b10_no_input_becomes_a_header_or_a_command(evil: str, field: str) -> None:
    fields = {"to": "bob@example.org", "cc": "", "bcc": "", "subject": "Hello", "text": "Hi"}
    fields[field] += evil
    draft = Draft(id=DraftId("d"), account=ACCOUNT, sender="alice@example.test", **fields)  # type: ignore[arg-type]  # its texts
    checked = check_draft(draft)
    if isinstance(checked, OutgoingMail):
        raw = build(checked, date=NOON, message_id="<x@example.org>").data
        head = raw.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"(?mi)^(x:|bcc:)", head)
        assert not re.search(rb"[\x00\x0b\x1b]", head)
    with pytest.raises(ConfigError):
        initial_response(Mechanism.XOAUTH2, f"me@example.org{evil}", Secret("t"), server=SERVER)


def test_b11_what_was_done_is_listed_and_no_secret_is_logged(rig: Rig) -> None:
    heard = rig.signed_in()
    write(heard)
    emptied(heard)
    run_out(heard)
    desk(heard).token(Permission.READ)
    entries = heard.ask(ListActivity(), ActivityListed).entries

    told = " ".join(f"{entry.what} {entry.outcome}" for entry in entries)
    assert {"sign-in", "refresh", "send"} <= {entry.what for entry in entries}
    assert not any(token in told for token in rig.mail.tokens)
    assert "bob@example.org" not in told
    secret = "ya29.A0ARrdaM-k9Vq7GzL2pN4mT8sXyZ1234567890abcdef"  # noqa: S105 (made up)
    for line in (f"Authorization: Bearer {secret}", f"refresh_token={secret}&x=1", f'{{"code_verifier": "{secret}"}}'):
        assert secret not in redacted(line)


def test_b12_dependencies_are_pinned_audited_and_renewed_by_one_command() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    audit = (ROOT / "audit").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z0-9-]+)==[^ ]+ \\$", pins, re.MULTILINE)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert len(names) > 20
    assert len(re.findall(r"^[a-z0-9-]+==[^ ]+$", pins, re.MULTILINE)) == 0, "every pin has its hashes"
    assert {"authlib", "joserfc", "httpx2", "cryptography", "keyring", "imapclient"} <= set(names)
    assert "pip-audit" in audit
    assert "--require-hashes" in audit
    assert "--upgrade" in audit
    assert not re.search(r"https?://", audit)
    assert (ROOT / "audit").stat().st_mode & 0o100
    assert re.search(r"authlib>=", project, re.IGNORECASE)


def test_b13_sending_is_never_repeated_blindly(rig: Rig) -> None:
    heard = rig.signed_in()
    rig.smtp.verdict = b""
    write(heard)
    outbox(heard, OutboxState.UNKNOWN)
    rig.smtp.verdict = b"250 2.0.0 queued\r\n"

    heard.do(SendNow(account=ACCOUNT))

    assert len(rig.smtp.mails) == 1


def test_b14_users_are_taught() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    presets = bundled_presets()

    assert "token" in TOKENS
    assert "never paste one" in TOKENS
    assert all(
        word in readme for word in ("## Privacy", "## Security", "what a token can do", "What to do after a leak")
    )
    for name, preset in presets.items():
        for page in (preset.access_page, preset.password_page):
            assert page is None or page.startswith("https://"), name
    for name in ("google", "microsoft", "fastmail", "yandex"):
        assert presets[name].access_page, name


def test_every_practice_has_its_test() -> None:
    here = Path(__file__).parent
    named = set(
        re.findall(r"def test_([ab]\d\d)_", "".join(path.read_text("utf-8") for path in here.glob("test_*.py")))
    )

    assert named == {f"a{number:02}" for number in range(1, 16)} | {f"b{number:02}" for number in range(1, 17)}
