"""The practices for an OAuth mail client, A1 to A14; A2 and A15 have files of their own."""

import logging
import re
import socket
import ssl
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, write
from tests.engine.test_sending import emptied
from tests.engine.test_tokens import desk, expired_events, refuse_known_tokens, run_out
from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.fakes.certificates import Certificate
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenAccount, OpenMessage, Refresh, SignIn, SignOut
from tuimail.api.events import ConsentNeeded, Failed, Finished, MessageLoaded, SignedOutReport
from tuimail.config.load import load_profile
from tuimail.config.logs import close_log, open_log
from tuimail.config.providers import bundled_presets
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind
from tuimail.domain.scope import Permission
from tuimail.keychain.base import decode, entry_for
from tuimail.oauth.http import OAuthHttp

ROOT = Path(__file__).parents[2]
READ = frozenset({Permission.READ})
CUSTOM = """
[accounts.work]
address = "alice@example.org"
[accounts.work.oauth]
authorization_endpoint = "{scheme}://login.example.org/authorize"
token_endpoint = "https://login.example.org/token"
client_id = "c"
scopes = {{ read = ["mail"] }}
[accounts.work.imap]
host = "imap.example.org"
"""

WITH_PICTURE = (
    b"From: Ada <ada@example.org>\r\nTo: alice@example.test\r\nSubject: Garden\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b'<link rel=stylesheet href="http://127.0.0.1:9/style"><p>weigela <img src="http://127.0.0.1:9/seen?by=alice">\r\n'
)
"""A letter that would like to know when it is read."""


def scopes_of(url: str) -> set[str]:
    return set(parse_qs(urlsplit(url).query)["scope"][0].split())


def test_a01_https_everywhere(tmp_path: Path, certificate: Certificate) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(CUSTOM.format(scheme="http"), encoding="utf-8")
    with pytest.raises(ConfigError, match="https"):
        load_profile(profile)
    profile.write_text(CUSTOM.format(scheme="https"), encoding="utf-8")
    assert load_profile(profile).accounts

    http = OAuthHttp(ssl.create_default_context())
    with AuthorizationServer(tls=certificate.server_context()) as untrusted, pytest.raises(AuthError) as caught:
        http.get(untrusted.issuer)
    with AuthorizationServer() as server:
        server.script("/moved", Reply(status=302, headers={"Location": f"{server.base}/elsewhere"}))
        assert http.get(f"{server.base}/moved").status == 302
        assert server.seen("/elsewhere") == []
    http.close()
    assert caught.value.kind is ErrorKind.TLS_FAILED


def test_a03_minimum_scopes(rig: Rig) -> None:
    rig.signed_in(READ)

    assert scopes_of(rig.urls[-1]) == {"openid", "email", "mail.read"}


def test_a04_tokens_are_stored_securely(rig: Rig) -> None:
    heard = rig.signed_in()
    write(heard)
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    record = decode(kept)
    assert record.refresh is not None
    heard.program.close()

    home = rig.folder / "home"
    files = [path for path in home.rglob("*") if path.is_file()]
    secrets = [record.refresh.reveal(), *rig.mail.tokens]
    assert [path for path in files for secret in secrets if secret.encode() in path.read_bytes()] == []
    assert not any(token in kept.reveal() for token in rig.mail.tokens)
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert [path for path in home.iterdir() if path.stat().st_mode & 0o077] == []


def test_a05_refresh_tokens(rig: Rig) -> None:
    heard = rig.signed_in()
    auth = desk(heard)
    for rounds in range(1, 6):
        run_out(heard)
        threads = [threading.Thread(target=auth.token, args=(Permission.READ,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert rig.token_posts() == rounds
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    assert decode(kept).refresh == auth.record.refresh if auth.record else False


def test_a06_logout_revokes_and_clears(rig: Rig) -> None:
    heard = rig.signed_in()
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None
    refresh = decode(kept).refresh
    assert refresh is not None

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    assert report.revoked
    assert refresh.reveal() in [request.form["token"] for request in rig.auth.seen("/revoke")]
    assert rig.keychain.read(entry_for(ACCOUNT)) is None
    assert not rig.places.store(ACCOUNT).exists()
    heard.program.close()
    again = rig.start()
    again.submit(OpenAccount(account=ACCOUNT))
    again.wait_for(ConsentNeeded)


def test_a07_tokens_are_validated_before_use(rig: Rig) -> None:
    rig.auth.claims = {"aud": "another-client"}
    heard = rig.opened()
    refused = heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    assert isinstance(refused, Failed)
    assert refused.problem.kind is ErrorKind.BAD_ID_TOKEN
    assert rig.mail.tokens == []

    rig.auth.claims = {}
    heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    old = desk(heard).token(Permission.READ)
    run_out(heard)
    assert desk(heard).token(Permission.READ) != old, "a token that has ended is not handed out"


def test_a08_expiry_is_handled_gracefully(rig: Rig) -> None:
    heard = rig.signed_in()
    for _ in range(3):
        posts = rig.token_posts()
        refuse_known_tokens(rig)
        rig.mail.say_bye(b"Session invalidated - AccessTokenExpired")
        rig.mail.bye = b""
        rig.mail.hang_up()
        assert isinstance(heard.do(Refresh(account=ACCOUNT)), Finished)
        assert rig.token_posts() > posts

    assert expired_events(heard) == []
    assert not [event for event in heard.events if isinstance(event, Failed)]


def test_a09_privacy_and_minimal_data(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[int] = set()
    real = socket.socket.connect

    def connect(sock: socket.socket, address: object) -> None:
        if isinstance(address, tuple):
            asked.add(address[1])
        real(sock, address)  # type: ignore[arg-type]  # whatever the library gave

    monkeypatch.setattr(socket.socket, "connect", connect)
    rig.mail.deliver(WITH_PICTURE)
    log = open_log(rig.places.log, logging.DEBUG)
    heard = rig.signed_in()
    (row,) = open_full(heard, box(heard))
    heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)
    write(heard)
    emptied(heard)
    port = urlsplit(rig.auth.base).port

    redirects = {urlsplit(parse_qs(urlsplit(url).query)["redirect_uri"][0]).port for url in rig.urls}
    known = {port, rig.imap_server.address.port, rig.smtp_server.address.port, *redirects}
    assert asked
    assert asked <= known
    heard.program.close()
    logging.getLogger(__name__).warning("the last line")
    close_log(log)
    logged = rig.places.log.read_text(encoding="utf-8")
    assert "the last line" in logged
    assert [each for each in (rig.account.address, "bob@example.org", "Garden", "weigela") if each in logged] == []


def test_a10_the_standards_are_kept_up_with() -> None:
    checklist = (ROOT / "tests" / "practices" / "README.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ids = ["N1", "N7", "P1", "P2", "P3", "S1", "S2", "S3", "T1", "T6", "V1", "V2", "D1", "M1", "M3", "G1", "G2"]

    assert [each for each in ids if f"| {each} |" not in checklist] == []
    for document in ("RFC 9700", "RFC 8252", "RFC 7636", "RFC 9207", "RFC 8628", "RFC 7009", "2026-11-22"):
        assert document in readme, document


def test_a11_standard_libraries_do_the_protocol() -> None:
    package = ROOT / "tuimail"
    sources = {path: path.read_text(encoding="utf-8") for path in (package / "oauth").glob("*.py")}
    sources |= {path: path.read_text(encoding="utf-8") for path in (package / "engine").glob("*.py")}

    own = [
        path.name for path, text in sources.items() if re.search(r"^\s*(import|from) (hashlib|Crypto)\b", text, re.M)
    ]
    imports = "\n".join(sources.values()) + (package / "keychain" / "system.py").read_text(encoding="utf-8")

    # The page in the browser names the hash of its own style, as its content security policy wants it.
    assert own in ([], ["pages.py"])
    assert all(re.search(rf"^\s*(import|from) {name}\b", imports, re.M) for name in ("authlib", "joserfc", "keyring"))


def test_a12_no_sensitive_data_in_the_client(rig: Rig) -> None:
    shipped = [path for path in (ROOT / "tuimail").rglob("*.*") if path.suffix in {".py", ".toml", ".sql", ".tcss"}]
    known = re.compile(r"\d{6,}-\w{20,}\.apps\.googleusercontent\.com|GOCSPX-[\w-]{10,}|BEGIN [A-Z ]*PRIVATE KEY")
    assert [path for path in shipped if known.search(path.read_text(encoding="utf-8"))] == []
    assert all(preset.oauth.client_id is None for preset in bundled_presets().values())

    rig.auth.script(
        "/token", json_reply({"error": "invalid_request", "error_description": "client_secret is missing."}, 400)
    )
    heard = rig.opened()
    refused = heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    assert isinstance(refused, Failed)
    assert "client_secret_in" in refused.problem.summary
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=ALL)), Finished), "PKCE alone is enough elsewhere"


def test_a13_rates_are_limited(rig: Rig) -> None:
    heard = rig.signed_in()
    run_out(heard)
    before = rig.token_posts()
    rig.auth.script("/token", *[json_reply({"error": "slow"}, 429, retry_after="600")] * 20)
    refuse_known_tokens(rig)

    for _ in range(10):
        with pytest.raises(AuthError):
            desk(heard).token(Permission.READ)

    assert rig.token_posts() - before <= 2


def test_a14_consent_is_clear(rig: Rig) -> None:
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    request = heard.wait_for(ConsentNeeded).request

    assert rig.auth.requests == [], "nothing leaves the machine before the yes"
    assert (request.provider, request.address) == ("Example", "alice@example.test")
    assert {host.partition(":")[0] for _, host in request.hosts} == {"127.0.0.1", "localhost"}
    assert all(line.title and line.reason and line.without for line in request.lines)
    assert request.kept_in
    assert request.sign_out

    rig.auth.granted = ("openid", "mail.read")
    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))
    assert isinstance(ended, Finished)
    assert "send" in ended.words.lower(), "what was not granted is said"
