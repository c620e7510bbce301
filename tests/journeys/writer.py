"""The program with a keychain that lasts, on a provider of its own: ``python -m tests.journeys.writer FOLDER``."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tuimail.assembly import run_app
from tuimail.config.paths import places_under
from tuimail.demo.provider import DemoProvider
from tuimail.domain.token import Secret
from tuimail.embedded import demo_setting
from tuimail.keychain.memory import MemoryKeychain
from tuimail.program import Setting
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.start import OpenMail

FAULT_KEY = "\x1b[20~"
"""F9, at which the composer of this program fails."""


class FolderKeychain(MemoryKeychain):
    """Entries as files: what a second start needs to open the store of the first."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name."""
        file = self._file(entry)
        return Secret(file.read_text()) if file.exists() else None

    def write(self, entry: str, value: Secret) -> None:
        """Keep it."""
        self._file(entry).write_text(value.reveal())

    def delete(self, entry: str) -> None:
        """Forget it."""
        self._file(entry).unlink(missing_ok=True)

    def _file(self, entry: str) -> Path:
        return self._folder / entry.encode().hex()


def lasting(demo: DemoProvider, folder: Path) -> Setting:
    """The demo's account, everything about it kept in this folder."""
    places = places_under(folder)
    places.create()
    setting = demo_setting(demo, places, dict(os.environ), no_browser=True)
    return replace(setting, keychain=lambda: FolderKeychain(folder / "keychain"), is_passing=False)


def main(folder: Path) -> int:
    """Run until the user leaves, or somebody ends it."""

    def fail(_screen: ComposeScreen) -> None:
        raise LookupError("F9")

    setattr(ComposeScreen, "key_f9", fail)  # noqa: B010 (a method for this program alone, which no checker need know)
    with DemoProvider().start(datetime.now(UTC)) as demo:
        return run_app(lasting(demo, folder), demo.account.id, start=OpenMail())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
