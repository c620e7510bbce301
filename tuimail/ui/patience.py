"""What the person waits for: no word at first, then what it is, and after long the offer to give it up."""

from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from msgspec import Struct

from tuimail.domain.ids import CommandId
from tuimail.ui.state import AppState, Slot

WORTH_A_WORD_S = 0.3
LONG_S = 10.0


class Wait(Struct, frozen=True, kw_only=True):
    """A command whose answer is awaited."""

    command: CommandId
    words: str


class Alarm(Protocol):
    """A timer that has been set; Textual's is one."""

    def stop(self) -> None:
        """Never ring."""


class _Stage(IntEnum):
    SILENT = 0
    TOLD = 1
    LONG = 2


def awaited(state: AppState) -> Wait | None:
    """What is under way, the oldest first: what an engine's command says of itself, else the open message."""
    for command, progress in state.doing.items():
        share = f" {min(99, 100 * progress.done // progress.total)} %" if progress.total else ""
        return Wait(command=command, words=f"{progress.words}{share}")
    reading, command_read = state.reading, state.waiting.get(Slot.READER)
    if reading is None or command_read is None:
        return None
    if not reading.is_known:
        return Wait(command=command_read, words="looking the conversation up")
    row = reading.awaited
    if row is None or reading.letter(row).is_settled:
        return None
    if not reading.is_stack:
        return Wait(command=command_read, words="fetching the message")
    number = f"{reading.rows.index(row) + 1:,} of {len(reading.rows):,}"
    return Wait(command=command_read, words=f"fetching message {number}")


class Patience:
    """Follows one wait at a time; ``on_change`` is called where time alone changes its words."""

    def __init__(self, set_timer: Callable[[float, Callable[[], None]], Alarm], on_change: Callable[[], None]) -> None:
        self._set_timer = set_timer
        self._on_change = on_change
        self._wait: Wait | None = None
        self._stage = _Stage.SILENT
        self._timer: Alarm | None = None

    @property
    def words(self) -> str:
        """What the status bar says; empty while the wait is not worth a word."""
        if self._wait is None or self._stage is _Stage.SILENT:
            return ""
        return f"{self._wait.words}; Esc gives up" if self._stage is _Stage.LONG else f"{self._wait.words}…"

    @property
    def long_wait(self) -> Wait | None:
        """What Esc gives up now."""
        return self._wait if self._stage is _Stage.LONG else None

    def watch(self, wait: Wait | None) -> None:
        """The wait as it is now. Another one begins its own ten seconds; what was told of waiting stays told."""
        before, self._wait = self._wait, wait
        if wait is None:
            self._stop()
            self._stage = _Stage.SILENT
        elif before is None or before.command != wait.command:
            self._stop()
            self._stage = min(self._stage, _Stage.TOLD)
            self._begin()

    def _begin(self) -> None:
        told = self._stage is _Stage.TOLD
        self._timer = self._set_timer(LONG_S - WORTH_A_WORD_S if told else WORTH_A_WORD_S, self._go_on)

    def _go_on(self) -> None:
        self._stage = _Stage(min(self._stage + 1, _Stage.LONG))
        if self._stage is _Stage.TOLD:
            self._begin()
        self._on_change()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
