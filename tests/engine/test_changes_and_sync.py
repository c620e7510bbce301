"""Lists that follow the server, and changes that reach it, whatever happens in between."""

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.imap_server import CAPABILITIES
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    LoadRows,
    MoveMessages,
    OpenAccount,
    OpenMailbox,
    OpenMessage,
    Refresh,
    SetFlags,
    Undo,
)
from tuimail.api.events import (
    Event,
    Failed,
    Finished,
    LinkChanged,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    MessageLoaded,
    Noticed,
    RowsLoaded,
)
from tuimail.domain.account import Keep, Link
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Envelope, Flag

STAR = frozenset({Flag.FLAGGED})
BARE = b"IMAP4rev1 AUTH=XOAUTH2"


def fill(rig: Rig, count: int) -> list[int]:
    """So many mails in the inbox."""
    return rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(count)))


def look(heard: Heard, row: RowId) -> Envelope:
    """The row as it is stored now."""
    return heard.ask(LoadRows(account=ACCOUNT, rows=(row,)), RowsLoaded).envelopes[0]


def settled(heard: Heard) -> None:
    """Everything that waited was told to the server."""
    ended = heard.do(Refresh(account=ACCOUNT))
    assert isinstance(ended, Finished), ended


def shown(heard: Heard, count: int, *, is_complete: bool = True) -> ListChanged:
    """The list once it has so many rows."""
    return heard.wait_for(ListChanged, lambda event: len(event.rows) == count and event.is_complete is is_complete)


def mended(heard: Heard, count: int) -> ListChanged:
    """The newest list, once it has so many rows; perhaps it was told already."""
    told = [event for event in heard.events if isinstance(event, ListChanged)]
    return told[-1] if told and len(told[-1].rows) == count else shown(heard, count)


def unplugged(rig: Rig, heard: Heard) -> None:
    """The mail server takes no sign-ins, and every connection is gone."""
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] later\r\n"
    rig.mail.hang_up()
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)


def flags(rig: Rig, uid: int, name: bytes = b"INBOX") -> set[bytes]:
    return rig.mail.boxes[name].mails[uid].flags


def test_a_refused_flag_is_taken_back_in_view_with_the_servers_words(rig: Rig) -> None:
    fill(rig, 1)
    heard = rig.signed_in()
    [row] = open_full(heard, box(heard))
    rig.mail.answers[b"UID STORE"] = b"TAG NO [NOPERM] this folder is for reading\r\n"

    heard.do(SetFlags(account=ACCOUNT, rows=(row,), add=STAR))
    told = heard.wait_for(Noticed, lambda event: "refused a change" in event.words)

    assert "this folder is for reading" in told.words
    assert not look(heard, row).is_flagged
    assert not look(heard, row).pending


def test_a_refused_move_is_taken_back_in_view(rig: Rig) -> None:
    fill(rig, 1)
    heard = rig.signed_in()
    inbox = box(heard)
    [row] = open_full(heard, inbox)
    rig.mail.answers[b"UID MOVE"] = b"TAG NO [OVERQUOTA] no room\r\n"

    heard.do(MoveMessages(account=ACCOUNT, rows=(row,), to=MailboxRole.TRASH))
    heard.wait_for(Noticed, lambda event: "no room" in event.words)

    assert look(heard, row).mailbox == inbox.id


def test_changes_made_offline_survive_a_restart_and_reach_the_server_in_order(rig: Rig) -> None:
    [uid] = fill(rig, 1)
    first = rig.signed_in()
    [row] = open_full(first, box(first))
    unplugged(rig, first)
    first.do(SetFlags(account=ACCOUNT, rows=(row,), add=STAR))
    first.do(MoveMessages(account=ACCOUNT, rows=(row,), to=MailboxRole.TRASH))
    waiting = [event.state.waiting for event in first.events if isinstance(event, LinkChanged)]
    first.program.close()
    assert waiting[-1] == 2
    assert not flags(rig, uid)
    rig.mail.answers.clear()

    second = rig.reopened()
    settled(second)

    told = [command.split(b" ")[1] for command in rig.mail.commands if command.startswith((b"UID STORE", b"UID MOVE"))]
    assert told == [b"STORE", b"MOVE"]
    [moved] = rig.mail.boxes[b"Trash"].mails.values()
    assert moved.flags == {b"\\Flagged"}
    assert not look(second, row).pending


def test_a_sign_in_that_the_server_turns_down_does_not_drop_waiting_changes(rig: Rig) -> None:
    [uid] = fill(rig, 1)
    heard = rig.signed_in()
    [row] = open_full(heard, box(heard))
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO User is authenticated but not connected\r\n"
    rig.mail.hang_up()
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)

    heard.do(SetFlags(account=ACCOUNT, rows=(row,), add=STAR))
    assert isinstance(heard.do(Refresh(account=ACCOUNT)), Failed)
    assert look(heard, row).pending
    rig.mail.answers.clear()
    settled(heard)

    assert flags(rig, uid) == {b"\\Flagged"}


def test_another_uidvalidity_rebuilds_the_list_and_drops_what_waits_with_a_note(rig: Rig) -> None:
    fill(rig, 3)
    heard = rig.signed_in()
    inbox = box(heard)
    rows = open_full(heard, inbox)
    unplugged(rig, heard)
    heard.do(SetFlags(account=ACCOUNT, rows=(rows[0],), add=STAR))
    rig.mail.renumber()
    rig.mail.answers.clear()

    heard.submit(Refresh(account=ACCOUNT))
    told = heard.wait_for(Noticed, lambda event: "renumbered" in event.words)
    again = shown(heard, 3)

    assert told.words
    assert not set(again.rows) & set(rows)
    assert not any(mail.flags for mail in rig.mail.inbox.mails.values())


def test_a_body_is_not_fetched_by_a_number_that_means_another_message(rig: Rig) -> None:
    fill(rig, 2)
    # Nothing is fetched ahead.
    rig.account = rig.make_account(keep=Keep(days=0))
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    settled(heard)
    with rig.mail.guard:
        rig.mail.inbox.uidvalidity += 1
    # As long as a mailbox stays open, its numbers mean what they meant (RFC 9051 section 2.3.1.1).
    rig.mail.hang_up()

    ended = heard.do(OpenMessage(account=ACCOUNT, row=rows[0]))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.MESSAGE_GONE

    def is_anew(event: Event) -> bool:
        return isinstance(event, ListChanged) and len(event.rows) == 2 and not set(event.rows) & set(rows)

    # It may come before the failure or after it, and after a list with the old rows.
    if not any(map(is_anew, heard.events)):
        heard.wait_for(ListChanged, is_anew)


def test_opening_a_message_that_is_gone_says_so_and_mends_the_list(rig: Rig) -> None:
    uids = fill(rig, 2)
    rig.account = rig.make_account(keep=Keep(days=0))
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    settled(heard)
    with rig.mail.guard:
        del rig.mail.inbox.mails[uids[-1]]
        rig.mail.modseq += 1

    ended = heard.do(OpenMessage(account=ACCOUNT, row=rows[0]))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.MESSAGE_GONE
    assert list(mended(heard, 1).rows) == rows[1:]


@pytest.mark.parametrize("capabilities", [BARE, CAPABILITIES.replace(b" UIDPLUS", b""), CAPABILITIES])
def test_a_chain_of_changes_and_its_undo_end_where_they_began(rig: Rig, capabilities: bytes) -> None:
    rig.mail.capabilities = capabilities
    fill(rig, 2)
    heard = rig.signed_in()
    inbox = box(heard)
    row = open_full(heard, inbox)[0]

    heard.do(SetFlags(account=ACCOUNT, rows=(row,), add=STAR))
    settled(heard)
    heard.do(MoveMessages(account=ACCOUNT, rows=(row,), to=MailboxRole.TRASH))
    settled(heard)
    heard.do(SetFlags(account=ACCOUNT, rows=(row,), remove=STAR))
    settled(heard)
    [there] = rig.mail.boxes[b"Trash"].mails.values()
    assert there.flags == set()
    for _ in range(3):
        assert isinstance(heard.do(Undo(account=ACCOUNT)), Finished)
    settled(heard)

    assert look(heard, row).mailbox == inbox.id
    assert not look(heard, row).is_flagged
    assert not look(heard, row).pending
    left = [mail for mail in rig.mail.boxes[b"Trash"].mails.values() if b"\\Deleted" not in mail.flags]
    assert left == []
    assert len([mail for mail in rig.mail.inbox.mails.values() if b"\\Deleted" not in mail.flags]) == 2


def test_five_hundred_messages_move_with_one_key(rig: Rig) -> None:
    fill(rig, 500)
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))

    done = heard.do(MoveMessages(account=ACCOUNT, rows=tuple(rows), to=MailboxRole.TRASH))
    settled(heard)

    assert isinstance(done, Finished)
    assert done.words == "Deleted 500 messages"
    assert len(rig.mail.boxes[b"Trash"].mails) == 500
    assert rig.mail.count(b"UID MOVE") == 1


def test_a_first_synchronisation_shows_the_newest_first_and_ends_complete(rig: Rig) -> None:
    fill(rig, 1000)
    heard = rig.signed_in()
    inbox = box(heard)
    assert inbox.total == 1000

    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox.id), ListLoaded)
    first = heard.wait_for(ListChanged, lambda event: bool(event.rows))
    whole = shown(heard, 1000)

    assert len(first.rows) == 100
    assert not first.is_complete
    assert first.rows[0] == whole.rows[0]
    assert look(heard, RowId(whole.rows[0])).subject == "mail 999"
    assert box(heard).unread == 1000


def test_a_first_synchronisation_cut_in_the_middle_goes_on_after_a_restart(rig: Rig) -> None:
    fill(rig, 1000)

    def hang_up(peer: Peer, _tag: bytes, _text: bytes) -> None:
        peer.cut()

    rig.mail.answers[b"UID FETCH"] = hang_up
    first = rig.signed_in()
    first.ask(OpenMailbox(account=ACCOUNT, mailbox=box(first).id), ListLoaded)
    shown(first, 100, is_complete=False)
    first.program.close()
    rig.mail.answers.clear()
    rig.mail.commands.clear()

    second = rig.reopened()
    second.ask(OpenMailbox(account=ACCOUNT, mailbox=box(second).id), ListLoaded)
    rows = shown(second, 1000).rows

    assert len(set(rows)) == 1000
    assert rig.mail.count(b"FETCH") == 0


def test_mail_that_comes_while_a_mailbox_fills_is_in_the_list_once(rig: Rig) -> None:
    fill(rig, 1000)
    heard = rig.signed_in()
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    heard.wait_for(ListChanged, lambda event: bool(event.rows))

    rig.mail.deliver(letter("fresh"))
    rows = shown(heard, 1001).rows

    assert len(set(rows)) == 1001


@pytest.mark.parametrize("capabilities", [CAPABILITIES, BARE])
def test_what_happens_elsewhere_is_followed(rig: Rig, capabilities: bytes) -> None:
    rig.mail.capabilities = capabilities
    uids = fill(rig, 5)
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    settled(heard)

    rig.mail.remove(uids[1])
    rig.mail.flag(uids[2], {b"\\Flagged", b"$Label1"})
    rig.mail.deliver(letter("fresh"))
    settled(heard)

    now = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded).rows
    assert len(now) == 5
    assert rows[3] not in now
    assert look(heard, rows[2]).flags == {"\\Flagged", "$Label1"}


def test_an_empty_mailbox_is_complete_at_once_and_takes_mail(rig: Rig) -> None:
    heard = rig.signed_in()
    open_full(heard, box(heard))

    rig.mail.deliver(letter("first"))
    settled(heard)

    loaded = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    assert len(loaded.rows) == 1
    assert loaded.is_complete


def test_the_last_mail_deleted_elsewhere_leaves_an_empty_list(rig: Rig) -> None:
    uids = fill(rig, 2)
    heard = rig.signed_in()
    open_full(heard, box(heard))
    settled(heard)

    for uid in uids:
        rig.mail.remove(uid)

    assert shown(heard, 0).is_complete


def test_being_offline_for_long_keeps_one_row_of_attempts(rig: Rig) -> None:
    heard = rig.signed_in()
    unplugged(rig, heard)
    for _ in range(6):
        heard.do(Refresh(account=ACCOUNT))
    offline = [event.state for event in heard.events if isinstance(event, LinkChanged)]
    household = heard.program.household
    assert household is not None

    assert offline[-1].link is Link.OFFLINE
    assert len({state.since for state in offline if state.link is Link.OFFLINE}) == 1
    rig.mail.answers.clear()
    settled(heard)
    online_again = [event.state for event in heard.events if isinstance(event, LinkChanged)][-1]
    assert online_again.link is Link.ONLINE


def test_a_message_is_read_from_the_store_without_a_network(rig: Rig) -> None:
    fill(rig, 1)
    heard = rig.signed_in()
    [row] = open_full(heard, box(heard))
    heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)
    heard.program.close()
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] later\r\n"

    again = rig.start()
    again.submit(OpenAccount(account=ACCOUNT))
    again.wait_for(MailboxesListed)

    assert again.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded).message.subject == "mail 0"
    del rig.mail.answers[b"AUTHENTICATE"]
    again.do(Refresh(account=ACCOUNT))


def test_whatever_is_undone_while_the_server_is_being_told_is_back_where_it_was(rig: Rig) -> None:
    uids = fill(rig, 8_000)
    heard = rig.signed_in()
    inbox, trash = box(heard), box(heard, MailboxRole.TRASH)
    rows = open_full(heard, inbox)

    heard.do(MoveMessages(account=ACCOUNT, rows=tuple(rows), to=trash.id))
    heard.do(Undo(account=ACCOUNT))
    settled(heard)
    settled(heard)

    assert len(rig.mail.boxes[b"INBOX"].mails) == len(uids)
    assert len(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox.id), ListLoaded).rows) == len(uids)


def test_undo_takes_back_what_the_server_did_without_getting_to_say_so(rig: Rig) -> None:
    [uid] = fill(rig, 1)
    heard = rig.signed_in()
    inbox, trash = box(heard), box(heard, MailboxRole.TRASH)
    [row] = open_full(heard, inbox)

    def move_and_fall_silent(peer: Peer, _tag: bytes, _text: bytes) -> None:
        rig.mail.deliver(rig.mail.inbox.mails[uid].raw, box=b"Trash")
        rig.mail.remove(uid)
        rig.mail.answers = {b"AUTHENTICATE": b"TAG NO [UNAVAILABLE] later\r\n"}
        peer.cut()

    rig.mail.answers[b"UID MOVE"] = move_and_fall_silent
    heard.submit(MoveMessages(account=ACCOUNT, rows=(row,), to=trash.id))
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)
    heard.do(Undo(account=ACCOUNT))
    rig.mail.answers.clear()
    settled(heard)
    settled(heard)

    assert len(rig.mail.inbox.mails) == 1
    assert not rig.mail.boxes[b"Trash"].mails
    assert len(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox.id), ListLoaded).rows) == 1
