"""What the sparing compositor draws is what Textual's own would."""

import pyte
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import FakeMailbox
from tuimail.ui.compositor import LeanCompositor

WIDTH, HEIGHT = 120, 40
KEYS = (
    *("j", "pagedown", "pageup", "G", "x", "asterisk", "escape", "enter", "j", "K", "q"),
    *("ctrl+g", "j", "escape", "g", "i", "O", "d", "slash", "a", "escape"),
)


class Terminal:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)

    def write(self, update: ChopsUpdate | LayoutUpdate | None, app: object) -> None:
        if update is not None:
            self._stream.feed(update.render_segments(app.console).replace("\n", ""))  # type: ignore[attr-defined]  # an App


class BothCompositors(LeanCompositor):
    """Makes each update in both ways, and writes each to a terminal of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.lean, self.stock = Terminal(), Terminal()
        self.updates = 0

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        update = super().render_full_update(simplify)
        assert self.root is not None
        self.lean.write(update, self.root.app)
        self.stock.write(Compositor.render_full_update(self, simplify), self.root.app)
        self.updates += 1
        return update

    def render_partial_update(self) -> ChopsUpdate | None:
        changed = set(self._dirty_regions)
        update = super().render_partial_update()
        self._dirty_regions.update(changed)
        assert self.root is not None
        self.lean.write(update, self.root.app)
        self.stock.write(Compositor.render_partial_update(self), self.root.app)
        self.updates += 1
        return update


async def test_updates_draw_what_textual_would_draw() -> None:
    app, _ = make_app(FakeMailbox(300))
    compositor = BothCompositors()
    app._mail._compositor = compositor

    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await settle(pilot)
        for key in KEYS:
            await press(pilot, key)
            assert compositor.lean.screen.buffer == compositor.stock.screen.buffer, key

    assert compositor.updates > len(KEYS)
