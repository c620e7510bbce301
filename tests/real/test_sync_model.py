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

from tests.engine.conftest import Rig
from tests.engine.sync_model import FIRST_MAILS, FLAGS, Content, message_id, run_model, without_doomed
from tests.fakes.certificates import make_certificate
from tests.fakes.cutter import Cutter
from tests.fakes.mail_house import letter
from tests.real.bed.programs import is_required, locate
from tests.real.small_dovecot import CAPABILITIES, SmallDovecot, small_dovecot
from tuimail.domain.account import Server, Tls

LASTS_S = float(os.environ.get("TUIMAIL_MODEL_S", "4"))
SEED = int(os.environ.get("TUIMAIL_MODEL_SEED", "20261121"))
_FETCHED = re.compile(rb"UID (\d+).*?FLAGS \(([^)]*)\)|FLAGS \(([^)]*)\).*?UID (\d+)")


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


class PlainClient:
    """The other session: a plain client that does things at random."""

    def __init__(self, client: imaplib.IMAP4_SSL, chance: random.Random) -> None:
        self._client = client
        self._chance = chance
        self._number = 0
        self.doomed = 0
        """Mails marked as deleted in the mailbox that was looked at last."""
        self.delivered: set[str] = set()
        self.deleted: set[str] = set()
        self.moved: set[str] = set()

    def deliver(self, count: int, box: str = "INBOX") -> None:
        """Add so many mails."""
        for _ in range(count):
            self._number += 1
            raw = letter(f"mail {self._number}", minute=self._number)
            self.delivered.add(message_id(raw))
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
            (self.moved if deed == "move" else self.deleted).update(self._ids(chosen))
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
        self.doomed = len(found) - len(without_doomed(found))
        return without_doomed(found)

    def ids(self, box: str) -> list[str]:
        """The Message-IDs of the same mails."""
        uids = self.content(box)
        return self._ids(",".join(map(str, uids))) if uids else []

    def _ids(self, uid_set: str) -> list[str]:
        _, data = self._client.uid("FETCH", uid_set, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        return [message_id(piece[1]) for piece in data if isinstance(piece, tuple)]


def test_what_is_stored_equals_the_server_after_anything(server: SmallDovecot, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 (the same each time is the purpose)
    with ExitStack() as running:
        cutter = running.enter_context(Cutter(server.port))
        rig = Rig(tmp_path, server.certificate, running)
        elsewhere = PlainClient(running.enter_context(server.client()), chance)
        elsewhere.deliver(FIRST_MAILS)
        address = Server(host="localhost", port=cutter.port, tls=Tls.IMPLICIT)
        rig.account = rig.make_account(imap=address)
        heard = rig.signed_in()
        running.callback(heard.program.close)
        run_model(heard, elsewhere, cutter, chance, lasts_s=LASTS_S)
    assert cutter.cuts > 2


def _ok(answer: tuple[str, object]) -> None:
    assert answer[0] == "OK", answer
