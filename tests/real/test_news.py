"""News of a real server without a key press: of the inbox by IDLE, of every other folder by NOTIFY."""

import imaplib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.certificates import make_certificate
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tests.real.bed.programs import is_required, locate
from tests.real.small_dovecot import CAPABILITIES, SmallDovecot, small_dovecot
from tuimail.api.commands import OpenMailbox
from tuimail.api.events import ListChanged, ListLoaded, MailboxesListed
from tuimail.domain.account import Keep, Server, Tls
from tuimail.domain.mailbox import MailboxRole


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallDovecot]:
    """Dovecot with all it can."""
    if locate("dovecot") is None:
        if is_required():
            pytest.fail("this needs Dovecot", pytrace=False)
        pytest.skip("this needs Dovecot")
    with small_dovecot(make_certificate(tmp_path), CAPABILITIES["qresync"]) as dovecot:
        yield dovecot


@pytest.fixture
def client(server: SmallDovecot) -> Iterator[imaplib.IMAP4_SSL]:
    """Another client, with a few mails in the inbox."""
    with server.client() as client:
        for number in range(150):
            _append(client, f"mail {number}", number)
        yield client


@pytest.fixture
def heard(server: SmallDovecot, client: imaplib.IMAP4_SSL, tmp_path: Path) -> Iterator[Heard]:
    """A program on that server, its inbox open and its second connection listening."""
    with ExitStack() as running:
        rig = Rig(tmp_path, server.certificate, running)
        address = Server(host="localhost", port=server.port, tls=Tls.IMPLICIT)
        rig.account = rig.make_account(imap=address, keep=Keep(days=0))
        heard = rig.signed_in()
        running.callback(heard.program.close)
        open_full(heard, box(heard))
        _append(client, "noticed", 500)
        heard.wait_for(ListChanged, lambda event: len(event.rows) == 151)
        yield heard


def test_mail_in_another_folder_is_counted_by_itself(heard: Heard, client: imaplib.IMAP4_SSL) -> None:
    _append(client, "filed", 600, folder="Archive")

    heard.wait_for(MailboxesListed, lambda event: _total(event, MailboxRole.ARCHIVE) == 1)


def test_mail_in_the_folder_on_the_screen_comes_by_itself(heard: Heard, client: imaplib.IMAP4_SSL) -> None:
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard, MailboxRole.ARCHIVE).id), ListLoaded)

    _append(client, "filed", 600, folder="Archive")

    heard.wait_for(ListChanged, lambda event: len(event.rows) == 1)


def test_many_flags_that_changed_elsewhere_are_right_by_themselves(heard: Heard, client: imaplib.IMAP4_SSL) -> None:
    client.select("INBOX")
    client.uid("STORE", "1:140", "+FLAGS.SILENT", "(\\Seen)")

    changed = heard.wait_for(ListChanged, lambda event: len(event.changed) >= 140)

    assert sum(1 for each in changed.changed if not each.is_unread) == 140


def _append(client: imaplib.IMAP4_SSL, subject: str, minute: int, *, folder: str = "INBOX") -> None:
    verdict, _ = client.append(folder, "", imaplib.Time2Internaldate(time.time()), letter(subject, minute=minute))
    assert verdict == "OK"


def _total(event: MailboxesListed, role: MailboxRole) -> int:
    return sum(each.total for each in event.mailboxes if each.role is role)
