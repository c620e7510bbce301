"""Killed at each write to the store and to the wire while it writes and sends, the program lies about nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import ACCOUNT, Rig, online
from tests.engine.test_together import wait_until
from tests.engine.written_and_killed import KEPT, SENT, WORDS, Kit
from tests.fakes.mail_house import Box
from tests.journeys.conftest import Heard
from tuimail.api.commands import OpenAccount, SendNow
from tuimail.api.events import OutboxChanged
from tuimail.domain.draft import OutboxState
from tuimail.mime.parse import parse_message
from tuimail.program import Program
from tuimail.store.db import open_store
from tuimail.store.drafts import DraftRepository
from tuimail.store.outbox import OutboxRepository, SendPhase

ROUNDS = int(os.environ.get("TUIMAIL_KILL_ROUNDS", "8"))
"""Kills of each kind, spread over all its calls; each costs a second, most of it for a start of Python."""
_CALLS = {"pwrite64": 110, "write": 12}
"""How many the busiest thread makes in the course: the store's worker to its file, the senders to the wire."""
_OPENED = 10
"""By then the store is open: a program whose store cannot be opened has nothing to write into."""
_FAILING = 6
"""Calls in a row that fail."""

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace makes the faults")


class Trial:
    """A home of its own and the servers, for one course that is killed."""

    def __init__(self, rig: Rig, folder: Path, kit: Kit) -> None:
        shutil.copytree(rig.folder / "home", folder / "home")
        kit.leave_in(folder)
        self._folder = folder
        self._kit = kit
        self._rig = rig
        rig.smtp.mails.clear()
        self.drafts = rig.mail.boxes[b"Drafts"] = Box(attributes=b"\\Drafts")
        self.confirmed: list[str] = []

    @property
    def copies(self) -> int:
        """At the recipient."""
        return len(self._rig.smtp.mails)

    def run(self, call: str, fault: str) -> bool:
        """The course with this fault at calls of whichever thread makes so many first; whether it ended there."""
        command = ["strace", "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{fault}",
                   sys.executable, "-m", "tests.engine.written_and_killed", str(self._folder)]  # fmt: skip
        child = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 (this interpreter)
        self.confirmed = child.stdout.decode().split("\n")[:-1]
        return child.returncode != 0

    def look(self) -> None:
        """See that the store holds what was confirmed, before anybody mends anything."""
        setting = self._kit.setting(self._folder)
        db = open_store(setting.places.store(ACCOUNT), self._kit.store_key)
        assert db.is_intact()
        drafts, outbox = DraftRepository(db), OutboxRepository(db, ACCOUNT)
        kept, written, items = drafts.load(KEPT), drafts.load(SENT), outbox.items()
        mail = outbox.load(items[0].id) if items else None
        db.close()

        # The last save may be on disk without having been confirmed.
        said = [words for words in WORDS if words in self.confirmed]
        assert (kept.text if kept else "") in ["", *WORDS][len(said) : len(said) + 2]
        # The mail is always somewhere, and in one place only.
        assert written is not None or mail is not None or self.copies == 1 or "written" not in self.confirmed
        assert not (written and mail)
        if mail is not None and mail.state is OutboxState.SENDING:
            assert self.copies == 0 or mail.phase is SendPhase.ENDING
        assert "sent" not in self.confirmed or self.copies == 1

    def reopen(self) -> None:
        """See that the next start finishes what was begun, and sends nothing twice."""
        program = Program(self._kit.setting(self._folder), ACCOUNT)
        heard = Heard(program)
        heard.submit(OpenAccount(account=ACCOUNT))
        online(heard)
        heard.do(SendNow(account=ACCOUNT))
        left = next((event.items for event in reversed(heard.events) if isinstance(event, OutboxChanged)), ())
        states = {item.state for item in left}
        assert states <= {OutboxState.UNKNOWN, OutboxState.SENT}
        was_queued = "queued" in self.confirmed
        assert self.copies <= 1 if states == {OutboxState.UNKNOWN} else self.copies == was_queued or not was_queued
        wait_until(self._is_settled, heard)
        program.close()

    def _is_settled(self) -> bool:
        """Whether the server's Drafts show each kept draft once."""
        subjects = sorted(parse_message(mail.raw).subject for mail in list(self.drafts.mails.values()))
        is_kept = bool(self.confirmed)
        return subjects == sorted(set(subjects)) and ("Kept" in subjects or not is_kept)


@pytest.mark.parametrize("call", _CALLS)
def test_killed_at_the_nth_write_nothing_confirmed_is_lost_or_sent_twice(rig: Rig, tmp_path: Path, call: str) -> None:
    rig.auth.rotates = False  # the killed programs keep no token that they were given
    rig.mail.boxes[b"Drafts"] = Box(attributes=b"\\Drafts")
    rig.signed_in().program.close()
    kit = Kit.of(rig.account, rig.keychain)
    kills, confirmed = 0, set()

    rounds = min(ROUNDS, _CALLS[call])
    for number in range(rounds):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        trial = Trial(rig, folder, kit)
        kills += trial.run(call, f"signal=KILL:when={1 + number * _CALLS[call] // rounds}")
        confirmed.add(len(trial.confirmed))
        trial.look()
        trial.reopen()

    assert kills > rounds // 2
    assert len(confirmed) > 2


@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_for_a_while_is_said_and_costs_nothing(rig: Rig, tmp_path: Path, fault: str) -> None:
    rig.auth.rotates = False
    rig.mail.boxes[b"Drafts"] = Box(attributes=b"\\Drafts")
    rig.signed_in().program.close()
    kit = Kit.of(rig.account, rig.keychain)
    refusals = 0

    for number in range(ROUNDS // 2):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        trial = Trial(rig, folder, kit)
        first = _OPENED + number * (_CALLS["pwrite64"] - _OPENED) // (ROUNDS // 2)
        ended_early = trial.run("pwrite64", f"error={fault}:when={first}..{first + _FAILING}")
        told = [line for line in trial.confirmed if line.startswith("refused")]
        refusals += len(told)

        assert not ended_early
        assert [line for line in trial.confirmed if line not in told] == [*WORDS, "written", "queued", "sent"]
        assert all("disk" in line for line in told)
        assert trial.copies == 1
        trial.look()
        trial.reopen()

    assert refusals
