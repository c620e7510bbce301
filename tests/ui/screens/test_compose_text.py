"""The text of the composer: found in, counted, and measured against what the server takes."""

from datetime import UTC

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import SMALL, Host, flat, until
from tests.ui.screens.test_compose import ALICE, READY, WORK, composer, focused_id, screen_of
from tuimail.api.events import DraftOpened
from tuimail.domain.draft import Draft, DraftAttachment, Identity
from tuimail.domain.ids import AccountId
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.body_area import BodyArea

BOATS = replace(READY, text="The red boat.\nA Boat (blue) and a boathouse.\n\nNo ship.")


async def selections(*keys: str) -> list[str]:
    """What is selected after each of these keys in the find prompt, with its place."""
    app = composer(BOATS)
    seen: list[str] = []
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("slash")
        await until(pilot, lambda: focused_id(app) == "words")
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            start, _ = app.screen.query_one(BodyArea).selection
            seen.append(f"{app.screen.query_one(BodyArea).selected_text}@{start[0]}")
    return seen


async def test_the_text_follows_what_is_typed_and_enter_goes_on_round_the_end() -> None:
    seen = await selections(*"boa", "enter", "enter", "enter", "up")

    assert seen == ["b@0", "bo@0", "boa@0", "Boa@1", "boa@1", "boa@0", "boa@1"]


async def test_what_is_sought_is_no_pattern() -> None:
    assert (await selections("left_parenthesis", "b"))[-1] == "(b@1"


async def test_words_that_are_nowhere_say_so_and_esc_goes_back_to_the_text() -> None:
    app = composer(BOATS)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await pilot.pause(0.1)
        await pilot.press("slash")
        await until(pilot, lambda: focused_id(app) == "words")
        await pilot.press(*"zebra")
        await until(pilot, lambda: "nowhere" in app.text())
        await pilot.press("escape")
        await until(pilot, lambda: focused_id(app) == "body")

        assert screen_of(app).draft == BOATS


async def test_f3_goes_on_from_the_text_and_typing_replaces_what_is_found() -> None:
    app = composer(BOATS)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f3", *"boat", "escape")
        await until(pilot, lambda: focused_id(app) == "body")
        await pilot.press("f3", "s", "h", "i", "p")

        assert screen_of(app).draft.text == "The red boat.\nA ship (blue) and a boathouse.\n\nNo ship."
        assert not app.posted_of(ComposeScreen.SendWanted)


async def test_own_words_are_counted_and_not_what_is_quoted() -> None:
    app = composer(replace(READY, text="Yes, at one.\n\nBob wrote:\n> Lunch? And more words.\n-- \nAlice"))
    async with app.run_test(size=SMALL) as pilot:
        assert "3 words, 4" in app.text().splitlines()[0]
        await pilot.press(*"Oh ")
        await until(pilot, lambda: "4 words" in app.text().splitlines()[0])


def with_limit(draft: Draft, limit: int) -> Host:
    """The composer for a sender whose server takes so much; that of the second one says nothing."""
    identities = (
        Identity(sender=ALICE, account=AccountId("work"), size_limit=limit),
        Identity(sender=WORK, account=AccountId("home")),
    )
    return Host(lambda: ComposeScreen(DraftOpened(draft=draft, identities=identities), zone=UTC))


LARGE = DraftAttachment(name="film.mp4", content_type="video/mp4", data=b"x" * 2_000_000)
TOO_LARGE = "This mail is about 2.7 MB; the server takes 2.5 MB."


async def test_a_file_too_large_for_the_server_is_told_when_it_is_attached_and_not_sent() -> None:
    app = with_limit(READY, 2_500_000)
    async with app.run_test(size=SMALL) as pilot:
        screen_of(app).attached(LARGE)
        await until(pilot, lambda: TOO_LARGE in flat(app.text()))
        await pilot.press("ctrl+t")
        await pilot.pause(0.2)
        assert not app.posted_of(ComposeScreen.SendWanted)

        await pilot.press("tab", "delete")
        await until(pilot, lambda: TOO_LARGE not in flat(app.text()))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: bool(app.posted_of(ComposeScreen.SendWanted)))


@pytest.mark.parametrize("limit", [0, 3_000_000])
async def test_a_mail_that_is_taken_or_perhaps_taken_is_sent(limit: int) -> None:
    app = with_limit(replace(READY, attachments=(LARGE,)), limit)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: bool(app.posted_of(ComposeScreen.SendWanted)))
