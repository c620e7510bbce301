"""What the set-up assistant asks of its engine, and what that reports. No account exists yet while they are used."""

from msgspec import Struct

from tuimail.api.events import Event
from tuimail.domain.ids import AccountId
from tuimail.domain.setup import NewAccount, Proposal, Step


class FindProvider(Struct, frozen=True, kw_only=True):
    """Look for the settings of an address, each place told with ``StepsTold``; ends with ``ProviderProposed``."""

    address: str
    provider: str = ""
    """A preset that the person chose: nobody is asked then, and nothing tried."""
    asks_list: bool = False
    """Ask Thunderbird's public list too, which learns the domain: only after a yes."""


class TryAccount(Struct, frozen=True, kw_only=True):
    """Connect to the servers as they stand on the screen, without signing in; ends with ``AccountTried``."""

    proposal: Proposal
    ca_file: str = ""


class SaveNewAccount(Struct, frozen=True, kw_only=True):
    """Write the account into the profile; ends with ``AccountSaved``. A failure leaves the file as it was."""

    account: NewAccount


class OpenGuidePage(Struct, frozen=True, kw_only=True):
    """Show a page of a guide in the browser; ends with words where there is none."""

    url: str


class StepsTold(Event, frozen=True, kw_only=True):
    """Every step so far, in the order in which they were begun."""

    steps: tuple[Step, ...]


class ProviderProposed(Event, frozen=True, kw_only=True):
    """What the search came to; incomplete where nothing was found."""

    proposal: Proposal
    is_good: bool = False
    """Whether its servers were tried and answered as they should."""


class AccountTried(Event, frozen=True, kw_only=True):
    """How the servers answered. ``proposal`` has what the sign-in server said of itself."""

    proposal: Proposal
    is_good: bool


class AccountSaved(Event, frozen=True, kw_only=True):
    """The account stands in the profile."""

    account: AccountId
    before: str | None = None
    """The profile's text as it was; None where there was none."""
    after: str | None = None
    """Its text as it is now."""


SetupCommand = FindProvider | TryAccount | SaveNewAccount | OpenGuidePage
