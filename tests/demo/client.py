"""A small honest mail client over real sockets, made of other people's libraries."""

import base64
import hashlib
import imaplib
import secrets
import smtplib
import ssl
from typing import Any  # JSON documents
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from imapclient import IMAPClient

from tuimail.domain.account import Account

REDIRECT = "http://127.0.0.1:4711/callback"
READ = "openid email offline_access mail.read"
ALL = f"{READ} mail.send"


class Client:
    """Does what a caller says, right or wrong."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.trust = ssl.create_default_context(cafile=account.ca_file)
        self.http = httpx2.Client(verify=self.trust, trust_env=False)
        self.verifier = secrets.token_urlsafe(48)
        self.challenges: list[bytes] = []

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def metadata(self) -> dict[str, Any]:
        reply = self.http.get(f"{self.account.oauth.issuer}/.well-known/oauth-authorization-server")
        document: dict[str, Any] = reply.json()
        return document

    def authorization_url(self, scope: str = READ, **changes: str | None) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "tuimail-demo",
            "redirect_uri": REDIRECT,
            "scope": scope,
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{self.metadata()['authorization_endpoint']}?{query}"

    def exchange(self, code: str, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": "tuimail-demo",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.http.post(self.metadata()["token_endpoint"], data=form)

    def refresh(self, token: str, **more: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "client_id": "tuimail-demo", "refresh_token": token, **more}
        return self.http.post(self.metadata()["token_endpoint"], data=form)

    def revoke(self, token: str) -> httpx2.Response:
        form = {"token": token, "client_id": "tuimail-demo"}
        return self.http.post(self.metadata()["revocation_endpoint"], data=form)

    def imap(self, access_token: str, user: str | None = None) -> IMAPClient:
        """A signed-in connection; raises ``imaplib.IMAP4.error`` after the challenge was answered."""
        server = self.account.imap
        connection = IMAPClient(server.host, server.port, ssl=True, ssl_context=self.trust, timeout=10)
        first = f"user={user or self.account.login}\x01auth=Bearer {access_token}\x01\x01".encode()

        def answer(challenge: bytes) -> bytes:
            if challenge:
                self.challenges.append(challenge)
                return b""
            return first

        try:
            connection.sasl_login("XOAUTH2", answer)
        except imaplib.IMAP4.error:
            connection.shutdown()
            raise
        return connection

    def smtp(self, access_token: str) -> smtplib.SMTP_SSL:
        server = self.account.smtp
        assert server is not None
        connection = smtplib.SMTP_SSL(server.host, server.port, context=self.trust, timeout=10)

        def answer(challenge: bytes | None = None) -> str:
            if challenge:
                self.challenges.append(challenge)
                return ""
            return f"user={self.account.login}\x01auth=Bearer {access_token}\x01\x01"

        connection.ehlo()
        try:
            connection.auth("XOAUTH2", answer)
        except smtplib.SMTPAuthenticationError:
            connection.close()
            raise
        return connection


def parameters(redirect: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}
