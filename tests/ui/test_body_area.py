"""What the composer's text takes in."""

import pytest
from textual import events
from textual.app import App, ComposeResult

from tests.fakes.app import settle
from tuimail.ui.widgets.body_area import MAX_LINE, BodyArea


class _Host(App[None]):
    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), "line": "#444444"}

    def compose(self) -> ComposeResult:
        yield BodyArea("")


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [("x" * (MAX_LINE + 1), ""), ("a\n" * 300, "a\n" * 300)],
    ids=["one line without end", "many lines"],
)
async def test_a_paste_is_taken_unless_a_line_is_endless(pasted: str, kept: str) -> None:
    app = _Host()
    async with app.run_test() as pilot:
        body = app.query_one(BodyArea)
        body.focus()
        app.post_message(events.Paste(pasted))
        await settle(pilot)

        assert body.text == kept
