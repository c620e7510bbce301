"""Keys typed ahead: pressed after a composer or another screen was asked for, and before it is there to take them."""

from collections.abc import Callable

from textual import events

from tuimail.api.commands import BeginAnswer, BeginDraft, Command, EditOutbox, ResumeDraft
from tuimail.api.events import Cancelled, DraftOpened, Event, Failed, Finished
from tuimail.api.writing import ContinueDraft
from tuimail.domain.ids import CommandId

OPENS_COMPOSER = (BeginAnswer, BeginDraft, ContinueDraft, EditOutbox, ResumeDraft)
Typed = events.Key | events.Paste


class TypedAhead:
    """Keeps such keys in their order, so that none of them acts on the list below."""

    def __init__(self) -> None:
        self._command: CommandId | None = None
        self._is_opened = False
        """Whether its draft has come, and the composer is being built."""
        self._wishes = 0
        self._kept: list[Typed] = []
        self.on_free: Callable[[], None] = lambda: None
        """Called when what was asked for is there; ``take`` then has the keys."""

    @property
    def is_holding(self) -> bool:
        """Whether a key that comes now is to be kept."""
        return self._command is not None or self._wishes > 0 or bool(self._kept)

    @property
    def is_opened(self) -> bool:
        """Whether the composer is being built, over the list."""
        return self._is_opened and self._command is not None

    @property
    def awaited(self) -> CommandId | None:
        """The command whose composer has not come, which Esc gives up."""
        return None if self._is_opened else self._command

    def submitted(self, command: Command, number: CommandId) -> None:
        """A command went to the engine."""
        if isinstance(command, OPENS_COMPOSER):
            self._command, self._is_opened = number, False

    def wished(self) -> None:
        """A screen was asked for."""
        self._wishes += 1

    def granted(self) -> None:
        """That screen is there, or will never be."""
        self._wishes = max(0, self._wishes - 1)
        self._free()

    def hear(self, event: Event) -> None:
        """Whether the composer comes; where none does, what was typed for it is dropped."""
        if event.command is None or event.command != self._command:
            return
        match event:
            case DraftOpened():
                self._is_opened = True
            case Failed() | Cancelled():
                self.drop()
            case Finished() if not self._is_opened:
                self.drop()
            case _:
                pass

    def composer_is_there(self) -> None:
        """It has the focus."""
        self._command = None
        self._free()

    def keep(self, event: Typed) -> None:
        """A key for later, as if nobody had seen it."""
        self._kept.append(as_if_new(event))

    def drop(self) -> None:
        """Nobody takes them."""
        self._command = None
        self._kept.clear()

    def take(self) -> list[Typed]:
        """What was typed, oldest first: some of it went through the list's queue and came late."""
        kept, self._kept = sorted(self._kept, key=lambda event: event.time), []
        return kept

    def _free(self) -> None:
        if self._command is None and not self._wishes and self._kept:
            self.on_free()


def as_if_new(event: Typed) -> Typed:
    """The event as the terminal sent it, before it was handed to anybody."""
    fresh = events.Key(event.key, event.character) if isinstance(event, events.Key) else events.Paste(event.text)
    fresh.time = event.time
    return fresh
