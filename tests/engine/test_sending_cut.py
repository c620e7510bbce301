"""One mail, its connection cut after byte n in either direction, for all n: nobody is lied to, nobody gets two."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.engine.conftest import ACCOUNT, Rig, write
from tests.fakes.short_wire import ShortWire, Way
from tests.fakes.smtp_server import SmtpScript
from tests.fakes.wire_server import WireServer
from tests.journeys.conftest import Heard
from tuimail.api.commands import RetryOutbox, SendNow
from tuimail.api.events import Event, Noticed, OutboxChanged
from tuimail.domain.draft import OutboxItem, OutboxState
from tuimail.engine import auth
from tuimail.engine.pace import Bucket

_FINE = b"250 k\r\n"
_QUICK = {b"EHLO": b"250-k\r\n250 AUTH XOAUTH2\r\n", b"AUTH": b"235 k\r\n", b"MAIL": _FINE, b"RCPT": _FINE}
_INSIDE_STEP = 17
"""Within a line or the mail nothing changes from one byte to the next, so that one in so many is enough there. With
1 it is every byte: 900 rounds, a minute."""
_EDGE = 2
"""Bytes on both sides of each line end that are all tried."""


class Line:
    """The submission server of a rig whose connections can be cut, and what its recipient got."""

    def __init__(self, rig: Rig, servers: ExitStack) -> None:
        self.script = SmtpScript(answers=dict(_QUICK), greeting=b"220 k\r\n", verdict=_FINE)
        self.wire = ShortWire(self.script)
        self.server = servers.enter_context(WireServer(self.wire, rig.certificate.server_context()))
        rig.account = rig.make_account(smtp=self.server.address, save_sent=False)
        self.heard = rig.signed_in()

    def copies(self, subject: str) -> list[bytes]:
        """Of this mail at its recipient."""
        return [mail for mail in self.script.mails if f"Subject: {subject}\r\n".encode() in mail]


@pytest.fixture
def line(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    # So many connections in a row would be spread over minutes.
    monkeypatch.setattr(auth, "CONNECTIONS", Bucket(most=10_000, every_s=1.0))
    with ExitStack() as servers:
        yield Line(rig, servers)
        for program in rig.programs:
            program.close()


def at_rest(heard: Heard, since: int) -> OutboxItem | None:
    """The one mail once the attempt that began after ``since`` events is over; None if it is sent."""
    has_begun = False
    for event in following(heard, since):
        if not has_begun:
            has_begun = any(item.state is OutboxState.SENDING for item in event.items)
        elif not event.items:
            return None
        elif event.items[0].state not in {OutboxState.SENDING, OutboxState.SENT}:
            return event.items[0]
    raise AssertionError


def following(heard: Heard, since: int) -> Iterator[OutboxChanged]:
    """What is told of the outbox from there on, as it comes."""
    for place in count(since):
        while place >= len(heard.events):
            heard.wait_for(OutboxChanged)
        event = heard.events[place]
        if isinstance(event, OutboxChanged):
            yield event


def says_sent(event: Event, subject: str) -> bool:
    return isinstance(event, Noticed) and event.words == f"Sent to {subject}@example.org"


def edges(said: bytes) -> Iterator[int]:
    """Where to cut: around each line end, and now and then in between."""
    ends = {place + 2 for place in range(len(said)) if said[place : place + 2] == b"\r\n"}
    near = {end + aside for end in ends for aside in range(-_EDGE - 2, _EDGE + 1)}
    yield from sorted(n for n in near | set(range(0, len(said), _INSIDE_STEP)) if 0 <= n <= len(said))


def whole_session(line: Line) -> dict[Way, bytes]:
    """What passes in both directions when nothing breaks; each mail has the same length."""
    write(line.heard, to="m0000@example.org", subject="m0000")
    assert at_rest(line.heard, 0) is None
    line.heard.do(SendNow(account=ACCOUNT))  # ends after the goodbye
    up = bytes(line.server.peers[-1].received)
    down = b"".join([line.script.greeting, *_QUICK.values(), b"354 go on\r\n", _FINE, b"221 bye\r\n"])
    assert {Way.UP: len(up), Way.DOWN: len(down)} == line.wire.passed
    return {Way.UP: up, Way.DOWN: down}


@pytest.mark.parametrize("way", Way)
def test_a_session_cut_after_any_byte_never_lies_and_never_doubles(line: Line, way: Way) -> None:
    said = whole_session(line)
    before_dot, verdict_read = marks(said, way)
    outcomes: set[OutboxState | None] = set()

    for number, after in enumerate(edges(said[way]), 1):
        subject = f"m{number:04}"
        line.wire.cut(way, after)
        since = len(line.heard.events)
        write(line.heard, to=f"{subject}@example.org", subject=subject)
        item = at_rest(line.heard, since)

        state = item.state if item else None
        copies = line.copies(subject)
        outcomes.add(state)
        assert len(copies) == 1 if state is None else len(copies) <= 1, after
        if state is None:
            line.heard.wait_for(Noticed, lambda event, subject=subject: says_sent(event, subject))  # type: ignore[misc]
        assert any(says_sent(event, subject) for event in line.heard.events[since:]) == (state is None), after
        assert state is not OutboxState.QUEUED or not copies, after
        # In doubt only where it must be: the dot may have left, and its answer has not come whole.
        assert before_dot <= after < verdict_read or state is not OutboxState.UNKNOWN, after
        assert after < verdict_read or state is None, after
        if item is not None:
            settle(line, item, subject, copies)

    assert outcomes == {None, OutboxState.QUEUED, OutboxState.UNKNOWN}


def marks(said: dict[Way, bytes], way: Way) -> tuple[int, int]:
    """From which byte on the dot may have left, and from which on its answer was read."""
    if way is Way.DOWN:
        go_on = b"354 go on\r\n"
        answered = said[way].index(go_on) + len(go_on)
        return answered, answered + len(_FINE)
    # Whoever hangs up after DATA can do it before or after the last byte has left.
    data, end = b"\r\nDATA\r\n", b"\r\n.\r\n"
    return said[way].index(data) + len(data), said[way].index(end) + len(end)


def settle(line: Line, item: OutboxItem, subject: str, copies: list[bytes]) -> None:
    """What is queued goes out once, what is in doubt only by the user's word; always the same bytes."""
    if item.state is OutboxState.UNKNOWN:
        line.heard.do(SendNow(account=ACCOUNT))
        assert line.copies(subject) == copies
    since = len(line.heard.events)
    line.heard.do(RetryOutbox(account=ACCOUNT, item=item.id))
    assert at_rest(line.heard, since) is None
    assert len(line.copies(subject)) == len(copies) + 1
    assert len(set(line.copies(subject))) == 1
