"""What is written in tuimail, as Postfix and Dovecot pass it on and other programs read it."""

import random
import smtplib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import box
from tests.fakes.cutter import Cutter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tests.real.bed.bed import Bed
from tests.real.bed.mailbox import made_mail
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.waiting import wait_until
from tests.real.steps import delivered
from tests.real.writer import ACCOUNT, PlainMailbox, Writer, compose, leave, send
from tuimail.api.commands import AnswerKind, BeginAnswer, OpenMessage, Refresh, RetryOutbox
from tuimail.api.events import DraftOpened, MessageLoaded, Noticed, OutboxChanged
from tuimail.api.writing import ContinueDraft, StopSending
from tuimail.domain.draft import DraftAttachment, OutboxState
from tuimail.domain.ids import OutboxId, RowId
from tuimail.domain.mailbox import MailboxRole

QUESTION = "Seven or eight?"
NOISE = random.Random(7).randbytes(25_000_000)  # noqa: S311 (bytes, not secrets)


@pytest.fixture
def writer(bed: Bed, tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(bed, tmp_path)
    yield writer
    writer.get_up()


def question() -> EmailMessage:
    """A mail to Alice and a list, with a file, that Bob got too."""
    mail = made_mail(QUESTION, "Seven, or eight?\n", hours_ago=-1)
    mail["Cc"] = "Bob at work <bob@example.test>"
    mail["List-Post"] = "<mailto:bob@example.test>"
    mail["References"] = "<first@example.test>"
    mail.add_attachment(bytes(range(256)), maintype="application", subtype="octet-stream", filename="plan.bin")
    return mail


def ask(bed: Bed) -> EmailMessage:
    """The question reaches both."""
    mail = question()
    with smtplib.SMTP("127.0.0.1", bed.postfix.ports.outside, timeout=20) as server:
        server.send_message(mail, BOB.address, [ALICE.address, BOB.address])
    wait_until(lambda: delivered(bed, QUESTION) is not None, "delivery to Bob")
    wait_until(lambda: QUESTION in bed.alice.subjects(), "delivery to Alice")
    return mail


def row_of(heard: Heard, subject: str, role: MailboxRole = MailboxRole.INBOX) -> RowId:
    """The newest mail of the mailbox, which must be this one."""
    open_full(heard, box(heard, role))
    # Asks after the mailbox that is open.
    heard.do(Refresh(account=ACCOUNT))
    row = open_full(heard, box(heard, role))[0]
    loaded = heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)
    assert loaded.message.subject == subject
    return row


def arrived(bed: Bed, subject: str) -> EmailMessage:
    """The mail with this subject, at Bob's."""
    wait_until(lambda: delivered(bed, subject) is not None, "delivery to Bob", deadline_s=60)
    found = delivered(bed, subject)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", AnswerKind)
def test_every_kind_of_answer_lands_in_the_thread(writer: Writer, bed: Bed, kind: AnswerKind) -> None:
    asked = ask(bed)
    heard = writer.sign_in()
    row = row_of(heard, QUESTION)
    is_forward = kind in {AnswerKind.FORWARD, AnswerKind.FORWARD_WHOLE}

    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=kind), DraftOpened).draft
    draft = replace(draft, to=BOB.address) if is_forward else draft
    send(heard, replace(draft, text=f"Seven it is.\n{draft.text}"))
    answer = arrived(bed, f"{'Fwd' if is_forward else 'Re'}: {QUESTION}")

    assert answer["From"] == f"{ALICE.name} <{ALICE.address}>"
    assert [address.addr_spec for address in answer["To"].addresses] == [BOB.address]
    assert (answer["Cc"], answer["Bcc"]) == (None, None)
    assert answer["References"].split() == ["<first@example.test>", asked["Message-ID"]]
    assert answer["In-Reply-To"] == (None if is_forward else asked["Message-ID"])
    assert answer["Message-ID"].endswith("@example.test>")
    if is_forward:
        check_forwarded(answer, bed, kind)
    else:
        text = answer.get_content()
        assert text.startswith("Seven it is.")
        assert "> Seven, or eight?" in text
        with PlainMailbox(bed, BOB) as bobs:
            assert bobs.threads() == "(1 2)"


def check_forwarded(answer: EmailMessage, bed: Bed, kind: AnswerKind) -> None:
    """The file came along, or the whole mail, byte for byte."""
    [attached] = list(answer.iter_attachments())
    if kind is AnswerKind.FORWARD:
        assert attached.get_filename() == "plan.bin"
        assert attached.get_content() == bytes(range(256))
        return
    assert attached.get_content_type() == "message/rfc822"
    with PlainMailbox(bed, BOB) as bobs, PlainMailbox(bed, ALICE) as alices:
        [whole] = [raw for raw in bobs.mails().values() if b"Fwd: " in raw]
        [original] = [raw for raw in alices.mails().values() if f"Subject: {QUESTION}".encode() in raw]
    assert original.rstrip(b"\r\n") in whole


def test_files_arrive_as_they_were_with_their_names(writer: Writer, bed: Bed) -> None:
    names = ("plan.pdf", "Übersicht für März.txt", "日本語の長い名前" * 6 + ".bin", 'a "b" \\c;d=e.zip', "no-type")
    files = tuple(
        DraftAttachment(name=name, content_type="application/octet-stream", data=NOISE[: 10_000 + len(name)])
        for name in names
    )
    heard = writer.sign_in()

    send(heard, compose(heard, to=BOB.address, subject="Files", text="Here.", attachments=files))
    got = {part.get_filename(): part.get_content() for part in arrived(bed, "Files").iter_attachments()}

    assert list(got.values()) == [file.data for file in files]
    assert list(got)[:3] == list(names[:3])


def test_paragraphs_are_wrapped_on_the_way_and_whole_again_at_the_end(writer: Writer, bed: Bed) -> None:
    paragraph = "A paragraph that is typed in one piece and is much longer than any line of a mail may be. " * 6
    text = f"{paragraph.strip()}\n\n> a quoted line\n From the start\n-- \nAlice\n"
    heard = writer.sign_in()

    send(heard, compose(heard, to=f"{BOB.address}, {ALICE.address}", subject="Long", text=text))
    at_bobs = arrived(bed, "Long")
    wait_until(lambda: "Long" in bed.alice.subjects(), "delivery to Alice")
    row = row_of(heard, "Long")
    loaded = heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)

    assert at_bobs.get_param("format") == "flowed"
    assert max(map(len, at_bobs.as_bytes().partition(b"\n\n")[2].splitlines())) <= 78
    assert loaded.message.blocks[0].text == paragraph.strip()


def test_25_megabytes_tell_how_far_they_are_stop_and_arrive_whole(bed: Bed, tmp_path: Path) -> None:
    with Cutter(bed.postfix.ports.implicit) as wire:
        writer = Writer(bed, tmp_path, smtp_port=wire.port)
        try:
            heard = writer.sign_in()
            film = DraftAttachment(name="film.bin", content_type="video/mp4", data=NOISE)
            wire.slow_s = 0.001
            send(heard, compose(heard, to=BOB.address, subject="Film", text="Look.", attachments=(film,)))
            item = when(heard, OutboxState.SENDING, words=" MB")

            heard.do(StopSending(account=ACCOUNT, item=item))
            when(heard, OutboxState.HELD, words="Stopped")
            assert bed.bob.subjects() == []
            wire.slow_s = 0.0
            heard.do(RetryOutbox(account=ACCOUNT, item=item))
            [got] = list(arrived(bed, "Film").iter_attachments())

            assert got.get_content() == NOISE
            assert bed.bob.subjects() == ["Film"]
        finally:
            writer.get_up()


def when(heard: Heard, state: OutboxState, *, words: str) -> OutboxId:
    """The one mail of the outbox, once it is so."""

    def fits(event: OutboxChanged) -> bool:
        return any(item.state is state and words in item.words for item in event.items)

    return heard.wait_for(OutboxChanged, fits).items[0].id


def test_a_draft_goes_from_program_to_program_and_leaves_nothing_behind(writer: Writer, bed: Bed) -> None:
    heard = writer.sign_in()
    file = DraftAttachment(name="plan.bin", content_type="application/octet-stream", data=NOISE[:5000])
    draft = compose(
        heard, to="bob@example.test", bcc="alice@example.test", subject="Plan", text="Half a", attachments=(file,)
    )
    leave(heard, draft)
    wait_until(lambda: bed.alice.subjects("Drafts") == ["Plan"], "the copy in Drafts")

    with PlainMailbox(bed, ALICE) as other:
        [(uid, raw)] = other.mails("Drafts").items()
        seen = message_from_bytes(raw, policy=policy.default)
        assert (seen["To"], seen["Bcc"]) == ("bob@example.test", "alice@example.test")
        other.replace(uid, raw.replace(b"Half a", b"Half a sentence").replace(b"Message-ID: <", b"Message-ID: <2."))
    row = row_of(heard, "Plan", MailboxRole.DRAFTS)
    again = heard.ask(ContinueDraft(account=ACCOUNT, row=row), DraftOpened).draft
    assert (again.text.strip(), again.bcc) == ("Half a sentence", "alice@example.test")
    assert [each.data for each in again.attachments] == [file.data]
    leave(heard, replace(again, text="Half a sentence, and its end.", subject="Plans"))
    wait_until(lambda: bed.alice.subjects("Drafts") == ["Plans"], "one draft, the newest")

    send(heard, replace(again, text="Half a sentence, and its end.", subject="Plans", bcc=""))
    body = arrived(bed, "Plans").get_body()
    assert body is not None
    assert body.get_content().strip() == "Half a sentence, and its end."
    wait_until(lambda: bed.alice.subjects("Drafts") == [], "no draft left")
    wait_until(lambda: bed.alice.subjects("Sent") == ["Plans"], "the copy in Sent")


def test_two_windows_send_once_and_copy_each_draft_once(writer: Writer, bed: Bed) -> None:
    first = writer.sign_in()
    second = writer.second_window()
    second.wait_for(Noticed, lambda event: "another window" in event.words)

    leave(second, compose(second, to=BOB.address, subject="Kept", text="From the second."))
    leave(first, compose(first, to=BOB.address, subject="Also kept", text="From the first."))
    send(second, compose(second, to=BOB.address, subject="Sent", text="From the second."))
    arrived(bed, "Sent")
    wait_until(lambda: bed.alice.subjects("Drafts") == ["Also kept", "Kept"], "both drafts, once each")

    assert bed.bob.subjects() == ["Sent"]
