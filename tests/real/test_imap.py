"""The wire with a real Dovecot: what a start costs, what changed elsewhere, parts, news of other folders."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.fakes.relay import Relay
from tests.real.bed.bed import Bed
from tests.real.bed.mailbox import ATTACHMENT_NAME, ATTACHMENT_SUBJECT, ATTACHMENT_TEXT
from tests.real.bed.people import ALICE
from tuimail.domain.account import Server, Tls
from tuimail.domain.token import Secret
from tuimail.net.imap.changes import Known
from tuimail.net.imap.news import News
from tuimail.net.imap.rows import FetchedRow
from tuimail.net.imap.session import ImapSession

FLAGGED = frozenset({"\\Flagged"})
Connect = Callable[..., ImapSession]


@pytest.fixture
def connect(bed: Bed) -> Iterator[Connect]:
    """Opens signed-in connections as Alice."""
    context = ssl.create_default_context(cafile=str(bed.authority.certificate))
    token = Secret(bed.provider.mint(ALICE, "openid email mail.read"))
    with ExitStack() as opened:

        def open_one(port: int = bed.dovecot.ports.implicit) -> ImapSession:
            session = ImapSession.connect(Server(host="localhost", port=port, tls=Tls.IMPLICIT), context)
            opened.callback(session.close)
            session.sign_in(ALICE.address, token)
            return session

        yield open_one


def known_by(session: ImapSession) -> Known:
    selected = session.select(b"INBOX")
    assert selected.highestmodseq is not None
    return Known(
        uidvalidity=selected.uidvalidity, modseq=selected.highestmodseq, uids=range(1, max(2, selected.uidnext))
    )


def test_a_warm_start_takes_five_round_trips_and_tells_what_changed(bed: Bed, connect: Connect) -> None:
    other = connect()
    known = known_by(other)
    first, *_, last = other.uids()
    other.store_flags([first], FLAGGED, frozenset())
    other.move([last], b"Trash")

    with Relay(bed.dovecot.ports.implicit) as relay:
        begun = connect(relay.port).begin(b"INBOX", known)
        round_trips, down_bytes = relay.round_trips, relay.down_bytes

    assert begun.selected is not None
    assert begun.selected.changes is not None
    assert begun.selected.changes.vanished == [last]
    assert list(begun.selected.changes.flags) == [first]
    assert begun.selected.changes.flags[first] >= FLAGGED
    assert {"INBOX", "Sent", "Trash"} <= {mailbox.name for mailbox in begun.mailboxes or ()}
    assert round_trips == 5
    assert down_bytes < 8_000


def test_rows_and_flags_in_slices_are_those_asked_for_at_once(connect: Connect) -> None:
    session = connect()
    session.select(b"INBOX")
    uids = session.uids()
    rows: list[FetchedRow] = []

    def take_rows(found: list[FetchedRow]) -> bool:
        rows.extend(found)
        return True

    assert session.rows_in(uids, take_rows, size=2)
    assert rows == session.rows(uids)[::-1]
    assert all(row.is_readable and row.header for row in rows)
    assert session.flags(range(1, uids[-1] + 1)) == {row.uid: row.flags for row in rows}


def test_a_file_comes_by_its_part(connect: Connect) -> None:
    session = connect()
    session.select(b"INBOX")
    (uid,) = [row.uid for row in session.rows(session.uids()) if ATTACHMENT_SUBJECT.encode() in row.header]
    parts = session.structure(uid)

    assert parts is not None
    assert ATTACHMENT_SUBJECT.encode() in parts.header
    (file,) = [part for part in parts.root.walk() if part.disposition == "attachment"]
    assert dict(file.disposition_params)["filename"] == ATTACHMENT_NAME
    content = session.part(uid, file.section, size_bytes=file.size_bytes, check=lambda: None)
    assert content.replace(b"\r\n", b"\n").decode().strip() == ATTACHMENT_TEXT.strip()
    assert session.sections(uid, {file.section: 8}) == {file.section: content[:8]}


def test_news_of_another_folder_comes_while_the_inbox_is_watched(connect: Connect) -> None:
    session, other = connect(), connect()
    session.select(b"INBOX", readonly=True)
    assert session.notify()
    heard: list[News] = []

    def hear(news: News) -> None:
        heard.append(news)
        if any(status.raw == b"Sent" for status in news.statuses):
            other.select(b"INBOX")
            other.store_flags(other.uids()[:1], FLAGGED, frozenset())
        elif news.selected_changed:
            session.wake()

    other.append(b"Sent", b"Subject: a copy\r\n\r\nx", frozenset())
    session.watch(60, hear)

    (status,) = [status for news in heard for status in news.statuses]
    assert (status.raw, status.total, status.unread) == (b"Sent", 1, 1)
    assert heard[-1].selected_changed
