"""The demo's IMAP server: pymap's in-memory backend behind implicit TLS and XOAUTH2.

Everything here runs on the demo's event loop.
"""

import asyncio
import json
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from ssl import SSLContext
from typing import Protocol

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials, ExternalVerificationRequired
from pysasl.creds.server import ServerCredentials
from pysasl.mechanism import ChallengeResponse, ServerChallenge
from pysasl.mechanism.oauth import OAuth2Mechanism

Permits = Callable[[str, str], bool]
"""Whether a token lets a user in: ``permits(user, token)``."""

REFUSAL = json.dumps({"status": "401", "schemes": "bearer", "scope": "mail.read"}).encode()
INBOX = "INBOX"


class StoredMail(Protocol):
    """A mail as the mailbox is filled with it."""

    @property
    def mailbox(self) -> str:
        """The full name."""

    @property
    def raw(self) -> bytes:
        """The message itself."""

    @property
    def received_at(self) -> datetime:
        """IMAP's internal date, aware."""

    @property
    def flags(self) -> Sequence[str]:
        """IMAP flags, backslash included."""


class _XOAuth2(OAuth2Mechanism):
    """Google's XOAUTH2 with its error challenge, which pysasl itself does not send."""

    def __init__(self, permits: Permits) -> None:
        super().__init__(b"XOAUTH2")
        self._permits = permits

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[ExternalCredentials, None]:
        credentials, final = super().server_attempt(responses)
        if len(responses) == 1 and not _is_permitted(credentials, self._permits):
            raise ServerChallenge(REFUSAL)
        return credentials, final


def _is_permitted(credentials: ServerCredentials, permits: Permits) -> bool:
    try:
        credentials.verify(None)
    except ExternalVerificationRequired as bearer:
        return bearer.token is not None and permits(credentials.authzid, bearer.token)
    return False


class _Config(Config):
    """XOAUTH2 alone, and no look-up of this machine's name for the greeting."""

    permits: Permits

    @property
    def tls_auth(self) -> SASLAuth:
        return SASLAuth([_XOAuth2(self.permits)])

    @property
    def greeting(self) -> bytes:
        return b"Demo Mail ready"


class _Login(Login):
    """Tokens instead of passwords."""

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        config = self.config
        if not isinstance(config, _Config) or not _is_permitted(credentials, config.permits):
            raise InvalidAuth
        return Identity(credentials.authzid, self, None, frozenset())


class ImapService:
    """One user's mailboxes and the server in front of them."""

    def __init__(self, user: str, permits: Permits) -> None:
        config = _Config.from_args(_options(), invalid_user_sleep=0)
        config.permits = permits
        config.apply_context()
        login = _Login(config)
        login.users_dict[user] = UserMetadata(config, user)
        self._mailboxes = MailboxSet()
        config.set_cache[user] = (self._mailboxes, FilterSet())
        self._serve = IMAPServer(login, config)
        self._server: asyncio.Server | None = None
        self._connections: set[StreamWriter] = set()

    async def open(self, context: SSLContext) -> int:
        """Listen on 127.0.0.1; the port that the system chose."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=context)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        await self.drop_connections()

    async def drop_connections(self) -> None:
        """Hang up on every client, as a server does when it restarts."""
        for writer in tuple(self._connections):
            writer.transport.abort()

    async def fill(self, mailboxes: Iterable[str], mails: Iterable[StoredMail]) -> None:
        """Make the mailboxes and put the mails in, in the order given."""
        for name in mailboxes:
            await self._mailboxes.add_mailbox(name)
        for name in (INBOX, *mailboxes):
            await self._mailboxes.set_subscribed(name, True)
        for mail in mails:
            await self._append(mail.mailbox, mail.raw, when=mail.received_at, flags=mail.flags)

    async def deliver(self, raw: bytes, when: datetime) -> None:
        """A new mail in INBOX; connections in IDLE hear of it at once."""
        await self._append(INBOX, raw, when=when, flags=())

    async def _append(self, name: str, raw: bytes, *, when: datetime, flags: Sequence[str]) -> None:
        mailbox = await self._mailboxes.get_mailbox(name)
        marks = frozenset(Flag(flag.encode()) for flag in flags)
        await mailbox.append(AppendMessage(raw, when, marks), recent=not marks)

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._connections.add(writer)
        try:
            # A client may hang up at any point; pymap lets that out as the error of its next read or write.
            with suppress(OSError, EOFError):
                await self._serve(reader, writer, SocketInfo.get(writer, None, unique_id=b"demo"))
        finally:
            self._connections.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _options() -> Namespace:
    return Namespace(
        host="127.0.0.1",
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        passlib_cfg=None,
        inherited_sockets=None,
        demo_data=False,
        demo_user="",
        demo_password="",
    )
