"""What can be done with a message beyond reading, moving and answering it: one account's desks and their routes."""

from tuimail.api import commands, reading
from tuimail.engine.connection import Connection
from tuimail.engine.engine import Route
from tuimail.engine.messages import MessageDesk
from tuimail.engine.outside import Outside
from tuimail.engine.parts import PartDesk
from tuimail.engine.worker import Worker


class Deeds:
    """Built with an account's rooms."""

    def __init__(self, connection: Connection, messages: MessageDesk, *, parser: Worker, outside: Outside) -> None:
        self._messages = messages
        self._parts = PartDesk(connection.account.id, messages, parser=parser, outside=outside)

    def routes(self) -> dict[type, Route]:
        """The routes by command."""
        return {
            commands.OpenMessage: self._parts.open_message,
            reading.ShowSource: self._messages.source,
            reading.SaveAttachment: self._parts.save,
            reading.PreviewAttachment: self._parts.preview,
            reading.OpenAttachment: self._parts.open,
        }
