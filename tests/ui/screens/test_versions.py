"""Earlier versions of a draft, and what its recipients will see."""

from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.ui.screens.host import HOSTILE, NOW, SIZES, SMALL, Host, flat, until
from tests.ui.screens.test_compose import IDENTITIES, READY, composer, focused_id, posted, screen_of
from tuimail.api.commands import SaveDraft
from tuimail.api.events import DraftOpened, Finished
from tuimail.api.writing import ListVersions, MailPreviewed, PreviewMail, VersionsListed
from tuimail.domain.address import Address
from tuimail.domain.draft import Draft, DraftAttachment, DraftVersion
from tuimail.domain.message import Message
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mail_preview import MailPreview
from tuimail.ui.screens.versions import VersionsScreen, differences, version_words
from tuimail.ui.widgets.action_bar import ActionBar

FILE = DraftAttachment(name="plan.pdf", content_type="application/pdf", data=b"%PDF")
EARLIER = replace(READY, subject="Dinner", text="At eight?\nBring wine.", attachments=(FILE,))


def version(draft: Draft, *, minutes_ago: int = 3) -> DraftVersion:
    return DraftVersion(saved_at=NOW - timedelta(minutes=minutes_ago), draft=draft)


async def test_v_asks_for_the_versions_after_what_was_typed_is_reported() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Hi ", "escape")
        await pilot.pause(0.1)
        await pilot.press("v")
        await posted(pilot, app, ComposeScreen.VersionsWanted)

        wanted = ComposeScreen.DraftEdited | ComposeScreen.VersionsWanted
        kinds = [type(each) for each in app.posted if isinstance(each, wanted)]
        assert kinds == [ComposeScreen.DraftEdited, ComposeScreen.VersionsWanted]
        assert app.posted_of(ComposeScreen.DraftEdited)[0].draft.text == "Hi At one?"


async def test_a_version_is_put_back_whole_and_one_undo_takes_it_back() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"Hi ")
        typed = screen_of(app).draft
        screen_of(app).choose_version((version(typed), version(EARLIER)), lambda: NOW)
        await until(pilot, lambda: isinstance(app.screen, VersionsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen))

        assert screen_of(app).draft == EARLIER
        assert [each.draft for each in app.posted_of(ComposeScreen.PutBack)] == [EARLIER]
        assert [each.draft for each in app.posted_of(ComposeScreen.DraftEdited)] == [typed]

        await pilot.press("ctrl+z")
        assert screen_of(app).draft == typed
        await pilot.press("ctrl+y")
        assert screen_of(app).draft == EARLIER


async def test_undo_reaches_behind_what_was_typed_after_putting_back() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).choose_version((version(EARLIER),), lambda: NOW)
        await until(pilot, lambda: isinstance(app.screen, VersionsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: focused_id(app) == "body")
        await pilot.press("X", "ctrl+z", "ctrl+z")

        assert screen_of(app).draft == READY


async def test_only_versions_that_differ_are_offered_and_none_is_said_so() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).choose_version((version(READY),), lambda: NOW)
        await pilot.pause()

        assert app.screen is app.shown
        assert [each.message for each in app._notifications] == [
            "There is no earlier version yet. One is kept for each minute of writing."
        ]


async def test_esc_among_the_versions_changes_nothing() -> None:
    app = composer(READY)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).choose_version((version(EARLIER),), lambda: NOW)
        await until(pilot, lambda: isinstance(app.screen, VersionsScreen))
        assert "has Subject: Dinner" in flat(app.text())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ComposeScreen))

        assert screen_of(app).draft == READY
        assert not app.posted_of(ComposeScreen.PutBack)


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_words_are_only_text_in_versions_and_preview(size: tuple[int, int]) -> None:
    hostile = replace(READY, subject=HOSTILE, to=HOSTILE, text=HOSTILE)
    mail = Message(sender=(Address(name=HOSTILE, spec="a@x.example"),), subject=HOSTILE)
    event = MailPreviewed(draft=READY.id, message=mail, unseen=mail.sender, size_bytes=1, to_mend=(HOSTILE,))
    for make, count in (
        (lambda: VersionsScreen((version(hostile),), READY, zone=UTC, now=lambda: NOW), 3),
        (lambda: MailPreview(event, zone=UTC), 3),
    ):
        app = Host(make)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert flat(app.text()).count(HOSTILE.partition("é")[0].strip()) >= count


def test_the_words_that_differ_are_shown_and_not_those_around_them() -> None:
    then = replace(READY, text="Dear Bob,\nthe red boat leaves at one.\nAlice")
    now = replace(READY, text="Dear Bob,\nthe old blue boat leaves at one.\nAlice")

    assert list(differences(then, now)) == [("has", "“red”"), ("lacks", "“old blue”")]
    assert list(differences(now, now)) == []


def test_a_version_from_another_day_is_told_with_day_and_time() -> None:
    words = version_words(version(EARLIER, minutes_ago=26 * 60), READY, now=NOW, zone=UTC).plain

    assert words.startswith("Tue 12:30   4 words")


async def test_putting_back_is_saved_as_a_version_of_its_own() -> None:
    app, engine = make_app()
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        engine.play(DraftOpened(draft=READY, identities=IDENTITIES))
        await settle(pilot)
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("v")
        await until(pilot, lambda: bool(engine.sent(ListVersions)))
        number = engine.number_of(ListVersions)
        engine.play(
            VersionsListed(command=number, draft=READY.id, versions=(version(EARLIER),)), Finished(command=number)
        )
        await until(pilot, lambda: isinstance(app.screen, VersionsScreen))
        await press(pilot, "enter")

        assert [(each.draft, each.begins_version) for each in engine.sent(SaveDraft)] == [(EARLIER, True)]


async def test_the_preview_shows_the_mail_and_who_gets_it_unseen() -> None:
    app, engine = make_app()
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        engine.play(DraftOpened(draft=READY, identities=IDENTITIES))
        await settle(pilot)
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert app.screen.query_one(ActionBar).display
        await pilot.press("p")
        await until(pilot, lambda: bool(engine.sent(PreviewMail)))
        engine.play(
            MailPreviewed(
                command=engine.number_of(PreviewMail),
                draft=READY.id,
                message=Message(sender=(Address(name="", spec="alice@example.test"),), subject="Lunch"),
                unseen=(Address(name="", spec="carol@example.test"),),
                size_bytes=27_000_000,
                to_mend=("“x” is no address.",),
            )
        )
        await until(pilot, lambda: isinstance(app.screen, MailPreview))

        assert isinstance(app.screen, MailPreview)
        lines = [line.text for line in app.screen.view.page.lines]
        assert lines[:3] == [
            "27 MB on its way, all included.",
            "Also goes to, unseen by the others: carol@example.test",
            "! “x” is no address.",
        ]
        assert "Lunch" in lines
        await press(pilot, "q")
        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.draft == READY
