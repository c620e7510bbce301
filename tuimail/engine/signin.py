"""Sign-in as a state machine: what may follow what. Knows no network, clock or widgets.

SignedOut ──ask──> AwaitingConsent ──agree──> AwaitingBrowser ──sign──> SignedIn ──refuse──> Expired
    ^                    │ decline                  │ fail                 │ ask (more permissions)
    └────────────────────┴──────────────────────────┘                      └─ revoke ─> Revoking ─> SignedOut

While consent or browser are awaited, the state they were asked from is remembered, and a "no" leads back to it:
asking for one more permission must not end a sign-in that works.
"""

from msgspec import Struct, field

from tuimail.domain.account import (
    AwaitingBrowser,
    AwaitingConsent,
    Expired,
    Revoking,
    SignedIn,
    SignedOut,
    SignInState,
)
from tuimail.domain.errors import Problem
from tuimail.domain.scope import Permission


class SignInCourse(Struct, frozen=True, kw_only=True):
    """The state that is shown, and the one that a "no" or a failure leads back to."""

    state: SignInState = field(default_factory=SignedOut)
    rests_on: SignInState = field(default_factory=SignedOut)

    def asked(self, permissions: frozenset[Permission]) -> "SignInCourse":
        """The consent screen is to be shown."""
        return SignInCourse(state=AwaitingConsent(permissions=permissions), rests_on=self.rests_on)

    def agreed(self, permissions: frozenset[Permission]) -> "SignInCourse":
        """The user said yes; the browser takes over."""
        return SignInCourse(state=AwaitingBrowser(permissions=permissions), rests_on=self.rests_on)

    def stopped(self) -> "SignInCourse":
        """Declined, cancelled, timed out, refused: back to where it was."""
        return SignInCourse(state=self.rests_on, rests_on=self.rests_on)

    def signed(self, state: SignedIn) -> "SignInCourse":
        """A sign-in is complete: its tokens are held and kept."""
        return SignInCourse(state=state, rests_on=state)

    def renewed(self, state: SignedIn) -> "SignInCourse":
        """News of the tokens that are held. A sign-in under way goes on."""
        return SignInCourse(state=state if self.state == self.rests_on else self.state, rests_on=state)

    def expired(self, problem: Problem) -> "SignInCourse":
        """The provider no longer honours the refresh token. A sign-in under way goes on."""
        gone = Expired(problem=problem)
        return SignInCourse(state=gone if self.state == self.rests_on else self.state, rests_on=gone)

    def revoking(self) -> "SignInCourse":
        """A sign-out began."""
        return SignInCourse(state=Revoking(), rests_on=SignedOut())

    def signed_out(self) -> "SignInCourse":
        """Nothing is held any more."""
        return SignInCourse()
