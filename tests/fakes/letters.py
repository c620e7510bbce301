"""The demo's letters as the reader gets them: parsed, with their trust line and their conversations."""

from collections.abc import Iterable
from functools import cache

from tests.fakes.mailbox import NOW
from tuimail.demo.mailbox import demo_mails
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.domain.message import Envelope, Flag, Message
from tuimail.domain.trust import KnownSender
from tuimail.domain.trust_line import trust_notes
from tuimail.mime.parse import parse_message
from tuimail.ui.stack import Letter, Reading, first_words

SERVERS = frozenset({"mx.example.org"})
ME = frozenset({"robin@example.org"})


@cache
def _mails() -> tuple[tuple[Message, frozenset[str]], ...]:
    return tuple((parse_message(each.raw, wants_both=True), frozenset(each.flags)) for each in demo_mails(NOW))


def numbers(subject: str) -> list[int]:
    """The letters with these words in their subject, oldest first."""
    return [number for number, (message, _) in enumerate(_mails()) if subject in message.subject]


def letter(number: int, *, known: KnownSender | None = None) -> Letter:
    """One of them, with its trust line."""
    message = _mails()[number][0]
    trust = trust_notes(message, servers=SERVERS, known=known or KnownSender(), own=ME)
    return Letter(message=message, trust=trust, words=first_words(message))


def envelope(number: int) -> Envelope:
    """Its row of the list."""
    message, flags = _mails()[number]
    return Envelope(
        row=RowId(number),
        mailbox=MailboxId(1),
        uid=Uid(number),
        sender=message.sender,
        to=message.to,
        subject=message.subject,
        sent_at=message.sent_at or NOW,
        flags=flags,
    )


def alone(number: int, *, known: KnownSender | None = None) -> Reading:
    """A letter that is open."""
    row = RowId(number)
    return Reading(row=row, unfolded=frozenset((row,)), letters={row: letter(number, known=known)})


def conversation(found: Iterable[int]) -> Reading:
    """Letters that are open as a conversation, as they are at its opening."""
    rows = tuple(map(RowId, found))
    unread = {row for row in rows if Flag.SEEN.value not in envelope(row).flags}
    unfolded = frozenset((*unread, rows[-1]))
    letters = {row: letter(row) if row in unfolded else Letter(words=first_words(_mails()[row][0])) for row in rows}
    return Reading(row=rows[-1], stack=rows, unfolded=unfolded, letters=letters, is_conversation=True)
