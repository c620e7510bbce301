"""Sends and completes addresses in a process of its own, and prints what each took: ``FIGURE WHO SECONDS``."""

import base64
import smtplib
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

from msgspec.structs import replace

from tests.bench.writing import person
from tests.engine.conftest import ACCOUNT, Rig
from tests.fakes.certificates import make_certificate
from tests.journeys.conftest import Heard
from tuimail.api.commands import BeginDraft, Send
from tuimail.api.events import DraftOpened, OutboxChanged
from tuimail.domain.address import Address
from tuimail.domain.address_book import AddressBook, Person
from tuimail.domain.draft import DraftAttachment

SEND, SEND_BIG, COMPLETE = "send", "send 5 MB", "completion"
OWN, PLAIN = "tuimail", "smtplib"
ADDRESSES = 50_000
_TYPED = ("a", "an", "ann", "anna s", "smi", "mail7.test", "person4999", "zzz", "e r", "lu me")
_BIG = 5_000_000


def sends(rounds: int) -> Iterator[tuple[str, str, float]]:
    """One mail after the other from the user's word to the server's, in turns with ``smtplib``."""
    with ExitStack() as servers:
        folder = Path(servers.enter_context(tempfile.TemporaryDirectory()))
        rig = Rig(folder, make_certificate(folder), servers)
        rig.account = rig.make_account(save_sent=False)
        heard = rig.signed_in()
        token = rig.mail.tokens[-1]
        for figure, size in ((SEND, 0), (SEND_BIG, _BIG)):
            # The first of each kind imports, and opens what stays open.
            for number in range(rounds + 1):
                own = _own(heard, size)
                plain = _plain(rig, token)
                rig.smtp.mails.clear()
                if number:
                    yield figure, OWN, own
                    yield figure, PLAIN, plain
        for program in rig.programs:
            program.close()


def _own(heard: Heard, size: int) -> float:
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    file = DraftAttachment(name="file.bin", content_type="application/octet-stream", data=bytes(size))
    files = (file,) if size else ()
    began = time.perf_counter()
    heard.submit(
        Send(
            account=ACCOUNT,
            draft=replace(draft, to="bob@example.org", subject="Bees", text="They swarm.", attachments=files),
        )
    )
    heard.wait_for(OutboxChanged, lambda event: bool(event.items))
    heard.wait_for(OutboxChanged, lambda event: not event.items)
    return time.perf_counter() - began


def _plain(rig: Rig, token: str) -> float:
    """The mail that was just sent, by a program that does nothing else."""
    mail = rig.smtp.mails[-1]
    shown = base64.b64encode(f"user=alice@example.test\x01auth=Bearer {token}\x01\x01".encode()).decode()
    port = rig.smtp_server.address.port
    began = time.perf_counter()
    with smtplib.SMTP_SSL("localhost", port, context=rig.certificate.client_context()) as server:
        server.ehlo()
        server.docmd("AUTH", f"XOAUTH2 {shown}")
        server.sendmail("alice@example.test", ["bob@example.org"], mail)
    return time.perf_counter() - began


def completions(rounds: int) -> Iterator[tuple[str, str, float]]:
    """What a key costs in a field of addresses, when so many are known."""
    now = datetime.now(UTC)
    people = [
        Person(
            address=Address(name=name, spec=spec),
            written=number % 9,
            seen=number % 50,
            last=now - timedelta(hours=number),
        )
        for number, (name, spec) in ((number, parseaddr(person(number))) for number in range(ADDRESSES))
    ]
    book = AddressBook(people, now=now)
    for _ in range(rounds):
        for typed in _TYPED:
            began = time.perf_counter()
            book.find(typed)
            yield COMPLETE, OWN, time.perf_counter() - began


def main() -> None:
    """All figures, so many rounds of each."""
    rounds = int(sys.argv[1])
    for figure, who, seconds in (*sends(rounds), *completions(rounds)):
        sys.stdout.write(f"{figure}\t{who}\t{seconds}\n")


if __name__ == "__main__":
    main()
