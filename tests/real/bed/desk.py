"""What one test sits at: a fresh home, a browser, a keychain and terminals with the installed program in them."""

import os
import subprocess
from pathlib import Path

from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Browser
from tests.real.bed.home import Home
from tests.real.bed.keyring import Keyring, KeyringState
from tests.real.bed.programs import installed_tuimail
from tests.real.bed.terminal import Size, Terminal


class Desk:
    """One person's machine, gone after the test."""

    def __init__(self, bed: Bed, folder: Path) -> None:
        self._folder = folder
        self.home = Home(folder / "home")
        self.home.write_profile(bed.servers)
        self.browser = Browser(folder / "browser", home=bed.browser_home)
        self.keyring = Keyring(folder / "keyring")
        self.terminal = Terminal(folder / "terminal")
        self.second_terminal = Terminal(folder / "second")

    def sit_down(self, keyring: KeyringState) -> None:
        """Start what outlives the program."""
        self.keyring.start(keyring)

    def leave(self) -> None:
        """End everything."""
        self.terminal.stop()
        self.second_terminal.stop()
        self.keyring.stop()

    def environment(self) -> dict[str, str]:
        """What the program under test is given."""
        return {**self.home.environment(), **self.keyring.environment(), "BROWSER": str(self.browser.command)}

    def start(self, *arguments: str, size: Size | None = None) -> Terminal:
        """Start the program in the terminal."""
        self.terminal.stop()
        self.terminal.start([*installed_tuimail(), *arguments], self.environment(), size=size)
        return self.terminal

    def start_second(self, *arguments: str) -> Terminal:
        """Start the program once more, in a terminal beside the first."""
        self.second_terminal.start([*installed_tuimail(), *arguments], self.environment())
        return self.second_terminal

    def run(self, *arguments: str, deadline_s: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a command that needs no terminal, to its end."""
        return subprocess.run(
            [*installed_tuimail(), *arguments],
            env=self.environment(),
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=deadline_s,
            check=False,
        )

    def screens(self) -> dict[str, str]:
        """What the terminals that are still open show, for a failed test."""
        shown = {}
        for name, terminal in (("terminal", self.terminal), ("second terminal", self.second_terminal)):
            if terminal.is_open():
                shown[name] = terminal.screen()
        return shown

    def keep_pictures(self, name: str) -> None:
        """Leave pictures of the open terminals where `TUIMAIL_PICTURES` says, if it says anything."""
        folder = os.environ.get("TUIMAIL_PICTURES")
        if folder and self.terminal.is_open():
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.terminal.picture(Path(folder) / f"{name}.png")
