"""The bundled presets on scripted twins of their providers, each with its own habits."""

import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engine.conftest import ACCOUNT, ALL, Rig, online
from tests.engine.test_signing_in_and_out import ending, state
from tests.engine.test_tokens import desk, expired_events, run_out
from tests.fakes.authorization_server import Reply, Request
from tests.fakes.smtp_server import EHLO
from tests.journeys.conftest import Heard
from tuimail.api.commands import AskConsent, OpenAccount, SignIn, SignInByCode, SignInWithPassword, SignOut
from tuimail.api.events import (
    BrowserNeeded,
    CodeNeeded,
    ConsentNeeded,
    Failed,
    Finished,
    PasswordNeeded,
    SignedOutReport,
)
from tuimail.config.model import AccountTable, OAuthTable, ServerTable
from tuimail.config.providers import bundled_presets
from tuimail.config.resolve import resolve_account
from tuimail.domain.account import SignedIn
from tuimail.domain.draft import SignOutStepState
from tuimail.domain.errors import ErrorKind
from tuimail.domain.scope import Permission
from tuimail.domain.token import AppPassword

READ = frozenset({Permission.READ})


def use_preset(rig: Rig, provider: str, oauth: OAuthTable, **more: object) -> None:
    """The account as this preset makes it, on the test's servers."""
    imap, smtp = rig.imap_server.address, rig.smtp_server.address
    table = AccountTable(
        address="alice@example.test",
        provider=provider,
        ca_file=str(rig.certificate.cert_file),
        oauth=oauth,
        imap=ServerTable(host=imap.host, port=imap.port, tls="implicit"),
        smtp=ServerTable(host=smtp.host, port=smtp.port, tls="implicit"),
        **more,  # type: ignore[arg-type]  # fields of the table
    )
    rig.account = resolve_account(ACCOUNT, table, preset=bundled_presets()[provider], folder=Path("/"))


def scopes_of(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query)["scope"][0].split()


def act_as_google(rig: Rig) -> None:
    """One scope for everything, no rotation, a device endpoint that is of no use for mail."""
    rig.auth.rotates = False
    rig.auth.offer_codes()
    use_preset(rig, "google", OAuthTable(issuer=rig.auth.issuer, client_id="desktop"))


def test_google_has_one_permission_and_says_so_before_and_after(rig: Rig) -> None:
    act_as_google(rig)
    heard = rig.opened()
    request = heard.ask(AskConsent(account=ACCOUNT, permissions=READ), ConsentNeeded).request
    assert request.one_permission

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=READ)), Finished)

    assert scopes_of(rig.urls[0]) == ["openid", "email", "https://mail.google.com/"]
    assert "access_type=offline" in rig.urls[0]
    assert "prompt=" not in rig.urls[0]
    signed = state(heard)
    assert isinstance(signed, SignedIn)
    assert signed.granted >= ALL


def test_googles_device_flow_is_never_offered_although_its_metadata_name_it(rig: Rig) -> None:
    act_as_google(rig)
    rig.visit = lambda _url: None
    heard = rig.opened()
    heard.submit(SignIn(account=ACCOUNT, permissions=READ))

    assert not heard.wait_for(BrowserNeeded).can_use_code
    assert isinstance(heard.do(SignInByCode(account=ACCOUNT, permissions=READ)), Failed)


def test_google_keeps_one_refresh_token_through_many_refreshes(rig: Rig) -> None:
    act_as_google(rig)
    heard = rig.signed_in(READ)
    first = desk(heard).record

    for _ in range(3):
        run_out(heard)
        desk(heard).token(Permission.READ)

    assert desk(heard).record == first


def act_as_microsoft(rig: Rig) -> None:
    """Named endpoints without an issuer, separate scopes, no revocation, a new refresh token beside the living old."""
    base = rig.auth.base
    rig.auth.offer_codes(interval_s=1)
    rig.auth.document.clear()
    endpoints = OAuthTable(
        authorization_endpoint=f"{base}/authorize",
        token_endpoint=f"{base}/token",
        device_authorization_endpoint=f"{base}/device_authorization",
        client_id="public-client",
    )
    use_preset(rig, "microsoft", endpoints)


def test_microsoft_is_asked_for_reading_first_and_for_sending_later(rig: Rig) -> None:
    act_as_microsoft(rig)
    heard = rig.signed_in(READ)
    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=frozenset({Permission.SEND}))), Finished)

    imap, smtp = "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"
    assert imap in scopes_of(rig.urls[0])
    assert smtp not in scopes_of(rig.urls[0])
    assert {imap, smtp, "offline_access"} <= set(scopes_of(rig.urls[1]))
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in rig.urls[0]


def test_microsoft_cannot_revoke_and_the_page_that_can_is_told(rig: Rig) -> None:
    act_as_microsoft(rig)
    heard = rig.signed_in(READ)

    report = heard.ask(SignOut(account=ACCOUNT), SignedOutReport)

    step = next(each for each in report.steps if each.title.startswith("Revoke"))
    assert step.state is SignOutStepState.NOT_POSSIBLE
    assert "https://account.live.com/consent/Manage" in step.words
    assert not report.revoked
    assert rig.auth.seen("/revoke") == []


def test_microsofts_code_signs_in_without_a_complete_address(rig: Rig) -> None:
    act_as_microsoft(rig)
    give = rig.auth.handlers["/device_authorization"]

    def give_less(request: Request) -> Reply:
        reply = give(request)
        return Reply(body=reply.body.replace(b"verification_uri_complete", b"message"))

    rig.auth.handlers["/device_authorization"] = give_less
    heard = rig.opened()
    number = heard.submit(SignInByCode(account=ACCOUNT, permissions=READ))
    needed = heard.wait_for(CodeNeeded)
    rig.auth.type_in(needed.user_code)

    assert needed.verification_uri_complete is None
    assert isinstance(ending(heard, number), Finished)


def test_microsofts_goodbye_at_the_end_of_a_token_is_mended_without_a_word(rig: Rig) -> None:
    act_as_microsoft(rig)
    heard = rig.signed_in(READ)
    shown = threading.Event()
    rig.mail.on_token = shown.set

    rig.mail.say_bye(b"Session invalidated - AccessTokenExpired")

    assert shown.wait(10)
    assert not expired_events(heard)
    assert isinstance(state(heard), SignedIn)


def test_yahoo_takes_oauthbearer_where_both_are_offered(rig: Rig) -> None:
    rig.mail.capabilities += b" AUTH=OAUTHBEARER"
    rig.smtp.answers[b"EHLO"] = EHLO.replace(b"XOAUTH2", b"XOAUTH2 OAUTHBEARER")
    use_preset(rig, "yahoo", OAuthTable(issuer=rig.auth.issuer, client_id="reviewed"), sign_in="oauth")

    rig.signed_in(READ)

    assert rig.mail.count(b"AUTHENTICATE OAUTHBEARER") >= 1
    assert rig.mail.count(b"AUTHENTICATE XOAUTH2") == 0
    assert scopes_of(rig.urls[0]) == ["openid", "mail-w"]


def test_yahoo_asks_individuals_for_an_app_password(rig: Rig) -> None:
    rig.mail.capabilities += b" AUTH=PLAIN"
    rig.mail.takes = lambda word: b"" if word == "app-password" else b"[AUTHENTICATIONFAILED] Invalid credentials"
    use_preset(rig, "yahoo", OAuthTable())
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    assert heard.wait_for(PasswordNeeded).request.page == "https://login.yahoo.com/account/security"

    refused = heard.do(SignInWithPassword(account=ACCOUNT, password=AppPassword("the-account-password")))
    assert isinstance(refused, Failed)
    assert refused.problem.kind is ErrorKind.LOGIN_REFUSED
    assert isinstance(heard.do(SignInWithPassword(account=ACCOUNT, password=AppPassword("app-password"))), Finished)
    online(heard)


def act_as_fastmail(rig: Rig) -> None:
    """Registers its clients, rotates at each refresh, and an old token ends the grant."""
    use_preset(rig, "fastmail", OAuthTable(issuer=rig.auth.issuer))


def refreshed(heard: Heard, times: int) -> None:
    for _ in range(times):
        run_out(heard)
        desk(heard).token(Permission.READ)


def test_fastmail_needs_no_client_id_and_one_scope_for_those_that_registered_themselves(rig: Rig) -> None:
    act_as_fastmail(rig)
    rig.signed_in(READ)

    assert len(rig.auth.seen("/register")) == 1
    assert scopes_of(rig.urls[0]) == ["urn:ietf:params:oauth:scope:mail"]
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in rig.urls[0]


def test_fastmails_rotation_is_followed_and_no_old_token_is_ever_shown(rig: Rig) -> None:
    act_as_fastmail(rig)
    heard = rig.signed_in(READ)
    refreshed(heard, 4)
    heard.program.close()
    again = rig.reopened()
    refreshed(again, 2)

    shown = [each.form["refresh_token"] for each in rig.auth.seen("/token") if "refresh_token" in each.form]
    assert len(shown) == len(set(shown)) >= 6
    assert not expired_events(again)


@pytest.mark.parametrize("name", sorted(set(bundled_presets()) - {"custom"}))
def test_each_preset_names_https_places_and_agrees_with_itself(name: str) -> None:
    preset = bundled_presets()[name]
    oauth = preset.oauth
    urls = [oauth.issuer, oauth.authorization_endpoint, oauth.token_endpoint, oauth.revocation_endpoint]
    urls += [oauth.device_authorization_endpoint, preset.access_page, preset.password_page]

    assert all(url.startswith("https://") for url in urls if url is not None)
    assert oauth.client_id is None
    assert (oauth.revokes == "nothing") <= (oauth.revocation_endpoint is None)
    if preset.sign_in == "app_password":
        assert preset.password_page
    else:
        assert oauth.scopes is not None
