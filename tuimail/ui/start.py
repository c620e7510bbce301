"""How the program was started."""

from msgspec import Struct

from tuimail.domain.token import Secret

ADD_ACCOUNT = "add account"
"""How the app ends where the person wants the assistant."""
UNDO_ACCOUNT = "undo account"
"""How the app ends where the account that was just set up is not wanted after all."""


class OpenMail(Struct, frozen=True, kw_only=True):
    """Show the mailbox."""


class ComposeMail(Struct, frozen=True, kw_only=True):
    """Show the mailbox and open the composer on it."""

    mailto: str = ""
    """A ``mailto:`` address, or empty."""


class FirstSignIn(Struct, frozen=True, kw_only=True):
    """Show the mailbox of an account that was just set up: the consent screen opens on it."""

    secret: Secret | None = None
    """The client secret that was given in the assistant, on its way to the keychain."""
    before: str | None = None
    """The profile's text as it was before; None where there was none."""
    after: str | None = None
    """The profile's text once the account stood in it."""
    tests_sending: bool = False
    """Ask for sending together with reading, and try it once signed in."""


StartMode = OpenMail | ComposeMail | FirstSignIn
