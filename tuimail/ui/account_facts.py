"""What the settings screen says of an account. Pure: the clock and the zone are given."""

from datetime import datetime, tzinfo
from typing import assert_never

from textual.content import Content

from tuimail.domain.account import (
    AccountSummary,
    AwaitingBrowser,
    AwaitingConsent,
    Expired,
    Link,
    LinkState,
    Revoking,
    SignedIn,
    SignedOut,
    SignInState,
)
from tuimail.domain.scope import PermissionLine
from tuimail.ui.fit import clock_time, list_date, plural, size
from tuimail.ui.teaching import TOKENS, listed_words
from tuimail.ui.widgets.facts import Fact, fact

MINUTE_S = 60
HOUR_S = 3600


def state_words(state: SignInState) -> tuple[str, str, str]:
    """A sign, the state in words and the style of the sign."""
    match state:
        case SignedIn():
            return "●", "signed in", "$success"
        case SignedOut():
            return "○", "signed out", "$muted"
        case AwaitingConsent():
            return "◌", "waiting for your consent", "$accent"
        case AwaitingBrowser():
            return "◌", "waiting for your browser", "$accent"
        case Expired():
            return "!", "sign in again", "bold $warning"
        case Revoking():
            return "◌", "signing out", "$accent"
        case _:
            assert_never(state)


def account_facts(summary: AccountSummary, *, now: datetime, zone: tzinfo) -> list[Fact]:
    """Sign-in, permissions, tokens, the place of secrets, the store, the connection."""
    state = summary.state
    rows = [fact("Sign-in", _sign_in_words(summary, now=now, zone=zone))]
    rows += _permission_rows(summary.permissions)
    if summary.account.uses_password:
        rows += _password_rows(summary, now=now, zone=zone)
    elif isinstance(state, SignedIn):
        rows += _token_rows(state, summary.kept_in, now=now, zone=zone)
    rows += [
        fact("Secrets", _secret_words(summary)),
        fact("Stored here", _store_words(summary)),
        fact("Connection", link_words(summary.link, now=now, zone=zone)),
    ]
    if summary.read_only_reason:
        rows.append(fact("Reads only", summary.read_only_reason))
    if isinstance(state, SignedIn) and not summary.account.uses_password:
        rows += [
            fact("Listed at", listed_words(summary.account.access_page, summary.account.provider)),
            fact("Know this", Content.styled(TOKENS, "$muted")),
        ]
    return rows


def link_words(link: LinkState, *, now: datetime, zone: tzinfo) -> str:
    """The connection in words, with since when and why not, and what waits."""
    words = link.link.value
    if link.link is Link.OFFLINE and link.since:
        words += f" since {moment(link.since, now=now, zone=zone)}"
    if link.problem:
        words += f": {link.problem.summary}"
    if link.waiting:
        words += f"; {plural(link.waiting, 'change')} waiting for the server"
    return words


def moment(when: datetime, *, now: datetime, zone: tzinfo) -> str:
    """A time of today as hour and minute, any other with its day."""
    day, clock = list_date(when, now=now, zone=zone), clock_time(when, zone=zone)
    return clock if day == clock else f"{day}, {clock}"


def lifetime_words(ends_at: datetime | None, *, now: datetime) -> str:
    """How long the access token is good for."""
    if ends_at is None:
        return "none held; fetched when it is needed"
    left_s = int((ends_at - now).total_seconds())
    if left_s <= 0:
        return "expired; renewed when it is needed"
    if left_s < MINUTE_S:
        return "valid for less than a minute"
    if left_s < 2 * HOUR_S:
        return f"valid for {left_s // MINUTE_S} min"
    return f"valid for {left_s // HOUR_S} h {left_s % HOUR_S // MINUTE_S} min"


def _sign_in_words(summary: AccountSummary, *, now: datetime, zone: tzinfo) -> Content:
    sign, words, style = state_words(summary.state)
    match summary.state:
        case SignedIn(since=since):
            words += f" at {summary.account.provider} since {moment(since, now=now, zone=zone)}"
        case SignedOut(reason=reason) if reason:
            words += f": {reason}"
        case Expired(problem=problem):
            words += f": {problem.summary}"
        case _:
            pass
    return Content.assemble((f"{sign} ", style), words)


def _permission_rows(lines: tuple[PermissionLine, ...]) -> list[Fact]:
    rows = []
    for index, line in enumerate(lines):
        sign, style = ("✓ ", "bold $success") if line.granted else ("✗ ", "bold $warning")
        tail = "" if line.granted else f"  not granted: {line.without}"
        words = Content.assemble((sign, style), line.title, (tail, "$muted"))
        rows.append(fact("Permissions" if index == 0 else "", words))
    return rows


def _token_rows(state: SignedIn, kept_in: str, *, now: datetime, zone: tzinfo) -> list[Fact]:
    refresh = f"stored in {kept_in} since {moment(state.since, now=now, zone=zone)}"
    return [
        fact("Access token", lifetime_words(state.token_ends_at, now=now)),
        fact("Refresh token", refresh),
        fact("Last refresh", _refresh_words(state, now=now, zone=zone)),
    ]


def _password_rows(summary: AccountSummary, *, now: datetime, zone: tzinfo) -> list[Fact]:
    rows = [fact("Permissions", "none to choose: an app password opens everything, which is why it is the weaker way")]
    if isinstance(summary.state, SignedIn):
        since = moment(summary.state.since, now=now, zone=zone)
        rows.append(fact("App password", f"stored in {summary.kept_in} since {since}"))
    if summary.account.password_page:
        rows.append(fact("End it", f"at {summary.account.password_page}; tuimail cannot"))
    return rows


def _refresh_words(state: SignedIn, *, now: datetime, zone: tzinfo) -> Content:
    when = moment(state.last_refresh_at, now=now, zone=zone) if state.last_refresh_at else ""
    if state.last_refresh_problem:
        problem = state.last_refresh_problem
        detail = f" ({problem.detail})" if problem.detail else ""
        head = f"! {when} failed: " if when else "! failed: "
        return Content.assemble((head, "bold $warning"), f"{problem.summary}{detail}")
    return Content(f"{when}, worked" if when else "none yet")


def _secret_words(summary: AccountSummary) -> str:
    if isinstance(summary.state, SignedIn | Expired | AwaitingConsent | AwaitingBrowser | Revoking):
        tokens = "" if summary.account.uses_password else "; the access token in memory only"
        return f"in {summary.kept_in}{tokens}"
    return f"none kept; they would go to {summary.kept_in}"


def _store_words(summary: AccountSummary) -> str:
    words = f"{size(summary.store_bytes)}, encrypted" if summary.store_bytes else "nothing"
    if summary.drafts:
        words += f"; {plural(summary.drafts, 'draft')}"
    if summary.outbox:
        words += f"; {plural(summary.outbox, 'mail')} in the outbox"
    return words
