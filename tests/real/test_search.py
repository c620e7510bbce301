"""Searches as a real Dovecot understands them."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.real.bed.bed import Bed
from tests.real.bed.people import ALICE
from tuimail.domain.account import Server, Tls
from tuimail.domain.query_text import Ground, parse_query
from tuimail.domain.token import Secret
from tuimail.net.imap.session import ImapSession

GROUND = Ground(now=datetime(2026, 3, 31, 12, tzinfo=UTC))
MAILS = (
    "From: Zoë <zoe@example.test>\r\nTo: alice@example.test\r\nSubject: Kettle\r\n"
    "Date: Sun, 01 Mar 2026 12:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEr pfeift: „Grüße“.\r\n",
    "From: ada@example.test\r\nTo: bob@example.test\r\nCc: alice@example.test\r\nSubject: Two cups\r\n"
    'Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    "--b\r\n\r\nWith the kettle.\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
    + "x" * 3000
    + "\r\n--b--\r\n",
    "From: ada@example.test\r\nTo: alice@example.test\r\nSubject: =?utf-8?B?5p2x5Lqs6YO9?=\r\n"
    'Date: Tue, 03 Mar 2026 12:00:00 +0000\r\n\r\nShe said "boil (it)" \\ and left.\r\n',
)


@pytest.fixture
def session(bed: Bed) -> Iterator[ImapSession]:
    """Alice's Archive with three mails; the middle one is read, the last flagged."""
    server = Server(host="localhost", port=bed.dovecot.ports.implicit, tls=Tls.IMPLICIT)
    opened = ImapSession.connect(server, ssl.create_default_context(cafile=str(bed.authority.certificate)))
    opened.sign_in(ALICE.address, Secret(bed.provider.mint(ALICE, "openid email mail.read")))
    flags = (frozenset[str](), frozenset({"\\Seen", "\\Answered"}), frozenset({"\\Flagged"}))
    for mail, flag in zip(MAILS, flags, strict=True):
        opened.append(b"Archive", mail.encode(), flag)
    opened.select(b"Archive")
    yield opened
    opened.close()


FOUND = {
    "kettle": [1, 2],
    "subject:kettle": [1],
    "body:kettle": [2],
    "kett": [1, 2],
    "-kettle": [3],
    "from:ada kettle": [2],
    "from:zoë": [1],
    "grüße": [1],
    "東京都": [3],
    "subject:東京": [3],
    '"boil (it)"': [3],
    "to:alice": [1, 2, 3],
    "cc:alice": [2],
    "grüße or cups": [1, 2],
    "(from:ada kettle) or subject:東京": [2, 3],
    "-(from:ada kettle) -grüße": [3],
    "has:attachment": [2],
    "is:unread": [1, 3],
    "is:read": [2],
    "is:starred": [3],
    "is:answered": [2],
    "larger:2k": [2],
    "smaller:2k": [1, 3],
    "since:2026-03-02": [2, 3],
    "before:2026-03-02": [1],
    "": [1, 2, 3],
}


def test_every_filter_finds_what_it_says(session: ImapSession) -> None:
    first, *_ = session.uids()

    found = {text: session.search(parse_query(text, GROUND).root) for text in FOUND}

    assert {text: [uid - first + 1 for uid in uids] for text, uids in found.items()} == FOUND
