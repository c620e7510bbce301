"""A small OAuth and mail client, independent of the program: it proves the bed itself, and tries old tokens."""

import base64
import hashlib
import http.server
import imaplib
import json
import secrets
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tests.real.bed.bed import Bed
from tests.real.bed.oidc import CLIENT_ID, REVOCATION, TOKEN
from tests.real.bed.people import Person

Answer = dict[str, Any]  # JSON of the authorization server; each test looks at the few members it knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a mail server took a token."""

    accepted: bool
    challenge: Answer
    """The JSON of an error challenge; empty when there was none."""
    reply: str


def xoauth2(person: Person, token: str) -> bytes:
    """The initial client response."""
    return f"user={person.address}\x01auth=Bearer {token}\x01\x01".encode()


class Redirect:
    """A loopback listener for one redirect, to be used in a `with` statement."""

    def __init__(self) -> None:
        self.query: dict[str, str] = {}
        received = self.query

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                received.update({key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()})
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<title>done</title>")

            def log_message(self, *_: object) -> None:
                return

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.handle_request)
        self.uri = f"http://127.0.0.1:{self._server.server_port}/callback"

    def __enter__(self) -> "Redirect":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._server.server_close()


class MiniClient:
    """Speaks to the servers of one bed."""

    def __init__(self, bed: Bed) -> None:
        self._bed = bed
        self._tls = ssl.create_default_context(cafile=str(bed.authority.certificate))
        self._verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(32)

    def authorization_url(self, redirect_uri: str, scope: str) -> str:
        """Where the browser is to go."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        return f"{self._bed.provider.issuer}/auth?" + urlencode(
            {
                "response_type": "code",
                "client_id": CLIENT_ID,
                "redirect_uri": redirect_uri,
                "scope": scope,
                "state": self.state,
                "prompt": "consent",
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )

    def redirect_without_a_browser(self, url: str, person: Person) -> str:
        """Sign in and allow on the provider's pages, and return the redirect address without going there."""
        scope = parse_qs(urlsplit(url).query)["scope"][0].split()
        with httpx2.Client(verify=self._tls, trust_env=False) as client:
            page = _follow(client, client.get(url))
            page = _follow(client, client.post(page.url, data={"do": "login", "login": person.address}))
            return str(_follow(client, client.post(page.url, data={"do": "allow", "scope": scope})).headers["location"])

    def exchange(self, code: str, redirect_uri: str) -> Answer:
        """Tokens for a code."""
        return self._post(
            TOKEN,
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=self._verifier,
        )

    def refresh(self, refresh_token: str) -> Answer:
        """New tokens, or the server's error."""
        return self._post(TOKEN, grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """Ask for the end of a token."""
        self._post(REVOCATION, token=token)

    def try_imap(self, person: Person, token: str) -> Attempt:
        """Sign in at the IMAP server and leave."""
        challenge: Answer = {}

        def respond(prompt: bytes) -> bytes:
            if prompt:
                challenge.update(json.loads(prompt))
                return b""
            return xoauth2(person, token)

        server = imaplib.IMAP4_SSL("localhost", self._bed.dovecot.ports.implicit, ssl_context=self._tls, timeout=20)
        with server:
            try:
                reply = server.authenticate("XOAUTH2", respond)[1][0]
            except imaplib.IMAP4.error as error:
                return Attempt(accepted=False, challenge=challenge, reply=str(error))
            return Attempt(accepted=True, challenge=challenge, reply=str(reply))

    def try_smtp(self, person: Person, token: str) -> Attempt:
        """Sign in at the submission server and leave."""
        challenge: Answer = {}
        with self._submission() as server:
            server.ehlo()
            try:
                server.auth("XOAUTH2", _smtp_response(person, token, challenge))
            except smtplib.SMTPAuthenticationError as error:
                return Attempt(accepted=False, challenge=challenge, reply=str(error.smtp_code))
            return Attempt(accepted=True, challenge=challenge, reply="235")

    def send(self, person: Person, token: str, message: EmailMessage) -> None:
        """Hand a mail to the submission server."""
        with self._submission() as server:
            server.ehlo()
            server.auth("XOAUTH2", _smtp_response(person, token, {}))
            server.send_message(message)

    def _submission(self) -> smtplib.SMTP_SSL:
        return smtplib.SMTP_SSL("localhost", self._bed.postfix.ports.implicit, context=self._tls, timeout=20)

    def _post(self, path: str, **form: str) -> Answer:
        with httpx2.Client(verify=self._tls, trust_env=False) as client:
            response = client.post(f"{self._bed.provider.issuer}{path}", data={"client_id": CLIENT_ID, **form})
            try:
                answer: Answer = response.json() if response.content else {}
            except ValueError:
                answer = {}
            return {"status": response.status_code, **answer}


def _follow(client: httpx2.Client, response: httpx2.Response) -> httpx2.Response:
    """The page at the end of redirects within the provider, or the redirect that leaves it."""
    while response.has_redirect_location:
        target = response.url.join(response.headers["location"])
        if target.host != response.url.host or target.scheme != response.url.scheme:
            return response
        response = client.get(target)
    return response


def _smtp_response(person: Person, token: str, challenge: Answer) -> Any:  # smtplib's stub wants an overload
    def respond(prompt: bytes | None = None) -> str:
        if prompt:
            challenge.update(json.loads(prompt))
            return ""
        return xoauth2(person, token).decode()

    return respond
