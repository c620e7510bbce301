"""How long to wait: backoff, slow lines, jumps of the clock. Pure: clock and random number arrive as arguments."""

from msgspec import Struct
from msgspec.structs import replace

_FIRST_S = 2.0
_CAP_S = 300.0
_AT_ONCE = 8
"""Attempts to connect about a second apart: a server that restarts, or a network that changes, is back within them."""

_SLOW_BYTES_PER_S = 400_000.0
"""Below this, the bytes that DEFLATE saves (a sixth to a seventh is left of a list) are worth the work at both ends."""
_SLOW_ROUND_TRIP_S = 0.15
_TELLING_BYTES = 100_000

_JUMP_S = 5.0


def next_attempt(failures: int, *, random: float, cap_s: float = _CAP_S) -> float:
    """Seconds to wait after this many failures in a row; ``random`` from [0, 1) spreads them.

    Between half of the wait and all of it, so that many machines do not come back at one moment.
    """
    # Capped: a laptop that slept all night must not wait hours to reconnect.
    full = min(cap_s, _FIRST_S * 2.0 ** min(failures - 1, 16)) if failures > 0 else 0.0
    return full * (0.5 + random / 2)


def next_connection(failures: int, *, random: float, cap_s: float = _CAP_S) -> float:
    """``next_attempt`` for a mail server that cannot be reached: it costs nobody anything to look a few times more."""
    if 0 < failures <= _AT_ONCE:
        return 0.5 + random / 2
    return next_attempt(failures - _AT_ONCE, random=random, cap_s=cap_s)


class Bucket(Struct, frozen=True, kw_only=True):
    """A token bucket: so many at once, then one every ``every_s``. Each method is given the time of a steady clock."""

    most: int
    every_s: float
    missing: float = 0.0
    """Drops taken and not yet back, as of ``at_s``."""
    at_s: float = 0.0

    def wait_s(self, now_s: float) -> float:
        """Seconds until a drop may be taken; 0.0: now."""
        return max(0.0, (self._missing(now_s) - (self.most - 1)) * self.every_s)

    def taken(self, now_s: float) -> "Bucket":
        """The bucket with one drop less; it may owe some."""
        return replace(self, missing=self._missing(now_s) + 1, at_s=now_s)

    def _missing(self, now_s: float) -> float:
        # A clock that went back gives nothing back.
        return max(0.0, self.missing - max(0.0, now_s - self.at_s) / self.every_s)


CONNECTIONS = Bucket(most=40, every_s=1.0)
"""To one server: a flapping line reconnects freely, and no fault of ours can become an attack."""
REFUSALS = Bucket(most=4, every_s=150.0)
"""Of the token endpoint: at most eight of its errors in ten minutes, whatever else the backoff allows."""
SIGN_IN_EVERY_S = 3.0
"""Between the beginnings of two sign-ins of one account."""


def is_slow_line(*, round_trip_s: float = 0.0, received_bytes: int = 0, took_s: float = 0.0) -> bool:
    """Whether a line is worth compressing, from a round trip, or from what it brought in some time."""
    if round_trip_s > _SLOW_ROUND_TRIP_S:
        return True
    # A few KB say nothing about what the line could bring.
    return received_bytes >= _TELLING_BYTES and received_bytes < _SLOW_BYTES_PER_S * took_s


class Moment(Struct, frozen=True, kw_only=True):
    """Two clocks read at once."""

    steady_s: float
    """Of a clock that is never set; on most systems it stands still while the machine sleeps."""
    wall_s: float


def has_jumped(before: Moment, after: Moment, *, expected_s: float) -> bool:
    """Whether the machine slept, was stopped, or had its clock set between two looks so far apart as expected."""
    steady_s, wall_s = after.steady_s - before.steady_s, after.wall_s - before.wall_s
    return abs(wall_s - steady_s) > _JUMP_S or max(steady_s, wall_s) > expected_s + _JUMP_S
