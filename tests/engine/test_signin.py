"""Sign-in as a state machine."""

from datetime import UTC, datetime

from tuimail.domain.account import AwaitingBrowser, AwaitingConsent, Expired, Revoking, SignedIn, SignedOut
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.scope import Permission
from tuimail.engine.signin import SignInCourse

READ = frozenset({Permission.READ})
SIGNED = SignedIn(granted=READ, scopes=("mail.read",), since=datetime(2026, 1, 5, tzinfo=UTC))
REFUSED = Problem(kind=ErrorKind.SIGN_IN_EXPIRED, summary="Sign in again.", remedy=Remedy.SIGN_IN)


def test_a_first_sign_in_passes_consent_and_browser() -> None:
    course = SignInCourse()

    asked = course.asked(READ)
    agreed = asked.agreed(READ)

    assert asked.state == AwaitingConsent(permissions=READ)
    assert agreed.state == AwaitingBrowser(permissions=READ)
    assert agreed.signed(SIGNED).state == SIGNED


def test_declining_a_first_sign_in_leaves_the_account_signed_out() -> None:
    assert SignInCourse().asked(READ).stopped().state == SignedOut()


def test_declining_a_further_permission_keeps_the_sign_in() -> None:
    signed = SignInCourse().signed(SIGNED)

    assert signed.asked(READ).agreed(READ).stopped().state == SIGNED


def test_a_refusal_at_refresh_shows_as_expired() -> None:
    assert SignInCourse().signed(SIGNED).expired(REFUSED).state == Expired(problem=REFUSED)


def test_a_refusal_at_refresh_does_not_end_a_sign_in_that_is_under_way() -> None:
    under_way = SignInCourse().signed(SIGNED).asked(READ).agreed(READ)

    refused = under_way.expired(REFUSED)

    assert refused.state == AwaitingBrowser(permissions=READ)
    assert refused.stopped().state == Expired(problem=REFUSED)


def test_a_sign_out_ends_in_nothing_held() -> None:
    revoking = SignInCourse().signed(SIGNED).revoking()

    assert revoking.state == Revoking()
    assert revoking.signed_out() == SignInCourse()


def test_news_of_the_tokens_do_not_end_a_sign_in_that_is_under_way() -> None:
    under_way = SignInCourse().signed(SIGNED).asked(READ).agreed(READ)

    assert under_way.renewed(SIGNED).state == AwaitingBrowser(permissions=READ)
    assert SignInCourse().signed(SIGNED).renewed(SIGNED).state == SIGNED
