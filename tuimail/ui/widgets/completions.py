"""The people who may be meant, below the field that is being typed in. It never has the focus."""

from collections.abc import Sequence

from textual.content import Content

from tuimail.domain.address import format_addresses
from tuimail.domain.address_book import Group, Person
from tuimail.ui.fit import fit, plural
from tuimail.ui.widgets.dialog import Words

WIDTH = 64
_HINT = "Enter takes, ↓ ↑ choose, Esc closes"


class Completions(Words):
    """Lies over what is below it; ``taken`` is what stands in the field afterwards."""

    DEFAULT_CSS = """
    Completions {
        overlay: screen; display: none; width: auto; height: auto; margin-left: 9;
        background: $panel; color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Person | Group, ...] = ()
        self._at = 0
        self._was_moved = False

    @property
    def is_open(self) -> bool:
        """Whether there is something to take."""
        return bool(self._found)

    @property
    def was_moved(self) -> bool:
        """Whether the person chose among them."""
        return self._was_moved

    @property
    def taken(self) -> str:
        """The text for the chosen one."""
        chosen = self._found[self._at]
        return str(chosen.address) if isinstance(chosen, Person) else format_addresses(chosen.members)

    def offer(self, found: Sequence[Person | Group]) -> None:
        """Others, or none, which closes it."""
        self._found, self._at, self._was_moved = tuple(found), 0, False
        self._draw()

    def move(self, by: int) -> None:
        """Choose the next or the previous one; behind the last comes the first."""
        self._at = (self._at + by) % len(self._found)
        self._was_moved = True
        self._draw()

    def _draw(self) -> None:
        if not self._found:
            self.show("")
            return
        lines = [_line(each, is_chosen=place == self._at) for place, each in enumerate(self._found)]
        self.show(Content("\n").join([*lines, Content.styled(fit(f"  {_HINT}", WIDTH), "$muted")]))


def _line(each: Person | Group, *, is_chosen: bool) -> Content:
    words, why = (str(each.address), _why(each)) if isinstance(each, Person) else (each.name, _members(each))
    room = WIDTH - len(why) - 3
    return Content.assemble(
        ("▸ " if is_chosen else "  ", "$accent"),
        (fit(words, room), "bold" if is_chosen else ""),
        (f" {why}", "$muted"),
        end="",
    )


def _why(person: Person) -> str:
    if person.written:
        return plural(person.written, "mail") + " to"
    return "contact" if person.is_contact else plural(person.seen, "mail") + " from"


def _members(group: Group) -> str:
    return f"group of {len(group.members)}"
