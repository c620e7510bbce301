"""What the benchmark needs to know of a program: how it is set up, started, and which keys do what."""

import os
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A mailbox as a program reaches it."""

    size: int
    address: str
    password: str
    imap_port: int
    token_port: int
    ca_file: Path
    identity: str
    """Differs when the mailbox was made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What to type; the list is sorted newest first in every program."""

    down: str = "j"
    up: str = "k"
    page_down: str
    first: str
    last: str
    open: str = "\r"
    back: str = "q"
    flag: str
    """Something that needs the server's answer and changes the screen."""
    find: str
    """Opens the prompt for words of a subject."""
    found: str = "\r"
    """Ends the words; empty where hits come while typing."""
    clear: str
    quit: str


class Peer(ABC):
    """One mail program."""

    name: str
    keys: Keys

    @property
    def is_there(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.name) is not None

    @abstractmethod
    def set_up(self, home: Path, where: Where) -> None:
        """Write what it needs to start without a question, and nothing that it would fetch."""

    @abstractmethod
    def command(self, home: Path) -> list[str]:
        """How it is started."""

    def point(self, home: Path, where: Where) -> None:
        """Servers have moved to other ports since the home was filled."""
        self.set_up(home, where)

    def is_complete(self, home: Path, where: Where) -> bool:  # noqa: ARG002 (for those that go on in the background)
        """Whether all that it stores of the mailbox has come, once its list was useful."""
        return True

    def is_at_rest(self, home: Path, where: Where) -> bool:  # noqa: ARG002 (as above)
        """Whether it has nothing more to fetch by itself, such as texts of recent mail."""
        return True

    def kept_under(self, where: Where) -> str | None:
        """A name under which its filled home may be kept for later runs; None: filled anew in each."""
        return f"{self.name}-{where.size}-{where.identity}"

    def environ(self, home: Path) -> dict[str, str]:
        """Folders in its home and nothing of the tester's own."""
        moved = {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "cache", "state")}
        return {
            **moved,
            "XDG_RUNTIME_DIR": str(home / "runtime"),
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
