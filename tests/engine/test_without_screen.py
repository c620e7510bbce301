"""What ``tuimail check`` and ``tuimail logout`` print, on scripted servers."""

from dataclasses import replace

import pytest

from tests.engine.conftest import ACCOUNT, Rig
from tests.fakes.mail_house import letter
from tuimail.config.remember import Remembered, remember
from tuimail.headless import EXIT_GOOD, sign_out


def test_logout_with_nobody_signed_in_says_so(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign_out(rig.setting(), ACCOUNT, here_only=False) == EXIT_GOOD
    assert capsys.readouterr().out == "ok  post: nobody is signed in; nothing of it is left here\n"


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
