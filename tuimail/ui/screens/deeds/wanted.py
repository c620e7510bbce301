"""What keys want that takes more than one step: posted to the app, carried out by its flows."""

from textual.message import Message

from tuimail.domain import message as domain
from tuimail.domain.body import LinkTarget
from tuimail.domain.ids import RowId
from tuimail.domain.invitation import InvitationAnswer


class AttachmentsWanted(Message):
    """List the attachments of a row's message; ``message`` where it is here already."""

    def __init__(self, row: RowId, message: domain.Message | None) -> None:
        super().__init__()
        self.row = row
        self.message = message


class LinksWanted(Message):
    """List the links of a message."""

    def __init__(self, message: domain.Message) -> None:
        super().__init__()
        self.message = message


class LinkWanted(Message):
    """Open one link, after a look at its target."""

    def __init__(self, link: LinkTarget) -> None:
        super().__init__()
        self.link = link


class LeaveListWanted(Message):
    """Find out how to leave the mailing list of a row's message, and ask."""

    def __init__(self, row: RowId) -> None:
        super().__init__()
        self.row = row


class InvitationAnswered(Message):
    """Answer the invitation in a row's message."""

    def __init__(self, row: RowId, answer: InvitationAnswer) -> None:
        super().__init__()
        self.row = row
        self.answer = answer


class CommandWanted(Message):
    """Run a typed command on a row's message."""

    def __init__(self, row: RowId, command_line: str) -> None:
        super().__init__()
        self.row = row
        self.command_line = command_line
