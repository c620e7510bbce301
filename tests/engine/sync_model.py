"""What two sessions and a bad line do to a mailbox at random, and the comparison after it, as imaptest does."""

import random
import re
import time
from collections import Counter
from typing import Protocol

from tests.engine.conftest import ACCOUNT
from tests.fakes.cutter import Cutter
from tests.journeys.conftest import Heard
from tuimail.api.commands import LoadRows, MoveMessages, OpenMailbox, Refresh, SetFlags, Undo
from tuimail.api.events import Finished, ListLoaded, MailboxesListed, RowsLoaded
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Envelope, Flag

STEPS_BETWEEN = 12
FIRST_MAILS = 300
"""More than a first look brings, so that the model meets a mailbox that is still being filled."""
BOXES = {MailboxRole.INBOX: "INBOX", MailboxRole.TRASH: "Trash", MailboxRole.ARCHIVE: "Archive"}
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "$Label1")

_MESSAGE_ID = re.compile(rb"(?i)Message-ID: <([^>]*)>")

Content = dict[int, frozenset[str]]


class Elsewhere(Protocol):
    """The other session, and what the server has in truth."""

    doomed: int
    """Mails marked as deleted in the mailbox that was looked at last."""

    def act(self) -> str:
        """Do one thing at random; says which."""

    delivered: set[str]
    """Message-IDs of all mails there ever were."""
    deleted: set[str]
    """Those of mails that it deleted."""
    moved: set[str]
    """Those of mails that it moved: who moves the same mail at the same time makes two of it."""

    def content(self, box: str) -> Content:
        """UIDs and flags as the server has them, without what is marked as deleted."""

    def ids(self, box: str) -> list[str]:
        """The Message-IDs of the same mails."""


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


def run_model(heard: Heard, elsewhere: Elsewhere, cutter: Cutter, chance: random.Random, *, lasts_s: float) -> None:
    """Act at random on both sides, cut the line at random, compare, and all of it again."""
    here = Here(heard, chance)
    told: list[str] = []
    ends_at = time.monotonic() + lasts_s
    while time.monotonic() < ends_at:
        for _ in range(STEPS_BETWEEN):
            told.append(elsewhere.act() if chance.random() < 0.5 else here.act())
            if chance.random() < 0.08:
                told.append("cut")
                cutter.cut_after(chance.randint(1, 3000))
        cutter.cut()
        _compare(here, elsewhere, told)


def _count(elsewhere: Elsewhere, history: str) -> None:
    """Every mail is there once."""
    ids = Counter(each for name in BOXES.values() for each in elsewhere.ids(name))
    assert not elsewhere.delivered - elsewhere.deleted - ids.keys(), f"mails are lost after\n{history}"
    twice = {each for each, count in ids.items() if count > 1}
    assert not twice - elsewhere.moved - elsewhere.deleted, f"mails are there twice after\n{history}"


def _compare(here: Here, elsewhere: Elsewhere, told: list[str]) -> None:
    history = "\n".join(told[-40:])
    for _ in range(2):
        # What is moved from one mailbox arrives in another, so all are settled before any is compared.
        for role in BOXES:
            here.settle(role)
    _count(elsewhere, history)
    for role, name in BOXES.items():
        stored = without_doomed({each.uid: each.flags for each in here.settle(role) if each.uid is not None})
        there = elsewhere.content(name)
        assert stored == there, f"{name} differs after\n{history}"
        counts = here.box(role)
        doomed = elsewhere.doomed
        unread = sum(1 for flags in there.values() if Flag.SEEN not in flags)
        if not doomed:
            assert (counts.total, counts.unread) == (len(there), unread), f"counts of {name} differ after\n{history}"


def without_doomed(content: Content) -> Content:
    """Without UIDPLUS a moved mail stays behind with a mark, and is shown no more; others meet mails marked so."""
    return {uid: flags for uid, flags in content.items() if Flag.DELETED not in flags}


def message_id(header: bytes) -> str:
    """The Message-ID of a mail or of its header."""
    found = _MESSAGE_ID.search(header)
    assert found
    return found[1].decode()
