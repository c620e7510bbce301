"""How the program was started."""

from msgspec import Struct


class OpenMail(Struct, frozen=True, kw_only=True):
    """Show the mailbox."""


class ComposeMail(Struct, frozen=True, kw_only=True):
    """Show the mailbox and open the composer on it."""

    mailto: str = ""
    """A ``mailto:`` address, or empty."""


StartMode = OpenMail | ComposeMail
