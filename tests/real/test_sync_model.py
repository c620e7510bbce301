"""Two sessions do things at random to one mailbox, over a wire that is cut at random: after each checkpoint, what is
stored equals what the server has. In the manner of imaptest.

``TUIMAIL_MODEL_S`` makes each kind of server run for longer, ``TUIMAIL_MODEL_SEED`` otherwise.
"""

import imaplib
import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.conftest import ACCOUNT, Rig
from tests.fakes.certificates import make_certificate
from tests.fakes.cutter import Cutter
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.real.bed.programs import is_required, locate
from tests.real.small_dovecot import CAPABILITIES, SmallDovecot, small_dovecot
from tuimail.api.commands import LoadRows, MoveMessages, OpenMailbox, Refresh, SetFlags, Undo
from tuimail.api.events import Finished, ListLoaded, MailboxesListed, RowsLoaded
from tuimail.domain.account import Server, Tls
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Envelope, Flag

LASTS_S = float(os.environ.get("TUIMAIL_MODEL_S", "4"))
SEED = int(os.environ.get("TUIMAIL_MODEL_SEED", "20261121"))
STEPS_BETWEEN = 12
FIRST_MAILS = 300
"""More than a first look brings, so that the model meets a mailbox that is still being filled."""
BOXES = {MailboxRole.INBOX: "INBOX", MailboxRole.TRASH: "Trash", MailboxRole.ARCHIVE: "Archive"}
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "$Label1")
_FETCHED = re.compile(rb"UID (\d+).*?FLAGS \(([^)]*)\)|FLAGS \(([^)]*)\).*?UID (\d+)")

Content = dict[int, frozenset[str]]


@pytest.fixture(params=list(CAPABILITIES))
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDovecot]:
    """Dovecot with one set of capabilities."""
    if locate("dovecot") is None or os.geteuid() != 0:
        words = "the model needs Dovecot and root"
        if is_required():
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    with small_dovecot(make_certificate(tmp_path), CAPABILITIES[request.param]) as dovecot:
        yield dovecot


class Elsewhere:
    """The other session: a plain client that does things at random."""

    def __init__(self, client: imaplib.IMAP4_SSL, chance: random.Random) -> None:
        self._client = client
        self._chance = chance
        self._number = 0
        self.doomed = 0
        """Mails marked as deleted in the mailbox that was looked at last."""

    def deliver(self, count: int, box: str = "INBOX") -> None:
        """Add so many mails."""
        for _ in range(count):
            self._number += 1
            raw = letter(f"mail {self._number}", minute=self._number)
            _ok(self._client.append(box, "", imaplib.Time2Internaldate(time.time()), raw))

    def act(self) -> str:
        """One thing; says which."""
        deed = self._chance.choice(("deliver", "flag", "unflag", "delete", "delete", "move"))
        box = self._chance.choice(("INBOX", "INBOX", "INBOX", "Trash"))
        uids = list(self.content(box))
        chosen = ",".join(map(str, self._chance.sample(uids, min(len(uids), self._chance.randint(1, 9)))))
        if deed == "deliver" or not chosen:
            self.deliver(self._chance.randint(1, 4), box)
        elif deed in {"flag", "unflag"}:
            sign = "+" if deed == "flag" else "-"
            _ok(self._client.uid("STORE", chosen, f"{sign}FLAGS.SILENT", f"({self._chance.choice(FLAGS)})"))
        else:
            if deed == "move":
                _ok(self._client.uid("COPY", chosen, "Archive"))
            _ok(self._client.uid("STORE", chosen, "+FLAGS.SILENT", "(\\Deleted)"))
            _ok(self._client.expunge())
        return f"elsewhere: {deed} {chosen} of {box}"

    def content(self, box: str) -> Content:
        """UIDs and flags as the server has them."""
        _ok(self._client.select(box))
        _, data = self._client.uid("FETCH", "1:*", "(UID FLAGS)")
        found: Content = {}
        for line in data:
            match = _FETCHED.search(line) if isinstance(line, bytes) else None
            if match:
                flags = frozenset((match[2] or match[3] or b"").decode().split()) - {"\\Recent"}
                found[int(match[1] or match[4])] = flags
        self.doomed = len(found) - len(_without_doomed(found))
        return _without_doomed(found)


class Here:
    """Our session."""

    def __init__(self, heard: Heard, chance: random.Random) -> None:
        self.heard = heard
        self._chance = chance
        self._boxes: dict[MailboxRole, Mailbox] = {}

    def act(self) -> str:
        """One thing; says which."""
        deed = self._chance.choice(("flag", "flag", "move", "undo", "look", "refresh"))
        role = self._chance.choice((MailboxRole.INBOX, MailboxRole.INBOX, MailboxRole.TRASH))
        rows = list(self.open(role).rows)
        chosen = tuple(RowId(row) for row in self._chance.sample(rows, min(len(rows), self._chance.randint(1, 9))))
        if deed == "flag" and chosen:
            flag = frozenset({self._chance.choice(FLAGS)})
            add, remove = (flag, frozenset[str]()) if self._chance.random() < 0.6 else (frozenset[str](), flag)
            self.heard.submit(SetFlags(account=ACCOUNT, rows=chosen, add=add, remove=remove))
        elif deed == "move" and chosen:
            to = self._chance.choice([MailboxRole.TRASH, MailboxRole.ARCHIVE])
            self.heard.submit(MoveMessages(account=ACCOUNT, rows=chosen, to=to))
        elif deed == "undo":
            self.heard.submit(Undo(account=ACCOUNT))
        elif deed == "refresh":
            self.heard.submit(Refresh(account=ACCOUNT))
        return f"here: {deed} {len(chosen)} of {role}"

    def open(self, role: MailboxRole) -> ListLoaded:
        """Put a mailbox onto the screen."""
        return self.heard.ask(OpenMailbox(account=ACCOUNT, mailbox=self.box(role).id), ListLoaded)

    def box(self, role: MailboxRole) -> Mailbox:
        """The mailbox of this role, from the newest list."""
        for event in reversed(self.heard.events):
            if isinstance(event, MailboxesListed):
                found = [each for each in event.mailboxes if each.role is role]
                if found:
                    return found[0]
        raise AssertionError(f"no {role}")

    def settle(self, role: MailboxRole) -> list[Envelope]:
        """Bring the mailbox up to date, whatever it takes, with nothing left to do; its rows."""
        ends_at = time.monotonic() + 20
        while time.monotonic() < ends_at:
            self.open(role)
            if not isinstance(self.heard.do(Refresh(account=ACCOUNT)), Finished):
                continue
            loaded = self.open(role)
            envelopes = self.heard.ask(LoadRows(account=ACCOUNT, rows=tuple(map(RowId, loaded.rows))), RowsLoaded)
            if loaded.is_complete and not any(each.pending for each in envelopes.envelopes):
                return list(envelopes.envelopes)
        raise AssertionError(f"{role} does not come to rest")


def test_what_is_stored_equals_the_server_after_anything(server: SmallDovecot, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (the same each time is the purpose)
    told: list[str] = []
    with ExitStack() as running:
        cutter = running.enter_context(Cutter(server.port))
        rig = Rig(tmp_path, make_certificate(tmp_path), running)
        certificate_file = str(next(tmp_path.glob("*.pem")))
        client = running.enter_context(server.client())
        elsewhere = Elsewhere(client, chance)
        elsewhere.deliver(FIRST_MAILS)
        address = Server(host="localhost", port=cutter.port, tls=Tls.IMPLICIT)
        rig.account = rig.make_account(imap=address, ca_file=certificate_file)
        heard = rig.signed_in()
        running.callback(heard.program.close)
        here = Here(heard, chance)
        ends_at = time.monotonic() + LASTS_S
        while time.monotonic() < ends_at:
            for _ in range(STEPS_BETWEEN):
                told.append(elsewhere.act() if chance.random() < 0.5 else here.act())
                if chance.random() < 0.08:
                    told.append("cut")
                    cutter.cut_after(chance.randint(1, 3000))
            cutter.cut()
            _compare(here, elsewhere, told)
    assert cutter.cuts > 2


def _compare(here: Here, elsewhere: Elsewhere, told: list[str]) -> None:
    history = "\n".join(told[-40:])
    for _ in range(2):
        # What is moved from one mailbox arrives in another, so all are settled before any is compared.
        for role in BOXES:
            here.settle(role)
    for role, name in BOXES.items():
        stored = _without_doomed({each.uid: each.flags for each in here.settle(role) if each.uid is not None})
        there = elsewhere.content(name)
        assert stored == there, f"{name} differs after\n{history}"
        counts = here.box(role)
        doomed = elsewhere.doomed
        unread = sum(1 for flags in there.values() if Flag.SEEN not in flags)
        if not doomed:
            assert (counts.total, counts.unread) == (len(there), unread), f"counts of {name} differ after\n{history}"


def _without_doomed(content: Content) -> Content:
    """Without UIDPLUS a moved mail stays behind with a mark, and is shown no more; others meet mails marked so."""
    return {uid: flags for uid, flags in content.items() if Flag.DELETED not in flags}


def _ok(answer: tuple[str, object]) -> None:
    assert answer[0] == "OK", answer
