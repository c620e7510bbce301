"""The listener on this machine's loopback that the browser is sent back to (RFC 8252 section 7.3).

It answers one path, GET alone, under its own name, and ends with the first answer that ``accept`` calls this
sign-in's. Strangers get a 404 and change nothing; no client, however slow, keeps another one waiting, because no
call here blocks on one.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.oauth.pages import Page

__all__ = ["Listener", "Page"]

TIME_LIMIT_S = 300.0
MAX_REQUEST = 16_384
MAX_CLIENTS = 64
_CLIENT_LIMIT_S = 10.0
_LAST_PAGE_LIMIT_S = 2.0
_PORT_TRIES = 20
_IPV6_LOOPBACK = "::1"

Accept = Callable[[str], Page]
"""Judges the query of a request to our path. Runs on the listener's thread; must not raise or wait."""


class _Client(Struct, eq=False):
    """One connection: what came so far, then what is still to be sent."""

    sock: socket.socket
    ends_at_s: float
    received: bytes = b""
    to_send: bytes = b""
    is_answered: bool = False
    is_last: bool = False


class Listener:
    """Waits for one redirect, on a thread of its own, from construction to the answer, ``close`` or five minutes."""

    def __init__(self, host: str, path: str, accept: Accept, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        """``host`` is ``127.0.0.1``, or ``localhost`` where the provider demands it. Raises ``AuthError``."""
        self._path = path
        self._accept = accept
        self._sockets = _bind(("127.0.0.1", _IPV6_LOOPBACK) if host == "localhost" else ("127.0.0.1",))
        port = self._sockets[0].getsockname()[1]
        self._authority = f"{host}:{port}"
        self.address = f"127.0.0.1:{port}"
        """What it listens on, for the screen."""
        self.redirect_uri = f"http://{self._authority}{path}"
        self._page: Page | None = None
        self._ended = threading.Event()
        self._ends_at_s = time.monotonic() + time_limit_s
        self._wake_out, self._wake_in = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._clients: dict[socket.socket, _Client] = {}
        self._thread = threading.Thread(target=self._run, name="redirect listener", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> Page | None:
        """The page that ended the wait, the port closed before this returns; None: no answer in time, or ``close``."""
        self._ended.wait(timeout_s)
        return self._page

    def close(self) -> None:
        """Stop listening now; the page of an answer that already came is still sent."""
        with contextlib.suppress(OSError):  # the thread has ended and closed its end
            self._wake_in.send(b".")
        if self._thread is not threading.current_thread():
            self._ended.wait()

    def _run(self) -> None:
        try:
            for server in self._sockets:
                self._selector.register(server, selectors.EVENT_READ)
            self._selector.register(self._wake_out, selectors.EVENT_READ)
            while self._page is None and time.monotonic() < self._ends_at_s:
                if not self._serve_once():
                    break
        finally:
            self._stop_listening()
            self._ended.set()
            self._send_last_page()
            self._close_all()

    def _serve_once(self) -> bool:
        """Handle what is ready; False if ``close`` was called."""
        for key, _ in self._selector.select(self._next_limit_s()):
            if key.fileobj is self._wake_out:
                return False
            if key.fileobj in self._sockets:
                self._take_client(key.fileobj)
            elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._clients:
                self._serve(self._clients[key.fileobj])
            if self._page is not None:
                break
        self._drop_slow()
        return True

    def _next_limit_s(self) -> float:
        limits = [self._ends_at_s, *(client.ends_at_s for client in self._clients.values())]
        return max(0.0, min(limits) - time.monotonic())

    def _take_client(self, server: object) -> None:
        assert isinstance(server, socket.socket)  # noqa: S101 (from our own list, for the checker)
        try:
            sock, _ = server.accept()
        except BlockingIOError:
            return
        except OSError:
            # Gone before it was accepted, or no file descriptor is left: then the oldest client gives its up.
            self._drop_oldest(0)
            return
        self._drop_oldest(MAX_CLIENTS - 1)
        sock.setblocking(False)
        self._clients[sock] = _Client(sock, time.monotonic() + _CLIENT_LIMIT_S)
        self._selector.register(sock, selectors.EVENT_READ)

    def _serve(self, client: _Client) -> None:
        try:
            if client.to_send:
                self._send(client)
            else:
                self._receive(client)
        except BlockingIOError:
            return
        except OSError:
            self._drop(client)

    def _receive(self, client: _Client) -> None:
        piece = client.sock.recv(MAX_REQUEST)
        if not piece:
            self._drop(client)
            return
        if client.is_answered:
            return  # read and thrown away, or closing would reset the connection before the page is read
        client.received += piece
        head, end, _ = client.received.partition(b"\r\n\r\n")
        if end or len(client.received) > MAX_REQUEST:
            page = self._judge(head) if end and len(head) <= MAX_REQUEST else Page.NOT_OURS
            client.to_send, client.is_answered = page.as_response(), True
            if page.ends_the_wait:
                self._page, client.is_last = page, True
            self._selector.modify(client.sock, selectors.EVENT_WRITE)

    def _send(self, client: _Client) -> None:
        sent = client.sock.send(client.to_send)
        client.to_send = client.to_send[sent:]
        if not client.to_send:
            client.sock.shutdown(socket.SHUT_WR)
            self._selector.modify(client.sock, selectors.EVENT_READ)

    def _judge(self, head: bytes) -> Page:
        query = _query_for_us(head, self._path, self._authority)
        return self._accept(query) if query is not None else Page.NOT_OURS

    def _stop_listening(self) -> None:
        for server in self._sockets:
            with contextlib.suppress(KeyError):  # the thread ended before it was registered
                self._selector.unregister(server)
            server.close()

    def _send_last_page(self) -> None:
        """Bring the page to the browser that asked for it, and wait for nobody else."""
        for client in [client for client in self._clients.values() if not client.is_last]:
            self._drop(client)
        ends_at_s = time.monotonic() + _LAST_PAGE_LIMIT_S
        while self._clients and time.monotonic() < ends_at_s:
            for key, _ in self._selector.select(max(0.0, ends_at_s - time.monotonic())):
                if key.fileobj is self._wake_out:
                    self._selector.unregister(self._wake_out)
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._clients:
                    self._serve(self._clients[key.fileobj])

    def _drop_oldest(self, room: int) -> None:
        if len(self._clients) > room:
            self._drop(next(iter(self._clients.values())))

    def _drop_slow(self) -> None:
        now = time.monotonic()
        for client in [client for client in self._clients.values() if client.ends_at_s <= now]:
            self._drop(client)

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.sock)
        del self._clients[client.sock]
        client.sock.close()

    def _close_all(self) -> None:
        for client in list(self._clients.values()):
            self._drop(client)
        self._selector.close()
        self._wake_out.close()
        self._wake_in.close()


def _query_for_us(head: bytes, path: str, authority: str) -> str | None:
    """The query of a proper GET for our path under our name; None for everything else."""
    lines = head.decode("latin-1").split("\r\n")
    method, _, rest = lines[0].partition(" ")
    target, _, version = rest.rpartition(" ")
    hosts = [
        value.strip().lower()
        for name, _, value in (line.partition(":") for line in lines[1:])
        if name.lower() == "host"
    ]
    # Another name in Host is a page elsewhere whose name was pointed at this machine (DNS rebinding).
    if method != "GET" or version not in {"HTTP/1.1", "HTTP/1.0"} or hosts != [authority]:
        return None
    if not target.startswith("/") or target.startswith("//") or not target.isascii():
        return None
    parts = urlsplit(target)
    return parts.query if parts.path == path and parts.query else None


def _bind(hosts: tuple[str, ...]) -> list[socket.socket]:
    """One listening socket for each address, all on one free port."""
    problem: OSError | None = None
    for _ in range(_PORT_TRIES):
        first = _listen(hosts[0], 0)
        bound = [first]
        try:
            for host in hosts[1:]:
                bound.append(_listen(host, first.getsockname()[1]))
        except OSError as error:
            problem = error
            if not _has_ipv6():
                return bound
            first.close()  # somebody has this port on the other address
        else:
            return bound
    raise AuthError(
        ErrorKind.UNFORESEEN,
        "No free port was found on this machine for the browser to return to.",
        remedy=Remedy.TELL,
        detail=str(problem),
    ) from problem


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    try:
        server.bind((host, port))
        server.listen(128)
        server.setblocking(False)
    except OSError:
        server.close()
        raise
    return server


def _has_ipv6() -> bool:
    try:
        _listen(_IPV6_LOOPBACK, 0).close()
    except OSError:
        return False
    return True
