"""A folder, by a few of its letters: to go there, or to move messages there."""

from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import Mailbox
from tuimail.ui.screens.picker import Choice, Picker


class FolderPicker(Picker[MailboxId]):
    """Returns the id of the mailbox chosen, or None."""

    def __init__(self, title: str, mailboxes: tuple[Mailbox, ...]) -> None:
        super().__init__(title, [_choice(mailbox) for mailbox in mailboxes])


def _choice(mailbox: Mailbox) -> Choice[MailboxId]:
    detail = mailbox.name if mailbox.name != mailbox.title else ""
    return Choice(value=mailbox.id, title=mailbox.title, detail=detail)
