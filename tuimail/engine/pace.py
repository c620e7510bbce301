"""How long to wait: backoff after failures. Pure: the clock and the random number arrive as arguments."""

_FIRST_S = 2.0
_CAP_S = 300.0


def next_attempt(failures: int, *, random: float, cap_s: float = _CAP_S) -> float:
    """Seconds to wait after this many failures in a row; ``random`` from [0, 1) spreads them.

    Between half of the doubled wait and all of it, so that many machines do not come back at one moment.
    """
    # Capped: a laptop that slept all night must not wait hours to reconnect.
    full = min(cap_s, _FIRST_S * 2.0 ** min(failures - 1, 16)) if failures > 0 else 0.0
    return full * (0.5 + random / 2)
