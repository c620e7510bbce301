"""A small authorization server on 127.0.0.1 that can be told to misbehave.

Left alone it is a proper one: metadata at both well-known places, PKCE S256 demanded and checked, ``state`` and
``iss`` in every redirect, rotation, revocation, registration and signed id_tokens. ``script`` puts other answers in
front of a path's own; ``document`` is the metadata, free to be changed. Every request is kept in ``requests``.
"""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import Struct, field

DEADLINE_S = 5.0


class Reply(Struct, frozen=True, kw_only=True):
    """One answer. ``drip``: seconds between the body's bytes. ``cut``: close without answering at all."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    body: bytes
    headers: dict[str, str]


Handler = Callable[[Request], Reply]


def json_reply(document: object, status: int = 200, **headers: str) -> Reply:
    """An answer as JSON; ``retry_after="7"`` becomes the header Retry-After."""
    fields = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps(document).encode(), headers=fields)


@dataclass(slots=True)
class Grant:
    """What one consent gave."""

    client_id: str
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str
    redirect_uri: str
    refresh: str | None = None
    is_revoked: bool = False


class AuthorizationServer:
    """Use as a context manager. ``issuer`` may have a path."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, path: str = "", host: str = "127.0.0.1") -> None:
        self.requests: list[Request] = []
        self.granted: tuple[str, ...] | None = None
        """The scopes of every token answer, None: as asked."""
        self.lifetime_s = 3600
        self.rotates = True
        self.email: str | None = "alice@example.test"
        self.key = ECKey.generate_key("P-256", {"kid": "first", "use": "sig", "alg": "ES256"}, private=True)
        self.claims: dict[str, object] = {}
        """Put over the id_token's own claims."""
        self.interval_s: float | None = None
        """Between two questions for a device code's tokens; None: the server names none."""
        self._codes_shown: dict[str, str] = {}
        self._device: dict[str, Grant | str] = {}
        """By device code: the grant once somebody said yes, else the error to answer with."""
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self._codes: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._arrived = threading.Condition()
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer((host, 0), _handler_for(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"{'https' if tls else 'http'}://{host}:{self._server.server_port}"
        self.path = path
        self.issuer = f"{self.base}{path}"
        self.document: dict[str, object] = self._document()
        self.handlers: dict[str, Handler] = self._handlers()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, path: str, *replies: Reply) -> None:
        """Answer the next requests for ``path`` (below the issuer's) with these, then properly again."""
        self._scripts[path].extend(replies)

    def seen(self, path: str) -> list[Request]:
        """The requests for ``path`` so far."""
        return [request for request in list(self.requests) if request.path == path]

    def wait_for(self, path: str, count: int = 1) -> list[Request]:
        """Wait until ``count`` requests for ``path`` have arrived."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.seen(path)) >= count, DEADLINE_S), f"no request for {path}"
        return self.seen(path)

    def consent(self, url: str, *, deny: str | None = None) -> str:
        """Play browser and person: the address that the browser would be sent to. ``deny``: the error instead."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["code_challenge"]
        answer = {"state": query["state"], "iss": self.issuer}
        if deny:
            answer["error"] = deny
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = Grant(
                client_id=query["client_id"],
                scopes=tuple(query["scope"].split()),
                nonce=query.get("nonce"),
                challenge=query["code_challenge"],
                redirect_uri=query["redirect_uri"],
            )
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def offer_codes(self, interval_s: float | None = None) -> None:
        """Have the sign-in with a code on another device (RFC 8628)."""
        self.interval_s = interval_s
        self.document["device_authorization_endpoint"] = f"{self.base}/device_authorization"
        self.handlers["/device_authorization"] = self._give_code

    def type_in(self, user_code: str, *, deny: str | None = None) -> None:
        """Play the person at the other device. ``deny``: the error that the client gets."""
        device_code = self._codes_shown[user_code]
        asked = next(each for each in reversed(self.seen("/device_authorization")))
        self._device[device_code] = deny or Grant(
            client_id=asked.form["client_id"],
            scopes=tuple(asked.form["scope"].split()),
            nonce=None,
            challenge="",
            redirect_uri="",
        )

    def live_tokens(self) -> frozenset[str]:
        """Every access and refresh token that still counts."""
        return frozenset(token for token in (*self._access, *self._refresh) if self.is_live(token))

    def forget_scripts(self) -> None:
        """Answer properly again."""
        self._scripts.clear()

    def is_live(self, token: str) -> bool:
        """Whether an access or refresh token of ours still counts."""
        grant = self._access.get(token) or self._refresh.get(token)
        return grant is not None and not grant.is_revoked

    def answer(self, request: Request) -> Reply:
        """The reply to one request; called by the HTTP side."""
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        if self._scripts[request.path]:
            return self._scripts[request.path].popleft()
        handler = self.handlers.get(request.path)
        return handler(request) if handler else Reply(status=404, body=b"nothing here", content_type="text/plain")

    def pause(self, seconds: float) -> None:
        """Wait, unless the server is stopped."""
        self._stopped.wait(seconds)

    def _document(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "revocation_endpoint": f"{self.base}/revoke",
            "registration_endpoint": f"{self.base}/register",
            "jwks_uri": f"{self.base}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid", "email", "offline_access", "mail.read", "mail.send"],
        }

    def _handlers(self) -> dict[str, Handler]:
        return {
            f"/.well-known/oauth-authorization-server{self.path}": lambda _: json_reply(self.document),
            f"{self.path}/.well-known/openid-configuration": lambda _: json_reply(self.document),
            "/jwks": lambda _: json_reply({"keys": [self.key.as_dict(private=False)]}),
            "/authorize": self._authorize,
            "/token": self._token,
            "/revoke": self._revoke,
            "/register": lambda _: json_reply({"client_id": f"registered-{len(self.seen('/register'))}"}, 201),
        }

    def _give_code(self, _request: Request) -> Reply:
        device_code, user_code = secrets.token_urlsafe(24), f"WDJB-MJH{len(self._codes_shown)}"
        self._codes_shown[user_code] = device_code
        self._device[device_code] = "authorization_pending"
        place = f"{self.base}/device"
        answer: dict[str, object] = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": place,
            "verification_uri_complete": f"{place}?user_code={user_code}",
            "expires_in": 600,
        }
        if self.interval_s is not None:
            answer["interval"] = self.interval_s
        return json_reply(answer)

    def _authorize(self, request: Request) -> Reply:
        url = f"{self.base}/authorize?{urlencode(request.query)}"
        return Reply(status=302, headers={"Location": self.consent(url)})

    def _token(self, request: Request) -> Reply:
        form = request.form
        if form.get("grant_type") == "authorization_code":
            grant = self._codes.pop(form.get("code", ""), None)
            if grant is None or not self._proves(grant, form):
                return json_reply({"error": "invalid_grant"}, 400)
        elif form.get("grant_type") == "refresh_token":
            grant = self._refresh.get(form.get("refresh_token", ""))
            if grant is not None and self.rotates and grant.refresh != form["refresh_token"]:
                grant.is_revoked = True  # a rotated token used again ends the whole grant
            if grant is None or grant.is_revoked:
                return json_reply({"error": "invalid_grant", "error_description": "grant request is invalid"}, 400)
        elif form.get("grant_type") == "urn:ietf:params:oauth:grant-type:device_code":
            state = self._device.get(form.get("device_code", ""), "expired_token")
            if isinstance(state, str):
                return json_reply({"error": state}, 400)
            grant = state
            self._device[form["device_code"]] = "expired_token"
        else:
            return json_reply({"error": "unsupported_grant_type"}, 400)
        return json_reply(self._tokens(grant))

    def _proves(self, grant: Grant, form: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            challenge == grant.challenge
            and form.get("redirect_uri") == grant.redirect_uri
            and form.get("client_id") == grant.client_id
        )

    def _tokens(self, grant: Grant) -> dict[str, object]:
        access = f"access-{secrets.token_urlsafe(16)}"
        self._access[access] = grant
        scopes = self.granted if self.granted is not None else grant.scopes
        answer: dict[str, object] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.lifetime_s,
            "scope": " ".join(scopes),
        }
        if grant.refresh is None or self.rotates:
            grant.refresh = f"refresh-{secrets.token_urlsafe(16)}"
            self._refresh[grant.refresh] = grant
            answer["refresh_token"] = grant.refresh
        if "openid" in grant.scopes:
            answer["id_token"] = self.id_token(grant.client_id, grant.nonce)
        return answer

    def id_token(self, client_id: str, nonce: str | None, *, key: ECKey | None = None, alg: str = "ES256") -> str:
        """A signed id_token, with ``claims`` put over its own."""
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "person-1", "aud": client_id, "iat": now, "exp": now + 600}
        if nonce:
            claims["nonce"] = nonce
        if self.email:
            claims["email"] = self.email
        signer = key or self.key
        return jwt.encode({"alg": alg, "kid": signer.kid}, {**claims, **self.claims}, signer, algorithms=[alg])

    def _revoke(self, request: Request) -> Reply:
        token = request.form.get("token", "")
        grant = self._refresh.get(token) or self._access.get(token)
        if grant:
            grant.is_revoked = True
        return Reply(status=200)


def _handler_for(server: AuthorizationServer) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        timeout = DEADLINE_S
        disable_nagle_algorithm = True  # head and body are two writes; the second would wait 40 ms

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
            request = Request(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                form=dict(parse_qsl(body.decode(), keep_blank_values=True)) if is_form else {},
                body=body,
                headers={name.lower(): value for name, value in self.headers.items()},
            )
            reply = server.answer(request)
            if reply.cut:
                self.close_connection = True
                return
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if not reply.drip:
                    self.wfile.write(reply.body)
                    return
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    server.pause(reply.drip)
            except OSError:
                self.close_connection = True  # the client has had enough

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # a refused handshake, a client that went away

    return Connection
