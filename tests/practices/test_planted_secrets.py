"""Every way in and out is gone with known secrets, the log at its most talkative: nowhere are they found after."""

import base64
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.json import Encoder  # noqa: TID251 (our own values, written out whole)
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, box, online, write
from tests.engine.test_sending import emptied
from tests.engine.test_tokens import desk, refuse_known_tokens, run_out
from tests.fakes.authorization_server import json_reply
from tests.fakes.mail_house import letter
from tests.fakes.smtp_server import EHLO
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    ExportMail,
    ExportRecords,
    GiveClientSecret,
    InspectHealth,
    ListActivity,
    OpenAccount,
    OpenMessage,
    SaveReport,
    SignIn,
    SignInByCode,
    SignInWithPassword,
    SignOutAll,
)
from tuimail.api.events import (
    ActivityListed,
    BrowserNeeded,
    ClientSecretNeeded,
    CodeNeeded,
    FileSaved,
    Finished,
    HealthInspected,
    MessageLoaded,
    PasswordNeeded,
    SignedOutReport,
)
from tuimail.config.logs import close_log, open_log
from tuimail.domain.account import OAuthSettings, SignInMethod
from tuimail.domain.emergency import AccountEnd, report_text
from tuimail.domain.errors import AuthError
from tuimail.domain.scope import Permission, ScopeSets
from tuimail.domain.token import AppPassword, Secret
from tuimail.engine.worker import log_crash
from tuimail.headless import check_account

PASSWORD = secrets.token_urlsafe(16)
CLIENT_SECRET = secrets.token_urlsafe(16)
_PARAMETERS = ("code", "code_verifier", "refresh_token", "device_code", "token", "client_secret")


@pytest.fixture
def talkative(rig: Rig) -> Iterator[None]:
    """The log at debug level, of every library too."""
    handler = open_log(rig.places.log, logging.DEBUG)
    names = ("httpx2", "httpcore2", "authlib", "imapclient", "keyring", "asyncio")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)
    close_log(handler)


def in_the_browser(rig: Rig) -> Heard:
    return rig.signed_in()


def with_a_client_secret(rig: Rig) -> Heard:
    rig.account = rig.make_account(oauth=rig.make_oauth(secret_in_keychain=True))
    heard = rig.opened()
    number = heard.submit(SignIn(account=ACCOUNT, permissions=ALL))
    heard.wait_for(ClientSecretNeeded)
    heard.do(GiveClientSecret(account=ACCOUNT, secret=Secret(CLIENT_SECRET)))
    heard.wait_for(Finished, lambda event: event.command == number)
    return online(heard)


def registered_by_the_server(rig: Rig) -> Heard:
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))
    return rig.signed_in()


def with_a_code_elsewhere(rig: Rig) -> Heard:
    rig.auth.offer_codes(interval_s=1)
    heard = rig.opened()
    heard.submit(SignInByCode(account=ACCOUNT, permissions=ALL))
    rig.auth.type_in(heard.wait_for(CodeNeeded).user_code)
    return online(heard)


def with_an_app_password(rig: Rig) -> Heard:
    rig.mail.capabilities += b" AUTH=PLAIN"
    rig.smtp.answers[b"EHLO"] = EHLO.replace(b"XOAUTH2", b"XOAUTH2 PLAIN")
    rig.account = rig.make_account(sign_in=SignInMethod.APP_PASSWORD, oauth=OAuthSettings(scopes=ScopeSets()))
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(PasswordNeeded)
    heard.do(SignInWithPassword(account=ACCOUNT, password=AppPassword(PASSWORD)))
    return online(heard)


def use_it(rig: Rig, heard: Heard, folder: Path) -> None:
    """Read, send, ask for health, export."""
    (row,) = open_full(heard, box(heard))
    heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)
    write(heard)
    emptied(heard)
    heard.ask(InspectHealth(account=ACCOUNT, live=True), HealthInspected)
    heard.ask(ExportMail(account=ACCOUNT, path=str(folder / "all.mbox"), as_mbox=True), FileSaved)
    heard.ask(ExportRecords(path=str(folder / "records.json")), FileSaved)
    heard.ask(ListActivity(), ActivityListed)
    assert rig.smtp.mails


def break_it(rig: Rig, heard: Heard) -> None:
    """Servers that say no, and that say back what they were told."""

    def echo(peer: Peer, line: bytes) -> None:
        peer.send(b"535 5.7.8 no: " + line + b"\r\n")

    rig.smtp.answers[b"AUTH"] = echo
    write(heard)
    if not rig.account.uses_password:
        refuse_known_tokens(rig)
        for request in list(rig.auth.seen("/token")):
            said = {"error": "invalid_request", "error_description": f"bad: {request.form}"}
            rig.auth.script("/token", json_reply(said, 400))
        run_out(heard)
        with pytest.raises(AuthError) as caught:
            desk(heard).token(Permission.READ)
        log_crash("a worker", caught.value)
        rig.auth.forget_scripts()
    for secret in planted(rig):
        log_crash("a worker", ValueError(f"token={secret}"))
        logging.getLogger("httpcore2").debug("send_request_headers [(b'Authorization', b'Bearer %s')]", secret)


def end_it(heard: Heard, folder: Path) -> None:
    """The emergency, with its report."""
    heard.do(SignOutAll())
    report = next(event for event in reversed(heard.events) if isinstance(event, SignedOutReport))
    end = AccountEnd(
        account=report.account,
        address="alice@example.test",
        provider="Example",
        steps=report.steps,
        revoked=report.revoked,
        is_owed=report.can_retry,
        page=None,
    )
    now = heard.program.setting.clock()
    heard.ask(SaveReport(path=str(folder / "report.txt"), text=report_text([end], at=now)), FileSaved)


def planted(rig: Rig) -> set[str]:
    """Every secret that crossed a wire so far."""
    forms = [request.form for request in rig.auth.requests]
    sent = {form[name] for form in forms for name in _PARAMETERS if form.get(name)}
    issued = {*rig.auth._access, *rig.auth._refresh, *rig.auth._device}
    return {*sent, *issued, *rig.mail.tokens, *(password for _, password in rig.mail.passwords)} - {""}


def traces_of(secret: str) -> list[bytes]:
    """The secret, its halves, and what it looks like on a wire."""
    core = secret.rpartition("access-")[2].rpartition("refresh-")[2]
    half = len(core) // 2
    wires = (secret, f"\0alice@example.test\0{secret}", f"user=alice@example.test\x01auth=Bearer {secret}\x01\x01")
    return [core[:half].encode(), core[half:].encode(), *(base64.b64encode(wire.encode()) for wire in wires)]


def told_by(heard: Heard) -> bytes:
    """All that reaches the screen, hidden fields of reprs included; but for the addresses that a browser is sent to."""
    shown = [replace(event, url="") if isinstance(event, BrowserNeeded) else event for event in heard.events]
    encode = Encoder(enc_hook=repr).encode
    return b"\n".join(encode(event) for event in shown)


def of_the_process() -> bytes:
    """What other programs of the machine could see: arguments and environment, of the children too."""
    mine = Path("/proc/self")
    children = [Path("/proc", number) for number in _children()]
    files = [place / name for place in (mine, *children) for name in ("cmdline", "environ")]
    held = repr(dict(os.environ)).encode()
    return held + b"".join(path.read_bytes() for path in files if path.exists())


def _children() -> list[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [number for task in tasks for number in task.read_text(encoding="ascii").split()]


@pytest.mark.parametrize(
    "way",
    [in_the_browser, with_a_client_secret, registered_by_the_server, with_a_code_elsewhere, with_an_app_password],
)
@pytest.mark.usefixtures("talkative")
def test_a_planted_secret_is_found_nowhere(
    rig: Rig, tmp_path: Path, capfd: pytest.CaptureFixture[str], way: Callable[[Rig], Heard]
) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    rig.mail.deliver(letter("Hello"))
    heard = way(rig)
    use_it(rig, heard, exports)
    break_it(rig, heard)
    while_running = of_the_process()
    end_it(heard, exports)
    heard.program.close()
    check_account(rig.setting(), ACCOUNT)

    out, err = capfd.readouterr()
    places = {str(path): path.read_bytes() for path in rig.folder.rglob("*") if path.is_file()}
    places |= {"screen": told_by(heard), "output": (out + err).encode(), "process": while_running + of_the_process()}
    found = planted(rig)
    assert found
    assert rig.places.log.stat().st_size > 0
    traces = [(secret, trace) for secret in found for trace in traces_of(secret)]
    assert [(place, secret) for secret, trace in traces for place, data in places.items() if trace in data] == []


def test_the_search_itself_would_find_one() -> None:
    token = f"access-{secrets.token_urlsafe(16)}"
    for text in (token, token[-12:], base64.b64encode(token.encode()).decode()):
        assert any(trace in f"before {text} after".encode() for trace in traces_of(token)), text
