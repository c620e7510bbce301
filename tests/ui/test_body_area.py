"""What the composer's text takes in."""

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widgets import TextArea

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


_TEXTS = [
    "",
    "one line",
    "long words " * 60 + "\n\nthen more",
    "表計算" * 50 + "\nend",
    "a\tb\n" + "tab\tbed " * 40,
    "x" * 300,
]


@pytest.mark.parametrize("text", _TEXTS)
@pytest.mark.parametrize("place", [(0, 0), (0, 7), (99, 999)])
async def test_it_draws_what_textuals_own_editor_draws(text: str, place: tuple[int, int]) -> None:
    app = _Beside(text)
    async with app.run_test(size=(60, 30)) as pilot:
        ours, textuals = app.query_one(BodyArea), app.query_one("#plain", TextArea)
        drawn = []
        for area in (ours, textuals):
            area.focus()
            area.cursor_location = area.clamp_visitable(place)
            await pilot.pause()
            lines = [area.render_line(y) for y in range(area.content_size.height)]
            drawn.append([(line.text, line.cell_length, _reversed(line)) for line in lines])

        assert drawn[0] == drawn[1]
        assert any(marked for _, _, marked in drawn[0])


class _Beside(_Host):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield BodyArea(self._text)
        plain = TextArea(self._text, id="plain", soft_wrap=True, highlight_cursor_line=False)
        plain.styles.height = "1fr"
        plain.styles.border = ("none", "black")
        plain.styles.border_top = ("solid", "black")
        plain.styles.padding = (0, 1)
        plain.styles.scrollbar_size_vertical = 1
        yield plain

    def on_mount(self) -> None:
        for area in self.query(TextArea):
            area.cursor_blink = False


def _reversed(line: Strip) -> list[str]:
    """The text of the segments that look like the cursor."""
    ground = line._segments[-1].style if line._segments else None
    return [each.text for each in line if each.style != ground and each.text and each.style and each.style.bgcolor]


async def test_many_steps_can_be_undone_also_those_that_brought_the_scroll_bar() -> None:
    app = _Host()
    async with app.run_test() as pilot:
        body = app.query_one(BodyArea)
        body.focus()
        for number in range(120):
            body.insert(f"line {number}\n")
        for _ in range(120):
            body.undo()
        await pilot.pause()

        assert body.text == ""
