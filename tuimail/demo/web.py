"""Carries the authorization server: its API over TLS, the page for people over plain HTTP, both on 127.0.0.1.

The page is plain because a browser would warn about the demo's own certificate; loopback is exempt from https
for the same reason as the redirect is (RFC 8252 section 8.3), and no token passes there.
"""

import http.client
import re
import secrets
import ssl
from collections.abc import Callable, Mapping
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Lock, Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from tuimail.demo import consent_page
from tuimail.demo.authorization import DemoAuthorizationServer, WebReply, WebRequest, json_reply

Route = Callable[[WebRequest], WebReply]
Routes = Mapping[tuple[str, str], Route]

_IDLE_S = 10
_MAX_BODY = 64 * 1024
_SEE_OTHER = 303
_FOUND = 302
_BAD_REQUEST = 400
_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


class Endpoints:
    """The routes: endpoint by endpoint, with the switches that play a person or an outage."""

    def __init__(self, server: DemoAuthorizationServer) -> None:
        self._server = server
        self._lock = Lock()
        self._asked: dict[str, WebRequest] = {}
        """Requests whose page was shown, by ticket."""
        self._deny_next = False
        self.token_endpoint_down = False

    def api_routes(self) -> Routes:
        """What the app calls."""
        return {
            ("GET", "/.well-known/openid-configuration"): lambda _request: self._server.metadata(),
            ("GET", "/.well-known/oauth-authorization-server"): lambda _request: self._server.metadata(),
            ("GET", "/jwks"): lambda _request: self._server.jwks(),
            ("POST", "/token"): self._token,
            ("POST", "/revoke"): self._server.revoke,
        }

    def page_routes(self) -> Routes:
        """What a browser visits."""
        return {("GET", "/authorize"): self._ask, ("POST", "/authorize"): self._decide}

    def deny_next(self) -> None:
        """The next decision counts as a refusal, whichever button is pressed."""
        with self._lock:
            self._deny_next = True

    def _token(self, request: WebRequest) -> WebReply:
        if self.token_endpoint_down:
            return json_reply({"error": "temporarily_unavailable"}, status=503)
        return self._server.token(request)

    def _ask(self, request: WebRequest) -> WebReply:
        scopes = self._server.check(request)
        if isinstance(scopes, WebReply):
            return scopes if scopes.location else _refusal_page()
        ticket = secrets.token_urlsafe(16)
        with self._lock:
            self._asked[ticket] = request
        page = consent_page.consent_page(person=self._server.person, scopes=scopes, ticket=ticket)
        return WebReply(status=200, body=page, headers=dict(consent_page.HEADERS))

    def _decide(self, request: WebRequest) -> WebReply:
        with self._lock:
            asked = self._asked.pop(request.field_value("ticket"), None)
            denied, self._deny_next = self._deny_next, False
        if asked is None:
            return _refusal_page()
        allowed = request.field_value("decision") == "allow" and not denied
        reply = self._server.answer(asked, allowed=allowed)
        # 303 makes every browser follow with GET and without the form (RFC 9700 section 4.12).
        return WebReply(status=_SEE_OTHER if reply.status == _FOUND else reply.status, headers=reply.headers)


def _refusal_page() -> WebReply:
    page = consent_page.message_page(
        "This request cannot be answered",
        "It was answered before, or it is not a complete sign-in request. Go back to the terminal and sign in again.",
    )
    return WebReply(status=_BAD_REQUEST, body=page, headers=dict(consent_page.HEADERS))


def approve(url: str) -> str:
    """Play the person: open the page, press Allow, and return the address the browser would be sent to."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_IDLE_S)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        reply = connection.getresponse()
        page = reply.read().decode()
        ticket = _TICKET.search(page)
        if ticket is None:
            return reply.headers.get("Location", "")
        form = urlencode({"ticket": unescape(ticket[1]), "decision": "allow"})
        connection.request("POST", parts.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        reply = connection.getresponse()
        reply.read()
        return reply.headers.get("Location", "")
    finally:
        connection.close()


class _Handler(BaseHTTPRequestHandler):
    timeout = _IDLE_S
    server: "WebServer"

    def do_GET(self) -> None:
        self._reply_to(self._read())

    def do_POST(self) -> None:
        self._reply_to(self._read())

    def version_string(self) -> str:
        return "tuimail-demo"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing: the terminal belongs to the program, and requests carry codes and tokens."""

    def _read(self) -> WebRequest:
        length = min(int(self.headers.get("Content-Length") or 0), _MAX_BODY)
        body = self.rfile.read(length).decode("utf-8", "replace")
        return WebRequest(
            method=self.command,
            url=f"{self.server.base_url}{self.path}",
            headers=dict(self.headers.items()),
            query=parse_qs(urlsplit(self.path).query),
            form=parse_qs(body),
        )

    def _reply_to(self, request: WebRequest) -> None:
        route = self.server.routes.get((request.method, urlsplit(self.path).path))
        reply = route(request) if route else json_reply({"error": "not_found"}, status=404)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


class WebServer(ThreadingHTTPServer):
    """One listener on a port that the system chose; its routes are set before ``run``."""

    daemon_threads = True
    routes: Routes

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.routes = {}
        self._context = context
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = Thread(target=self.serve_forever, args=(0.05,), name="demo-web", daemon=True)

    @property
    def base_url(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.server_address[1]}"

    def server_bind(self) -> None:
        """As the base's, without its reverse look-up of the host name, which can take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def get_request(self) -> tuple[socket, object]:
        """A connection; over TLS the handshake is left to its own thread, so that a slow one delays no other."""
        connection, address = super().get_request()
        if self._context is None:
            return connection, address
        wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that hangs up must not print into the terminal."""

    def run(self) -> None:
        """Serve until ``stop``."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()
