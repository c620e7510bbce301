"""Our few HTTPS requests that are no sign-in: a domain's own mail settings, and leaving a mailing list.

Home of httpx2 beside ``oauth.http``.

Certificates are checked, a redirect is followed only within its host, no cookie is kept, no compressed body read,
and a body ends at the size that the caller names or with the clock, however slowly it comes.
"""

import contextlib
import ssl
import time
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx2
from msgspec import Struct

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError

CONNECT_S = 5.0
READ_S = 8.0
MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({307, 308})
"""Redirects that keep the method (RFC 9110 section 15.4)."""


class Document(Struct, frozen=True, kw_only=True):
    """What stood at an address."""

    url: str
    """Where it stood in the end."""
    body: bytes


class Web:
    """GET and POST over HTTPS. Safe from several threads; ``context`` must be its own, for httpx2 changes it (ALPN)."""

    def __init__(self, context: ssl.SSLContext, *, read_s: float = READ_S) -> None:
        self._read_s = read_s
        self._session = httpx2.Client(
            verify=context,
            timeout=httpx2.Timeout(read_s, connect=min(CONNECT_S, read_s)),
            follow_redirects=False,
            headers={"accept-encoding": "identity", "user-agent": "tuimail"},
        )

    def get(self, url: str, *, most_bytes: int) -> Document | None:
        """The document there; None where the server says that there is none (404, 410).

        Raises NetworkError where it cannot be reached or trusted, ServerError where its answer is of no use.
        """
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._fetch(url, most_bytes)
            if not isinstance(answer, str):
                return answer
            url = answer
        raise _useless(url, "it redirects in a circle")

    def post_form(self, url: str, form: bytes) -> None:
        """Send a form; returns once the server took it. No answer of it is read.

        A redirect after which the form is to be sent again is followed within the host (307, 308); any other one
        within the host says that the form was taken, and leads to a page that nobody asked for.
        """
        for _ in range(MOST_REDIRECTS + 1):
            moved = self._post(url, form)
            if not moved:
                return
            url = moved
        raise _useless(url, "it redirects in a circle")

    def close(self) -> None:
        """Close all connections; a request under way fails."""
        self._session.close()

    def _post(self, url: str, form: bytes) -> str:
        """Where to send it instead; empty once it was taken."""
        if urlsplit(url).scheme != "https":
            raise _useless(url, "it is not https")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        with _translating(url), self._session.stream("POST", url, content=form, headers=headers) as response:
            self._session.cookies.clear()
            if response.status_code in _REDIRECTS:
                target = _same_host(url, response.headers.get("location", ""))
                return target if response.status_code in _AGAIN else ""
            if not response.is_success:
                raise _useless(url, f"it answered with status {response.status_code}")
            return ""

    def _fetch(self, url: str, most_bytes: int) -> Document | str | None:
        """The document, or where it has moved to."""
        if urlsplit(url).scheme != "https":
            raise _useless(url, "it is not https")
        ends_at_s = time.monotonic() + self._read_s
        with _translating(url), self._session.stream("GET", url) as response:
            self._session.cookies.clear()
            if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                return None
            if response.status_code in _REDIRECTS:
                return _same_host(url, response.headers.get("location", ""))
            if response.status_code != HTTPStatus.OK:
                raise _useless(url, f"it answered with status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _useless(url, "its answer is compressed, unasked")
            body = bytearray()
            for piece in response.iter_raw():
                body += piece
                if len(body) > most_bytes:
                    raise _useless(url, f"its answer is longer than {most_bytes // 1000} KB")
                if time.monotonic() > ends_at_s:
                    raise _useless(url, "its answer did not end in time")
            return Document(url=url, body=bytes(body))


def _same_host(url: str, location: str) -> str:
    try:
        target = urlsplit(urljoin(url, location))
        here = urlsplit(url)
        is_same = (target.scheme, target.hostname, target.port) == ("https", here.hostname, here.port)
    except ValueError as error:
        raise _useless(url, "it redirects to no address") from error
    if not is_same:
        raise _useless(url, f"it points to {clean_quote(target.netloc or location, limit=60)}, which was not followed")
    return target.geturl()


@contextlib.contextmanager
def _translating(url: str) -> Iterator[None]:
    host = urlsplit(url).hostname or ""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise NetworkError(ErrorKind.TIMED_OUT, f"{host} did not answer in time.", remedy=Remedy.WAIT) from error
    except httpx2.ConnectError as error:
        raise _connect_error(error, host) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError) as error:
        raise NetworkError(
            ErrorKind.CONNECTION_LOST, f"The connection to {host} was lost.", remedy=Remedy.WAIT
        ) from error


def _connect_error(error: BaseException, host: str) -> NetworkError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return NetworkError(ErrorKind.OFFLINE, f"{host} cannot be reached.", remedy=Remedy.WAIT)
    return NetworkError(
        ErrorKind.TLS_FAILED,
        f"The certificate of {host} cannot be trusted.",
        remedy=Remedy.TELL,
        detail=clean_quote(cause.verify_message),
    )


def _useless(url: str, why: str) -> ServerError:
    host = clean_quote(urlsplit(url).hostname or url, limit=80)
    return ServerError(ErrorKind.SERVER_REFUSED, f"{host} is of no use here: {why}.", remedy=Remedy.TELL)
