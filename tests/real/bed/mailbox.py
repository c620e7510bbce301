"""Mail put straight into, and read straight from, the Maildirs that Dovecot serves."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from tests.real.bed.dovecot import Dovecot
from tests.real.bed.people import ALICE, BOB, Person
from tests.real.bed.waiting import wait_until

NEWEST = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SECRET_SUBJECT = "Quarterly figures, please keep to yourself"  # noqa: S105 - looked for on disk after signing out
SECRET_SENTENCE = "The heron lands at seven by the old boathouse."  # noqa: S105 - the same
HTML_SUBJECT = "Your train tickets to Aarhus"
ATTACHMENT_SUBJECT = "Minutes of the garden club"
ATTACHMENT_NAME = "minutes.txt"
ATTACHMENT_TEXT = "Present: eleven members and a dog.\n"
WIDE_SUBJECT = "東京からのお知らせ 🎌"

_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One mail to lie in a folder before the program starts."""

    message: EmailMessage
    flags: str = ""
    """Letters of the Maildir name, such as S for seen and F for flagged."""


class Mailbox:
    """One person's mail on the server's disk."""

    def __init__(self, dovecot: Dovecot, person: Person) -> None:
        self._dovecot = dovecot
        self._person = person
        self._home = dovecot.homes / person.address
        self._maildir = self._home / "Maildir"

    def reset(self, seeds: list[Seed] | None = None) -> None:
        """End the person's sessions and leave nothing in the mailbox but the seeds."""
        fresh = self._home.with_name(f"fresh-{next(_serial)}")
        for folder in ("cur", "new", "tmp"):
            (fresh / "Maildir" / folder).mkdir(parents=True)
        for seed in seeds or []:
            _put(fresh / "Maildir" / "cur", seed)
        for path in [fresh, *fresh.rglob("*")]:
            shutil.chown(path, "mail", "mail")

        def take_place() -> bool:
            # A session that ends just now can still write into the old home.
            self._dovecot.kick(self._person.address)
            if self._home.exists():
                self._home.rename(self._home.with_name(f"old-{next(_serial)}"))
            try:
                fresh.rename(self._home)
            except OSError:
                return False
            return True

        wait_until(take_place, "the seeded mailbox is in its place")

    def messages(self, folder: str = "INBOX") -> list[EmailMessage]:
        """Everything that lies in a folder, in no particular order."""
        return list(self._read(folder).values())

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """The subjects of a folder, sorted."""
        return sorted(str(message["Subject"]) for message in self.messages(folder))

    def flags_of(self, subject: str, folder: str = "INBOX") -> str:
        """The Maildir flag letters of the one mail with this subject."""
        for name, message in self._read(folder).items():
            if message["Subject"] == subject:
                return name.rpartition(":2,")[2]
        return ""

    def _read(self, folder: str) -> dict[str, EmailMessage]:
        """The folder's mails by their file names."""
        base = self._maildir if folder == "INBOX" else self._maildir / f".{folder.replace('/', '.')}"
        found = {}
        for path in [path for part in ("cur", "new") for path in (base / part).glob("*")]:
            # A file's name carries its flags, so the server may rename it between listing and reading.
            with suppress(FileNotFoundError):
                found[path.name] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return found


def _put(folder: Path, seed: Seed) -> None:
    raw = seed.message.as_bytes(policy=policy.SMTP)
    moment = int(seed.message["Date"].datetime.timestamp())
    path = folder / f"{moment}.{next(_serial)}.bed,S={len(raw)}:2,{seed.flags}"
    path.write_bytes(raw)
    os.utime(path, (moment, moment))


def made_mail(subject: str, text: str, *, hours_ago: float, sender: Person = BOB) -> EmailMessage:
    """A plain mail to Alice."""
    message = EmailMessage()
    message["From"] = f"{sender.name} <{sender.address}>"
    message["To"] = f"{ALICE.name} <{ALICE.address}>"
    message["Subject"] = subject
    message["Date"] = NEWEST - timedelta(hours=hours_ago)
    message["Message-ID"] = f"<seed-{next(_serial)}@{sender.address.partition('@')[2]}>"
    message.set_content(text)
    return message


def alices_mail() -> list[Seed]:
    """A few dozen mails, the special ones newest, so that they are on the first screen of the list."""
    html = made_mail(HTML_SUBJECT, "Coach 21, seat 64.\n", hours_ago=2)
    html.add_alternative(
        "<h1>Your journey</h1><p>Coach <b>21</b>, seat <b>64</b>.</p>"
        '<p><a href="https://example.test/ticket">Show the ticket</a></p><img src="https://example.test/pixel.gif">',
        subtype="html",
    )
    attached = made_mail(ATTACHMENT_SUBJECT, "Attached.\n", hours_ago=3)
    attached.add_attachment(ATTACHMENT_TEXT, filename=ATTACHMENT_NAME)
    special = [
        Seed(message=made_mail(SECRET_SUBJECT, f"Alice,\n\n{SECRET_SENTENCE}\n\nBob\n", hours_ago=1)),
        Seed(message=html),
        Seed(message=attached, flags="S"),
        Seed(message=made_mail(WIDE_SUBJECT, "お元気ですか。\n", hours_ago=4), flags="FS"),
    ]
    usual = [
        Seed(
            message=made_mail(f"Note {number} from the allotment", f"Row {number} is weeded.\n", hours_ago=4 + number),
            flags="S" if number % 3 else "",
        )
        for number in range(1, 33)
    ]
    return special + usual
