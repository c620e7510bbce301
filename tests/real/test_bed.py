"""The bed itself: each server does what the scenario tests rely on, shown with a client that is not tuimail."""

import re
import subprocess
import sys
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Answer
from tests.real.bed.desk import Desk
from tests.real.bed.keyring import KeyringState
from tests.real.bed.mailbox import SECRET_SUBJECT
from tests.real.bed.oidc import INTROSPECTION, TOKEN
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.terminal import Size
from tests.real.bed.waiting import wait_until
from tests.real.mini_client import MiniClient, Redirect

READ = "openid email offline_access mail.read"
ALL = f"{READ} mail.send"


def sign_in(desk: Desk, client: MiniClient, scope: str) -> dict[str, str]:
    """What the redirect carried after the browser did as it was told."""
    with Redirect() as redirect:
        subprocess.run([desk.browser.command, client.authorization_url(redirect.uri, scope)], check=True)
        desk.browser.wait_for_visit()
    return {**redirect.query, "redirect_uri": redirect.uri}


def test_browser_sign_in_with_pkce_yields_tokens(desk: Desk, bed: Bed, client: MiniClient) -> None:
    redirect = sign_in(desk, client, READ)

    answer = client.exchange(redirect["code"], redirect["redirect_uri"])

    assert redirect["state"] == client.state
    assert redirect["iss"] == bed.provider.issuer
    assert answer["scope"] == READ
    assert {token.value for token in bed.provider.issued()} == {answer["access_token"], answer["refresh_token"]}
    assert client.try_imap(ALICE, answer["access_token"]).accepted


def test_a_redirect_can_be_had_without_a_browser_for_pasting(client: MiniClient) -> None:
    uri = "http://127.0.0.1:9/callback"

    redirect = client.redirect_without_a_browser(client.authorization_url(uri, READ), ALICE)

    query = parse_qs(urlsplit(redirect).query)
    assert query["state"] == [client.state]
    assert client.exchange(query["code"][0], uri)["scope"] == READ


def test_denied_consent_comes_back_as_an_error_with_state(desk: Desk, client: MiniClient) -> None:
    desk.browser.will(Answer.DENY)

    redirect = sign_in(desk, client, READ)

    assert redirect["error"] == "access_denied"
    assert redirect["state"] == client.state


def test_an_unticked_permission_is_missing_from_the_granted_scopes(desk: Desk, client: MiniClient) -> None:
    desk.browser.will(Answer.ALLOW, refuse=["mail.send"])

    redirect = sign_in(desk, client, ALL)
    answer = client.exchange(redirect["code"], redirect["redirect_uri"])

    assert answer["scope"] == READ


def test_a_refresh_rotates_and_the_replay_of_an_old_token_ends_the_grant(desk: Desk, client: MiniClient) -> None:
    redirect = sign_in(desk, client, READ)
    first = client.exchange(redirect["code"], redirect["redirect_uri"])

    second = client.refresh(first["refresh_token"])
    replayed = client.refresh(first["refresh_token"])

    assert second["refresh_token"] != first["refresh_token"]
    assert replayed["error"] == "invalid_grant"
    assert client.refresh(second["refresh_token"])["error"] == "invalid_grant"


def test_revoking_the_refresh_token_ends_the_access_token_at_once(desk: Desk, client: MiniClient) -> None:
    redirect = sign_in(desk, client, READ)
    tokens = client.exchange(redirect["code"], redirect["redirect_uri"])

    client.revoke(tokens["refresh_token"])

    attempt = client.try_imap(ALICE, tokens["access_token"])
    assert not attempt.accepted
    assert attempt.challenge["status"] == "401"


def test_each_protocol_wants_its_own_scope(bed: Bed, client: MiniClient) -> None:
    reading = bed.provider.mint(ALICE, "openid email mail.read")
    sending = bed.provider.mint(ALICE, "openid email mail.send")

    assert client.try_imap(ALICE, reading).accepted
    assert client.try_smtp(ALICE, sending).accepted
    assert not client.try_imap(ALICE, sending).accepted
    assert not client.try_smtp(ALICE, reading).accepted


def test_the_token_of_another_person_is_refused(bed: Bed, client: MiniClient) -> None:
    token = bed.provider.mint(BOB, ALL)

    assert not client.try_imap(ALICE, token).accepted
    assert not client.try_smtp(ALICE, token).accepted


def test_an_expired_token_is_refused(bed: Bed, client: MiniClient) -> None:
    token = bed.provider.mint(ALICE, ALL)

    bed.provider.expire_access_tokens()

    assert not client.try_imap(ALICE, token).accepted


def test_introspection_out_of_order_is_told_apart_from_a_bad_token(bed: Bed, client: MiniClient) -> None:
    token = bed.provider.mint(ALICE, ALL)
    bed.provider.make_unavailable(INTROSPECTION)

    attempt = client.try_imap(ALICE, token)

    assert "UNAVAILABLE" in attempt.reply
    assert not attempt.challenge


def test_the_token_endpoint_can_be_out_of_order(bed: Bed, client: MiniClient) -> None:
    bed.provider.make_unavailable(TOKEN)

    assert client.refresh("any")["status"] == 503


def test_a_sent_mail_lies_in_the_inbox_of_the_recipient(bed: Bed, client: MiniClient) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ALICE.address, BOB.address, "Across the bed"
    message.set_content("Hello Bob.\n")

    client.send(ALICE, bed.provider.mint(ALICE, ALL), message)

    wait_until(lambda: bed.bob.subjects() == ["Across the bed"], "delivery")


def test_alice_finds_her_seeded_mail(bed: Bed) -> None:
    assert SECRET_SUBJECT in bed.alice.subjects()
    assert len(bed.alice.messages()) >= 30


KEYRING_PROBE = """
import keyring
try:
    keyring.set_password("tuimail-test", "alice", "s3cret")
    print("kept", keyring.get_password("tuimail-test", "alice"))
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        (KeyringState.UNLOCKED, "kept s3cret"),
        (KeyringState.LOCKED, "KeyringLocked"),
        (KeyringState.ABSENT, "NoKeyringError"),
    ],
    indirect=["desk"],
)
def test_the_keychain_is_found_in_each_state(desk: Desk, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KEYRING_PROBE], env=desk.environment(), capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == said


def test_the_keychain_can_be_locked_and_unlocked_while_in_use(desk: Desk) -> None:
    def probe() -> str:
        command = [sys.executable, "-c", KEYRING_PROBE]
        return subprocess.run(command, env=desk.environment(), capture_output=True, text=True, check=False).stdout

    desk.keyring.lock()
    locked = probe()
    desk.keyring.unlock()
    unlocked = probe()

    assert "KeyringLocked" in locked
    assert "kept" in unlocked
    assert desk.keyring.items()


def test_the_terminal_shows_types_resizes_and_ends(desk: Desk) -> None:
    terminal = desk.terminal
    terminal.start(["sh", "-c", "read answer; stty size; echo got $answer; read more; exit 3"], desk.environment())

    terminal.type("東京 yes")
    terminal.resize(Size(columns=80, rows=24))
    terminal.keys("Enter")
    terminal.wait_for("got 東京 yes", re.compile(r"^24 80$", re.MULTILINE))
    picture = desk.home.folder / "screen.png"
    terminal.picture(picture)
    terminal.keys("Enter")

    assert terminal.wait_for_exit() == 3
    assert picture.read_bytes().startswith(b"\x89PNG")
