"""The foot of the composer: the action bar, the prompts, and hints that fit what is open."""

from textual.app import ComposeResult
from textual.containers import Vertical

from tuimail.ui.widgets.action_bar import ActionBar
from tuimail.ui.widgets.find_prompt import FindPrompt
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.path_prompt import PathPrompt

_HINTS = (
    ("escape", "send, attach, …"),
    ("ctrl+t", "send"),
    ("tab", "next field"),
    ("shift+tab", "back"),
    ("ctrl+s", "save"),
)
_BAR_HINTS = (("y", "send"), ("enter", "back to the text"), ("escape", "leave, the draft is kept"))
_FIND_HINTS = (
    ("enter", "next"),
    ("up", "the one before"),
    ("f3", "next in the text"),
    ("escape", "back to the text"),
)
_PATH_HINTS = (("enter", "attach"), ("tab", "complete"), ("escape", "no file"))


class ComposeFoot(Vertical):
    """Shows one of its parts at a time above the hint line."""

    DEFAULT_CSS = "ComposeFoot { dock: bottom; height: auto; } ComposeFoot HintLine { dock: none; }"

    def compose(self) -> ComposeResult:
        """Prompt and bar wait hidden."""
        yield PathPrompt()
        yield FindPrompt()
        yield ActionBar()
        yield HintLine(_HINTS)

    def open_bar(self) -> None:
        """Open the action bar, or leave it as it is."""
        bar = self.query_one(ActionBar)
        if not bar.display:
            self.query_one(PathPrompt).close()
            self.query_one(FindPrompt).close()
            bar.open()
            self.query_one(HintLine).show(_BAR_HINTS)

    def ask_for_words(self) -> None:
        """Ask what to find in the text."""
        self.query_one(FindPrompt).open()
        self.query_one(HintLine).show(_FIND_HINTS)

    def tell_places(self, place: int, count: int) -> None:
        """Which of how many places is selected in the text."""
        self.query_one(FindPrompt).tell(place, count)

    def ask_for_path(self) -> None:
        """Ask for a file."""
        self.query_one(PathPrompt).open()
        self.query_one(HintLine).show(_PATH_HINTS)

    @property
    def is_reading_file(self) -> bool:
        """Whether the path prompt waits for its file."""
        return self.query_one(PathPrompt).is_answered

    def ask_again(self) -> None:
        """The file was not read; the prompt takes another path."""
        self.query_one(PathPrompt).ask_again()

    def close(self) -> None:
        """Only the hints remain."""
        self.query_one(ActionBar).close()
        self.query_one(PathPrompt).close()
        self.query_one(FindPrompt).close()
        self.query_one(HintLine).show(_HINTS)

    def on_descendant_blur(self) -> None:
        """The bar closes when the focus leaves it by Tab or by a click, and so do its hints."""
        if not self.query_one(PathPrompt).display and not self.query_one(FindPrompt).display:
            self.query_one(HintLine).show(_HINTS)
