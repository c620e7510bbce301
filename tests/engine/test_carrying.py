"""Moves on a server that can only copy and delete: whatever breaks in between, nothing is lost and nothing twice."""

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import Mail, letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import MoveMessages, OpenMailbox, Refresh
from tuimail.api.events import Finished, LinkChanged, ListLoaded
from tuimail.domain.account import Link
from tuimail.domain.mailbox import MailboxRole

BARE = b"IMAP4rev1 AUTH=XOAUTH2"
WITHOUT_ID = b"From: Ada <ada@example.org>\r\nSubject: no id\r\nDate: Sat, 14 Mar 2026 12:00:00 +0000\r\n\r\nWarm.\r\n"
TWINS = [letter("twin", minute=1), letter("twin", minute=1)]
MAILS = [letter("one"), *TWINS, WITHOUT_ID, letter("two", minute=2)]
STEPS = [b'STATUS "Trash"', b"UID COPY", b"UID STORE"]


def settled(heard: Heard) -> None:
    """Everything that waited was told to the server, however often that takes."""
    for _ in range(20):
        if isinstance(heard.do(Refresh(account=ACCOUNT)), Finished):
            return
    raise AssertionError("the connection does not come back")


def there(rig: Rig, name: bytes) -> list[bytes]:
    """What a mailbox holds, without what is marked as deleted."""
    with rig.mail.guard:
        return sorted(mail.raw for mail in rig.mail.boxes[name].mails.values() if not _is_doomed(mail))


def _is_doomed(mail: Mail) -> bool:
    return b"\\Deleted" in mail.flags


def move_all(rig: Rig, heard: Heard) -> None:
    """The mails of the inbox go into the Trash, as soon as the line allows."""
    rows = open_full(heard, box(heard))
    heard.do(MoveMessages(account=ACCOUNT, rows=tuple(rows), to=MailboxRole.TRASH))
    settled(heard)
    assert there(rig, b"INBOX") == []
    assert there(rig, b"Trash") == sorted(MAILS)
    # Told of its own accord by no server here, so the list of the target is brought up to date by looking at it.
    trash = box(heard, MailboxRole.TRASH).id
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=trash), ListLoaded)
    settled(heard)
    settled(heard)
    assert len(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=trash), ListLoaded).rows) == len(MAILS)


@pytest.mark.parametrize("is_carried_out", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("capabilities", "step"),
    [*((BARE, step) for step in STEPS), *((BARE + b" UIDPLUS", step) for step in [*STEPS, b"UID EXPUNGE"])],
)
def test_a_line_that_breaks_at_any_step_leaves_each_mail_once(
    rig: Rig, capabilities: bytes, step: bytes, is_carried_out: bool
) -> None:
    rig.mail.capabilities = capabilities
    rig.mail.deliver(*MAILS)
    heard = rig.signed_in()

    def cut(peer: Peer, _tag: bytes, _text: bytes) -> None:
        rig.mail.answers.pop(step)
        peer.cut()

    if is_carried_out:
        rig.mail.breaks_after = step
    else:
        rig.mail.answers[step] = cut
    move_all(rig, heard)

    assert not rig.mail.breaks_after
    assert not rig.mail.answers
    assert rig.mail.count(b"UID COPY") == (2 if step == b"UID COPY" and not is_carried_out else 1)


def test_a_copy_that_was_made_before_a_restart_is_not_made_again(rig: Rig) -> None:
    rig.mail.capabilities = BARE
    rig.mail.deliver(*MAILS)
    first = rig.signed_in()
    rows = open_full(first, box(first))
    rig.mail.breaks_after = b"UID COPY"
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] later\r\n"
    first.do(MoveMessages(account=ACCOUNT, rows=tuple(rows), to=MailboxRole.TRASH))
    first.wait_for(LinkChanged, lambda event: event.state.link is Link.OFFLINE)
    first.program.close()
    del rig.mail.answers[b"AUTHENTICATE"]
    rig.mail.deliver(letter("meanwhile"), box=b"Trash")

    second = rig.reopened()
    settled(second)

    assert rig.mail.count(b"UID COPY") == 1
    assert there(rig, b"Trash") == sorted([*MAILS, letter("meanwhile")])
    assert there(rig, b"INBOX") == []


def test_a_target_that_was_renumbered_in_between_keeps_the_mail_where_it_was(rig: Rig) -> None:
    rig.mail.capabilities = BARE
    rig.mail.deliver(letter("one"))
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))

    def renumber(peer: Peer, _tag: bytes, _text: bytes) -> None:
        rig.mail.answers.clear()
        rig.mail.renumber(b"Trash")
        peer.cut()

    rig.mail.answers[b"UID COPY"] = renumber
    heard.do(MoveMessages(account=ACCOUNT, rows=tuple(rows), to=MailboxRole.TRASH))
    settled(heard)

    assert there(rig, b"INBOX") == [letter("one")]
    assert len(heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded).rows) == 1
