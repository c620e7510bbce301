"""Choosing an account's permissions, and saying so where there is nothing to choose."""

import pytest
from msgspec.structs import replace

from tests.ui.screens.host import SIZES, SMALL, Host, flat
from tests.ui.screens.test_sign_in import REQUEST, SETS
from tuimail.domain.account import (
    Account,
    AccountSummary,
    Link,
    LinkState,
    OAuthSettings,
    Server,
    SignedOut,
    SignInMethod,
    Tls,
)
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import Permission, ScopeSets, describe
from tuimail.ui.screens.consent import ConsentScreen
from tuimail.ui.screens.permissions import READ_AND_SEND, READ_ONLY, PermissionsScreen, no_choice_words

ACCOUNT = Account(
    id=AccountId("work"),
    address="alice@example.test",
    login="alice@example.test",
    provider="Example Mail",
    oauth=OAuthSettings(scopes=SETS),
    imap=Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT),
    smtp=Server(host="smtp.example.test", port=465, tls=Tls.IMPLICIT),
)
SUMMARY = AccountSummary(
    account=ACCOUNT,
    state=SignedOut(),
    link=LinkState(link=Link.IDLE),
    kept_in="GNOME Keyring",
    store_bytes=0,
    drafts=0,
    outbox=0,
    permissions=tuple(describe(SETS, frozenset(Permission), ["openid", "mail.read", "mail.send"])),
)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["r"], READ_ONLY),
        (["s"], READ_AND_SEND),
        (["escape"], None),
        (["enter"], READ_AND_SEND),
        (["up", "enter"], READ_ONLY),
    ],
)
async def test_each_key_gives_its_permissions(keys: list[str], answer: frozenset[Permission] | None) -> None:
    app = Host(lambda: PermissionsScreen(SUMMARY))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)

        assert app.answers == [answer]


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_will_not_work(size: tuple[int, int]) -> None:
    app = Host(lambda: PermissionsScreen(SUMMARY))
    async with app.run_test(size=size):
        shown = flat(app.text())

        assert "nothing can be sent" in shown
        assert "the consent screen comes first" in shown


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (replace(ACCOUNT, sign_in=SignInMethod.APP_PASSWORD), "no permissions to choose"),
        (
            replace(ACCOUNT, oauth=OAuthSettings(scopes=ScopeSets(read=("r",)))),
            "names no accounts.work.oauth.scopes.send",
        ),
        (
            replace(ACCOUNT, oauth=OAuthSettings(scopes=ScopeSets(read=("m",), send=("m",)))),
            "one permission for reading",
        ),
        (ACCOUNT, ""),
    ],
)
def test_where_there_is_nothing_to_choose_it_is_said(account: Account, words: str) -> None:
    said = no_choice_words(replace(SUMMARY, account=account))

    assert words in said
    assert bool(said) is bool(words)


@pytest.mark.parametrize(("ends", "words"), [(True, "ended at Example Mail at once"), (False, "may keep the earlier")])
async def test_the_consent_for_less_names_what_is_given_back(ends: bool, words: str) -> None:
    dropped = tuple(describe(SETS, [Permission.SEND], ["mail.send"]))
    app = Host(lambda: ConsentScreen(replace(REQUEST, only=True, dropped=dropped, ends_earlier=ends)))
    async with app.run_test(size=(120, 40)):
        shown = flat(app.text())

        assert "Fewer permissions" in shown
        assert "Given back send mail as you" in shown
        assert words in shown
