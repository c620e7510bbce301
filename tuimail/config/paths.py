"""Where the program keeps its files. Everything lies in folders readable by the user alone."""

import contextlib
import os
import warnings
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from platformdirs import PlatformDirs, RuntimeDirWarning

from tuimail.config.home import from_home
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.ids import AccountId

_NAME = "tuimail"
_SWEPT_AFTER_S = 7 * 24 * 3600.0


class Places(Struct, frozen=True, kw_only=True):
    """The program's folders."""

    config: Path
    data: Path
    cache: Path
    state: Path
    runtime: Path

    def store(self, account: AccountId) -> Path:
        """The encrypted file of an account."""
        return self.data / f"{account}.store"

    @property
    def activity(self) -> Path:
        """The encrypted file of the activity list."""
        return self.data / "activity.list"

    @property
    def sealed_file(self) -> Path:
        """Secrets sealed with a passphrase, for machines without a keychain."""
        return self.data / "secrets.sealed"

    @property
    def temporary(self) -> Path:
        """For files that other programs have to read; emptied at start and exit."""
        return self.cache / "temporary"

    @property
    def user_themes(self) -> Path:
        """The user's own themes."""
        return self.config / "themes"

    @property
    def log(self) -> Path:
        """The newest log file."""
        return self.state / "tuimail.log"

    @property
    def remembered(self) -> Path:
        """What is remembered between runs; see ``config.remember``."""
        return self.state / "remembered.json"

    def lock(self, account: AccountId) -> Path:
        """The file whose lock makes a process the one that writes."""
        return self.state / f"{account}.lock"

    def socket(self, account: AccountId) -> Path:
        """Where the writing process listens for other windows of the account."""
        return self.runtime / f"{account}.sock"

    def create(self) -> None:
        """Make the folders, and take other people's rights from those that exist."""
        for folder in (self.config, self.data, self.cache, self.state, self.runtime, self.temporary):
            make_private(folder)


def find_places() -> Places:
    """The platform's usual folders; on Linux ``XDG_*`` moves them."""
    dirs = PlatformDirs(appname=_NAME, appauthor=False)
    with warnings.catch_warnings():
        # Where there is no session's runtime folder it takes one below /tmp and warns, in the middle of our screen.
        warnings.simplefilter("ignore", RuntimeDirWarning)
        try:
            runtime = dirs.user_runtime_path
        except PermissionError:
            # Somebody else has taken its name below /tmp, which must not keep the program from starting.
            runtime = dirs.user_state_path / "runtime"
    return Places(
        config=dirs.user_config_path,
        data=dirs.user_data_path,
        cache=dirs.user_cache_path,
        state=dirs.user_state_path,
        runtime=runtime,
    )


def places_under(root: Path) -> Places:
    """All folders below one, for the demo and for tests."""
    return Places(**{name: root / name for name in ("config", "data", "cache", "state", "runtime")})


def find_profile(environ: Mapping[str, str], flag: str | None, places: Places) -> Path:
    """The profile's file: the flag's, then ``TUIMAIL_PROFILE``'s, then the usual one. It need not exist."""
    named = flag or environ.get("TUIMAIL_PROFILE")
    return from_home(named) if named else places.config / "profile.toml"


def is_named(environ: Mapping[str, str], flag: str | None) -> bool:
    """Whether somebody named the profile's file, so that one that is not there is a mistake."""
    return bool(flag or environ.get("TUIMAIL_PROFILE"))


def sweep(folder: Path, *, now_s: float) -> None:
    """Remove temporary files that were left behind a week ago; younger ones may still be in an editor."""
    with contextlib.suppress(OSError):  # a file that cannot be removed now is tried again at the next start
        for left in folder.iterdir():
            if left.is_file() and now_s - left.stat().st_mtime > _SWEPT_AFTER_S:
                left.unlink()


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into; ConfigError where that is impossible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            ErrorKind.DISK,
            f"The folder {folder} cannot be made or kept private: {error.strerror}.",
            remedy=Remedy.FIX_CONFIG,
        ) from error
