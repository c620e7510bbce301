"""Which failures of a mail on its way are tried again by themselves, and when. Pure."""

from tuimail.domain.errors import AuthError, ErrorKind, NetworkError, Remedy, TuimailError
from tuimail.engine.pace import next_attempt

RETRY_TEMPORARY_S = 60.0
"""First wait after a server's "try again later"; doubled each time (RFC 5321 section 4.5.4.1 asks for patience)."""
RETRY_CAP_S = 3600.0
RETRY_OFFLINE_CAP_S = 60.0
"""Longest wait where the server was not reached: a mail leaves soon after the network is back."""


def is_worth_another_try(error: TuimailError) -> bool:
    """Whether a mail that failed so stays queued: nobody has judged it, or the server said "later"."""
    # After a sign-in it goes out by itself. A network that wants its own login page (TLS_FAILED) goes away, too.
    waits_for_sign_in = isinstance(error, AuthError) and error.remedy in {Remedy.SIGN_IN, Remedy.GRANT}
    is_here = error.kind in {ErrorKind.DISK, ErrorKind.STORE_BUSY}
    return error.remedy is Remedy.WAIT or waits_for_sign_in or is_here or isinstance(error, NetworkError)


def retry_after(error: TuimailError, attempts: int, *, random: float) -> float:
    """Seconds until the next attempt: patient with a server that said no, quick where nothing was reached."""
    if isinstance(error, NetworkError | AuthError) or error.kind is ErrorKind.CONNECTION_LOST:
        return next_attempt(attempts, random=random, cap_s=RETRY_OFFLINE_CAP_S)
    return patience_s(attempts)


def patience_s(attempts: int) -> float:
    """Seconds until the next attempt where the server has said "later"."""
    return min(RETRY_CAP_S, RETRY_TEMPORARY_S * 2.0 ** min(attempts - 1, 10))
