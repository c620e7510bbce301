"""The same as against a real server, in short, against the fake one: what is stored equals what the server has.

``TUIMAIL_MODEL_S`` makes each kind of server run for longer, ``TUIMAIL_MODEL_SEED`` otherwise.
"""

import os
import random

import pytest

from tests.engine.conftest import Rig
from tests.engine.sync_model import FIRST_MAILS, FLAGS, Content, message_id, run_model, without_doomed
from tests.fakes.cutter import Cutter
from tests.fakes.imap_server import CAPABILITIES
from tests.fakes.mail_house import MailHouse, letter
from tuimail.domain.account import Keep, Server, Tls

LASTS_S = float(os.environ.get("TUIMAIL_MODEL_S", "1.5"))
SEED = int(os.environ.get("TUIMAIL_MODEL_SEED", "20261122"))


class OtherHands:
    """Another client, as the server sees it."""

    def __init__(self, house: MailHouse, chance: random.Random) -> None:
        self._house = house
        self._chance = chance
        self._number = 0
        self.doomed = 0
        self.delivered: set[str] = set()
        self.deleted: set[str] = set()
        self.moved: set[str] = set()

    def deliver(self, count: int, box: bytes = b"INBOX") -> None:
        """Put so many mails into a mailbox."""
        raws = [letter(f"mail {self._number + place}", minute=self._number + place) for place in range(count)]
        self._number += count
        self._house.deliver(*raws, box=box)
        self.delivered |= {message_id(raw) for raw in raws}

    def act(self) -> str:
        """Do one thing at random; says which."""
        deed = self._chance.choice(("deliver", "flag", "flag", "delete", "delete"))
        box = self._chance.choice((b"INBOX", b"INBOX", b"INBOX", b"Trash"))
        with self._house.guard:
            uids = list(self._house.boxes[box].mails)
            chosen = self._chance.sample(uids, min(len(uids), self._chance.randint(1, 9)))
            if deed == "deliver" or not chosen:
                self.deliver(self._chance.randint(1, 4), box)
            for uid in chosen:
                if deed == "flag":
                    there, flag = self._house.boxes[box].mails[uid].flags, self._chance.choice(FLAGS).encode()
                    self._house.flag(uid, there ^ {flag}, box)
                elif deed == "delete":
                    self.deleted.add(message_id(self._house.boxes[box].mails[uid].raw))
                    self._house.remove(uid, box)
        return f"elsewhere: {deed} {chosen} of {box.decode()}"

    def content(self, box: str) -> Content:
        """UIDs and flags as the server has them, without what is marked as deleted."""
        with self._house.guard:
            mails = self._house.boxes[box.encode()].mails
            found = {uid: frozenset(flag.decode() for flag in mail.flags) for uid, mail in mails.items()}
        self.doomed = len(found) - len(without_doomed(found))
        return without_doomed(found)

    def ids(self, box: str) -> list[str]:
        """The Message-IDs of the same mails."""
        with self._house.guard:
            mails = self._house.boxes[box.encode()].mails.values()
            return [message_id(mail.raw) for mail in mails if b"\\Deleted" not in mail.flags]


@pytest.mark.parametrize(
    "capabilities", [CAPABILITIES, CAPABILITIES.replace(b" CONDSTORE", b""), b"IMAP4rev1 AUTH=XOAUTH2"]
)
def test_what_is_stored_equals_the_server_after_anything(rig: Rig, capabilities: bytes) -> None:
    chance = random.Random(SEED)  # noqa: S311 (the same each time is the purpose)
    rig.mail.capabilities = capabilities
    rig.mail.boxes[b"Archive"] = type(rig.mail.inbox)(attributes=b"\\Archive")
    elsewhere = OtherHands(rig.mail, chance)
    elsewhere.deliver(FIRST_MAILS)
    with Cutter(rig.imap_server.address.port) as cutter:
        address = Server(host="localhost", port=cutter.port, tls=Tls.IMPLICIT)
        rig.account = rig.make_account(imap=address, keep=Keep(days=0))
        heard = rig.signed_in()
        run_model(heard, elsewhere, cutter, chance, lasts_s=LASTS_S)
        heard.program.close()
