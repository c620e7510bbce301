"""A15: a report on each account's sign-in, on the screen and by ``tuimail check``, that flags what is weak."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig
from tuimail.api.commands import InspectHealth
from tuimail.api.events import HealthInspected, HealthTested
from tuimail.domain.account import Account, OAuthSettings, Server, SignedIn, SignInMethod, Tls
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.errors import ErrorKind
from tuimail.domain.health import (
    Grade,
    HealthFacts,
    HealthLine,
    KeptIn,
    TlsAgreed,
    health_lines,
    is_weak,
    seven_day_ends,
)
from tuimail.domain.scope import ScopeSets
from tuimail.headless import check_account
from tuimail.keychain.base import entry_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOUND = HealthFacts(
    account=Account(
        id=ACCOUNT,
        address="alice@gmail.example",
        login="alice@gmail.example",
        provider="Google",
        oauth=OAuthSettings(client_id="c", scopes=ScopeSets(read=("mail",), send=("mail",))),
        imap=Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT),
    ),
    state=SignedIn(granted=frozenset(), scopes=("mail",), since=NOW - timedelta(days=3)),
    permissions=(),
    scopes=("mail",),
    since=NOW - timedelta(days=3),
    holds_refresh=True,
    holds_client_secret=False,
    is_registered=False,
    kept_in="Secret Service",
    kept_kind=KeptIn.SYSTEM,
    history=(),
    tls=(TlsAgreed(server="imap.example.test:993", version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384"),),
)


def week(*, days: float, end: str = ErrorKind.SIGN_IN_EXPIRED.value) -> tuple[ActivityEntry, ...]:
    """A sign-in, and a refresh that ended it so many days later; newest first."""
    begun = NOW - timedelta(days=30)
    at = {"account": ACCOUNT}
    return (
        ActivityEntry(at=begun + timedelta(days=days), what="refresh", outcome=end, **at),
        ActivityEntry(at=begun, what="sign-in", outcome="in the browser, granted: read", **at),
    )


def weak(facts: HealthFacts) -> list[str]:
    return [line.words for line in health_lines(facts, now=NOW) if line.grade is Grade.WEAK]


def test_a15_what_happens_to_a_refresh_token_is_told_where_it_is_known() -> None:
    def told(*, rotates: bool | None) -> list[str]:
        account = replace(SOUND.account, oauth=replace(SOUND.account.oauth, rotates=rotates))
        lines = health_lines(replace(SOUND, account=account), now=NOW)
        return [line.words for line in lines if line.title == "Refresh token"]

    assert "replaced by a new one" in told(rotates=True)[0]
    assert "stays the same" in told(rotates=False)[0]
    assert told(rotates=None) == []


def test_a15_a_sound_account_has_nothing_flagged() -> None:
    assert weak(SOUND) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (replace(SOUND, kept_kind=KeptIn.SEALED_FILE), "passphrase"),
        (replace(SOUND, kept_kind=KeptIn.MEMORY), "gone with this run"),
        (replace(SOUND, tls=(TlsAgreed(server="imap.example.test:993", version="TLSv1.2"),)), "an older one"),
        (replace(SOUND, holds_refresh=False), "no refresh token"),
        (replace(SOUND, scopes=("mail", "calendar")), "more than was asked for: calendar"),
        (replace(SOUND, since=NOW - timedelta(days=400)), "400 days"),
        (replace(SOUND, since=NOW - timedelta(days=70)), "not used for 70 days"),
        (replace(SOUND, account=replace(SOUND.account, ca_file="ca.pem")), "ca.pem"),
        (replace(SOUND, account=replace(SOUND.account, sign_in=SignInMethod.APP_PASSWORD)), "app password"),
        (replace(SOUND, history=week(days=7.1)), "Publish your app"),
    ],
)
def test_a15_each_weakness_of_a_deliberately_weak_setup_is_flagged(changed: HealthFacts, word: str) -> None:
    assert any(word in words for words in weak(changed))


@pytest.mark.parametrize(
    ("history", "ends"),
    [
        (week(days=7.0), 1),
        (week(days=7.8), 1),
        (week(days=3), 0),
        (week(days=30), 0),
        (week(days=7, end=ErrorKind.PROVIDER_UNREACHABLE.value), 0),
        ((), 0),
    ],
)
def test_a15_the_seven_day_trap_is_told_from_other_ends(history: tuple[ActivityEntry, ...], ends: int) -> None:
    assert seven_day_ends(history) == ends


def test_a15_the_screen_gets_the_facts_and_a_live_test_with_a_line_each(rig: Rig) -> None:
    heard = rig.signed_in()

    known = heard.ask(InspectHealth(account=ACCOUNT), HealthInspected)
    tested = heard.ask(InspectHealth(account=ACCOUNT, live=True), HealthInspected)

    assert title(known.lines, "Signed in").words.startswith("in the browser")
    assert [line.words for line in known.lines if line.title == "Permission"]
    assert not any(line.title == "TLS" for line in known.lines)
    agreed = [line.words for line in tested.lines if line.title == "TLS"]
    servers = [str(rig.imap_server.address), str(rig.smtp_server.address)]
    for server, words in zip(servers, agreed, strict=True):
        assert words.startswith(f"TLSv1.3 with {server}, TLS_"), words
    lines = [event.line for event in heard.events if isinstance(event, HealthTested)]
    assert [line.grade for line in lines] == [Grade.GOOD] * 4
    assert is_weak(known.lines), "a test's own certificate is one more trust anchor"


def test_a15_check_prints_the_same_facts_and_no_secret(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.signed_in().program.close()
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None

    assert check_account(rig.setting(), ACCOUNT)

    out = capsys.readouterr().out
    assert "ok  Signed in: in the browser" in out
    assert " !  Trust: the certificate" in out
    secrets = [word for word in kept.reveal().split('"') if len(word) > 20 and "T" not in word[10:11]]
    assert secrets
    assert not [secret for secret in (*secrets, *rig.mail.tokens) if secret in out]


def title(lines: tuple[HealthLine, ...], name: str) -> HealthLine:
    return next(line for line in lines if line.title == name)
