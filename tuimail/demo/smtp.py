"""The demo's submission server: aiosmtpd behind implicit TLS, XOAUTH2 only, and nothing leaves the machine."""

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as email_policy
from email.utils import parseaddr
from ssl import SSLContext

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, Session

Permits = Callable[[str, str], bool]
"""Whether a token lets a user send: ``permits(user, token)``."""

MAX_HEADER = 64 * 1024
"""``email`` needs memory by the square of a header's length: 5,000 recipients took 24 GB."""
Deliver = Callable[[EmailMessage, bytes, list[str]], Awaitable[None]]
"""Takes an accepted mail: parsed, as received, and its recipients."""

REFUSAL = json.dumps({"status": "401", "schemes": "bearer", "scope": "mail.send"}).encode()
SIZE_LIMIT = 25_000_000

_BEARER = re.compile(rb"user=(?P<user>[^\x01]+)\x01auth=Bearer (?P<token>[^\x01]+)\x01\x01", re.IGNORECASE)
# RFC 2606 and RFC 6761: names that belong to nobody.
_RESERVED = re.compile(r"@(?:.+\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE)


class _Smtp(SMTP):
    """XOAUTH2 (RFC 4954 carries it). The connection is under TLS before the first byte, which aiosmtpd cannot see."""

    def __init__(self, handler: "_Handler", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            handler,
            loop=loop,
            hostname="demo.invalid",
            ident="Demo Mail",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
        )
        self._permits = handler.permits

    async def auth_XOAUTH2(self, _server: SMTP, words: list[str]) -> AuthResult:  # noqa: N802 (aiosmtpd's naming)
        """One mechanism's exchange; a refused token gets its JSON challenge first, as at the large providers."""
        answer = _decoded(words[1]) if len(words) > 1 else await self.challenge_auth("")
        if answer is MISSING:
            return AuthResult(success=False, handled=True)
        bearer = _BEARER.fullmatch(answer)
        if bearer:
            user = bearer["user"].decode("utf-8", "replace")
            if self._permits(user, bearer["token"].decode("utf-8", "replace")):
                return AuthResult(success=True, auth_data=user)
            if await self.challenge_auth(REFUSAL) is MISSING:
                return AuthResult(success=False, handled=True)
        return AuthResult(success=False, handled=False, message="535 5.7.8 The token is not accepted")


class _Handler:
    """aiosmtpd's hooks: who may send, to whom, and what becomes of it."""

    def __init__(self, permits: Permits, deliver: Deliver) -> None:
        self.permits = permits
        self._deliver = deliver

    async def handle_MAIL(  # noqa: N802, PLR0917 (aiosmtpd's hook)
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender must be the one who signed in."""
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if address.lower() != str(session.auth_data).lower():
            return "553 5.7.1 This sender is not yours"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's naming)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Made-up people live on reserved domains; whoever is real gets nothing from here."""
        if not _RESERVED.search(address):
            return "550 5.1.2 The demo has only made-up people, at example.org and such; nothing leaves this machine"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's naming)
        """Accept and hand on."""
        raw = envelope.original_content or b""
        if len(raw.partition(b"\r\n\r\n")[0]) > MAX_HEADER:
            return "552 5.3.4 The demo takes no mail with so many recipients, or so long a subject"
        message = BytesParser(policy=email_policy).parsebytes(raw)
        _, sender = parseaddr(str(message["From"] or ""))
        if sender.lower() != str(session.auth_data).lower():
            return "554 5.7.1 The From line names somebody else"
        await self._deliver(message, raw, envelope.rcpt_tos)
        return "250 2.0.0 Accepted by the demo"


def _decoded(word: str) -> bytes:
    try:
        return base64.b64decode(word, validate=True)
    except binascii.Error:
        return b""


class SmtpService:
    """The listener. Everything here runs on the demo's event loop."""

    def __init__(self, permits: Permits, deliver: Deliver) -> None:
        self._handler = _Handler(permits, deliver)
        self._server: asyncio.Server | None = None
        self._connections: set[_Smtp] = set()

    async def open(self, context: SSLContext) -> int:
        """Listen on 127.0.0.1; the port that the system chose."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_connection, "127.0.0.1", 0, ssl=context)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            if isinstance(connection.transport, asyncio.Transport):
                connection.transport.abort()

    def _new_connection(self) -> _Smtp:
        self._connections = {one for one in self._connections if one.transport is not None}
        connection = _Smtp(self._handler, asyncio.get_running_loop())
        self._connections.add(connection)
        return connection
