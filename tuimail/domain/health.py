"""How sound an account's sign-in is: the same lines for the screen and for ``tuimail check``. Pure; holds no secret."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.account import Account, Expired, SignedIn, SignInState, Tls
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import ErrorKind
from tuimail.domain.scope import Permission, PermissionLine

SEVEN_DAYS = timedelta(days=7)
_ABOUT = timedelta(days=1)
UNUSED_DAYS = 60
"""Microsoft ends a refresh token that was unused for 90 days, Google after six months (their own pages)."""
OLD_DAYS = 365


_ROTATION = {
    True: "replaced by a new one with each access token; a copy of an old one is worth little",
    False: "stays the same until it is ended, so a copy of it stays good as long",
}


class Grade(StrEnum):
    """What a line is to the reader."""

    GOOD = "good"
    FACT = "fact"
    WEAK = "weak"
    """Works, and could be safer, or will stop working."""


class HealthLine(Struct, frozen=True, kw_only=True):
    """One line."""

    title: str
    words: str
    grade: Grade = Grade.FACT


class KeptIn(StrEnum):
    """What kind of place keeps the secrets."""

    SYSTEM = "system"
    SEALED_FILE = "sealed file"
    MEMORY = "memory"


class TlsAgreed(Struct, frozen=True, kw_only=True):
    """What a server and this machine agreed upon."""

    server: str
    version: str
    """Such as ``TLSv1.3``."""
    cipher: str = ""


class HealthFacts(Struct, frozen=True, kw_only=True):
    """All that the lines are made of."""

    account: Account
    state: SignInState
    permissions: tuple[PermissionLine, ...]
    scopes: tuple[str, ...]
    """As granted; empty while nobody is signed in."""
    since: datetime | None
    holds_refresh: bool
    holds_client_secret: bool
    is_registered: bool
    """The client id came by dynamic registration."""
    kept_in: str
    kept_kind: KeptIn
    history: tuple[ActivityEntry, ...]
    """Of this account, newest first."""
    tls: tuple[TlsAgreed, ...] = ()
    """Of the servers that were connected to in this run."""


def health_lines(facts: HealthFacts, *, now: datetime) -> tuple[HealthLine, ...]:
    """The lines, in the order of reading."""
    lines = [_way(facts), *_age(facts, now=now), *_permissions(facts), *_tokens(facts, now=now)]
    lines += [_place(facts), *_servers(facts), *_traps(facts, now=now)]
    return tuple(lines)


def is_weak(lines: Iterable[HealthLine]) -> bool:
    """Whether anything wants a look."""
    return any(line.grade is Grade.WEAK for line in lines)


def seven_day_ends(history: Iterable[ActivityEntry]) -> int:
    """How many sign-ins ended at a refresh about seven days after they were made."""
    ends, ended_at = 0, None
    for entry in history:
        if entry.what == "refresh" and entry.outcome == ErrorKind.SIGN_IN_EXPIRED.value:
            ended_at = entry.at
        elif entry.what == "sign-in" and "granted" in entry.outcome:
            # Found out at the first refresh after the end, so a little late rather than early.
            if ended_at is not None and -_ABOUT / 4 <= ended_at - entry.at - SEVEN_DAYS <= 2 * _ABOUT:
                ends += 1
            ended_at = None
    return ends


def _way(facts: HealthFacts) -> HealthLine:
    account = facts.account
    if account.uses_password:
        words = "with an app password, the weaker way: it permits everything and cannot be ended from here"
        if account.password_page:
            words += f"; it is made and ended at {account.password_page}"
        return HealthLine(title="Signed in", words=words, grade=Grade.WEAK)
    if not isinstance(facts.state, SignedIn):
        words = facts.state.problem.summary if isinstance(facts.state, Expired) else "nobody is signed in"
        return HealthLine(title="Signed in", words=words, grade=Grade.WEAK)
    last = next((entry.outcome for entry in facts.history if entry.what == "sign-in"), "")
    way = "with a code on another device" if "with a code" in last else "in the browser (code with PKCE, S256)"
    owner = "registered by tuimail" if facts.is_registered else "your own, from the profile"
    return HealthLine(title="Signed in", words=f"{way} at {account.provider}; client id {owner}", grade=Grade.GOOD)


def _age(facts: HealthFacts, *, now: datetime) -> list[HealthLine]:
    if facts.since is None:
        return []
    days = (now - facts.since).days
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    words = f"{facts.since:%Y-%m-%d}, {ago}"
    if days >= OLD_DAYS:
        words += "; sign in again now and then, so that permissions are looked at anew"
    return [HealthLine(title="Since", words=words, grade=Grade.WEAK if days >= OLD_DAYS else Grade.FACT)]


def _permissions(facts: HealthFacts) -> list[HealthLine]:
    if facts.account.uses_password:
        return []
    lines = []
    for line in facts.permissions:
        if line.granted:
            words = f"granted: {line.title}"
        elif facts.scopes:
            words = f"asked for when it is needed, not granted now: {line.title} ({line.without})"
        else:
            words = f"not granted: {line.title}"
        lines.append(HealthLine(title="Permission", words=words, grade=Grade.GOOD if line.granted else Grade.FACT))
    asked = set(facts.account.oauth.scopes.asked_for(frozenset(Permission)))
    more = sorted(set(facts.scopes) - asked) if asked else []
    if more:
        words = f"the provider granted more than was asked for: {', '.join(more)}"
        lines.append(HealthLine(title="Permission", words=words, grade=Grade.WEAK))
    return lines


def _tokens(facts: HealthFacts, *, now: datetime) -> list[HealthLine]:
    state = facts.state
    if facts.account.uses_password or not isinstance(state, SignedIn):
        return []
    lines = []
    if not facts.holds_refresh:
        words = "no refresh token is held, so each hour ends the sign-in; set extra = { prompt = 'consent' }"
        lines.append(HealthLine(title="Refresh token", words=words, grade=Grade.WEAK))
    elif facts.account.oauth.rotates is not None:
        lines.append(HealthLine(title="Refresh token", words=_ROTATION[facts.account.oauth.rotates]))
    if state.token_ends_at is None:
        words = "none held; fetched when it is needed"
    else:
        left = int((state.token_ends_at - now).total_seconds() // 60)
        words = f"in memory, ends in {left} min" if left > 0 else "ended; renewed when it is needed"
    lines.append(HealthLine(title="Access token", words=words))
    if state.last_refresh_problem is not None and state.last_refresh_at is not None:
        words = f"{state.last_refresh_at:%Y-%m-%d %H:%M} UTC, failed: {state.last_refresh_problem.summary}"
        lines.append(HealthLine(title="Last refresh", words=words, grade=Grade.WEAK))
    elif found := next((each for each in facts.history if each.what == "refresh"), None):
        words = f"{found.at:%Y-%m-%d %H:%M} UTC: {found.outcome}"
        lines.append(HealthLine(title="Last refresh", words=words))
    else:
        lines.append(HealthLine(title="Last refresh", words="none yet"))
    return lines


def _place(facts: HealthFacts) -> HealthLine:
    words = f"in {facts.kept_in}"
    match facts.kept_kind:
        case KeptIn.SYSTEM:
            return HealthLine(title="Secrets", words=words, grade=Grade.GOOD)
        case KeptIn.SEALED_FILE:
            words += ": as strong as its passphrase; a keychain of the system would be better"
        case KeptIn.MEMORY:
            words += ": gone with this run, so that each start signs in anew"
    return HealthLine(title="Secrets", words=words, grade=Grade.WEAK)


def _servers(facts: HealthFacts) -> list[HealthLine]:
    account = facts.account
    lines = []
    for agreed in facts.tls:
        grade = Grade.GOOD if agreed.version == "TLSv1.3" else Grade.WEAK
        words = f"{agreed.version} with {agreed.server}" + (f", {agreed.cipher}" if agreed.cipher else "")
        more = "" if grade is Grade.GOOD else ", an older one: the server has no TLS 1.3"
        lines.append(HealthLine(title="TLS", words=words + more, grade=grade))
    started = [str(each) for each in (account.imap, account.smtp) if each is not None and each.tls is Tls.STARTTLS]
    if started:
        words = f"STARTTLS at {', '.join(started)}: verified, but implicit TLS is the better way (RFC 8314)"
        lines.append(HealthLine(title="TLS", words=words))
    if account.ca_file:
        words = f"the certificate in {account.ca_file} is trusted for this account beside the system's"
        lines.append(HealthLine(title="Trust", words=words, grade=Grade.WEAK))
    return lines


def _traps(facts: HealthFacts, *, now: datetime) -> list[HealthLine]:
    lines = []
    account = facts.account
    is_google = account.auth_host.endswith(("google.com", "googleapis.com")) or account.provider == "Google"
    ends = seven_day_ends(facts.history)
    if ends and is_google:
        words = f"{ends} sign-in(s) ended after seven days: the app is “in testing” at Google. Publish your app there."
        lines.append(HealthLine(title="Trap", words=words, grade=Grade.WEAK))
    elif ends > 1:
        words = f"{ends} sign-ins ended after seven days each: ask {account.provider} how long a refresh token lives."
        lines.append(HealthLine(title="Trap", words=words, grade=Grade.WEAK))
    used = next((each.at for each in facts.history if "new access token" in each.outcome), facts.since)
    if facts.holds_refresh and used is not None and (now - used).days >= UNUSED_DAYS:
        days = (now - used).days
        words = f"the refresh token was not used for {days} days; some providers end one after 90. Open the account."
        lines.append(HealthLine(title="Trap", words=words, grade=Grade.WEAK))
    if facts.holds_client_secret:
        words = "a client secret is kept with the tokens; it proves nothing, PKCE carries the safety (RFC 8252)"
        lines.append(HealthLine(title="Client secret", words=words))
    page = account.password_page if account.uses_password else account.access_page
    if page:
        lines.append(HealthLine(title="At the provider", words=f"see and end tuimail's access at {page}"))
    return lines
