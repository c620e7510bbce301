"""Where the hits of a search come from, for those that are not simply in the open mailbox's store."""

from collections.abc import Mapping

from msgspec import Struct, field

from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import Mailbox
from tuimail.domain.message import Envelope
from tuimail.domain.together import parted

SERVER = "server"


class Origins(Struct, frozen=True, kw_only=True):
    """What is needed to tell where a row comes from."""

    mailbox: MailboxId | None = None
    """The open one, which goes without saying."""
    mailboxes: tuple[Mailbox, ...] = ()
    remote: frozenset[int] = field(default_factory=frozenset)
    """Rows that the server alone found."""
    titles: Mapping[MailboxId, str] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    """The names of the accounts, where the rows are from several."""

    def of(self, envelope: Envelope) -> str:
        """Such as ``[work, Archive, server] ``; empty for a row of the open mailbox that the store found."""
        words = [self.accounts[parted(envelope.row)[1]]] if self.accounts else []
        if envelope.mailbox != self.mailbox and envelope.mailbox in self.titles:
            words.append(self.titles[envelope.mailbox])
        if envelope.row in self.remote:
            words.append(SERVER)
        return f"[{', '.join(words)}] " if words else ""


def origins(
    mailbox: MailboxId | None,
    mailboxes: tuple[Mailbox, ...],
    remote: frozenset[int],
    *,
    accounts: tuple[str, ...] = (),
) -> Origins:
    """Of the list of this mailbox, or of a search that began there; with their names, the one of several accounts."""
    titles = {box.id: box.title for box in mailboxes}
    return Origins(mailbox=mailbox, mailboxes=mailboxes, remote=remote, titles=titles, accounts=accounts)
