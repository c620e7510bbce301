"""Copies, labels and deletion for good: shown, told to the server, taken back, and never more than was meant."""

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.engine.test_changes_and_sync import fill, look, settled, unplugged
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import Undo
from tuimail.api.events import Failed, Finished, Noticed
from tuimail.api.reading import CopyMessages, DeleteMessages, SetLabels
from tuimail.domain.account import Keep
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """Nothing is fetched that nobody asked for."""
    rig.account = replace(rig.account, keep=Keep(days=0))
    return rig


def opened(rig: Rig, role: MailboxRole = MailboxRole.INBOX) -> tuple[Heard, tuple[RowId, ...]]:
    heard = rig.signed_in()
    return heard, tuple(open_full(heard, box(heard, role)))


def subjects(rig: Rig, name: bytes) -> list[bytes]:
    return [mail.raw.split(b"Subject: ")[1].split(b"\r\n")[0] for mail in rig.mail.boxes[name].mails.values()]


def test_a_copy_arrives_and_the_original_stays(rig: Rig) -> None:
    fill(rig, 2)
    heard, rows = opened(rig)

    ended = heard.do(CopyMessages(account=ACCOUNT, rows=rows[:1], to=box(heard, MailboxRole.TRASH).id))
    settled(heard)

    assert isinstance(ended, Finished)
    assert (ended.words, ended.can_undo) == ("Copied to Trash: 1 message", True)
    assert subjects(rig, b"Trash") == [b"mail 1"]
    assert subjects(rig, b"INBOX") == [b"mail 0", b"mail 1"]


def test_undo_deletes_the_copies_and_nothing_else(rig: Rig) -> None:
    fill(rig, 1)
    rig.mail.deliver(letter("old"), box=b"Trash")
    heard, rows = opened(rig)
    heard.do(CopyMessages(account=ACCOUNT, rows=rows, to=box(heard, MailboxRole.TRASH).id))
    settled(heard)
    settled(heard)

    ended = heard.do(Undo(account=ACCOUNT))
    settled(heard)

    assert isinstance(ended, Finished), ended
    assert subjects(rig, b"Trash") == [b"old"]
    assert subjects(rig, b"INBOX") == [b"mail 0"]


def test_a_copy_made_offline_is_made_later(rig: Rig) -> None:
    fill(rig, 1)
    heard, rows = opened(rig)
    trash = box(heard, MailboxRole.TRASH).id
    unplugged(rig, heard)

    heard.do(CopyMessages(account=ACCOUNT, rows=rows, to=trash))
    assert subjects(rig, b"Trash") == []
    del rig.mail.answers[b"AUTHENTICATE"]
    settled(heard)

    assert subjects(rig, b"Trash") == [b"mail 0"]


def test_deleting_for_good_leaves_nothing_and_takes_no_other_mail(rig: Rig) -> None:
    rig.mail.deliver(letter("doomed"), letter("marked elsewhere", minute=1), box=b"Trash")
    rig.mail.boxes[b"Trash"].mails[2].flags.add(b"\\Deleted")
    heard, rows = opened(rig, MailboxRole.TRASH)

    ended = heard.do(DeleteMessages(account=ACCOUNT, rows=rows[1:]))
    settled(heard)

    assert isinstance(ended, Finished)
    assert ended.words == "Deleted for good: 1 message"
    assert subjects(rig, b"Trash") == [b"marked elsewhere"]
    late = heard.do(Undo(account=ACCOUNT))
    assert isinstance(late, Failed)
    assert "Too late" in late.problem.summary


def test_without_uidplus_it_is_refused_where_others_would_go_too(rig: Rig) -> None:
    rig.mail.capabilities = rig.mail.capabilities.replace(b"UIDPLUS", b"X")
    rig.mail.deliver(letter("doomed"), letter("marked elsewhere", minute=1), box=b"Trash")
    rig.mail.boxes[b"Trash"].mails[2].flags.add(b"\\Deleted")
    heard, rows = opened(rig, MailboxRole.TRASH)

    heard.do(DeleteMessages(account=ACCOUNT, rows=rows[1:]))
    told = heard.wait_for(Noticed, lambda event: "refused" in event.words)

    assert "taken back" in told.words
    assert subjects(rig, b"Trash") == [b"doomed", b"marked elsewhere"]
    assert b"\\Deleted" not in rig.mail.boxes[b"Trash"].mails[1].flags


def test_without_uidplus_it_is_done_where_nobody_else_is_concerned(rig: Rig) -> None:
    rig.mail.capabilities = rig.mail.capabilities.replace(b"UIDPLUS", b"X")
    rig.mail.deliver(letter("doomed"), letter("kept", minute=1), box=b"Trash")
    heard, rows = opened(rig, MailboxRole.TRASH)

    heard.do(DeleteMessages(account=ACCOUNT, rows=rows[1:]))
    settled(heard)

    assert subjects(rig, b"Trash") == [b"kept"]


def test_nothing_outside_trash_and_junk_is_deleted_for_good(rig: Rig) -> None:
    fill(rig, 1)
    heard, rows = opened(rig)

    ended = heard.do(DeleteMessages(account=ACCOUNT, rows=rows))
    settled(heard)

    assert isinstance(ended, Failed)
    assert subjects(rig, b"INBOX") == [b"mail 0"]


def test_a_label_is_a_keyword_and_every_other_one_stays(rig: Rig) -> None:
    fill(rig, 1)
    rig.mail.inbox.mails[1].flags |= {b"$Receipt", b"\\Seen"}
    heard, rows = opened(rig)

    ended = heard.do(SetLabels(account=ACCOUNT, rows=rows, add=frozenset({"to do"})))
    settled(heard)
    assert rig.mail.inbox.mails[1].flags == {b"$Receipt", b"\\Seen", b"to_do"}
    assert "to_do" in look(heard, rows[0]).flags

    assert isinstance(ended, Finished)
    assert ended.can_undo
    heard.do(Undo(account=ACCOUNT))
    settled(heard)
    assert rig.mail.inbox.mails[1].flags == {b"$Receipt", b"\\Seen"}
    assert Flag.SEEN in look(heard, rows[0]).flags


@pytest.mark.parametrize("label", ["a(b", "x\r\nA1 DELETE INBOX", "\\Deleted", "ä", '"', "", "*"])
def test_what_is_no_keyword_reaches_no_server(rig: Rig, label: str) -> None:
    fill(rig, 1)
    heard, rows = opened(rig)
    rig.mail.commands.clear()

    ended = heard.do(SetLabels(account=ACCOUNT, rows=rows, add=frozenset({label})))
    settled(heard)

    assert isinstance(ended, Failed) or label.startswith("x")
    assert not [text for text in rig.mail.commands if b"DELETE INBOX" in text.split(b"STORE")[0]]
    assert not rig.mail.inbox.mails[1].flags & {b"\\Deleted"}
