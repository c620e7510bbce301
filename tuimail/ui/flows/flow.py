"""What every flow is, and what it sees of the app."""

from typing import Protocol, TypeVar

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from tuimail.api.events import Event
from tuimail.ui.session import Session

T = TypeVar("T")


class Host(Protocol):
    """The app, as far as flows may reach."""

    @property
    def app(self) -> App[object]:
        """For screens to push."""

    @property
    def session(self) -> Session:
        """State and engine."""

    @property
    def is_home(self) -> bool:
        """Whether the main screen is on top."""

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say something for some seconds, on whatever screen is shown."""

    def go_home(self) -> None:
        """Close what lies over the main screen, and give it the focus."""


class Flow:
    """Takes events and wishes that belong to it; says whether it did."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.session = host.session

    def take(self, event: Event) -> bool:  # noqa: ARG002 (for subclasses)
        """An event arrived; True if nobody else need look at it."""
        return False

    def wish(self, message: Message) -> bool:  # noqa: ARG002 (for subclasses)
        """A screen posted something; True if it was for this flow."""
        return False

    def close(self, screen: Screen[T] | None) -> None:
        """Take a screen away, with whatever lies on it; one that is gone already is left alone."""
        if screen is not None and screen in self.host.app.screen_stack:
            screen.pop_until_active()
            self.host.app.pop_screen()
