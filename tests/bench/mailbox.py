"""The mailboxes of the benchmark: made once, kept in the user's cache, copied for each run, put back when changed."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from platformdirs import user_cache_path

from tests.bench.corpus import Corpus
from tests.bench.dovecot import Dovecot, address

FOLDER = "TUIMAIL_BENCH_DIR"
_VERSION = 2
"""Raised when other mail is made."""
_TOO_OLD = timedelta(days=45)
"""Programs treat recent mail apart, so the newest must not be too far away."""


def kept_folder() -> Path:
    """Where made mailboxes and filled homes stay between runs."""
    named = os.environ.get(FOLDER)
    folder = Path(named) if named else user_cache_path("tuimail-bench", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Mailbox:
    """One size of mailbox in one Dovecot."""

    def __init__(self, dovecot: Dovecot, size: int) -> None:
        self.size = size
        self.address = address(size)
        self._dovecot = dovecot
        self._kept = kept_folder() / f"mailbox-{size}-v{_VERSION}"
        self._home = dovecot.homes / self.address
        self._made_state = ""

    @property
    def identity(self) -> str:
        """Differs whenever the mailbox was made anew."""
        made: str = json.loads((self._kept / "made.json").read_text())["ends_at"]
        return made.replace(":", "").replace("+", "")

    def provide(self) -> None:
        """Have it on the server: from the cache, or made now."""
        if not self._is_usable():
            self._make()
        self.restore()

    def restore(self) -> None:
        """As it was made, whatever the programs did to it."""
        self._dovecot.doveadm("kick", self.address)
        if self._home.exists():
            shutil.rmtree(self._home)
        copy_tree(self._kept / "home", self._home)
        self._made_state = self._state()

    def mend(self) -> None:
        """Put back what a program changed, if any did."""
        if self._state() != self._made_state:
            self.restore()

    def deliver(self, raw: bytes) -> None:
        """A new mail; returns when it is in the mailbox."""
        self._dovecot.doveadm("save", "-u", self.address, given=raw)

    def flag(self, flag: str, uids: str, *, verb: str = "add") -> None:
        """Set a flag as another program would, or take it away."""
        self._dovecot.doveadm("flags", verb, "-u", self.address, flag, "mailbox", "INBOX", "uid", uids)

    def _state(self) -> str:
        """Changes with every change of a mail or a flag in any folder."""
        return self._dovecot.doveadm("mailbox", "status", "-u", self.address, "messages uidnext highestmodseq", "*")

    def _is_usable(self) -> bool:
        made = self._kept / "made.json"
        if not made.exists():
            return False
        ends_at = datetime.fromisoformat(json.loads(made.read_text())["ends_at"])
        return datetime.now(UTC) - ends_at < _TOO_OLD

    def _make(self) -> None:
        sys.stderr.write(f"making a mailbox of {self.size:,} messages, once\n")
        ends_at = datetime.now(UTC).replace(microsecond=0)
        source = self._dovecot.folder / f"maildir-{self.size}"
        for name in ("cur", "new", "tmp"):
            (source / name).mkdir(parents=True)
        for number, mail in enumerate(Corpus(self.size, ends_at).mails()):
            moment = int(mail.arrived.timestamp())
            path = source / "cur" / f"{moment}.M{number:07d}P1.bench,S={len(mail.raw)}:2,{mail.flags}"
            path.write_bytes(mail.raw)
            os.utime(path, (moment, moment))
        _give_to_mail(source)
        self._dovecot.doveadm("import", "-u", self.address, f"maildir:{source}", "", "all")
        shutil.rmtree(source)
        # Fills the server's own cache of headers, as years of use would have.
        self._dovecot.doveadm("index", "-u", self.address, "INBOX")
        # Modification sequences begin with the first who asks for them; before, every message counts as changed.
        self._dovecot.doveadm("fetch", "-u", self.address, "modseq", "mailbox", "INBOX", "all")
        for verb in ("add", "remove"):
            self.flag("$Begun", "1:*", verb=verb)
        self._dovecot.doveadm("kick", self.address)
        shutil.rmtree(self._kept, ignore_errors=True)
        self._kept.mkdir()
        copy_tree(self._home, self._kept / "home")
        (self._kept / "made.json").write_text(json.dumps({"ends_at": ends_at.isoformat()}))


def copy_tree(source: Path, target: Path) -> None:
    """Copy with owners and times; shares the blocks where the file system can."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)  # noqa: S603, S607 (coreutils)


def _give_to_mail(folder: Path) -> None:
    subprocess.run(["chown", "-R", "mail:mail", str(folder)], check=True)  # noqa: S603, S607 (coreutils)
