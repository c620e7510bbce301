"""The composer's action bar. One key acts; a burst of keys is text and goes back to where text belongs."""

from dataclasses import dataclass
from enum import StrEnum

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tuimail.ui.fit import fit
from tuimail.ui.key_names import pretty

SETTLE_S = 0.04
"""A key acts when none has followed it for so long; a pasted burst follows within a millisecond."""


class Action(StrEnum):
    """What can be done with the draft."""

    SEND = "send"
    ATTACH = "attach"
    EDITOR = "editor"
    PREVIEW = "preview"
    VERSIONS = "versions"
    FIND = "find"
    DISCARD = "discard"
    BACK = "back"
    LEAVE = "leave"


_KEYS = {
    "y": Action.SEND,
    "a": Action.ATTACH,
    "e": Action.EDITOR,
    "p": Action.PREVIEW,
    "v": Action.VERSIONS,
    "slash": Action.FIND,
    "d": Action.DISCARD,
    "enter": Action.BACK,
    "escape": Action.LEAVE,
}
_WORDS = (
    ("y", "send"),
    ("a", "attach a file"),
    ("e", "external editor"),
    ("p", "preview"),
    ("v", "earlier versions"),
    ("/", "find in the text"),
    ("d", "discard"),
    ("enter", "back to the text"),
    ("escape", "leave, draft kept"),
)
_COLUMNS = 3
_CELLS = 26
_TEXT_KEYS = {"enter": "\n", "ctrl+j": "\n", "tab": "\t", "escape": ""}


class ActionBar(Widget):
    """Takes the focus while it is open; closes when it loses it."""

    DEFAULT_CSS = """
    ActionBar { height: auto; display: none; padding: 0 1; background: $surface; border-top: heavy $accent; }
    """
    can_focus = True

    @dataclass
    class Chosen(Message):
        """An action was chosen."""

        action: Action

    @dataclass
    class Typed(Message):
        """What came in was text: a paste, or a burst of keys."""

        text: str

        def __repr__(self) -> str:
            return f"Typed({len(self.text)} characters)"

    def __init__(self) -> None:
        super().__init__()
        self._burst: list[events.Key] = []
        self._settling: Timer | None = None

    def open(self) -> None:
        """Show it and take the keys."""
        self._burst.clear()
        self.display = True
        self.focus()

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def on_blur(self) -> None:
        """A click elsewhere or Tab ends it."""
        self.close()

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text."""
        event.stop()
        self.post_message(self.Typed(event.text))

    async def on_key(self, event: events.Key) -> None:
        """Collect until silence; only then is it known whether this was one key."""
        is_text = event.is_printable and "+" not in event.key[:-1]
        if not (is_text or event.key in ("enter", "escape") or (self._burst and event.key in _TEXT_KEYS)):
            return
        event.stop()
        event.prevent_default()
        self._burst.append(event)
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, self._decide)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """As many lines as the columns need."""
        return -(-len(_WORDS) // self._columns(width))

    def render(self) -> Content:
        """The keys and their words in columns."""
        columns = self._columns(self.content_size.width)
        parts: list[str | tuple[str, str]] = []
        for index, (key, words) in enumerate(_WORDS):
            if index and index % columns == 0:
                parts.append("\n")
            parts += [(fit(pretty((key,)), 6), "bold $accent"), fit(words, self.content_size.width // columns - 6)]
        return Content.assemble(*parts)

    def _columns(self, width: int) -> int:
        return len(_WORDS) if width >= len(_WORDS) * _CELLS else _COLUMNS

    def _decide(self) -> None:
        # Once round through both queues: on a busy machine the rest of a burst may still stand in them.
        seen = len(self._burst)
        self.app.call_later(self.call_later, self._act_on, seen)

    def _act_on(self, seen: int) -> None:
        if not self.display or len(self._burst) != seen:
            return
        burst, self._burst = self._burst, []
        if len(burst) > 1:
            self.post_message(self.Typed("".join(_TEXT_KEYS.get(key.key, key.character or "") for key in burst)))
        elif burst and (action := _KEYS.get(burst[0].key)):
            self.post_message(self.Chosen(action))
