"""What goes wrong on the wire, in our terms.

NetworkError
└── ConnectionEnded   the server took its leave; knows whether the access token had run out
ServerError
├── Refused           an answer of NO, BAD, 4xx or 5xx; knows the response code
└── LoginRefused      a token was not accepted; knows the scope that the server named

``Garbled`` is for the readers inside this room alone: ``translating`` turns it into SERVER_UNREADABLE.
"""

import errno
import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}

# OpenSSL's X509_V_ERR_* numbers.
_CERTIFICATE_WORDS = {
    9: "is not valid yet",
    10: "has expired",
    18: "was signed by nobody this computer trusts",
    19: "was signed by nobody this computer trusts",
    20: "was signed by nobody this computer trusts",
    21: "was signed by nobody this computer trusts",
    62: "is for another server",
    64: "is for another address",
}

_NOT_ITS_OWN = frozenset({18, 19, 20, 21, 62, 64})
"""What is also seen where a network shows its own page instead of every server, until somebody signs in to it."""


class Garbled(ValueError):  # noqa: N818 (names what was read, not a failure of ours)
    """The peer broke the protocol or one of our limits; the position in the stream is no longer known."""


class ConnectionEnded(NetworkError):  # noqa: N818 (an end the server announced is not always an error)
    """The server said BYE (RFC 9051 section 7.1.5)."""

    def __init__(self, host: str, words: str) -> None:
        quoted = clean_quote(words)
        super().__init__(ErrorKind.CONNECTION_LOST, f"{host} ended the connection.", remedy=Remedy.WAIT, detail=quoted)


class Refused(ServerError):  # noqa: N818 (the server's word)
    """The server understood and said no."""

    def __init__(self, kind: ErrorKind, summary: str, *, remedy: Remedy, detail: str = "", code: str = "") -> None:
        super().__init__(kind, summary, remedy=remedy, detail=detail)
        self.code = code
        """The response code without brackets in upper case (RFC 5530), or the SMTP status; empty without one."""


class LoginRefused(ServerError):  # noqa: N818 (the server's word)
    """The token was not accepted. ``detail`` has the server's words, its status and the scope it named."""

    def __init__(self, host: str, *, detail: str, scope: str = "", words: str = "") -> None:
        summary = words or f"{host} did not accept the sign-in."
        super().__init__(ErrorKind.LOGIN_REFUSED, summary, remedy=Remedy.SIGN_IN, detail=detail)
        self.challenge_scope = scope
        """The scope that the server wants, as it names it; empty where it named none."""


def unreadable(host: str, detail: str = "") -> ServerError:
    """The error for an answer that makes no sense."""
    return ServerError(
        ErrorKind.SERVER_UNREADABLE,
        f"{host} sent something that cannot be read.",
        remedy=Remedy.TELL,
        detail=clean_quote(detail),
    )


def lost(host: str) -> NetworkError:
    """The error for a connection that broke."""
    return NetworkError(ErrorKind.CONNECTION_LOST, f"The connection to {host} was lost.", remedy=Remedy.WAIT)


@contextmanager
def translating(host: str) -> Iterator[None]:
    """Turn what sockets, TLS and our readers raise into our errors, most specific first."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        reason = _CERTIFICATE_WORDS.get(error.verify_code, "cannot be trusted")
        portal = " Does the network want you to sign in to it first?" if error.verify_code in _NOT_ITS_OWN else ""
        raise NetworkError(
            ErrorKind.TLS_FAILED,
            f"The certificate of {host} {reason}. Nothing was sent.{portal}",
            remedy=Remedy.TELL,
            detail=clean_quote(error.verify_message),
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise lost(host) from error
    except ssl.SSLError as error:
        raise NetworkError(
            ErrorKind.TLS_FAILED,
            f"No protected connection to {host} came about. Does the network want you to sign in to it first?",
            remedy=Remedy.TELL,
            detail=clean_quote(error.reason or ""),
        ) from error
    except TimeoutError as error:
        raise NetworkError(ErrorKind.TIMED_OUT, f"{host} did not answer in time.", remedy=Remedy.WAIT) from error
    except socket.gaierror as error:
        raise NetworkError(
            ErrorKind.OFFLINE, f"{host} was not found. Is this computer online?", remedy=Remedy.WAIT
        ) from error
    except ConnectionRefusedError as error:
        raise NetworkError(ErrorKind.OFFLINE, f"{host} takes no connections.", remedy=Remedy.WAIT) from error
    except OSError as error:
        if error.errno in _UNREACHABLE:
            raise NetworkError(ErrorKind.OFFLINE, f"{host} cannot be reached.", remedy=Remedy.WAIT) from error
        raise lost(host) from error
    except Garbled as error:
        raise unreadable(host, str(error)) from error
    except (ValueError, zlib.error) as error:
        raise unreadable(host) from error
