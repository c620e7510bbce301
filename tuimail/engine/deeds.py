"""What can be done with a message beyond reading, moving and answering it: one account's desks and their routes."""

from tuimail.api import commands, reading
from tuimail.engine.connection import Connection
from tuimail.engine.engine import Route
from tuimail.engine.invitations import InvitationDesk
from tuimail.engine.leaving import LeavingDesk
from tuimail.engine.messages import MessageDesk
from tuimail.engine.originals import OriginalDesk
from tuimail.engine.outside import Outside
from tuimail.engine.parts import PartDesk
from tuimail.engine.worker import Worker


class Deeds:
    """Built with an account's rooms."""

    def __init__(self, connection: Connection, messages: MessageDesk, *, parser: Worker, outside: Outside) -> None:
        account = connection.account
        self._messages = messages
        self._parts = PartDesk(account.id, messages, parser=parser, outside=outside)
        self._originals = OriginalDesk(messages, outside=outside)
        self._leaving = LeavingDesk(account, messages)
        self._invitations = InvitationDesk(account, messages, now=connection.auth.around.now)

    def routes(self) -> dict[type, Route]:
        """The routes by command."""
        return {
            commands.OpenMessage: self._parts.open_message,
            reading.ShowSource: self._messages.source,
            reading.SaveAttachment: self._parts.save,
            reading.PreviewAttachment: self._parts.preview,
            reading.OpenAttachment: self._parts.open,
            reading.OpenInBrowser: self._originals.browse,
            reading.ExportMessages: self._originals.export,
            reading.PipeMessage: self._originals.pipe,
            reading.FindWayOut: self._leaving.find,
            reading.LeaveList: self._leaving.leave,
            reading.AnswerInvitation: self._invitations.answer,
        }
