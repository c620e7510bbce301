"""What ``tuimail check`` and ``tuimail logout`` print, on scripted servers."""

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig
from tests.engine.test_keychain_and_closing import missing
from tests.fakes.mail_house import letter
from tuimail.config.remember import Remembered, remember
from tuimail.headless import EXIT_FAILED, EXIT_GOOD, check_account, sign_out


def test_logout_with_nobody_signed_in_says_so(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign_out(rig.setting(), ACCOUNT, here_only=False) == EXIT_GOOD
    assert capsys.readouterr().out == "ok  post: nobody is signed in; nothing of it is left here\n"


def test_logout_where_no_keychain_ever_was_has_nothing_to_do(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.unlock = missing

    assert sign_out(rig.setting(), ACCOUNT, here_only=False) == EXIT_GOOD
    assert capsys.readouterr().out == "ok  post: nobody is signed in; nothing of it is left here\n"


def test_logout_fails_where_a_keychain_that_was_used_is_gone(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    remember(rig.places.remembered, Remembered(keychain_backend="keyring.backends.SecretService.Keyring"))
    rig.unlock = missing

    assert sign_out(rig.setting(), ACCOUNT, here_only=False) == EXIT_FAILED
    assert "!!  Delete the secrets" in capsys.readouterr().out


def test_logout_asks_for_no_passphrase_of_a_file_that_is_not_there(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(rig.places.remembered, Remembered(keychain_backend="sealed file"))

    assert sign_out(replace(rig.setting(), keychain=None), ACCOUNT, here_only=False) == EXIT_GOOD
    assert capsys.readouterr().out == "ok  post: nobody is signed in; nothing of it is left here\n"


def test_logout_of_a_signed_in_account_tells_its_steps(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.mail.deliver(letter("kept"))
    rig.signed_in().program.close()

    assert sign_out(rig.setting(), ACCOUNT, here_only=True) == EXIT_GOOD
    out = capsys.readouterr().out
    assert "deleted, and read back as gone" in out
    assert not rig.places.store(ACCOUNT).exists()


def test_check_before_a_sign_in_names_the_links_it_did_not_try(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert not check_account(rig.setting(), ACCOUNT)

    out = capsys.readouterr().out
    assert "!!  sign-in: nobody is signed in" in out
    assert f"--  IMAP sign-in at {rig.account.imap}: not tried: nobody is signed in\n" in out
    assert f"--  SMTP sign-in at {rig.account.smtp}: not tried: nobody is signed in\n" in out
    assert "client id" not in out


def test_check_fails_without_a_client_id_where_none_can_be_had(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    del rig.auth.document["registration_endpoint"]
    rig.account = rig.make_account(oauth=rig.make_oauth(client_id=None))

    assert not check_account(rig.setting(), ACCOUNT)
    assert "!!  client id: No client id for Example: register tuimail there" in capsys.readouterr().out


def test_check_without_a_keychain_names_the_ways(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.unlock = missing

    assert not check_account(rig.setting(), ACCOUNT)
    out = capsys.readouterr().out
    assert "!!  keychain: There is no keychain. Start tuimail and choose a sealed file or memory." in out


def test_check_of_a_signed_in_account_is_content(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.signed_in().program.close()

    assert check_account(rig.setting(), ACCOUNT), capsys.readouterr().out
