"""Another account: by a few letters, by its number, or the one before with the key that opened this."""

import string
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tuimail.domain.ids import AccountId
from tuimail.ui.screens.picker import Choice, Picker

NUMBERED = 10


class LetterField(Input):
    """Leaves numbers, and the key that opened the picker, to its bindings."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is text for this field."""
        is_choice = character is not None and (character in string.digits or character == "@")
        return not is_choice and super().check_consume_key(key, character)


class AccountPicker(Picker[AccountId]):
    """Returns the account chosen, or None; opens on the one that ``first`` names."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("at", "choose_marked", "Choose", id="accounts.choose", priority=True),
        *(
            Binding(str(number), f"choose({number})", f"Account {number}", id=f"accounts.{number}", priority=True)
            for number in range(NUMBERED)
        ),
    ]
    field_type = LetterField
    hints: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter at", "choose"),
        ("0-9", "choose by number"),
        ("up down", "move"),
        ("escape", "cancel"),
    )

    def __init__(self, choices: Sequence[Choice[AccountId]], *, numbers: Sequence[int], first: AccountId) -> None:
        """``numbers`` stand before the titles and choose."""
        super().__init__("Switch account", choices)
        self._numbers = dict(zip(numbers, choices, strict=True))
        self._first = first
        self.marked_first = [choice.value for choice in choices].index(first)

    def action_choose(self, number: int) -> None:
        """Choose by number."""
        if number in self._numbers:
            self._choose(self._numbers[number].value)

    def action_choose_marked(self) -> None:
        """Choose what is marked, or will be once this is drawn."""
        if self.is_filled:
            self.choose_marked()
        else:
            self._choose(self._first)

    def _choose(self, account: AccountId) -> None:
        if self.is_filled:
            self.dismiss(account)
        else:
            # The second of two quick keys: a screen that is not yet shown cannot be closed.
            self.call_after_refresh(self._choose, account)
