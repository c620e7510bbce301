"""Mail fetched by part, ahead of time, and once; whatever a server answers, nothing wrong is shown or saved."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import (
    AnswerKind,
    BeginAnswer,
    OpenMessage,
    PauseFilling,
    Prefetch,
    Search,
)
from tuimail.api.events import (
    Cancelled,
    DraftOpened,
    Failed,
    FileSaved,
    FillingChanged,
    Finished,
    ListLoaded,
    MessageLoaded,
    Progress,
    SourceLoaded,
)
from tuimail.api.reading import SaveAttachment, ShowSource
from tuimail.domain.account import Keep
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import RowId
from tuimail.domain.message import Message
from tuimail.engine import texts
from tuimail.engine.worker import Urgency

LINE = b"QUJD" * 19 + b"\r\n"
"""57 bytes as base64."""


def parcel(text: str = "The plans are attached.", *, lines: int = 8_000) -> bytes:
    """A mail with a text and a file of so many lines."""
    return (
        b"From: Ada <ada@example.org>\r\nTo: alice@example.test\r\nSubject: Plans\r\n"
        b"Date: Sat, 14 Mar 2026 12:00:00 +0000\r\nMessage-ID: <plans@example.test>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        + text.encode()
        + b'\r\n--b\r\nContent-Type: application/pdf; name="plans.pdf"\r\n'
        b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + LINE * lines
        + b"\r\n--b--\r\n"
    )


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """Nothing is fetched that nobody asked for."""
    rig.account = replace(rig.account, keep=Keep(days=0))
    return rig


def opened(rig: Rig, *raws: bytes) -> tuple[Heard, list[RowId]]:
    """A program that shows these mails in its list, newest first."""
    rig.mail.deliver(*raws)
    heard = rig.signed_in()
    return heard, open_full(heard, box(heard))


def read(heard: Heard, row: RowId) -> Message:
    """Open it, and what the reader shows."""
    return heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded).message


def fetches(rig: Rig) -> list[bytes]:
    """What was asked of messages, rows of the list aside."""
    return [text for text in rig.mail.commands if b"BODY.PEEK[" in text and b"HEADER.FIELDS" not in text]


def test_a_mail_with_a_big_file_is_opened_by_its_text(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel())

    message = read(heard, row)

    assert message.blocks[0].text == "The plans are attached."
    assert [(each.name, each.size_bytes) for each in message.attachments] == [("plans.pdf", 8_000 * 57)]
    assert [b"BODY.PEEK[]" in text or b"BODY.PEEK[2]" in text for text in fetches(rig)] == [False, False]


def test_its_file_is_fetched_by_itself_when_it_is_saved(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)

    number = heard.submit(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path / "got")))
    progress = heard.wait_for(Progress, lambda event: event.command == number)
    saved = heard.wait_for(FileSaved)

    assert progress.total == 8_000 * 78
    assert Path(saved.path).read_bytes() == b"ABC" * 19 * 8_000
    assert not any(b"BODY.PEEK[]" in text for text in fetches(rig))


def test_a_small_file_is_fetched_once(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel(lines=1_000))
    save = SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path))

    first, again = heard.ask(save, FileSaved), heard.ask(save, FileSaved)

    assert Path(first.path).read_bytes() == Path(again.path).read_bytes() == b"ABC" * 19 * 1_000
    assert rig.mail.count(b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[2]") == 1


def test_the_source_and_a_forward_take_the_whole_mail(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)

    source = heard.ask(ShowSource(account=ACCOUNT, row=row), SourceLoaded)
    asked = len(fetches(rig))
    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.FORWARD), DraftOpened).draft

    assert source.text.count("QUJDQUJD") > 8_000
    assert [(each.name, len(each.data)) for each in draft.attachments] == [("plans.pdf", 8_000 * 57)]
    assert len(fetches(rig)) == asked


def test_an_answer_needs_the_text_alone(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel())

    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY), DraftOpened).draft

    assert "> The plans are attached." in draft.text
    assert not any(b"BODY.PEEK[]" in text for text in fetches(rig))


def test_a_long_text_begins_with_its_first_piece_and_its_source_brings_the_rest(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel("All of it, at length. " * 100_000, lines=10))

    message = read(heard, row)
    assert message.notes == ("This text is long: the first 262 KB of 2.2 MB are shown. Its source brings all of it.",)

    heard.ask(ShowSource(account=ACCOUNT, row=row), SourceLoaded)
    assert not [note for note in read(heard, row).notes if "first 262 KB" in note]


def test_a_mail_that_was_read_is_shown_again_without_the_server_or_the_store(rig: Rig) -> None:
    heard, (row,) = opened(rig, letter("one"))
    first = read(heard, row)
    asked = len(rig.mail.commands)

    assert read(heard, row) is first
    assert len(rig.mail.commands) == asked


def test_the_other_form_is_read_when_it_is_asked_for(rig: Rig) -> None:
    forms = (
        b"Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nIn plain words.\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>In <b>other</b> words.\r\n--b--\r\n"
    )
    heard, (row,) = opened(rig, forms)
    message = read(heard, row)
    assert message.has_other_form
    assert message.other_blocks == ()

    both = heard.ask(OpenMessage(account=ACCOUNT, row=row, both_forms=True), MessageLoaded).message

    assert [block.text for block in both.other_blocks] == ["In other words."]
    assert both.blocks == message.blocks
    assert read(heard, row) is both


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG BAD no such thing\r\n",
        b"TAG NO [SERVERBUG] cannot\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[HEADER] {4}\r\n\r\n\r\n BODYSTRUCTURE (((\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 99 + b"\r\nTAG OK done\r\n",
        b"no response at all\r\n",
        b'* 1 FETCH (UID 1 RFC822.SIZE 624464 BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 624000 9)'
        b" BODY[HEADER] {14}\r\nSubject: x\r\n\r\n)\r\nTAG OK done\r\n",
    ],
)
def test_a_structure_that_cannot_be_read_or_trusted_means_the_whole_mail(rig: Rig, answer: bytes) -> None:
    heard, (row,) = opened(rig, parcel())
    rig.mail.answers[b"UID FETCH 1 (UID RFC822.SIZE BODYSTRUCTURE"] = answer

    message = read(heard, row)

    assert message.blocks[0].text == "The plans are attached."
    assert any(b"BODY.PEEK[]" in text for text in fetches(rig))


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG NO not these\r\n",
        b"* 1 FETCH (UID 1 BODY[3]<0> {5}\r\nwrong)\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID 1 BODY[1.MIME]<0> {2}\r\n\r\n BODY[1]<0> {5}\r\nwrong BODY[2.MIME]<0> {2}\r\n\r\n)\r\n"
        b"TAG OK done\r\n",
    ],
)
def test_parts_that_are_not_what_was_asked_for_mean_the_whole_mail(rig: Rig, answer: bytes) -> None:
    heard, (row,) = opened(rig, parcel())
    rig.mail.answers[b"UID FETCH 1 (UID BODY.PEEK[1.MIME]"] = answer

    message = read(heard, row)

    assert [block.text for block in message.blocks] == ["The plans are attached."]
    assert any(b"BODY.PEEK[]" in text for text in fetches(rig))


def test_nothing_is_not_kept_as_a_mail_without_words(rig: Rig) -> None:
    heard, (row,) = opened(rig, letter("one"))
    rig.mail.answers[b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[]"] = (
        b"* 1 FETCH (UID 1 RFC822.SIZE 300 BODY[]<0> NIL)\r\nTAG OK done\r\n"
    )

    assert isinstance(heard.do(OpenMessage(account=ACCOUNT, row=row)), Failed)

    rig.mail.answers.clear()
    assert read(heard, row).blocks[0].text == "Still warm."


def test_a_server_may_send_less_at_a_time_than_it_was_asked_for(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)
    rig.mail.most_bytes = 100_000

    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path)), FileSaved)

    assert Path(saved.path).read_bytes() == b"ABC" * 19 * 8_000
    assert not any(b"BODY.PEEK[]" in text for text in fetches(rig))


def test_a_piece_from_another_place_is_not_joined_to_the_first(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)
    rig.mail.answers[b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[2]<262144."] = (
        b"* 1 FETCH (UID 1 BODY[2]<0> {262144}\r\n%s)\r\nTAG OK done\r\n" % (b"A" * 262_144)
    )

    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path)), FileSaved)

    assert Path(saved.path).read_bytes() == b"ABC" * 19 * 8_000


def test_another_mails_parts_are_never_shown(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel())
    other = (
        b"* 2 FETCH (UID 2 BODY[1.MIME]<0> {2}\r\n\r\n BODY[1]<0> {23}\r\nSomebody else's secret.)\r\nTAG OK done\r\n"
    )
    rig.mail.answers[b"UID FETCH 1 (UID BODY.PEEK[1.MIME]"] = other

    ended = heard.do(OpenMessage(account=ACCOUNT, row=row))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.MESSAGE_GONE


def test_a_part_shorter_than_told_is_taken_from_the_whole_mail(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)
    rig.mail.answers[b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[2]"] = (
        b"* 1 FETCH (UID 1 BODY[2]<0> {4}\r\nQUJD)\r\nTAG OK done\r\n"
    )

    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path)), FileSaved)

    assert Path(saved.path).read_bytes() == b"ABC" * 19 * 8_000


def test_a_connection_cut_in_the_middle_of_a_part_is_begun_again(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)
    start = b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[2]<262144."

    def cut(peer: Peer, _tag: bytes, _text: bytes) -> None:
        del rig.mail.answers[start]
        peer.send(b"* 1 FETCH (UID 1 BODY[2]<262144> {262144}\r\nQUJD")
        peer.cut()

    rig.mail.answers[start] = cut

    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path)), FileSaved)

    assert Path(saved.path).read_bytes() == b"ABC" * 19 * 8_000


def test_saving_can_be_given_up_between_two_pieces(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, parcel())
    read(heard, row)
    folder = tmp_path / "got"
    save = SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(folder))
    start = b"UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[2]<262144."

    def give_up(peer: Peer, tag: bytes, _text: bytes) -> None:
        del rig.mail.answers[start]
        heard.program.engine.cancel(number)
        peer.send(b"* 1 FETCH (UID 1 BODY[2]<262144> {262144}\r\n%s)\r\n%s OK done\r\n" % (b"A" * 262144, tag))

    rig.mail.answers[start] = give_up
    number = heard.submit(save)

    heard.wait_for(Cancelled, lambda event: event.command == number)
    assert not folder.exists()
    assert isinstance(heard.do(save), Finished)


def test_the_messages_beside_an_open_one_are_fetched_ahead(rig: Rig) -> None:
    heard, rows = opened(rig, *(letter(f"mail {number}", minute=number) for number in range(4)))

    assert isinstance(heard.do(Prefetch(account=ACCOUNT, rows=(rows[1], rows[2]))), Finished)

    asked = len(rig.mail.commands)
    assert read(heard, rows[1]).blocks[0].text == "Still warm."
    assert read(heard, rows[2]).blocks[0].text == "Still warm."
    assert len(rig.mail.commands) == asked


def test_texts_of_the_last_days_come_by_themselves_and_can_be_found(rig: Rig) -> None:
    rig.account = replace(rig.account, keep=Keep(days=36_500))
    heard, rows = opened(rig, *(letter(f"mail {number}", minute=number) for number in range(5)))

    ended = heard.wait_for(FillingChanged, lambda event: "texts" in event.words and event.done == event.total)

    assert (ended.words, ended.total) == ("texts of the last 36500 days", 5)
    asked = len(rig.mail.commands)
    assert [read(heard, row).blocks[0].text for row in rows] == ["Still warm."] * 5
    assert len(rig.mail.commands) == asked


def test_texts_go_on_after_a_cut(rig: Rig) -> None:
    rig.account = replace(rig.account, keep=Keep(days=36_500))
    start = b"UID FETCH 3 (UID RFC822.SIZE BODY.PEEK[]"

    def cut(_peer: Peer, _tag: bytes, _text: bytes) -> None:
        del rig.mail.answers[start]
        rig.mail.hang_up()

    rig.mail.answers[start] = cut
    heard, rows = opened(rig, *(letter(f"mail {number}", minute=number) for number in range(5)))

    heard.wait_for(FillingChanged, lambda event: "texts" in event.words and event.done == event.total)

    stored = heard.program.storage.run(ACCOUNT, lambda store: [store.bodies.has(row) for row in rows])
    assert stored == [True] * 5


def test_texts_wait_while_the_user_holds_them(rig: Rig) -> None:
    rig.account = replace(rig.account, keep=Keep(days=36_500))
    heard, _ = opened(rig, letter("one"))
    assert isinstance(heard.do(PauseFilling(account=ACCOUNT, is_paused=True)), Finished)
    assert isinstance(heard.do(Prefetch(account=ACCOUNT, rows=())), Finished)

    assert fetches(rig) == []
    assert isinstance(heard.do(PauseFilling(account=ACCOUNT, is_paused=False)), Finished)
    heard.wait_for(FillingChanged, lambda event: "texts" in event.words and event.done == event.total == 1)


def test_words_of_what_was_read_can_be_found(rig: Rig) -> None:
    heard, (row,) = opened(rig, parcel("A word of mine: zwetschgen."))

    read(heard, row)
    heard.program.storage.worker.call(lambda: None, urgency=Urgency.LAST)
    found = heard.ask(Search(account=ACCOUNT, mailbox=box(heard).id, query="body:zwetschgen"), ListLoaded)

    assert list(found.rows) == [row]


def test_texts_stop_where_the_budget_ends(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "BATCH", 5)
    rig.account = replace(rig.account, keep=Keep(days=36_500, megabytes=1))
    big = b"Subject: x\r\n\r\n" + b"word " * 9_000
    heard, _ = opened(rig, *[big] * 25)

    heard.wait_for(FillingChanged, lambda event: "texts" in event.words and event.done == event.total)

    stored = heard.program.storage.run(ACCOUNT, lambda store: store.bodies.total_bytes())
    assert 500_000 < stored < 1_000_000
