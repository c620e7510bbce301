"""What a terminal sends, with pastes made harmless before keys are looked for in it.

A bracketed paste may hold control characters: tmux, screen and the Linux console pass them on as they were copied.
Textual (8.2) takes an escape within a paste for the beginning of a key and what follows for keys, so that a copied
text could press Ctrl+T, which sends.
"""

import re

_BEGIN = "\x1b[200~"
_END = "\x1b[201~"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""All of C0 but tab and line ends, and DEL."""


class PasteGuard:
    """Pieces of input in, pieces of input out; where they are cut makes no difference."""

    def __init__(self) -> None:
        self._is_pasted = False
        self._held = ""
        """The beginning of what may become the end of a paste."""
        self._passed = ""
        """The end of what was typed, which may be the beginning of a paste's mark. Not held: a lone escape is a key."""

    def feed(self, text: str) -> str:
        """The same text, in which nothing between the marks of a paste is a control character."""
        given: list[str] = []
        while text:
            part, text = self._take_pasted(text) if self._is_pasted else self._take_typed(text)
            given.append(part)
        return "".join(given)

    def _take_typed(self, text: str) -> tuple[str, str]:
        known = len(self._passed)
        seen = self._passed + text
        at = seen.find(_BEGIN)
        if at < 0:
            self._passed = seen[-len(_BEGIN) + 1 :]
            return text, ""
        self._passed, self._is_pasted = "", True
        end = at + len(_BEGIN)
        return seen[known:end], seen[end:]

    def _take_pasted(self, text: str) -> tuple[str, str]:
        pasted, mark, rest = (self._held + text).partition(_END)
        self._held = ""
        if mark:
            self._is_pasted = False
        else:
            self._held = _begun(pasted)
            pasted = pasted.removesuffix(self._held)
        return _CONTROL.sub("", pasted) + mark, rest


def _begun(text: str) -> str:
    """The longest end of the text that the mark of a paste's end begins with."""
    lengths = range(len(_END) - 1, 0, -1)
    return next((_END[:length] for length in lengths if text.endswith(_END[:length])), "")
