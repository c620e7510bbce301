"""What is said above an open message: of its sender, by the provider and by the mail that is here."""

import time

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenMessage
from tuimail.api.events import MessageLoaded
from tuimail.domain.account import Keep
from tuimail.domain.trust import TrustNote

DEADLINE_S = 20

PASSED = b"Authentication-Results: mx.mine.test; dmarc=pass header.from=garden.example\r\n"
FORGED = b"Authentication-Results: mx.forged.test; dmarc=pass header.from=garden.example\r\n"


def mail(number: int, sender: str = "ada@garden.example", *, above: bytes = b"") -> bytes:
    text = (
        f"From: {sender}\r\nTo: alice@example.test\r\nSubject: {number}\r\n"
        f"Message-ID: <{number}@garden.example>\r\nDate: Sat, 14 Mar 2026 12:{number:02}:00 +0000\r\n\r\nHello\r\n"
    )
    return above + text.encode()


def trust_of(rig: Rig, *raws: bytes) -> list[list[str]]:
    """The trust lines of all these mails, newest first."""
    rig.account = replace(rig.account, keep=Keep(days=0), checked_by=("mine.test",))
    rig.mail.deliver(*raws)
    heard = rig.signed_in()
    rows = open_full(heard, box(heard))
    loaded = [heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded) for row in rows]
    again = [heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded) for row in rows]
    assert [each.trust for each in again] == [each.trust for each in loaded]
    return [[note.words for note in each.trust] for each in loaded]


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (PASSED, "The check of the sender passed. Not signed."),
        (PASSED + FORGED, "The check of the sender passed. Not signed."),
        (FORGED + PASSED, "The sender was not checked."),
        (b"", "The sender was not checked."),
    ],
)
def test_only_the_own_provider_is_believed(rig: Rig, above: bytes, said: str) -> None:
    ((check, _first),) = trust_of(rig, mail(1, above=above))

    assert check == said


def test_the_first_mail_of_somebody_is_told_from_the_next(rig: Rig) -> None:
    second, first = trust_of(rig, mail(1), mail(2))

    assert "This is the first mail from ada@garden.example." in first
    assert "This is the first mail from ada@garden.example." not in second


def test_a_stranger_with_a_familiar_domain_is_told_from_the_known_one(rig: Rig) -> None:
    raws = [mail(number) for number in range(1, 5)]
    stranger, *_ = trust_of(rig, *raws, mail(5, "ada@gardem.example"))

    assert stranger[0] == "gardem.example is not garden.example, which you know; it only looks like it."


def test_many_mails_are_gone_through_without_anybody_waiting(rig: Rig) -> None:
    rig.account = replace(rig.account, keep=Keep(days=0))
    rig.mail.deliver(*(mail(number % 60, f"p{number}@garden.example") for number in range(250)))
    heard = rig.signed_in()
    row = open_full(heard, box(heard))[0]
    ends_at = time.monotonic() + DEADLINE_S
    told: tuple[TrustNote, ...] = ()
    while not told and time.monotonic() < ends_at:
        told = heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded).trust

    assert "This is the first mail from" in told[0].words
