"""What a begun key sequence can become: every next key with its word, over the foot of the screen."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static


class KeyChoices(Static):
    """Shown while a prefix is pressed; takes no focus and as many lines as it needs."""

    DEFAULT_CSS = """
    KeyChoices {
        layer: notice; dock: bottom; display: none; height: auto; width: 100%; padding: 0 1;
        background: $selection; color: $foreground;
    }
    """
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__("", id=id, markup=False)

    def show(self, begun: str, choices: Sequence[tuple[str, str]]) -> None:
        """The keys so far, and pairs of next key and word; none hides it."""
        if not choices and not self.display:
            return
        parts: list[str | tuple[str, str]] = [(f"{begun} …", "bold $accent")]
        for key, words in choices:
            # The space inside a pair does not break, so that a key stays beside its word.
            parts += ["   ", (key, "bold"), f"\N{NO-BREAK SPACE}{words}".replace(" ", "\N{NO-BREAK SPACE}")]
        self.update(Content.assemble(*parts) if choices else "")
        self.display = bool(choices)
