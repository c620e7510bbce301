"""SmtpSession: hands one mail after another to the account's submission server, phase by phase.

smtplib raises the same exception before and after the server took a mail, so each step is driven and told here. The
one question that counts is where the connection broke: before the final dot began to leave, the mail was not sent;
between the dot and its answer nobody can know (RFC 1047), and the error says so.
"""

import contextlib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from types import TracebackType
from typing import Self

from msgspec import Struct

from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, ServerError, TuimailError
from tuimail.domain.token import Secret
from tuimail.net.envelope import Envelope, for_the_wire, make_envelope, refuse_oversize
from tuimail.net.errors import Garbled, translating
from tuimail.net.replies import (
    Reply,
    SendFailed,
    all_recipients_refused,
    mail_refused,
    not_sent,
    refused_at_start,
    sign_in_refused,
    unknown,
)
from tuimail.net.sasl import Challenge, choose_mechanism, initial_response, read_challenge
from tuimail.net.smtp_wire import SmtpWire
from tuimail.net.tls import CONNECT_TIMEOUT_S, open_socket, protect

MAX_AUTH_LINE = 12_288
"""RFC 4954 section 4; tokens may have several KB."""
_READY, _SIGNED_IN, _OK, _CONTINUE, _START_DATA = 220, 235, 250, 334, 354


class SmtpTimeouts(Struct, frozen=True, kw_only=True):
    """Seconds; RFC 5321 section 4.5.3.2 allows servers more, but nobody waits that long for a submission server."""

    connect_s: float = CONNECT_TIMEOUT_S
    reply_s: float = 60.0
    piece_s: float = 180.0
    """For each 64 KB of the mail to leave."""
    verdict_s: float = 600.0
    """From the final dot to the answer: giving up early is what makes duplicates (RFC 5321 section 4.5.3.2.6)."""
    quit_s: float = 2.0


class Phase(StrEnum):
    """Where a mail on its way stands; told before its step begins."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    AFTER_DOT = "after dot"
    """From here to ANSWERED the server may have the mail."""
    ANSWERED = "answered"


class Delivery(Struct, frozen=True, kw_only=True):
    """The server has the mail; ``refused`` pairs each recipient it did not take with its words."""

    accepted: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    """The same of those whom it may take at another time (4yz)."""


class SmtpSession:
    """One connection and its one owner thread; ``close`` alone may be called from others."""

    def __init__(self, wire: SmtpWire, server: Server, timeouts: SmtpTimeouts) -> None:
        self._wire = wire
        self._server = server
        self._timeouts = timeouts

    @classmethod
    def connect(cls, server: Server, context: ssl.SSLContext, *, timeouts: SmtpTimeouts | None = None) -> Self:
        """Connect over implicit TLS or required STARTTLS. Raises NetworkError, or ServerError for a refusal."""
        limits = timeouts or SmtpTimeouts()
        with translating(server.host):
            sock = open_socket(server, limits.connect_s)
            if server.tls is Tls.IMPLICIT:
                sock = protect(sock, context, server)
        session = cls(SmtpWire(sock, limits.reply_s), server, limits)
        try:
            with translating(server.host):
                session._welcome(context)
        except TuimailError:
            session.close()
            raise
        return session

    @property
    def tls_version(self) -> str:
        """What was agreed upon, such as ``TLSv1.3``."""
        return self._wire.tls_version

    @property
    def cipher(self) -> str:
        """The cipher suite that was agreed upon."""
        return self._wire.cipher

    @property
    def size_limit(self) -> int | None:
        """The largest mail the server takes, in bytes (RFC 1870); None where it does not say."""
        announced = self._wire.esmtp_features.get("size", "").split()
        limit = int(announced[0]) if announced and announced[0].isdigit() and len(announced[0]) < 19 else 0  # noqa: PLR2004 (63 bits)
        return limit or None

    @property
    def sign_in_mechanisms(self) -> tuple[str, ...]:
        """What AUTH offers, in upper case, once the connection is protected."""
        return tuple(self._wire.esmtp_features.get("auth", "").upper().split())

    def sign_in(self, login: str, token: Secret) -> None:
        """Sign in with a token or an app password. Raises LoginRefused, or Refused where that is not in question."""
        offered = self._wire.esmtp_features.get("auth", "").split()
        mechanism = choose_mechanism(offered, token, preferred=self._server.mechanism)
        message = initial_response(mechanism, login, token, server=self._server).decode("ascii")
        challenge = Challenge()
        command = f"AUTH {mechanism.value}"
        fits = len(command) + len(message) < MAX_AUTH_LINE - 3
        with translating(self._server.host), self._closing_unless_done():
            reply = self._wire.ask(f"{command} {message}" if fits else command)
            if not fits and reply.code == _CONTINUE:
                reply = self._wire.ask(message)
            if reply.code == _CONTINUE:
                challenge = read_challenge(reply.text.encode("utf-8", "replace"))
                reply = self._wire.ask(mechanism.failure_reply.decode("ascii"))
        if reply.code != _SIGNED_IN:
            raise sign_in_refused(self._server.host, reply, challenge)

    def send(
        self,
        sender: str,
        recipients: Sequence[str],
        mail: bytes,
        *,
        on_phase: Callable[[Phase], None],
        on_piece: Callable[[int], None] = lambda _sent: None,
    ) -> Delivery:
        """Hand over one mail; returns once the server has it for at least one recipient.

        Raises SendFailed: SEND_TEMPORARY and SEND_REFUSED by the server's word, CONNECTION_LOST before the mail was
        complete, SEND_UNKNOWN where it may have been taken. ``on_phase`` may raise up to BODY, and ``on_piece``,
        which hears how many bytes of the mail have left, at any time, to give the mail up; the connection is then
        closed, which the server takes for a mail that never came.
        """
        wire_mail = for_the_wire(mail)
        refuse_oversize(len(wire_mail), self.size_limit)
        envelope = make_envelope(sender, recipients, mail=wire_mail, offered=self._wire.esmtp_features)
        self._wire.command_encoding = "utf-8" if envelope.needs_utf8 else "ascii"
        with self._not_sent_on_trouble(), self._closing_unless_done():
            outcome = self._announce(envelope, on_phase)
            if isinstance(outcome, Delivery):
                on_phase(Phase.BODY)
                self._wire.write(wire_mail, self._timeouts.piece_s, on_piece)
                self._refuse_early_verdict()
                on_phase(Phase.AFTER_DOT)
            elif not outcome.ends_connection:
                self._wire.ask("RSET")
        if isinstance(outcome, _Declined):
            if outcome.ends_connection:
                self.close()
            raise outcome.error
        self._finish()
        on_phase(Phase.ANSWERED)
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.quit()
        else:
            self.close()

    def quit(self) -> None:
        """Say goodbye and close. Never raises: what was answered stays answered."""
        with contextlib.suppress(NetworkError, ServerError), translating(self._server.host):
            self._wire.reply_timeout_s = self._timeouts.quit_s
            self._wire.ask("QUIT")
        self.close()

    def close(self) -> None:
        """Close at once; whatever the owner waits for ends with an error. From any thread."""
        self._wire.hang_up()

    def _welcome(self, context: ssl.SSLContext) -> None:
        """Read the greeting, protect the connection where it is not yet, say EHLO."""
        if self._server.tls is Tls.STARTTLS:
            try:
                self._protect(context)
            except Garbled as error:
                raise NetworkError(
                    ErrorKind.TLS_FAILED,
                    f"{self._server.host} gives no protected connection, so nothing was sent. "
                    "Does the network want you to sign in to it first?",
                    remedy=Remedy.TELL,
                    detail=clean_quote(str(error)),
                ) from error
        else:
            self._read_greeting()
        self._greet()

    def _protect(self, context: ssl.SSLContext) -> None:
        self._read_greeting()
        self._greet()
        if not self._wire.has_extn("starttls"):
            raise Garbled("STARTTLS is not offered")
        reply = self._wire.ask("STARTTLS")
        if reply.code != _READY:
            raise Garbled(reply.words)
        self._wire.start_tls(context, self._server)

    def _read_greeting(self) -> None:
        reply = self._wire.read_reply(self._timeouts.reply_s)
        if reply.code != _READY:
            raise refused_at_start(self._server.host, reply)

    def _greet(self) -> None:
        code, text = self._wire.ehlo()
        if code != _OK:
            raise refused_at_start(self._server.host, Reply(code, text.decode("utf-8", "replace")))

    def _announce(self, envelope: Envelope, on_phase: Callable[[Phase], None]) -> "Delivery | _Declined":
        """MAIL, each RCPT, and DATA; the server then waits for the mail, or has declined."""
        on_phase(Phase.MAIL)
        reply = self._wire.ask(envelope.mail_from)
        if not reply.is_positive:
            return _Declined.by(reply)
        accepted: list[str] = []
        refused: dict[str, Reply] = {}
        for recipient, path in envelope.recipients:
            on_phase(Phase.RCPT)
            reply = self._wire.ask(f"RCPT TO:<{path}>")
            if reply.ends_connection:
                return _Declined.by(reply)
            if reply.is_positive:
                accepted.append(recipient)
            else:
                refused[recipient] = reply
        if not accepted:
            return _Declined(error=all_recipients_refused(refused), ends_connection=False)
        on_phase(Phase.DATA)
        reply = self._wire.ask("DATA")
        if reply.code != _START_DATA:
            return _Declined.by(reply)
        judged = [(who, reply.words, mail_refused(reply).remedy is Remedy.WAIT) for who, reply in refused.items()]
        return Delivery(
            accepted=tuple(accepted),
            refused=tuple((who, words) for who, words, is_later in judged if not is_later),
            later=tuple((who, words) for who, words, is_later in judged if is_later),
        )

    def _refuse_early_verdict(self) -> None:
        """Raise where the server spoke while it should have listened; the mail is not complete yet."""
        if self._wire.hears_something():
            reply = self._wire.read_reply(self._timeouts.reply_s)
            raise _Declined.by(reply).error

    def _finish(self) -> None:
        """Send the final dot and read the verdict."""
        try:
            with translating(self._server.host):
                # Once this begins, any part of it may arrive, whatever the socket says.
                self._wire.write(b".\r\n", self._timeouts.piece_s)
                reply = self._wire.read_reply(self._timeouts.verdict_s)
        except (NetworkError, ServerError) as error:
            self.close()
            raise unknown() from error
        if reply.ends_connection:
            self.close()
        if reply.is_temporary or reply.is_permanent:
            raise mail_refused(reply)
        if not reply.is_positive:
            self.close()
            raise unknown()

    @contextmanager
    def _not_sent_on_trouble(self) -> Iterator[None]:
        """Whatever breaks in here, the mail is not complete at the server."""
        try:
            with translating(self._server.host):
                yield
        except (NetworkError, ServerError) as error:
            raise not_sent(error.detail or error.summary) from error

    @contextmanager
    def _closing_unless_done(self) -> Iterator[None]:
        """No connection is kept on which half a mail or half an envelope lies."""
        is_done = False
        try:
            yield
            is_done = True
        finally:
            if not is_done:
                self.close()


class _Declined(Struct, frozen=True, kw_only=True):
    error: SendFailed
    ends_connection: bool

    @classmethod
    def by(cls, reply: Reply) -> Self:
        if not (reply.is_temporary or reply.is_permanent):
            raise Garbled(reply.words)
        return cls(error=mail_refused(reply), ends_connection=reply.ends_connection)
