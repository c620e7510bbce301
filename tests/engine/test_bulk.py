"""Thousands of messages changed by one command: in portions, undone as one."""

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import LoadRows, MoveMessages, OpenMailbox, Refresh, SetFlags, Undo
from tuimail.api.events import Finished, LinkChanged, ListLoaded, RowsLoaded
from tuimail.domain.account import Link
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.engine.portions import PORTION

COUNT = 2 * PORTION + 100
STAR = frozenset({Flag.FLAGGED})


@pytest.fixture
def heard(rig: Rig) -> Heard:
    rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(COUNT)))
    return rig.signed_in()


@pytest.fixture
def rows(heard: Heard) -> tuple[RowId, ...]:
    return tuple(open_full(heard, box(heard)))


def starred(rig: Rig) -> int:
    return sum(b"\\Flagged" in mail.flags for mail in rig.mail.boxes[b"INBOX"].mails.values())


def finished(heard: Heard, command: SetFlags | MoveMessages | Undo | Refresh) -> Finished:
    ended = heard.do(command)
    assert isinstance(ended, Finished), ended
    return ended


def test_thousands_of_flags_reach_the_server_and_are_undone_as_one(
    rig: Rig, heard: Heard, rows: tuple[RowId, ...]
) -> None:
    marked = finished(heard, SetFlags(account=ACCOUNT, rows=rows, add=STAR))
    finished(heard, Refresh(account=ACCOUNT))
    assert marked.words == f"{COUNT} messages starred"
    assert starred(rig) == COUNT

    undone = finished(heard, Undo(account=ACCOUNT))
    finished(heard, Refresh(account=ACCOUNT))

    assert undone.words == "Undone"
    assert starred(rig) == 0


def test_thousands_moved_offline_come_back_as_one(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] later\r\n"
    rig.mail.hang_up()
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)
    inbox = box(heard)

    moved = finished(heard, MoveMessages(account=ACCOUNT, rows=rows, to=MailboxRole.TRASH))
    left = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox.id), ListLoaded)
    finished(heard, Undo(account=ACCOUNT))
    back = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox.id), ListLoaded)

    assert moved.words == f"Deleted {COUNT} messages"
    assert moved.can_undo
    assert len(left.rows) == 0
    assert tuple(back.rows) == rows


def test_only_what_differs_is_changed_and_undone(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    finished(heard, SetFlags(account=ACCOUNT, rows=rows[: PORTION + 5], add=STAR))

    marked = finished(heard, SetFlags(account=ACCOUNT, rows=rows, add=STAR))
    finished(heard, Undo(account=ACCOUNT))
    finished(heard, Refresh(account=ACCOUNT))

    assert marked.words == f"{COUNT - PORTION - 5} messages starred"
    assert starred(rig) == PORTION + 5


def test_undo_means_the_action_that_still_goes_on(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    finished(heard, SetFlags(account=ACCOUNT, rows=rows[:1], add=STAR))

    heard.submit(MoveMessages(account=ACCOUNT, rows=rows, to=MailboxRole.TRASH))
    finished(heard, Undo(account=ACCOUNT))
    finished(heard, Refresh(account=ACCOUNT))

    assert len(rig.mail.boxes[b"INBOX"].mails) == COUNT
    assert starred(rig) == 1


def test_two_undos_in_a_row_take_back_the_newer_action_first(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    for role in (MailboxRole.SENT, MailboxRole.TRASH):
        finished(heard, MoveMessages(account=ACCOUNT, rows=rows, to=role))
        finished(heard, Refresh(account=ACCOUNT))

    heard.submit(Undo(account=ACCOUNT))
    finished(heard, Undo(account=ACCOUNT))
    for _ in range(2):
        finished(heard, Refresh(account=ACCOUNT))

    assert len(rig.mail.boxes[b"INBOX"].mails) == COUNT


def test_an_action_that_changed_nothing_is_not_what_undo_means(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    finished(heard, SetFlags(account=ACCOUNT, rows=rows[:3], add=STAR))
    finished(heard, MoveMessages(account=ACCOUNT, rows=rows, to=MailboxRole.INBOX))

    finished(heard, Undo(account=ACCOUNT))
    finished(heard, Refresh(account=ACCOUNT))

    assert starred(rig) == 0


def test_what_fits_into_one_command_is_one_command(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    finished(heard, SetFlags(account=ACCOUNT, rows=rows, add=STAR))
    finished(heard, Refresh(account=ACCOUNT))
    finished(heard, MoveMessages(account=ACCOUNT, rows=rows, to=MailboxRole.TRASH))
    finished(heard, Refresh(account=ACCOUNT))

    assert starred(rig) == 0
    assert len(rig.mail.boxes[b"Trash"].mails) == COUNT
    assert rig.mail.count(b"UID STORE") == rig.mail.count(b"UID MOVE") == 1


def test_the_order_of_the_list_makes_no_more_commands(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    finished(heard, SetFlags(account=ACCOUNT, rows=(*rows[::2], *rows[1::2]), add=STAR))
    finished(heard, Refresh(account=ACCOUNT))

    assert starred(rig) == COUNT
    assert [command for command in rig.mail.commands if command.startswith(b"UID STORE")] == [
        b"UID STORE 1:%d +FLAGS.SILENT (\\Flagged)" % COUNT
    ]


def test_a_no_that_is_meant_for_some_takes_back_those_alone(rig: Rig, heard: Heard, rows: tuple[RowId, ...]) -> None:
    def refuse_the_oldest(peer: Peer, tag: bytes, text: bytes) -> None:
        first, _, last = text.split()[2].partition(b":")
        if int(first) == 1:
            peer.send(tag + b" NO [NOPERM] not these\r\n")
            return
        with rig.mail.guard:
            for uid in range(int(first), int(last) + 1):
                rig.mail.touch(rig.mail.inbox.mails[uid]).flags.add(b"\\Flagged")
        peer.send(tag + b" OK done\r\n")

    rig.mail.answers[b"UID STORE"] = refuse_the_oldest
    finished(heard, SetFlags(account=ACCOUNT, rows=rows, add=STAR))
    finished(heard, Refresh(account=ACCOUNT))

    told = heard.ask(LoadRows(account=ACCOUNT, rows=rows), RowsLoaded).envelopes
    assert starred(rig) == 2 * PORTION
    assert [each.is_flagged for each in told] == [True] * (2 * PORTION) + [False] * (COUNT - 2 * PORTION)
    assert not any(each.pending for each in told)
