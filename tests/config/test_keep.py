from pathlib import Path

import pytest

from tuimail.config.load import load_profile
from tuimail.domain.account import Keep
from tuimail.domain.errors import ConfigError

ACCOUNT = """\
[accounts.work]
address  = "alice@example.org"
provider = "google"
oauth.client_id = "x"
"""


def read(folder: Path, text: str) -> Keep:
    """What the profile's account keeps."""
    path = folder / "profile.toml"
    path.write_text(ACCOUNT + text, encoding="utf-8")
    return load_profile(path).accounts[0].keep


def test_ninety_days_and_two_gigabytes_are_kept_unless_the_profile_says_otherwise(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Keep(days=90, megabytes=2000)
    assert read(tmp_path, "[accounts.work.keep]\ndays = 0\nmegabytes = 50\n") == Keep(days=0, megabytes=50)
    assert Keep(megabytes=50).budget_bytes == 50_000_000


@pytest.mark.parametrize("line", ["days = -1", "megabytes = 0", "days = true", 'megabytes = "2 GB"', "gigabytes = 2"])
def test_what_cannot_be_kept_is_refused(line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"[accounts.work.keep]\n{line}\n")

    assert "profile.toml:6" in str(caught.value)
