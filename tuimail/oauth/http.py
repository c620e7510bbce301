"""The HTTPS client under everything that talks to an authorization server; the only importer of httpx2 here.

Every request goes to https, or to http on loopback. No redirect is followed, no cookie kept, no compressed body
read, and a body ends after 1 MB or after the read timeout, however slowly it comes. Proxies are taken from the
environment, except for loopback.
"""

import contextlib
import json
import ssl
import time
from collections.abc import Generator, Iterator, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import cast

import httpx2
from msgspec import Struct

from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.oauth.refusals import unreachable
from tuimail.oauth.urls import host_of, is_secure

CONNECT_S = 5.0
READ_S = 20.0
MAX_BODY = 1_000_000
_MAX_WAIT_S = 3600.0


class Answer(Struct, frozen=True, kw_only=True):
    """An HTTP answer, read to its end."""

    status: int
    document: Mapping[str, object] | None
    """The body, where it is a JSON object."""
    is_json: bool
    """Whether the server calls the body JSON."""
    retry_after_s: float | None = None

    @property
    def is_success(self) -> bool:
        """2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_overload(self) -> bool:
        """429 and 5xx: the server is there and cannot."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class OAuthHttp:
    """Requests to authorization servers. Safe from several threads."""

    def __init__(self, ssl_context: ssl.SSLContext, *, read_s: float = READ_S) -> None:
        """``ssl_context`` may serve IMAP and SMTP too; it is not changed."""
        self.agreed: dict[str, tuple[str, str]] = {}
        """TLS version and cipher suite by host, as last agreed upon."""
        self.session = httpx2.Client(
            verify=cast("ssl.SSLContext", _WithoutAlpn(ssl_context)),  # httpcore asks it for no more than that has
            timeout=httpx2.Timeout(read_s, connect=CONNECT_S),
            follow_redirects=False,
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "tuimail"},
            event_hooks={"request": [_check_request], "response": [_limit_body, self._note_tls]},
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
        )
        """For authlib alone."""

    def get(self, url: str) -> Answer:
        """GET a JSON document."""
        with translating(url):
            return read_answer(self.session.get(url))

    def post_json(self, url: str, document: Mapping[str, object]) -> Answer:
        """POST a JSON document."""
        with translating(url):
            return read_answer(self.session.post(url, json=document))

    def _note_tls(self, response: httpx2.Response) -> None:
        stream = response.extensions.get("network_stream")
        protected = stream.get_extra_info("ssl_object") if stream is not None else None
        if protected is not None:
            cipher = protected.cipher()
            self.agreed[response.request.url.host] = (protected.version() or "", cipher[0] if cipher else "")

    def close(self) -> None:
        """Close all connections; a request under way fails."""
        self.session.close()


def check_url(url: str) -> None:
    """Raise ``AuthError`` BAD_METADATA unless the address is https, or http on loopback."""
    if not is_secure(url):
        raise AuthError(
            ErrorKind.BAD_METADATA,
            "The provider names an address that is not https, so it is not used.",
            remedy=Remedy.TELL,
            detail=clean_quote(url),
        )


def read_answer(response: httpx2.Response) -> Answer:
    """The parts of a response that count."""
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError):
        document = None
    return Answer(
        status=response.status_code,
        document=document if isinstance(document, dict) else None,
        is_json="json" in response.headers.get("content-type", "").partition(";")[0].lower(),
        retry_after_s=wait_asked_for(response.headers.get("retry-after", ""), response.headers.get("date", "")),
    )


@contextlib.contextmanager
def translating(url: str) -> Iterator[None]:
    """Map what httpx2 raises to ``AuthError``, naming the host of ``url``."""
    host = host_of(url)
    try:
        yield
    except httpx2.TimeoutException as error:
        raise unreachable(host, "no answer in time") from error
    except httpx2.ConnectError as error:
        raise _connect_error(error, host) from error
    except httpx2.NetworkError as error:
        raise unreachable(host) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise unreachable(host, clean_quote(str(error) or type(error).__name__)) from error


def _connect_error(error: Exception, host: str) -> AuthError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    # A connection that ends in the handshake is a broken one, not an untrusted one.
    if cause is None or isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        # The operating system's words, such as "[Errno -2] ...", are nobody's to quote.
        return unreachable(host)
    reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
    return AuthError(
        ErrorKind.TLS_FAILED,
        f"The connection to {host} is not secure, so nothing was sent.",
        remedy=Remedy.TELL,
        detail=clean_quote(reason),
    )


def _check_request(request: httpx2.Request) -> None:
    check_url(str(request.url))
    request.headers.pop("cookie", None)


def _limit_body(response: httpx2.Response) -> None:
    host = response.request.url.host
    if response.headers.get("content-encoding", "identity") != "identity":
        raise unreachable(host, "the answer is compressed, unasked")
    timeouts: Mapping[str, float | None] = response.request.extensions.get("timeout", {})
    response.stream = _LimitedBody(response, host=host, seconds=timeouts.get("read") or READ_S)


class _WithoutAlpn:
    """The account's context, kept from the "http/1.1" that httpcore would make it offer to mail servers as well."""

    def __init__(self, inner: ssl.SSLContext) -> None:
        self.wrap_socket = inner.wrap_socket
        self.wrap_bio = inner.wrap_bio

    def set_alpn_protocols(self, names: list[str]) -> None:
        """Leave it: an HTTP server without ALPN speaks 1.1."""


class RequestSigner(httpx2.Auth):
    """What signs each request before it is sent, in httpx2's terms."""

    requires_request_body = True

    def prepare(  # noqa: PLR0917 (authlib calls it so)
        self, method: str, uri: str, headers: httpx2.Headers, body: bytes
    ) -> tuple[str, httpx2.Headers, bytes | str]:
        """The request's address, headers and body, signed; the name and the order are authlib's."""
        raise NotImplementedError

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response]:
        """One request, and no second one whatever the answer is."""
        url, headers, body = self.prepare(request.method, str(request.url), request.headers, request.content)
        headers["Content-Length"] = str(len(body))
        yield httpx2.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


class _LimitedBody(httpx2.SyncByteStream):
    """A body that ends: by size against a flood, by the clock against a drip."""

    def __init__(self, response: httpx2.Response, *, host: str, seconds: float) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 (the client is the synchronous one)
        self._inner = response.stream
        self._host = host
        self._ends_at_s = time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if size > MAX_BODY:
                raise unreachable(self._host, "the answer is longer than 1 MB")
            if time.monotonic() > self._ends_at_s:
                raise unreachable(self._host, "the answer did not end in time")
            yield piece

    def close(self) -> None:
        self._inner.close()


def wait_asked_for(text: str, sent: str) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3): seconds, or a date measured against the answer's own, since the clock of
    this machine may be wrong."""
    if text.isascii() and text.isdigit():
        return min(float(text[:20]), _MAX_WAIT_S)
    try:
        left_s = (parsedate_to_datetime(text) - parsedate_to_datetime(sent)).total_seconds()
    except (ValueError, TypeError, OverflowError):  # also a year of twenty digits
        return None
    return min(left_s, _MAX_WAIT_S) if left_s > 0 else None
