"""Signing in with an app password: tried before it is kept, refused in words, ended by hand."""

import base64

import pytest

from tests.engine.conftest import ACCOUNT, Rig, online, write
from tests.engine.test_signing_in_and_out import ending, state
from tests.engine.test_tokens import desk
from tests.fakes.smtp_server import EHLO
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tuimail.api.commands import AskConsent, OpenAccount, SignIn, SignInWithPassword, SignOut
from tuimail.api.events import (
    AccountChanged,
    Cancelled,
    Failed,
    Finished,
    OutboxChanged,
    PasswordNeeded,
    Progress,
    SignedOutReport,
)
from tuimail.domain.account import Account, Expired, OAuthSettings, SignedIn, SignedOut, SignInMethod
from tuimail.domain.draft import OutboxState, SignOutStepState
from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.scope import Permission, ScopeSets
from tuimail.domain.token import AppPassword
from tuimail.engine.check import Check

WORD = "abcdefghijklmnop"
PAGE = "https://provider.example/app-passwords"


def password_account(rig: Rig) -> Account:
    return rig.make_account(
        sign_in=SignInMethod.APP_PASSWORD, oauth=OAuthSettings(scopes=ScopeSets()), password_page=PAGE
    )


@pytest.fixture(autouse=True)
def plain(rig: Rig) -> None:
    rig.mail.capabilities += b" AUTH=PLAIN"
    rig.smtp.answers[b"EHLO"] = EHLO.replace(b"XOAUTH2", b"XOAUTH2 PLAIN")
    rig.account = password_account(rig)


def asked(rig: Rig) -> Heard:
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(PasswordNeeded)
    return heard


def given(heard: Heard, word: str = WORD) -> object:
    return heard.do(SignInWithPassword(account=ACCOUNT, password=AppPassword(word)))


def signed_in(rig: Rig) -> Heard:
    heard = asked(rig)
    ended = given(heard)
    assert isinstance(ended, Finished), ended
    return online(heard)


def smtp_login(rig: Rig) -> bytes:
    line = next(each for each in rig.smtp.commands if each.startswith(b"AUTH PLAIN "))
    return base64.b64decode(line.split()[-1])


def test_the_screen_is_told_all_it_has_to_say(rig: Rig) -> None:
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    request = heard.wait_for(PasswordNeeded).request

    assert request.page == PAGE
    assert request.problem is None
    assert [purpose for purpose, _ in request.hosts] == ["reading mail", "sending mail"]


def test_a_password_that_both_servers_take_is_kept_and_opens_the_mail(rig: Rig) -> None:
    heard = signed_in(rig)

    assert set(rig.mail.passwords) == {("alice@example.test", WORD)}
    assert smtp_login(rig) == b"\0alice@example.test\0" + WORD.encode()
    signed = state(heard)
    assert isinstance(signed, SignedIn)
    assert signed.granted == {Permission.READ, Permission.SEND}
    assert rig.auth.requests == []
    assert rig.mail.tokens == []


def test_the_next_start_asks_nothing(rig: Rig) -> None:
    signed_in(rig).program.close()

    heard = rig.reopened()

    assert not [event for event in heard.events if isinstance(event, PasswordNeeded)]


def test_mail_is_sent_with_it(rig: Rig) -> None:
    heard = signed_in(rig)

    write(heard)

    heard.wait_for(OutboxChanged, lambda event: any(item.state is OutboxState.SENT for item in event.items))
    assert b"They swarm." in rig.smtp.mails[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "did not accept the app password"),
        (b"[ALERT] Application-specific password required: https://support", "wants an app password here"),
        (b"[WEBALERT https://accounts.google.com/signin] Web login required.", "with a browser first"),
        (b"[AUTHENTICATIONFAILED] LOGIN Invalid credentials", PAGE),
    ],
)
def test_a_refused_password_is_told_in_words_and_nothing_is_kept(rig: Rig, answer: bytes, words: str) -> None:
    rig.mail.takes = lambda _password: answer
    heard = asked(rig)

    ended = given(heard)

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.LOGIN_REFUSED
    assert ended.problem.remedy is Remedy.SIGN_IN
    assert words in ended.problem.summary
    assert ended.problem.detail
    assert desk(heard).record is None
    assert WORD not in f"{ended!r}"


def test_the_second_try_may_be_the_right_one(rig: Rig) -> None:
    rig.mail.takes = lambda password: b"" if password == WORD else b"[AUTHENTICATIONFAILED] no"
    heard = asked(rig)
    assert isinstance(given(heard, "mistyped"), Failed)

    assert isinstance(given(heard), Finished)


def test_the_groups_that_google_shows_are_one_word(rig: Rig) -> None:
    given(asked(rig), "  abcd efgh ijkl mnop\n")

    assert rig.mail.passwords[0][1] == WORD


def test_a_space_inside_another_password_stays(rig: Rig) -> None:
    given(asked(rig), "correct horse")

    assert rig.mail.passwords[0][1] == "correct horse"


def test_reading_alone_works_where_sending_does_not(rig: Rig) -> None:
    rig.smtp.answers[b"AUTH"] = b"535 5.7.139 SmtpClientAuthentication is disabled\r\n"
    heard = asked(rig)

    ended = given(heard)

    assert isinstance(ended, Finished)
    assert "Sending does not work" in ended.words


def test_a_password_ended_later_is_asked_for_again_while_mail_stays_readable(rig: Rig) -> None:
    heard = signed_in(rig)
    tried = len(rig.mail.passwords)
    rig.mail.takes = lambda _password: b"[AUTHENTICATIONFAILED] Invalid credentials"
    rig.mail.hang_up()

    gone = heard.wait_for(AccountChanged, lambda event: isinstance(event.state, Expired)).state
    request = heard.ask(AskConsent(account=ACCOUNT, permissions=frozenset({Permission.READ})), PasswordNeeded).request

    assert isinstance(gone, Expired)
    assert request.problem == gone.problem
    assert heard.program.engine is not None
    rig.mail.takes = lambda _password: b""
    # No more than a few tries: at some providers each refused one counts towards a locked account.
    assert len(rig.mail.passwords) - tried <= 3
    assert isinstance(given(heard), Finished)
    online(heard)


def test_esc_while_a_silent_server_is_tried_ends_it_at_once(rig: Rig) -> None:
    def say_nothing(peer: Peer, _tag: bytes, _text: bytes) -> None:
        peer.line()

    rig.mail.answers[b"AUTHENTICATE"] = say_nothing
    heard = asked(rig)
    number = heard.submit(SignInWithPassword(account=ACCOUNT, password=AppPassword(WORD)))
    heard.wait_for(Progress)

    heard.program.engine.cancel(number)

    assert isinstance(ending(heard, number), Cancelled)
    heard.wait_for(AccountChanged, lambda event: isinstance(event.state, SignedOut))


def test_signing_out_deletes_it_and_says_who_can_end_it(rig: Rig) -> None:
    heard = signed_in(rig)

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    step = next(each for each in report.steps if each.title.startswith("End the app password"))
    assert step.state is SignOutStepState.NOT_POSSIBLE
    assert PAGE in step.words
    assert report.access_page == PAGE
    assert not report.revoked
    assert rig.keychain.read(f"account/{ACCOUNT}") is None


def test_the_check_tries_it_at_both_servers_and_names_the_weaker_way(rig: Rig) -> None:
    heard = signed_in(rig)
    before = len(rig.mail.passwords)
    household = heard.program.household
    assert household is not None
    rooms = household.rooms(ACCOUNT)

    lines = list(Check(rooms.auth, rooms.context, is_writer=True).lines())

    assert all(line.is_good for line in lines), lines
    assert any("weaker way" in line.words for line in lines)
    assert {line.title.split(" at ")[0] for line in lines} >= {"IMAP sign-in", "SMTP sign-in"}
    assert len(rig.mail.passwords) > before
    assert WORD not in f"{lines}"


def test_a_browser_is_never_opened_for_such_an_account(rig: Rig) -> None:
    heard = asked(rig)

    ended = heard.do(SignIn(account=ACCOUNT, permissions=frozenset({Permission.READ})))

    assert isinstance(ended, Failed)
    assert rig.urls == []
