"""Doing something at once, but not for each of many occasions that come close together."""

from collections.abc import Callable
from typing import Protocol


class Alarm(Protocol):
    """A timer that has been set; Textual's is one."""

    def stop(self) -> None:
        """Never ring."""


class Paced:
    """Acts at the first occasion, and once more after the pause if there were others in it."""

    def __init__(
        self, set_timer: Callable[[float, Callable[[], None]], Alarm], pause_s: float, act: Callable[[], None]
    ) -> None:
        self._set_timer = set_timer
        self._pause_s = pause_s
        self._act = act
        self._pause: Alarm | None = None
        self._is_due = False

    def occur(self) -> None:
        """There is an occasion."""
        if self._pause is not None:
            self._is_due = True
            return
        self._pause = self._set_timer(self._pause_s, self._go_on)
        self._act()

    def forget(self) -> None:
        """Nothing is due any more."""
        self._is_due = False

    def _go_on(self) -> None:
        self._pause = None
        if self._is_due:
            self._is_due = False
            self.occur()
