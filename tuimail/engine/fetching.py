"""How a message is fetched: the small ones whole, the big ones by their texts. Knows the session and nothing else."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.domain.message import RawMessage
from tuimail.mime.skeleton import build, plan
from tuimail.net.errors import Refused
from tuimail.net.imap.session import ImapSession

MAX_AHEAD = 1_000_000
"""What nobody asked for is fetched whole up to this size."""
SMALL = 48 * 1024
"""A message up to this size is fetched whole: one round trip less, and on most lines as fast as its parts."""


class Asker(Protocol):
    """Who a message is fetched for."""

    def check(self) -> None:
        """Raise to give up; called between steps."""

    def progress(self, words: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is."""


class OnServer(Struct, frozen=True, kw_only=True):
    """A message of the selected mailbox."""

    uid: int
    size_bytes: int


def fetch_texts(session: ImapSession, message: OnServer, asker: Asker) -> RawMessage:
    """The message with its texts alone where that saves much, whole otherwise."""
    frame = _fetch_frame(session, message, asker) if message.size_bytes > SMALL else None
    return frame if frame is not None else fetch_all(session, message, asker)


def fetch_ahead(session: ImapSession, message: OnServer, asker: Asker) -> RawMessage:
    """The same where nobody waits: a mail that is big and can only be had whole is left for those who ask for it.

    Raises ServerError for such a one.
    """
    frame = _fetch_frame(session, message, asker) if message.size_bytes > SMALL else None
    if frame is None and message.size_bytes > MAX_AHEAD:
        raise ServerError(ErrorKind.SERVER_REFUSED, "This message is too big to be fetched ahead.", remedy=Remedy.TELL)
    return frame if frame is not None else fetch_all(session, message, asker)


def fetch_all(session: ImapSession, message: OnServer, asker: Asker) -> RawMessage:
    """The whole message."""
    raw = session.body(message.uid, on_bytes=progress_of(asker, "loading the message"), check=asker.check)
    if not raw and message.size_bytes:
        # Shown and kept, it would look like a mail without words.
        words = "The server sent nothing of this message. Try again."
        raise ServerError(ErrorKind.SERVER_REFUSED, words, remedy=Remedy.TELL)
    return RawMessage(raw=raw)


def progress_of(asker: Asker, words: str) -> Callable[[int, int], None]:
    """Tells the asker how many bytes came."""
    return lambda done, total: asker.progress(words, done, total)


def _fetch_frame(session: ImapSession, message: OnServer, asker: Asker) -> RawMessage | None:
    """The message without its big parts; None where it cannot be had or trusted in this way."""
    asker.check()
    try:
        told = session.structure(message.uid)
        wanted = plan(told.root, told.size_bytes) if told is not None else None
        if told is None or wanted is None:
            return None
        asker.check()
        fetched = session.sections(message.uid, wanted.sections)
    except Refused:
        # Some servers cannot describe a broken mail, and send it all the same.
        return None
    return build(told.root, wanted, header=told.header, fetched=fetched)
