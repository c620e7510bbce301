"""Waiting for news of the selected mailbox: IDLE (RFC 2177), or NOOP now and then where a server has no IDLE."""

import re
import time
from collections.abc import Sequence

from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.link import Woken
from tuimail.net.imap.translate import Response, Status
from tuimail.net.imap.verdicts import refusal

POLL_S = 60.0
"""Between two NOOPs."""
_LOOK_S = 30.0
"""How often the wall clock is compared: the monotonic one stands still while a laptop sleeps."""
_NEWS = re.compile(rb"\d+ (?:EXISTS|EXPUNGE|FETCH)\b|VANISHED\b", re.IGNORECASE)


def has_news(responses: Sequence[Response]) -> bool:
    """Whether any of these says that the mailbox changed."""
    return any(_NEWS.match(response.text) for response in responses)


def wait_for_news(exchange: Exchange, renew_s: float) -> bool:
    """Wait until the mailbox changes (True) or somebody wakes the link (False)."""
    while True:
        if "IDLE" in exchange.capabilities:
            outcome = _idle_once(exchange, renew_s)
        else:
            outcome = _poll_once(exchange, min(renew_s, POLL_S))
        if outcome is not None:
            return outcome


def _idle_once(exchange: Exchange, renew_s: float) -> bool | None:
    """One IDLE: True for news, False when woken, None when it is time for the next."""
    responses: list[Response] = []
    with exchange.guard():
        tag, _ = exchange.write([b"IDLE"], responses)
        outcome = exchange.read_outcome(tag, responses)
        if isinstance(outcome, Status):
            raise refusal(exchange.server.host, outcome)
        is_woken = _listen(exchange, responses, renew_s)
        exchange.link.begin()
        exchange.link.send(b"DONE\r\n")
        while not isinstance(exchange.read_outcome(tag, responses), Status):
            pass
    if has_news(responses):
        return True
    return False if is_woken else None


def _listen(exchange: Exchange, responses: list[Response], renew_s: float) -> bool:
    """Read until there is news or the time is over; True where a wake ended it."""
    began_s, began_wall_s = time.monotonic(), time.time()
    while not has_news(responses):
        # "Still here" and the like need not be kept.
        responses.clear()
        passed_s = max(time.monotonic() - began_s, time.time() - began_wall_s)
        if passed_s >= renew_s:
            return False
        try:
            if exchange.link.wait(min(_LOOK_S, renew_s - passed_s)):
                exchange.link.begin()
                responses.append(exchange.read_response())
        except Woken:
            return True
    return False


def _poll_once(exchange: Exchange, interval_s: float) -> bool | None:
    if has_news(exchange.run(b"NOOP").responses):
        return True
    with exchange.guard():
        try:
            if exchange.link.wait(interval_s):
                exchange.link.begin()
                return has_news([exchange.read_response()]) or None
        except Woken:
            return False
    return None
