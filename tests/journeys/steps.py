"""Steps that several journeys begin with."""

from tests.journeys.conftest import Heard
from tuimail.api.commands import OpenAccount, OpenMailbox, SignIn
from tuimail.api.events import ConsentNeeded, Finished, ListChanged, ListLoaded, MailboxesListed
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.scope import Permission

READ = frozenset({Permission.READ})
SEND = frozenset({Permission.SEND})


def agree(heard: Heard) -> None:
    """Open the account and agree to reading."""
    heard.submit(OpenAccount(account=heard.account))
    heard.wait_for(ConsentNeeded)
    assert isinstance(heard.do(SignIn(account=heard.account, permissions=READ)), Finished)


def sign_in(heard: Heard) -> Mailbox:
    """Agree, and wait for the folders; the inbox."""
    agree(heard)
    return with_role(heard, MailboxRole.INBOX)


def with_role(heard: Heard, role: MailboxRole) -> Mailbox:
    """The mailbox of this role in the next list of folders."""
    listed = heard.wait_for(MailboxesListed, lambda event: any(box.role is role for box in event.mailboxes))
    return next(box for box in listed.mailboxes if box.role is role)


def open_full(heard: Heard, mailbox: Mailbox) -> list[RowId]:
    """Open a mailbox and wait until its first synchronisation is complete."""
    loaded = heard.ask(OpenMailbox(account=heard.account, mailbox=mailbox.id), ListLoaded)
    if loaded.is_complete:
        return [RowId(row) for row in loaded.rows]
    changed = heard.wait_for(ListChanged, lambda event: event.mailbox == mailbox.id and event.is_complete)
    return [RowId(row) for row in changed.rows]
