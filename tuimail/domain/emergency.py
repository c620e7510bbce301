"""The report that is kept after an emergency: what was ended, what is still owed, what is left to do. Pure."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tuimail.domain.draft import SignOutStep, SignOutStepState
from tuimail.domain.ids import AccountId

_STATES = {
    SignOutStepState.DOING: "not finished",
    SignOutStepState.DONE: "done",
    SignOutStepState.FAILED: "FAILED",
    SignOutStepState.NOT_POSSIBLE: "not possible",
}
AFTERWARDS = (
    "An access token that was already issued lives on until it ends by itself, mostly within the hour.",
    "Look at the provider's page for devices and sessions, and end what you do not know.",
    "Change the password of the account if the machine was in other hands; most providers then end every session.",
    "Look through rules, forwarding addresses and app passwords of the mailbox: an intruder leaves those behind.",
    "If the client id was your own, delete it or renew its secret where you registered it.",
    "The activity list is kept on this machine as evidence; settings show it, and can export or delete it.",
)
"""What a program cannot do."""


NOTHING_HELD = "nothing was held that could be revoked"


class AccountEnd(Struct, frozen=True, kw_only=True):
    """How it went for one account."""

    account: AccountId
    address: str
    provider: str
    steps: tuple[SignOutStep, ...]
    revoked: bool
    is_owed: bool
    """A revocation failed and can still be tried again."""
    page: str | None

    @property
    def is_open(self) -> bool:
        """Whether the access at the provider lives on, as far as known."""
        if not self.provider:
            # This machine's own part; of accounts that left the profile nobody knows the provider.
            return any(step.state is SignOutStepState.NOT_POSSIBLE for step in self.steps)
        return not self.revoked and not any(step.words == NOTHING_HELD for step in self.steps)


def owed(ends: Iterable[AccountEnd]) -> tuple[AccountEnd, ...]:
    """The accounts whose access was not ended from here."""
    return tuple(end for end in ends if end.is_open)


def report_text(ends: Iterable[AccountEnd], *, at: datetime) -> str:
    """The report as a text file. Names accounts, addresses and pages, and no secret."""
    known = tuple(ends)
    lines = ["tuimail: all accounts signed out in an emergency", f"{at:%Y-%m-%d %H:%M} UTC", ""]
    for end in known:
        lines.append(f"{end.account}  {end.address}  {end.provider}".rstrip())
        lines += [f"  [{_STATES[step.state]}] {step.title}: {step.words}" for step in end.steps]
        lines.append("")
    still = owed(known)
    if still:
        lines.append("STILL OPEN: access that could not be ended from here. End it by hand:")
        lines += [f"  {end.account}: {end.page or f'the security page of {end.provider}'}" for end in still]
        lines.append("The tokens are no longer on this machine.")
    else:
        lines.append("Nothing is left open at a provider, as far as they told.")
    return "\n".join([*lines, "", "What is left to do:", *(f"  - {words}" for words in AFTERWARDS), ""])
