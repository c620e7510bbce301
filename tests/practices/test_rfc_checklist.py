"""The lines of the RFC checklist that no room's own tests cover; the README beside this file has the whole list."""

import base64
from collections.abc import Callable

import pytest

from tests.engine.conftest import ACCOUNT, ALL, Rig, write
from tests.engine.test_signing_in_and_out import waiting
from tests.engine.test_tokens import desk
from tests.fakes.authorization_server import json_reply
from tests.fakes.imap_server import ImapScript
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import Peer, WireServer
from tests.net.conftest import trust
from tuimail.api.commands import SignIn, SignOut
from tuimail.api.events import Failed, Finished
from tuimail.config.providers import bundled_presets
from tuimail.domain.errors import ErrorKind, NetworkError
from tuimail.domain.scope import ScopeSets
from tuimail.domain.token import Secret
from tuimail.net.imap.session import ImapSession
from tuimail.net.smtp import SmtpSession

LARGE_TOKEN = "t" * 8192


def test_n1_the_authorization_page_is_opened_by_the_browser_alone(rig: Rig) -> None:
    """RFC 8252 section 6: nothing of ours ever asks for the page, let alone shows it."""
    rig.visit = lambda _url: None
    heard = rig.opened()
    waiting(rig, heard)

    assert len(rig.urls) == 1
    assert rig.auth.seen("/authorize") == []


@pytest.mark.parametrize("name", ["microsoft", "fastmail"])
def test_n3_localhost_stands_in_the_redirect_only_where_the_provider_demands_it(name: str) -> None:
    """RFC 8252 section 8.3, with the two documented exceptions."""
    presets = bundled_presets()

    assert presets[name].oauth.redirect_host == "localhost"
    demanding = {each for each, preset in presets.items() if preset.oauth.redirect_host == "localhost"}
    assert demanding == {"microsoft", "fastmail"}


def test_n4_a_public_client_signs_in_without_any_secret(rig: Rig) -> None:
    """RFC 8252 sections 8.4 and 8.5."""
    rig.signed_in()

    forms = [request.form for request in rig.auth.seen("/token")]
    assert forms
    assert all("client_secret" not in form for form in forms)
    assert all("authorization" not in request.headers for request in rig.auth.seen("/token"))


def test_p3_and_t7_verifier_and_access_token_are_in_memory_alone(rig: Rig) -> None:
    """RFC 7636 section 7: neither is in a file nor in the keychain while the account is open, nor after it."""
    heard = rig.signed_in()
    write(heard)
    (exchange,) = [each for each in rig.auth.seen("/token") if each.form["grant_type"] == "authorization_code"]
    secrets = [exchange.form["code_verifier"], exchange.form["code"], *rig.mail.tokens]
    kept = rig.keychain.read(f"account/{ACCOUNT}")
    assert kept is not None
    heard.program.close()

    files = [path for path in rig.folder.rglob("*") if path.is_file()]

    assert files
    for secret in secrets:
        assert secret not in kept.reveal()
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_i1_nothing_is_introspected(rig: Rig) -> None:
    """RFC 7662 is for resource servers."""
    rig.signed_in()

    assert rig.auth.seen("/introspect") == []


def test_r1_no_token_is_shown_before_there_is_one(rig: Rig) -> None:
    """RFC 9728: the mail servers are never asked with a bad token who their provider is."""
    rig.visit = lambda _url: None
    heard = rig.opened()
    waiting(rig, heard)

    assert rig.mail.commands == []
    assert rig.smtp.commands == []


def test_g1_one_registration_serves_all_attempts_and_is_revocable(rig: Rig) -> None:
    """RFC 7591: the id is kept with the account and used again."""
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))
    heard = rig.signed_in()
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    heard.do(SignOut(account=ACCOUNT))

    assert len(rig.auth.seen("/register")) == 1
    assert {request.form["client_id"] for request in rig.auth.seen("/revoke")} == {"registered-1"}


def test_g2_a_client_id_that_the_server_forgot_is_registered_once_more(rig: Rig) -> None:
    """RFC 7591: after ``invalid_client``."""
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))
    heard = rig.opened()
    rig.auth.script("/token", json_reply({"error": "invalid_client"}, 401))
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Failed)

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished)
    assert len(rig.auth.seen("/register")) == 2


def test_a2_a_token_bound_to_http_never_reaches_a_mail_server(rig: Rig) -> None:
    """RFC 9449: SASL has no place for the proof."""
    heard = rig.opened()
    rig.auth.script("/token", json_reply({"access_token": "a", "token_type": "DPoP", "refresh_token": "r"}))
    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.BAD_TOKEN_ANSWER
    assert "DPoP" in ended.problem.summary
    assert rig.mail.tokens == []


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1 SASL-IR AUTH=XOAUTH2", b"IMAP4rev1 AUTH=XOAUTH2"])
def test_b3_a_token_of_8_kb_goes_with_the_command_only_where_that_is_announced(rig: Rig, capabilities: bytes) -> None:
    """RFC 4959."""
    shown: list[bytes] = []

    def take(peer: Peer, tag: bytes, text: bytes) -> None:
        words = text.split()
        if len(words) == 2:
            peer.send(b"+ \r\n")
        shown.append(words[2] if len(words) > 2 else peer.line())
        peer.send(tag + b" OK in\r\n")

    script = ImapScript(answers={b"AUTHENTICATE": take}, capabilities=capabilities)
    with WireServer(script, rig.certificate.server_context()) as server:
        session = ImapSession.connect(server.address, trust(rig.certificate))
        session.sign_in("me@x.test", Secret(LARGE_TOKEN))
        session.close()

    assert LARGE_TOKEN.encode() in base64.b64decode(shown[0])
    assert (len(script.commands[0].split()) == 3) is (b"SASL-IR" in capabilities)


def test_b3_a_token_too_long_for_one_line_of_smtp_waits_for_the_question(rig: Rig) -> None:
    """RFC 4954 section 4: 12,288 characters in a line of AUTH."""
    shown: list[bytes] = []

    def take(peer: Peer, line: bytes) -> None:
        words = line.split()
        if len(words) == 2:
            peer.send(b"334 \r\n")
        shown.append(words[2] if len(words) > 2 else peer.line())
        peer.send(b"235 in\r\n")

    script = SmtpScript(answers={b"AUTH": take})
    with WireServer(script, rig.certificate.server_context()) as server:
        for size in (8192, 9300):
            session = SmtpSession.connect(server.address, trust(rig.certificate))
            session.sign_in("me@x.test", Secret("t" * size))
            session.close()

    assert [base64.b64decode(each).count(b"t" * 8192) for each in shown] == [1, 1]
    lines = [line for line in script.commands if line.startswith(b"AUTH")]
    assert [len(line.split()) for line in lines] == [3, 2]


def leave_the_upgrade_out(script: ImapScript) -> None:
    script.capabilities = b"IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN SASL-IR"


def refuse_the_upgrade(script: ImapScript) -> None:
    script.capabilities = b"IMAP4rev1 STARTTLS AUTH=XOAUTH2 AUTH=PLAIN SASL-IR"
    script.answers[b"STARTTLS"] = b"TAG NO not now\r\n"


@pytest.mark.parametrize("arrange", [leave_the_upgrade_out, refuse_the_upgrade])
def test_l1_without_tls_neither_token_nor_password_is_sent(rig: Rig, arrange: Callable[[ImapScript], None]) -> None:
    """RFC 8314: loopback is no exception."""
    script = ImapScript()
    arrange(script)
    context = rig.certificate.server_context()
    with WireServer(script, context, tls=None) as server, pytest.raises(NetworkError) as caught:
        ImapSession.connect(server.address, trust(rig.certificate))

    assert caught.value.kind is ErrorKind.TLS_FAILED
    assert not [command for command in script.commands if command.startswith(b"AUTHENTICATE")]


def test_o1_the_profile_for_open_mail_clients_works_from_end_to_end(rig: Rig) -> None:
    """draft-ietf-mailmaint-oauth-public-06: metadata, registration, PKCE, ``iss``, one scope, a bearer token."""
    mail = "urn:ietf:params:oauth:scope:mail"
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None, scopes=ScopeSets(read=(mail,), send=(mail,))))
    heard = rig.signed_in()

    record = desk(heard).record
    assert record is not None
    assert record.scopes == (mail,)
    assert record.client_id == "registered-1"
    assert len(rig.mail.tokens) >= 1
