"""Engine events on their way into Textual: one message each, posted from worker threads."""

from typing import TypeVar

from textual.app import App
from textual.message import Message

from tuimail.api.engine import Sink
from tuimail.api.events import Event, Progress

T = TypeVar("T")


class Reported(Message, bubble=False):
    """An event of the engine, arrived on the event loop."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Of two queued progress events of one command only the newer one matters."""
        return (
            isinstance(message, Reported)
            and isinstance(self.event, Progress)
            and isinstance(message.event, Progress)
            and self.event.command == message.event.command
        )


def poster(app: App[T]) -> Sink:
    """A sink that posts to the app, which may be done from any thread."""

    def post(event: Event) -> None:
        app.post_message(Reported(event))

    return post
