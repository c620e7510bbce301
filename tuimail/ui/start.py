"""How the program was started."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMail:
    """Show the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeMail:
    """Show the mailbox and open the composer on it."""

    mailto: str = ""
    """A ``mailto:`` address, or empty."""


StartMode = OpenMail | ComposeMail
