"""Servers that have, or claim, far more than anybody reads; and numbers that mean other messages by now."""

import re
from collections.abc import Iterator

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.imap_server import CAPABILITIES, ImapScript, row
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer, WireServer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import LoadRows, OpenAccount, OpenMailbox, Refresh, SetFlags, SignIn
from tuimail.api.events import ConsentNeeded, FillingChanged, ListChanged, ListLoaded, MailboxesListed, RowsLoaded
from tuimail.domain.account import Keep
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.scope import Permission

MESSAGES = 200_000
FOLDERS = 5_000
NAME_BYTES = 900
"""With the rest of their lines, the folders' names are a list of 10 MB."""
_RANGE = re.compile(rb"(\d+):(\d+|\*)")


class Giant(ImapScript):
    """A mailbox of 200,000 messages, and 5,000 folders with long names."""

    def __init__(self) -> None:
        super().__init__(
            answers={
                b"LIST": self._list,
                b"SELECT": self._select,
                b"EXAMINE": self._select,
                b"UID SEARCH": self._search,
                b"UID FETCH": self._rows,
                b"FETCH": self._rows,
                b"STATUS": b'* STATUS "x" (MESSAGES 1 UNSEEN 0 UIDNEXT 2 UIDVALIDITY 3)\r\nTAG OK done\r\n',
            },
            capabilities=CAPABILITIES,
        )
        lines = [
            b'* LIST () "/" "%d%s"\r\n* STATUS "%d%s" (MESSAGES 1 UNSEEN 0 UIDNEXT 2 UIDVALIDITY 3)\r\n'
            % (number, b"x" * NAME_BYTES, number, b"x" * NAME_BYTES)
            for number in range(FOLDERS)
        ]
        counts = b"MESSAGES %d UNSEEN 7 UIDNEXT %d UIDVALIDITY 7" % (MESSAGES, MESSAGES + 1)
        inbox = b'* LIST () "/" "INBOX"\r\n* STATUS "INBOX" (%s)\r\n' % counts
        self._listing = inbox + b"".join(lines)

    def _list(self, peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(self._listing + tag + b" OK done\r\n")

    def _select(self, peer: Peer, tag: bytes, _: bytes) -> None:
        told = (b"* %d EXISTS" % MESSAGES, b"* OK [UIDVALIDITY 7] ok", b"* OK [UIDNEXT %d] ok" % (MESSAGES + 1))
        peer.send(b"".join(line + b"\r\n" for line in (*told, b"* OK [HIGHESTMODSEQ 5] ok")) + tag + b" OK done\r\n")

    def _search(self, peer: Peer, tag: bytes, text: bytes) -> None:
        found = _RANGE.search(text)
        assert found is not None
        last = MESSAGES if found[2] == b"*" else int(found[2])
        peer.send(b'* ESEARCH (TAG "x") UID ALL %s:%d\r\n' % (found[1], last) + tag + b" OK done\r\n")

    def _rows(self, peer: Peer, tag: bytes, text: bytes) -> None:
        found = _RANGE.search(text)
        assert found is not None
        rows = [row(uid, seq=uid, header=letter("x")) for uid in range(int(found[1]), int(found[2]) + 1)]
        peer.send(b"".join(rows) + tag + b" OK done\r\n")


@pytest.fixture
def giant(rig: Rig) -> Iterator[Giant]:
    """The account's mail server is that one."""
    script = Giant()
    with WireServer(script, rig.certificate.server_context()) as server:
        rig.account = rig.make_account(imap=server.address, keep=Keep(days=0))
        yield script
        for program in rig.programs:
            program.close()


def test_a_giant_mailbox_among_thousands_of_folders_has_its_newest_rows_at_once(rig: Rig, giant: Giant) -> None:
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(ConsentNeeded)
    heard.submit(SignIn(account=ACCOUNT, permissions=frozenset({Permission.READ})))
    listed = heard.wait_for(MailboxesListed, lambda event: bool(event.mailboxes))
    opened = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    if not opened.rows:
        heard.wait_for(ListChanged, lambda event: len(event.rows) >= 100)
    filling = heard.wait_for(FillingChanged, lambda event: event.done > 0)

    assert len(listed.mailboxes) == FOLDERS + 1
    assert filling.total == MESSAGES - 100
    # Neither the list of folders nor the numbers of all messages were asked for twice.
    assert sum(1 for command in giant.commands if command.startswith(b"LIST")) == 1
    assert sum(1 for command in giant.commands if command.startswith(b"UID SEARCH")) == 1
    assert max(map(len, giant.commands)) < 300


def fill(rig: Rig, count: int) -> list[int]:
    return rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(count)))


def subjects(heard: Heard, rows: list[RowId]) -> list[str]:
    loaded = heard.ask(LoadRows(account=ACCOUNT, rows=tuple(rows)), RowsLoaded)
    return [each.subject for each in loaded.envelopes]


def test_a_uidnext_that_fell_rebuilds_the_folder(rig: Rig) -> None:
    fill(rig, 5)
    heard = rig.signed_in()
    before = open_full(heard, box(heard))
    with rig.mail.guard:
        # Restored from an old copy: the same identity, the numbers given out anew.
        rig.mail.inbox.mails.clear()
        rig.mail.inbox.uidnext = 1
    rig.mail.deliver(letter("another"), letter("yet another", minute=1))

    heard.submit(Refresh(account=ACCOUNT))
    changed = heard.wait_for(ListChanged, lambda event: len(event.rows) == 2)

    assert not set(changed.rows) & set(before)
    assert subjects(heard, [RowId(row) for row in changed.rows]) == ["yet another", "another"]


def test_a_count_that_shrank_without_a_word_is_noticed(rig: Rig) -> None:
    uids = fill(rig, 5)
    heard = rig.signed_in()
    open_full(heard, box(heard))
    with rig.mail.guard:
        del rig.mail.inbox.mails[uids[2]]

    heard.submit(Refresh(account=ACCOUNT))

    assert len(heard.wait_for(ListChanged, lambda event: len(event.rows) == 4).rows) == 4


def test_a_message_that_was_gone_and_is_there_again_is_shown_again(rig: Rig) -> None:
    uids = fill(rig, 5)
    heard = rig.signed_in()
    open_full(heard, box(heard))
    with rig.mail.guard:
        kept = rig.mail.inbox.mails.pop(uids[2])
        rig.mail.touch(kept)
    heard.submit(Refresh(account=ACCOUNT))
    heard.wait_for(ListChanged, lambda event: len(event.rows) == 4)

    with rig.mail.guard:
        rig.mail.inbox.mails[uids[2]] = rig.mail.touch(kept)
    heard.submit(Refresh(account=ACCOUNT))
    changed = heard.wait_for(ListChanged, lambda event: len(event.rows) == 5 and event.is_complete)

    assert "mail 2" in subjects(heard, [RowId(row) for row in changed.rows])


def test_a_flag_for_a_message_that_another_client_moved_meanwhile_touches_no_other(rig: Rig) -> None:
    uids = fill(rig, 3)
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    with rig.mail.guard:
        gone = rig.mail.inbox.mails.pop(uids[0])
        rig.mail.add(rig.mail.boxes[b"Trash"], gone.raw, set())

    heard.do(SetFlags(account=ACCOUNT, rows=(rows[-1],), add=frozenset({"\\Flagged"})))
    heard.do(Refresh(account=ACCOUNT))

    everywhere = [mail for each in rig.mail.boxes.values() for mail in each.mails.values()]
    assert not any(b"\\Flagged" in mail.flags for mail in everywhere)
    assert box(heard, MailboxRole.INBOX).total == 2
