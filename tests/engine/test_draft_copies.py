"""Copies of drafts at the server: one for each draft, the newest, and none behind it."""

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.engine.test_sending import outbox
from tests.engine.test_together import wait_until
from tests.fakes.mail_house import Box
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    BeginDraft,
    DiscardDraft,
    DiscardOutbox,
    EditOutbox,
    OpenAccount,
    Refresh,
    ResumeDraft,
    SaveDraft,
    Send,
    SendNow,
    Undo,
)
from tuimail.api.events import DraftOpened, Finished, LinkChanged, Noticed, OutboxChanged
from tuimail.api.writing import ContinueDraft
from tuimail.domain.account import Link
from tuimail.domain.draft import Draft, DraftAttachment, OutboxItem, OutboxState
from tuimail.domain.mailbox import MailboxRole
from tuimail.engine.draft_copies import KEPT_HERE, MAX_COPY
from tuimail.mime.continued import CUT
from tuimail.mime.parse import parse_message

DRAFTS = b"Drafts"


def furnish(rig: Rig) -> Box:
    """A server with a folder for drafts."""
    rig.mail.boxes[DRAFTS] = Box(attributes=b"\\Drafts")
    return rig.mail.boxes[DRAFTS]


def begin(heard: Heard, *, subject: str = "Bees", text: str = "They swarm.") -> Draft:
    """A draft that is being written."""
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    return replace(draft, subject=subject, text=text, to="bob@example.org")


def leave(heard: Heard, draft: Draft) -> None:
    """Close its composer."""
    assert isinstance(heard.do(SaveDraft(account=ACCOUNT, draft=draft, is_left=True)), Finished)


def subjects(drafts: Box) -> list[str]:
    """What lies there."""
    return [parse_message(mail.raw).subject for mail in list(drafts.mails.values())]


def has(heard: Heard, drafts: Box, *wanted: str) -> None:
    """The server's Drafts come to hold exactly these."""
    wait_until(lambda: subjects(drafts) == list(wanted), heard)


def test_a_draft_is_copied_when_it_is_left_and_not_before(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)

    heard.do(SaveDraft(account=ACCOUNT, draft=draft))
    assert subjects(drafts) == []
    leave(heard, draft)
    has(heard, drafts, "Bees")

    assert next(iter(drafts.mails.values())).flags == {b"\\Draft", b"\\Seen"}


def test_a_newer_copy_replaces_the_older_one(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")

    heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened)
    leave(heard, replace(draft, subject="Wasps"))

    has(heard, drafts, "Wasps")


def test_a_discarded_draft_leaves_no_copy(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")

    heard.do(DiscardDraft(account=ACCOUNT, draft=draft.id))

    has(heard, drafts)


def test_a_sent_draft_leaves_its_copy_only_once_the_server_has_the_mail(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")
    rig.smtp.verdict = b"451 4.3.0 later\r\n"
    heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened)
    heard.do(Send(account=ACCOUNT, draft=draft))
    heard.wait_for(OutboxChanged, lambda event: any("later" in item.words for item in event.items))
    assert subjects(drafts) == ["Bees"]

    rig.smtp.verdict = b"250 2.0.0 taken\r\n"
    heard.do(SendNow(account=ACCOUNT))

    has(heard, drafts)


def test_what_the_server_did_not_take_is_copied_with_the_next_connection(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    rig.mail.answers[b"APPEND"] = b"TAG NO not now\r\n"
    leave(heard, begin(heard))
    heard.do(Refresh(account=ACCOUNT))
    assert subjects(drafts) == []

    rig.mail.answers.clear()
    rig.mail.hang_up()

    has(heard, drafts, "Bees")


def test_a_lost_answer_makes_no_second_copy(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()

    def take_and_cut(peer: Peer, _tag: bytes, text: bytes) -> None:
        rig.mail.answers.clear()
        with rig.mail.guard:
            rig.mail.add(drafts, text.partition(b") ")[2], {b"\\Draft"})
        peer.cut()

    rig.mail.answers[b"APPEND"] = take_and_cut
    draft = begin(heard)

    leave(heard, draft)
    has(heard, drafts, "Bees")
    heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened)
    leave(heard, replace(draft, subject="Wasps"))

    has(heard, drafts, "Wasps")


def test_a_draft_begun_elsewhere_is_continued_here_and_replaced(rig: Rig) -> None:
    drafts = furnish(rig)
    rig.mail.add(drafts, b"From: alice@example.test\r\nTo: bob@example.org\r\nSubject: Elsewhere\r\n\r\nHalf a", set())
    heard = rig.signed_in()
    row = open_full(heard, box(heard, MailboxRole.DRAFTS))[0]

    draft = heard.ask(ContinueDraft(account=ACCOUNT, row=row), DraftOpened).draft
    assert (draft.subject, draft.to, draft.text) == ("Elsewhere", "bob@example.org", "Half a")
    leave(heard, replace(draft, text="Half a sentence."))

    wait_until(lambda: [b"sentence" in mail.raw for mail in drafts.mails.values()] == [True], heard)


def test_a_draft_begun_elsewhere_that_is_cut_here_stays_beside_the_new_one(rig: Rig) -> None:
    drafts = furnish(rig)
    files = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n" * 1_100
    head = b"From: alice@example.test\r\nSubject: Elsewhere\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    rig.mail.add(drafts, head + files + b"--b--\r\n", set())
    heard = rig.signed_in()
    row = open_full(heard, box(heard, MailboxRole.DRAFTS))[0]

    opened = heard.ask(ContinueDraft(account=ACCOUNT, row=row), DraftOpened)
    assert CUT in opened.notes
    leave(heard, replace(opened.draft, subject="Here", attachments=()))

    has(heard, drafts, "Elsewhere", "Here")


def test_the_copy_of_a_draft_leads_back_to_it(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")
    row = open_full(heard, box(heard, MailboxRole.DRAFTS))[0]

    again = heard.ask(ContinueDraft(account=ACCOUNT, row=row), DraftOpened).draft

    assert again.id == draft.id


def test_a_discard_that_is_undone_brings_the_copy_back(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")
    heard.do(DiscardDraft(account=ACCOUNT, draft=draft.id))
    has(heard, drafts)

    leave(heard, heard.ask(Undo(account=ACCOUNT), DraftOpened).draft)

    has(heard, drafts, "Bees")


def held(rig: Rig, heard: Heard, drafts: Box) -> OutboxItem:
    """A mail that the server refused, whose draft has a copy."""
    draft = begin(heard)
    leave(heard, draft)
    has(heard, drafts, "Bees")
    rig.smtp.answers[b"MAIL"] = b"550 5.7.1 no\r\n"
    heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened)
    heard.do(Send(account=ACCOUNT, draft=draft))
    return outbox(heard, OutboxState.HELD)


def test_a_mail_that_is_edited_from_the_outbox_has_one_copy_again(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    item = held(rig, heard, drafts)

    again = heard.ask(EditOutbox(account=ACCOUNT, item=item.id), DraftOpened).draft
    leave(heard, replace(again, subject="Wasps"))

    has(heard, drafts, "Wasps")


def test_a_mail_that_is_dropped_from_the_outbox_leaves_no_copy_until_that_is_undone(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    item = held(rig, heard, drafts)

    heard.do(DiscardOutbox(account=ACCOUNT, item=item.id))
    has(heard, drafts)
    leave(heard, heard.ask(Undo(account=ACCOUNT), DraftOpened).draft)

    has(heard, drafts, "Bees")


def test_a_draft_with_big_files_says_that_it_is_kept_here_alone(rig: Rig) -> None:
    drafts = furnish(rig)
    heard = rig.signed_in()
    film = DraftAttachment(name="film.bin", content_type="video/mp4", data=bytes(MAX_COPY + 1))
    draft = replace(begin(heard), attachments=(film,))

    ended = heard.do(SaveDraft(account=ACCOUNT, draft=draft, is_left=True))
    notes = heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened).notes

    assert isinstance(ended, Finished)
    assert (ended.words, notes) == (KEPT_HERE, (KEPT_HERE,))
    assert subjects(drafts) == []


def test_two_windows_make_one_copy_of_each_draft(rig: Rig) -> None:
    drafts = furnish(rig)
    first = rig.signed_in()
    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(Noticed, lambda event: "another window" in event.words)
    # It reads a message of its own, so it has a connection, too.
    second.program.household.rooms(ACCOUNT).connection.connect_soon()  # type: ignore[union-attr]  # loaded by now
    second.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)

    leave(second, begin(second, subject="Second"))
    has(first, drafts, "Second")
    leave(first, begin(first, subject="First"))

    has(first, drafts, "Second", "First")
