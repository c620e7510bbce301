"""Mail by part from a real server: the bytes it costs, and that nothing of it looks otherwise than whole."""

from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.mime.corpus import corpus_mails, needs_corpus
from tests.mime.test_skeleton import assert_same
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import Seed, alices_mail, made_mail
from tests.real.bed.people import ALICE
from tests.real.mini_client import MiniClient
from tests.real.steps import sign_in
from tests.real.test_bed import READ
from tuimail.domain.account import Server, Tls
from tuimail.domain.token import Secret
from tuimail.engine.fetching import OnServer, fetch_all, fetch_texts
from tuimail.mime import skeleton
from tuimail.mime.attachments import attachment_data, decode_part
from tuimail.mime.parse import parse_message
from tuimail.net.imap.session import ImapSession
from tuimail.net.tls import make_context

FILE = bytes(range(250)) * 20_000
"""5 MB."""


class Patient:
    """Somebody who waits for everything."""

    def check(self) -> None:
        """Never give up."""

    def progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """Is not looked at."""


@pytest.fixture
def session(bed: Bed, client: MiniClient) -> Iterator[ImapSession]:
    """Alice's mailbox."""
    uri = "http://127.0.0.1:9/callback"
    redirect = client.redirect_without_a_browser(client.authorization_url(uri, READ), ALICE)
    token = client.exchange(parse_qs(urlsplit(redirect).query)["code"][0], uri)["access_token"]
    server = Server(host="localhost", port=bed.dovecot.ports.implicit, tls=Tls.IMPLICIT)
    session = ImapSession.connect(server, make_context(str(bed.authority.certificate)))
    session.sign_in(ALICE.address, Secret(token))
    yield session
    session.close()


def parcel() -> EmailMessage:
    """A text in two forms, a picture in it, and a big file."""
    mail = made_mail("The plans for the greenhouse", "Alice,\n\nhere they are.\n\nBob\n", hours_ago=0.5)
    mail.add_alternative("<p>Alice,<p>here they <b>are</b>.<p>Bob", subtype="html")
    mail.add_attachment(FILE, maintype="application", subtype="pdf", filename="Pläne.pdf")
    return mail


def filed(session: ImapSession, *mails: bytes) -> list[OnServer]:
    """Put mails into the inbox, and where the server has them."""
    session.select(b"INBOX")
    before = set(session.uids())
    for mail in mails:
        session.append(b"INBOX", mail, frozenset())
    session.select(b"INBOX")
    return [
        OnServer(uid=row.uid, size_bytes=row.size_bytes) for row in session.rows(sorted(set(session.uids()) - before))
    ]


def test_a_mail_with_a_file_of_5_mb_is_opened_with_3_kb(session: ImapSession) -> None:
    (message,) = filed(session, parcel().as_bytes())
    before = session.received_bytes

    found = fetch_texts(session, message, Patient())
    cost = session.received_bytes - before

    assert cost < 3_000
    shown = parse_message(found.raw, missing=found.missing)
    assert_same(shown, parse_message(fetch_all(session, message, Patient()).raw))
    data = session.part(message.uid, "2", check=lambda: None)
    assert decode_part(found.raw, "2", data) == FILE


@needs_corpus
def test_every_mail_of_the_corpus_reads_the_same_by_part(session: ImapSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skeleton, "WORTH_LEAVING", 1)
    monkeypatch.setattr("tuimail.engine.fetching.SMALL", 0)
    by_part = 0
    for message in filed(session, *(path.read_bytes() for path in corpus_mails() if path.stat().st_size)):
        whole = fetch_all(session, message, Patient()).raw
        found = fetch_texts(session, message, Patient())
        by_part += not found.is_whole

        assert_same(parse_message(found.raw, missing=found.missing), parse_message(whole))
        for part in found.missing:
            data = session.part(message.uid, part, check=lambda: None)
            # Where a part of a broken mail ends is read in more than one way; where it begins is not.
            assert attachment_data(whole, part).startswith(decode_part(found.raw, part, data).rstrip())
    assert by_part > 40


def test_the_program_reads_a_big_mail_at_once_and_saves_its_file(desk: Desk, bed: Bed) -> None:
    bed.alice.reset([*alices_mail(), Seed(message=parcel(), flags="S")])
    terminal = sign_in(desk)

    terminal.keys("Enter")
    terminal.wait_for("here they are.", "Pläne.pdf (5.0 MB)")
    terminal.keys("A")
    terminal.wait_for("Save into this folder")
    terminal.keys("Enter")
    terminal.wait_for("This file is no text")
    terminal.keys("s")
    terminal.wait_for("Saved as")

    saved = desk.home.downloads / "Pläne.pdf"
    assert saved.read_bytes() == FILE
