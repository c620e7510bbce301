"""The composer: where the cursor starts, what sends and what is only text, and what survives."""

import stat
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual import events
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.ui.screens.host import HOSTILE, NOW, SIZES, SMALL, Host, flat, until
from tuimail.api.events import DraftOpened
from tuimail.domain.address import Address
from tuimail.domain.address_book import Group, Person
from tuimail.domain.clean import clean_block, clean_line
from tuimail.domain.draft import Draft, DraftAttachment, DraftKind, FieldProblem, Identity, signed_anew
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.ui.external_editor import (
    Edited,
    EditorTrouble,
    ExternalEditor,
    edit_text,
    editor_command,
    read_fields,
    with_fields,
)
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.question import Question
from tuimail.ui.widgets.action_bar import ActionBar
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.draft_form import first_field
from tuimail.ui.widgets.path_prompt import completed, unquoted

ALICE = "Alice Example <alice@example.test>"
WORK = "Alice <alice.work@example.test>"
HOME = "Alice <alice@home.test>"
EMPTY = Draft(id=DraftId("d1"), account=AccountId("work"), sender=ALICE)
IDENTITIES = (
    Identity(sender=ALICE, account=AccountId("work"), signature="Alice, Example Ltd"),
    Identity(sender=WORK, account=AccountId("work"), signature="Alice, Example Ltd"),
    Identity(sender=HOME, account=AccountId("home"), signature="Love, Alice"),
)
READY = replace(EMPTY, to="bob@example.test", subject="Lunch", text="At one?")
REPLY = replace(READY, kind=DraftKind.REPLY, text="\n\nBob wrote:\n> Lunch?")


def composer(draft: Draft = EMPTY, *, editor: ExternalEditor | None = None, notes: tuple[str, ...] = ()) -> Host:
    opened = DraftOpened(draft=draft, identities=IDENTITIES, notes=notes)
    return Host(lambda: ComposeScreen(opened, zone=UTC, editor=editor))


def screen_of(app: Host) -> ComposeScreen:
    assert isinstance(app.shown, ComposeScreen)
    return app.shown


def focused_id(app: Host) -> str | None:
    return app.focused.id if app.focused else None


def burst(app: Host, keys: str) -> None:
    """Keys as a terminal without bracketed paste delivers them: all at once."""
    for char in keys:
        name = {"\n": "ctrl+j", "\t": "tab", "\r": "enter"}.get(char, char)
        app.post_message(events.Key(name, char))


async def posted(pilot: Pilot[None], app: Host, kind: type[Message]) -> None:
    await until(pilot, lambda: any(isinstance(message, kind) for message in app.posted))


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (EMPTY, "to"),
        (REPLY, "text"),
        (replace(REPLY, kind=DraftKind.REPLY_ALL), "text"),
        (replace(EMPTY, kind=DraftKind.FORWARD, subject="Fwd: x"), "to"),
        (replace(EMPTY, to="bob@example.test"), "subject"),
        (READY, "text"),
    ],
)
def test_the_cursor_starts_where_something_is_missing(draft: Draft, field: str) -> None:
    assert first_field(draft) == field


async def test_new_mail_starts_in_to_and_tab_goes_through_every_field() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        visited = [focused_id(app)]
        for _ in range(5):
            await pilot.press("tab")
            visited.append(focused_id(app))

        assert visited == ["to", "cc", "bcc", "subject", "body", "from"]


async def test_from_is_reached_by_shift_tab_and_changed_by_arrows() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("shift+tab", "down")

        assert focused_id(app) == "from"
        assert screen_of(app).draft.sender == WORK


async def test_the_signature_follows_the_sender_and_the_draft_its_account_at_once() -> None:
    signed = replace(EMPTY, text="Hello\n\n-- \nAlice, Example Ltd\n", answers=RowId(7))
    app = composer(signed)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("shift+tab", "up")
        moved = screen_of(app).draft
        picture = flat(app.text())
        reported = [each.draft.account for each in app.posted if isinstance(each, ComposeScreen.DraftEdited)]
        await pilot.press("down")
        back = screen_of(app).draft

    assert (moved.account, moved.sender, moved.text) == ("home", HOME, "Hello\n\n-- \nLove, Alice\n")
    assert (moved.answers, moved.answers_in) == (7, "work")
    assert "home ↑ ↓ 3 of 3" in picture
    assert reported == ["home"]
    assert back == signed


@pytest.mark.parametrize(
    ("text", "before", "after", "expected"),
    [
        ("Hi\n\n-- \nA\n", "A", "B", "Hi\n\n-- \nB\n"),
        ("\n\n-- \nA\n", "A", "B", "\n\n-- \nB\n"),
        ("Hi\n\n-- \nA, by hand\n", "A", "B", "Hi\n\n-- \nA, by hand\n"),
        ("Hi\n\n-- \nA\n", "A", "", "Hi\n\n"),
        ("Hi", "", "B", "Hi\n\n-- \nB\n"),
        ("Hi\n\n-- \nA\n", "", "B", "Hi\n\n-- \nA\n"),
    ],
)
def test_only_an_untouched_signature_gives_way_to_another(text: str, before: str, after: str, expected: str) -> None:
    assert signed_anew(text, before=before, after=after) == expected


async def test_a_reply_starts_above_the_quotation() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Yes")

        assert screen_of(app).draft.text.startswith("Yes\n\nBob wrote:")


async def test_an_edit_is_posted_within_a_second_and_only_once() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"bob")
        await posted(pilot, app, ComposeScreen.DraftEdited)

        edits = app.posted_of(ComposeScreen.DraftEdited)
        assert [edit.draft.to for edit in edits] == ["bob"]


async def test_opening_a_draft_posts_nothing() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query_one(ActionBar).display)
        await pilot.press("escape")
        await posted(pilot, app, ComposeScreen.Left)

        assert not app.posted_of(ComposeScreen.DraftEdited)


async def test_esc_esc_leaves_and_the_last_keys_are_in_the_draft() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Hi", "escape", "escape")
        await posted(pilot, app, ComposeScreen.Left)

        assert app.posted_of(ComposeScreen.Left)[0].draft.text.startswith("Hi")
        assert app.posted_of(ComposeScreen.DraftEdited)[-1].draft.text.startswith("Hi")


@pytest.mark.parametrize("keys", [("escape", "y"), ("ctrl+t",), ("ctrl+enter",)])
@pytest.mark.parametrize("size", SIZES)
async def test_a_complete_draft_is_sent(keys: tuple[str, ...], size: tuple[int, int]) -> None:
    app = composer(READY)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await posted(pilot, app, ComposeScreen.SendWanted)

        assert app.posted_of(ComposeScreen.SendWanted)[0].draft == READY


async def test_asking_twice_sends_once() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t", "ctrl+t")
        await posted(pilot, app, ComposeScreen.SendWanted)
        await pilot.press("ctrl+t")
        await pilot.pause(0.1)

        assert len(app.posted_of(ComposeScreen.SendWanted)) == 1


async def test_after_a_declined_consent_sending_can_be_asked_for_again() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        await posted(pilot, app, ComposeScreen.SendWanted)
        await app.push_screen(Question("Consent", "…", yes="agree", no="decline"))
        await pilot.press("escape", "ctrl+t")
        await until(pilot, lambda: len(app.posted_of(ComposeScreen.SendWanted)) == 2)


async def test_alt_y_opens_the_bar_and_writes_and_sends_nothing() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Key("alt+y", "y"))
        await until(pilot, lambda: app.screen.query_one(ActionBar).display)
        await pilot.pause(0.1)

        assert screen_of(app).draft == READY
        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_a_burst_in_the_bar_is_text_and_never_sends() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query_one(ActionBar).display)
        burst(app, "yes, at one.\rBye")
        await until(pilot, lambda: "Bye" in screen_of(app).draft.text)

        assert screen_of(app).draft.text == "yes, at one.\nByeAt one?"
        assert not app.posted_of(ComposeScreen.SendWanted)
        assert not app.screen.query_one(ActionBar).display


async def test_a_paste_in_the_bar_is_text() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query_one(ActionBar).display)
        app.post_message(events.Paste("y"))
        await until(pilot, lambda: screen_of(app).draft.text.startswith("y"))

        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_a_burst_in_the_text_is_text_line_feeds_and_tabs_too() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        burst(app, "one\ntwo\tthree")
        await until(pilot, lambda: "three" in screen_of(app).draft.text)

        assert screen_of(app).draft.text.startswith("one\ntwo\tthree")
        assert focused_id(app) == "body"


async def test_tab_within_a_burst_puts_what_follows_into_the_next_field() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        burst(app, "bob\tcarol\rdave\tLunch")
        await until(pilot, lambda: focused_id(app) == "subject" or bool(screen_of(app).draft.bcc))
        await pilot.pause()

        draft = screen_of(app).draft
        assert (draft.to, draft.cc, draft.bcc, draft.subject) == ("bob", "carol", "dave", "Lunch")


async def test_the_send_key_right_behind_text_sends_all_of_it() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        burst(app, "Or at two? ")
        app.post_message(events.Key("ctrl+t", "\x14"))
        await posted(pilot, app, ComposeScreen.SendWanted)

        assert app.posted_of(ComposeScreen.SendWanted)[0].draft.text == "Or at two? At one?"


async def test_the_send_key_inside_a_burst_does_not_send() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Key("ctrl+t", "\x14"))
        burst(app, "more text")
        await until(pilot, lambda: "more text" in screen_of(app).draft.text)
        await pilot.pause(0.1)

        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_ctrl_j_is_a_newline() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a", "ctrl+j", "b")

        assert screen_of(app).draft.text.startswith("a\nb")


async def test_pasted_escape_sequences_and_bidi_controls_lose_their_power() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste("a\x1b]52;c;eA==\x07b\u202ec\r\nd"))
        await until(pilot, lambda: "d" in screen_of(app).draft.text[:30])

        body = app.screen.query_one(TextArea).text
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(body)
        assert "\nd" in body


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("a@example.test\r\nb@example.test\n", "a@example.test, b@example.test"),
        ("Ann\ta@example.test\nSmith, Bo <b@example.test>;", 'Ann <a@example.test>, "Smith, Bo" <b@example.test>'),
        ("Ann\nb@example.test", "Ann, b@example.test"),
    ],
)
async def test_a_pasted_column_of_addresses_becomes_a_list(pasted: str, line: str) -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste(pasted))
        await until(pilot, lambda: "b@" in screen_of(app).draft.to)

        assert screen_of(app).draft.to == line


@pytest.mark.parametrize("size", SIZES)
async def test_a_bad_address_is_shown_at_its_field(size: tuple[int, int]) -> None:
    app = composer(replace(READY, cc="not an address"))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: focused_id(app) == "cc")

        lines = app.text().splitlines()
        row = next(index for index, line in enumerate(lines) if line.strip().startswith("Cc"))
        assert "! “not an address” is not a mail address." in lines[row + 1]
        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_mending_the_field_takes_its_problem_away() -> None:
    app = composer(replace(EMPTY, to="x"))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "is not a mail address" in app.text())
        await pilot.press("@")
        await until(pilot, lambda: "is not a mail address" not in app.text())


async def test_a_missing_subject_is_asked_about_and_enter_sends() -> None:
    app = composer(replace(READY, subject=""))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, Question) and "Send without a subject?" in app.text())

        await pilot.press("enter")
        await posted(pilot, app, ComposeScreen.SendWanted)


async def test_no_to_the_question_goes_back_to_the_field() -> None:
    app = composer(replace(READY, subject=""))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.shown and focused_id(app) == "subject")

        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_problems_from_outside_are_shown_where_they_belong() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).show_problems([FieldProblem(field="attachments", words="The mail is larger than 25 MB.")])
        await pilot.pause()

        assert "! The mail is larger than 25 MB." in app.text()


async def test_d_discards_and_nothing_is_saved_after_it() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Hi", "escape", "d")
        await posted(pilot, app, ComposeScreen.DiscardWanted)
        await pilot.press("x")
        await pilot.pause(1.0)

        assert not app.posted_of(ComposeScreen.DraftEdited)


async def test_attaching_asks_for_a_path_and_the_file_is_listed() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "a")
        await until(pilot, lambda: focused_id(app) == "path")
        app.post_message(events.Paste("'/home/alice/plan b.pdf'"))
        await pilot.press("enter")
        await posted(pilot, app, ComposeScreen.AttachWanted)
        screen_of(app).attached(DraftAttachment(name="plan b.pdf", content_type="application/pdf", data=b"x" * 2000))
        await until(pilot, lambda: "plan b.pdf 2.0 KB" in app.text())

        assert app.posted_of(ComposeScreen.AttachWanted)[0].path == "/home/alice/plan b.pdf"
        assert len(screen_of(app).draft.attachments) == 1


@pytest.mark.parametrize(("key", "attaches"), [("enter", True), ("escape", False)])
async def test_a_dropped_file_is_offered_as_attachment(key: str, attaches: bool, tmp_path: Path) -> None:
    file = tmp_path / "a b [/b].txt"
    file.mkdir(parents=True)
    file = file / "x.txt"
    file.write_text("x")
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste(f"'{file}'"))
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press(key)
        await until(
            pilot, lambda: bool(app.posted_of(ComposeScreen.AttachWanted)) or "x.txt" in screen_of(app).draft.text
        )

        assert [message.path for message in app.posted_of(ComposeScreen.AttachWanted)] == [str(file)] * attaches
        assert (str(file) in screen_of(app).draft.text) is not attaches


@pytest.mark.parametrize("form", ["'{0}' '{1}'", "{0}\n{1}\n", '"{0}" "{1}"'])
async def test_several_dropped_files_are_one_question(form: str, tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a b.txt", "it.txt")]
    for path in paths:
        Path(path).write_text("x")
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste(form.format(*paths)))
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "Attach these 2 files?" in app.text()
        await pilot.press("enter")
        await until(pilot, lambda: len(app.posted_of(ComposeScreen.AttachWanted)) == 2)

        assert [message.path for message in app.posted_of(ComposeScreen.AttachWanted)] == paths
        assert screen_of(app).draft.text == REPLY.text


async def test_text_that_only_begins_like_a_path_is_text(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(events.Paste(f"{file} and more"))
        await until(pilot, lambda: "and more" in screen_of(app).draft.text)

        assert app.screen is app.shown


async def test_an_error_of_one_of_several_files_stays_in_sight() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).show_words("There is no file at /x.")
        screen_of(app).attached(DraftAttachment(name="y.pdf", content_type="application/pdf", data=b"y"))
        await until(pilot, lambda: "y.pdf" in app.text())

        assert "There is no file at /x." in app.text()


async def test_how_far_a_file_is_read_is_told() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).show_progress("reading film.mp4 40 %")
        await until(pilot, lambda: "reading film.mp4 40 %" in app.text().splitlines()[0])


async def test_undo_takes_the_external_editors_text_back(tmp_path: Path) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "Other" > "$1"\n')
    script.chmod(0o700)
    app = composer(REPLY, editor=ExternalEditor(command=str(script), folder=tmp_path / "private"))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "e")
        await until(pilot, lambda: screen_of(app).draft.text == "Other")
        await pilot.press("ctrl+z")

        assert screen_of(app).draft.text == REPLY.text


def script(folder: Path, does: str) -> str:
    """An editor that does this with its file."""
    file = folder / "editor.sh"
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o700)
    return str(file)


async def test_what_was_typed_is_reported_before_the_editor_has_the_terminal(tmp_path: Path) -> None:
    app = composer(REPLY, editor=ExternalEditor(command=script(tmp_path, "true"), folder=tmp_path / "private"))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Hi", "escape")
        await pilot.pause(0.1)
        await pilot.press("e")
        await until(pilot, lambda: app.suspended > 0)

        assert [each.draft.text for each in app.posted_of(ComposeScreen.DraftEdited)] == [f"Hi{REPLY.text}"]
        assert screen_of(app).draft.text == f"Hi{REPLY.text}"


async def test_the_editor_gets_the_fields_where_that_is_wanted_and_one_undo_takes_all_back(tmp_path: Path) -> None:
    wrote = "To: Eve <eve@x.example>,\\n  bob@example.test\\nSubject: New\\n\\nText"
    does = f"cp \"$1\" '{tmp_path}/got'; printf '{wrote}' > \"$1\""
    editor = ExternalEditor(command=script(tmp_path, does), folder=tmp_path / "private", has_headers=True)
    before = replace(READY, cc="carol@example.test")
    app = composer(before, editor=editor)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("e")
        await until(pilot, lambda: app.suspended > 0)
        got = (tmp_path / "got").read_text()
        edited = screen_of(app).draft
        await pilot.press("ctrl+z")

        assert got == "To: bob@example.test\nCc: carol@example.test\nBcc:\nSubject: Lunch\n\nAt one?"
        assert edited == replace(before, to="Eve <eve@x.example>, bob@example.test", cc="", subject="New", text="Text")
        assert screen_of(app).draft == before


async def test_fields_that_cannot_be_read_lose_nothing(tmp_path: Path) -> None:
    editor = ExternalEditor(
        command=script(tmp_path, 'printf "Dear Bob,\n\nText" > "$1"'), folder=tmp_path / "private", has_headers=True
    )
    app = composer(READY, editor=editor)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("e")
        await until(pilot, lambda: "could not be read" in flat(app.text()))

        assert screen_of(app).draft == replace(READY, text="Dear Bob,\n\nText")


async def test_an_editor_for_every_draft_opens_at_once_and_the_bar_after_it(tmp_path: Path) -> None:
    editor = ExternalEditor(
        command=script(tmp_path, 'printf "Written" > "$1"'), folder=tmp_path / "private", is_first=True
    )
    app = composer(READY, editor=editor)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: app.screen.query_one(ActionBar).display)

        assert (app.suspended, screen_of(app).draft.text) == (1, "Written")


@given(st.text(max_size=40), st.text(max_size=60))
def test_fields_survive_the_way_through_the_file(subject: str, text: str) -> None:
    draft = replace(READY, subject=clean_line(subject), text=clean_block(text))

    assert read_fields(draft, with_fields(draft)) == replace(draft, subject=draft.subject.strip())


async def test_esc_in_the_path_prompt_goes_back_to_the_text() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "a")
        await until(pilot, lambda: focused_id(app) == "path")
        await pilot.press("escape")
        await until(pilot, lambda: focused_id(app) == "body")

        assert not app.screen.query_one(ActionBar).display


async def test_tab_completes_a_path_and_stays_in_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "march.pdf").touch()
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "a")
        await until(pilot, lambda: focused_id(app) == "path")
        field = app.screen.query_one("#path", LineInput)
        field.value = f"{tmp_path}/re"
        await pilot.press("tab")
        await until(pilot, lambda: field.value == f"{tmp_path}/reports/")
        await pilot.press("tab")
        await until(pilot, lambda: field.value == f"{tmp_path}/reports/march.pdf")

        assert focused_id(app) == "path"


@pytest.mark.parametrize(
    ("typed", "path"),
    [("/a/re", "/a/rep"), ("/a/report", "/a/report.pdf"), ("/a/x", "/a/x"), ("/a/", "/a/rep"), ("/a/.", "/a/.git/")],
)
def test_a_path_is_completed_as_far_as_the_names_agree(typed: str, path: str) -> None:
    assert completed(typed, [".git/", "report.pdf", "replies/"]) == path


async def test_a_file_that_cannot_be_read_keeps_the_prompt_with_its_path() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "a")
        await until(pilot, lambda: focused_id(app) == "path")
        await pilot.press(*"/no", "enter")
        await posted(pilot, app, ComposeScreen.AttachWanted)
        screen_of(app).show_words("There is no file /no.")
        await until(pilot, lambda: "There is no file /no." in app.text())
        assert focused_id(app) == "path"

        await pilot.press("w", "enter")
        await until(pilot, lambda: len(app.posted_of(ComposeScreen.AttachWanted)) == 2)
        assert app.posted_of(ComposeScreen.AttachWanted)[1].path == "/now"
        assert "There is no file" not in app.text()


async def test_an_attached_file_can_be_taken_off() -> None:
    app = composer(replace(REPLY, attachments=(DraftAttachment(name="a.txt", content_type="text/plain", data=b"a"),)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", "delete")
        await until(pilot, lambda: not screen_of(app).draft.attachments)

        assert "a.txt" not in app.text()


async def test_ctrl_s_saves_and_the_time_is_shown() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x", "ctrl+s")
        await posted(pilot, app, ComposeScreen.DraftEdited)
        screen_of(app).saved(NOW)
        await until(pilot, lambda: "draft saved 14:30" in app.text())


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_is_shown_as_it_is(size: tuple[int, int]) -> None:
    hostile = replace(
        REPLY,
        to=HOSTILE,
        subject=HOSTILE,
        text=HOSTILE,
        sender=HOSTILE,
        attachments=(DraftAttachment(name=HOSTILE, content_type="x/y", data=b""),),
    )
    app = composer(hostile, notes=(HOSTILE,))
    async with app.run_test(size=size) as pilot:
        screen_of(app).show_words(HOSTILE)
        await pilot.pause()

        assert flat(app.text()).count(HOSTILE) == 7


async def test_a_resize_keeps_text_and_focus() -> None:
    app = composer(REPLY)
    async with app.run_test(size=SIZES[1]) as pilot:
        await pilot.press(*"Hello")
        await pilot.resize_terminal(*SMALL)
        await pilot.press("!")

        assert screen_of(app).draft.text.startswith("Hello!")
        assert "send" in app.text().splitlines()[-1]


async def test_the_label_of_the_field_with_the_cursor_stands_out() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab")

        bold = [label for label in app.screen.query(".label") if label.styles.text_style.bold]
        assert [str(label.render()) for label in bold] == ["Cc"]


async def test_the_hint_line_stays_while_a_field_has_the_focus() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("x")

        assert isinstance(app.focused, Input)
        assert "Ctrl+T send" in app.text().splitlines()[-1]


async def test_the_external_editor_gets_a_private_file_and_its_text_comes_back(tmp_path: Path) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nstat -c %a "$2" > "$1"\nprintf "Edited\\033[31m" > "$2"\n')
    script.chmod(0o700)
    folder = tmp_path / "private"
    app = composer(REPLY, editor=ExternalEditor(command=f"{script} '{tmp_path}/mode of it'", folder=folder))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape", "e")
        await until(pilot, lambda: screen_of(app).draft.text.startswith("Edited"))

        assert app.suspended == 1
        assert "\x1b" not in screen_of(app).draft.text
    assert (tmp_path / "mode of it").read_text().strip() == "600"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("end", "told"), [("exit 3", "ended with status 3"), ("kill -SEGV $$", "was ended by signal 11")]
)
def test_the_file_survives_an_editor_that_crashes(end: str, told: str, tmp_path: Path) -> None:
    script = tmp_path / "editor.sh"
    script.write_text(f'#!/bin/sh\nprintf "half a sentence" > "$1"\n{end}\n')
    script.chmod(0o700)

    outcome = edit_text(ExternalEditor(command=str(script), folder=tmp_path / "private"), "before")

    assert isinstance(outcome, EditorTrouble)
    assert told in outcome.words
    assert outcome.kept is not None
    assert outcome.kept.read_text() == "half a sentence"


@pytest.mark.parametrize("command", ["/no/such/editor", "unclosed 'quote", ""])
def test_an_editor_that_cannot_start_leaves_no_file(command: str, tmp_path: Path) -> None:
    outcome = edit_text(ExternalEditor(command=command, folder=tmp_path), "text")

    assert isinstance(outcome, EditorTrouble)
    assert list(tmp_path.iterdir()) == []


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    outcome = edit_text(ExternalEditor(command="true ; touch $HOME `id`", folder=tmp_path), "text")

    assert outcome == Edited(text="text")


def test_visual_goes_before_editor() -> None:
    assert editor_command({"VISUAL": "code -w", "EDITOR": "ed"}) == "code -w"
    assert editor_command({"EDITOR": "ed"}) == "ed"
    assert editor_command({}) == "vi"


@pytest.mark.parametrize(
    ("typed", "path"), [("'/a b/c'", "/a b/c"), ('"/a"', "/a"), ("/a\\ b", "/a b"), (" ~/x ", "~/x"), ("", "")]
)
def test_a_dropped_path_loses_its_quotes(typed: str, path: str) -> None:
    assert unquoted(typed) == path


async def test_a_paste_arrives_once() -> None:
    app = composer(REPLY)

    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: isinstance(app.focused, TextArea))
        app.post_message(events.Paste("Bread and butter."))
        await until(pilot, lambda: "Bread" in screen_of(app).draft.text)
        await pilot.pause()

        assert screen_of(app).draft.text.count("Bread and butter.") == 1


def known(name: str, spec: str, *, written: int = 2) -> Person:
    return Person(address=Address(name=name, spec=spec), written=written)


ANN, ANTON = known("Ann Case", "ann@x.test"), known("Anton, the Elder", "anton@x.test", written=0)


async def offered(pilot: Pilot[None], app: Host, *found: Person | Group) -> None:
    """What was typed is asked about, and these are the answer."""
    await posted(pilot, app, ComposeScreen.CompletionWanted)
    wish = [each for each in app.posted if isinstance(each, ComposeScreen.CompletionWanted)][-1]
    screen_of(app).offer(wish.typed, found)
    await pilot.pause()


async def test_enter_takes_who_is_offered_and_another_can_follow() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"an")
        await offered(pilot, app, ANN, ANTON)
        picture = app.text()
        await pilot.press("down", "enter")
        assert screen_of(app).draft.to == '"Anton, the Elder" <anton@x.test>,'
        await pilot.press(*"x@y.test", "enter")

        assert screen_of(app).draft.to == '"Anton, the Elder" <anton@x.test>, x@y.test'
        assert focused_id(app) == "cc"
    assert "▸ Ann Case <ann@x.test>" in picture
    assert "2 mails to" in picture


async def test_a_whole_address_is_never_replaced_by_what_is_offered() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"ann@x.te")
        await offered(pilot, app, ANN)
        await pilot.press("enter")

        assert screen_of(app).draft.to == "ann@x.te"
        assert focused_id(app) == "cc"


async def test_esc_closes_the_offer_first_and_tab_always_moves_on() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"an")
        await offered(pilot, app, ANN)
        await pilot.press("escape")
        assert "Ann Case" not in app.text()
        assert not app.screen.query_one(ActionBar).display
        await pilot.press("n")
        await offered(pilot, app, ANN)
        await pilot.press("tab")

        assert focused_id(app) == "cc"
        assert screen_of(app).draft.to == "ann"
        assert "Ann Case" not in app.text()


async def test_an_offer_that_comes_late_is_not_for_what_is_typed_now() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"an")
        screen_of(app).offer("a", (ANN,))
        await pilot.pause()

        assert "Ann Case" not in app.text()


async def test_a_group_brings_all_its_members() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"bob@x.test, al")
        await offered(pilot, app, Group(name="Allotment", members=(ANN.address, ANTON.address)))
        await pilot.press("enter")

        assert screen_of(app).draft.to == 'bob@x.test, Ann Case <ann@x.test>, "Anton, the Elder" <anton@x.test>,'


async def test_hostile_names_are_only_text_in_an_offer() -> None:
    app = composer()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"an")
        await offered(pilot, app, known("[red]an[/red] [@click=app.quit]x[/]", "an@x.test"))

        assert "[red]an[/red]" in app.text()
