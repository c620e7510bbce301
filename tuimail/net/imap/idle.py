"""Waiting for news: IDLE (RFC 2177) and NOTIFY (RFC 5465), or NOOP now and then where a server has no IDLE."""

import contextlib
import math
import time
from collections.abc import Callable, Iterable

from tuimail.net.errors import Refused
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.link import Woken
from tuimail.net.imap.news import News, NewsReader
from tuimail.net.imap.translate import Response, Status
from tuimail.net.imap.verdicts import refusal

POLL_S = 60.0
"""Between two NOOPs."""
APART_S = 0.2
"""Between two pieces of news: what comes meanwhile is told together."""
_LOOK_S = 30.0
"""How often the wall clock is compared: the monotonic one stands still while a laptop sleeps."""
_AT_ONCE = 10_000
"""Responses between two pieces of news, which take a quarter of the time between; more have to wait."""

_EVENTS = b"(MessageNew MessageExpunge FlagChange)"
_SELECTED = b"(selected %s)" % _EVENTS
# Fewer and fewer events, for servers that take not all of them.
_OTHERS = (
    b"(personal (MessageNew MessageExpunge FlagChange MailboxName))",
    b"(personal (MessageNew MessageExpunge FlagChange))",
    b"(personal (MessageNew MessageExpunge))",
)


def notify(exchange: Exchange) -> bool:
    """Ask to be told of every mailbox, the selected one included, from now on; False where the server does not.

    For a connection that only waits: messages vanish at any moment then, so that no sequence number holds.
    """
    if "NOTIFY" not in exchange.capabilities:
        return False
    for others in _OTHERS:
        try:
            exchange.run(b"NOTIFY", b"SET", _SELECTED, others)
        except Refused:
            continue
        return True
    return False


def watch(exchange: Exchange, renew_s: float, on_news: Callable[[News], None]) -> None:
    """Tell news as it comes, until somebody wakes the link."""
    goes_on = True
    while goes_on:
        teller = _Teller(on_news)
        if "IDLE" in exchange.capabilities:
            goes_on = _idle_once(exchange, renew_s, teller)
        else:
            goes_on = _poll_once(exchange, min(renew_s, POLL_S), teller)
        if teller.has_overflowed and goes_on:
            # From then on the server tells nothing at all (RFC 5465 section 5.8), not even of the open mailbox.
            with contextlib.suppress(Refused):
                exchange.run(b"NOTIFY", b"SET", _SELECTED)


class _Teller:
    """Tells news at once, and what follows at intervals, summed up, so that a flood of it stays a trickle."""

    def __init__(self, on_news: Callable[[News], None]) -> None:
        self.has_overflowed = False
        self._on_news = on_news
        self._reader = NewsReader()
        self._heard = 0
        self._next_s = 0.0

    def hear(self, responses: Iterable[Response]) -> None:
        """Keep what is news among these."""
        for response in responses:
            self._reader.add(response)
            self._heard += 1
        if self._heard >= _AT_ONCE:
            time.sleep(min(APART_S, self.due_in_s))

    @property
    def due_in_s(self) -> float:
        """How long to listen on before telling; without news, for ever."""
        return max(0.0, self._next_s - time.monotonic()) if self._reader.has_news else math.inf

    def tell(self) -> None:
        """Tell all, if there is anything."""
        if not self._reader.has_news:
            return
        news = self._reader.take()
        self._heard = 0
        self._next_s = time.monotonic() + APART_S
        self.has_overflowed |= news.has_overflowed
        self._on_news(news)


def _idle_once(exchange: Exchange, renew_s: float, teller: _Teller) -> bool:
    """One IDLE; False when woken."""
    responses: list[Response] = []
    with exchange.guard():
        tag, _ = exchange.write([b"IDLE"], responses)
        outcome = exchange.read_outcome(tag, responses)
        if isinstance(outcome, Status):
            raise refusal(exchange.server.host, outcome)
    teller.hear(responses)
    goes_on = _listen(exchange, teller, renew_s)
    responses = []
    with exchange.guard():
        exchange.link.begin()
        exchange.link.send(b"DONE\r\n")
        while not isinstance(exchange.read_outcome(tag, responses), Status):
            pass
    # What came after the last look is told, too, even to one who is about to leave.
    teller.hear(responses)
    teller.tell()
    return goes_on


def _listen(exchange: Exchange, teller: _Teller, renew_s: float) -> bool:
    """Read and tell until the time is over; False where a wake ended it."""
    began_s, began_wall_s = time.monotonic(), time.time()
    while not teller.has_overflowed:
        if teller.due_in_s == 0:
            teller.tell()
            if exchange.link.was_woken():
                return False
            continue
        passed_s = max(time.monotonic() - began_s, time.time() - began_wall_s)
        if passed_s >= renew_s:
            return True
        try:
            with exchange.guard():
                if exchange.link.wait(min(_LOOK_S, renew_s - passed_s, teller.due_in_s)):
                    exchange.link.begin()
                    teller.hear([exchange.read_response()])
        except Woken:
            return False
    return True


def _poll_once(exchange: Exchange, interval_s: float, teller: _Teller) -> bool:
    teller.hear(exchange.run(b"NOOP").responses)
    teller.tell()
    try:
        with exchange.guard():
            if exchange.link.wait(interval_s):
                exchange.link.begin()
                teller.hear([exchange.read_response()])
    except Woken:
        return False
    teller.tell()
    return True
