"""What the reader shows, as lines: header area, body, attachments, links. Pure.

Signs of trust stand in the header area, which a body cannot draw on.
"""

from collections.abc import Iterable
from datetime import tzinfo
from typing import NamedTuple

from msgspec import Struct
from rich.cells import cell_len, chop_cells

from tuimail.domain.address import Address
from tuimail.domain.body import Block, Style
from tuimail.domain.errors import Problem
from tuimail.domain.message import Attachment, Envelope, Message
from tuimail.ui.fit import full_date, plural, size
from tuimail.ui.layout import EMPTY, MAX_WIDTH, Line, Run, Tone, lay_out, wrap

MAX_SHOWN = 20
"""Recipients named before the rest is counted; ``h`` shows 500."""
MAX_ALL = 500
MAX_SOURCE_LINES = 20_000
LABEL = 6
"""Cells for a header's name."""


class Wishes(Struct, frozen=True, kw_only=True):
    """How the user wants to see this message."""

    all_headers: bool = False
    other_form: bool = False
    """The HTML instead of the plain text, or the other way round."""
    fold_quotes: bool = False


class Page(NamedTuple):
    """Lines of the reader; the first ``header`` of them are the header area."""

    lines: tuple[Line, ...]
    header: int = 0


def message_page(message: Message, wishes: Wishes, *, width: int, zone: tzinfo) -> Page:
    """A whole message."""
    width = min(width, MAX_WIDTH)
    header = [
        *_title(message.subject, width),
        *_people(message, wishes, width),
        *_date(message, zone),
        *(_all_headers(message, width) if wishes.all_headers else ()),
        *_attachment_line(message.attachments, width),
        *_warnings(message, width),
        *_notes(message, width),
        EMPTY,
    ]
    is_plain = not shows_html(message, wishes)
    body = lay_out(shown_blocks(message, wishes), width, fold_quotes=wishes.fold_quotes, one_block_a_line=is_plain)
    return Page((*header, EMPTY, *body, *_links(message, width), EMPTY), len(header))


def envelope_page(envelope: Envelope, words: str, *, width: int, zone: tzinfo) -> Page:
    """What is known before the body is here, and ``words`` in its place."""
    width = min(width, MAX_WIDTH)
    header = [
        *_title(envelope.subject, width),
        *_row("From", _addresses(envelope.sender, MAX_SHOWN), width),
        *_row("To", _addresses(envelope.to, MAX_SHOWN), width),
        *_row("Date", full_date(envelope.sent_at, zone=zone), width),
        EMPTY,
    ]
    return Page((*header, EMPTY, *_words(words, width)), len(header))


def problem_page(problem: Problem, remedy: str, *, width: int) -> Page:
    """Why there is nothing to read, and what to press."""
    lines = [*_words(problem.summary, width), *_words(problem.detail, width, Tone.MUTED), EMPTY, *_words(remedy, width)]
    return Page((EMPTY, *lines))


def words_page(words: str, *, width: int) -> Page:
    """A sentence where there is no message."""
    return Page((EMPTY, *_words(words, width, Tone.MUTED)))


def source_page(text: str, *, width: int) -> Page:
    """The mail as it was sent, broken at the edge and nowhere else."""
    lines: list[Line] = []
    for raw in text.split("\n"):
        if len(lines) >= MAX_SOURCE_LINES:
            lines.append(Line((Run(f"Showing the first {MAX_SOURCE_LINES:,} lines.", Tone.MUTED),)))
            break
        lines += [Line((Run(piece, Tone.CODE),)) for piece in chop_cells(raw.expandtabs(8), width) or [""]]
    return Page(tuple(lines))


def shown_blocks(message: Message, wishes: Wishes) -> tuple[Block, ...]:
    """The form of the body that is wanted and there."""
    return message.other_blocks if wishes.other_form and message.other_blocks else message.blocks


def shows_html(message: Message, wishes: Wishes) -> bool:
    """Whether that form is the HTML."""
    return message.is_html is not (wishes.other_form and bool(message.other_blocks))


def warnings_of(message: Message) -> tuple[str, ...]:
    """What about the sender should be looked at twice."""
    words: list[str] = []
    for sender in message.sender:
        if "@" in sender.name and sender.spec.lower() not in sender.name.lower():
            words.append(f"The sender's name holds another address; the mail names {sender.spec}.")
    own = {sender.domain for sender in message.sender}
    elsewhere = [address for address in message.reply_to if address.domain not in own]
    if elsewhere:
        words.append(f"An answer would go to {elsewhere[0].spec}, not to the sender's domain.")
    if len(message.sender) > 1:
        words.append(f"The mail names {len(message.sender)} senders.")
    return tuple(words)


def _title(subject: str, width: int) -> list[Line]:
    text = subject or "(no subject)"
    return [Line((Run(text[start:end], Tone.HEADING, Style.BOLD),)) for start, end in wrap(text, width)]


def _people(message: Message, wishes: Wishes, width: int) -> list[Line]:
    shown = MAX_ALL if wishes.all_headers else MAX_SHOWN
    lines = _row("From", _addresses(message.sender, shown) or "(no sender)", width)
    for label, people in (("To", message.to), ("Cc", message.cc), ("Bcc", message.bcc)):
        if people:
            lines += _row(label, _addresses(people, shown), width)
    return lines


def _date(message: Message, zone: tzinfo) -> list[Line]:
    return _row("Date", full_date(message.sent_at, zone=zone), MAX_WIDTH) if message.sent_at else []


def _addresses(people: tuple[Address, ...], shown: int) -> str:
    names = ", ".join(str(person) for person in people[:shown])
    return f"{names} and {len(people) - shown:,} more" if len(people) > shown else names


def _row(label: str, text: str, width: int) -> list[Line]:
    lines: list[Line] = []
    for start, end in wrap(text, max(8, width - LABEL)):
        lines.append(Line((Run(f"{label:<{LABEL}}", Tone.MUTED), Run(text[start:end]))))
        label = ""
    return lines


def _all_headers(message: Message, width: int) -> list[Line]:
    lines = [EMPTY]
    for name, value in message.headers:
        text = f"{name}: {value}"
        head = len(name) + 1
        for start, end in wrap(text, width):
            cut = min(max(start, head), end)
            lines.append(Line((Run(text[start:cut], Tone.LINK), Run(text[cut:end], Tone.MUTED))))
    return lines


def _attachment_line(attachments: tuple[Attachment, ...], width: int) -> list[Line]:
    shown = [each for each in attachments if not each.is_inline] or list(attachments)
    if not shown:
        return []
    names = ", ".join(f"{each.name} ({size(each.size_bytes)})" for each in shown)
    return _row("@", names, width)


def _warnings(message: Message, width: int) -> list[Line]:
    return [
        Line((Run("! ", Tone.HEADING, Style.BOLD), Run(words[start:end], Tone.HEADING)))
        for words in warnings_of(message)
        for start, end in wrap(words, max(8, width - 2))
    ]


def _notes(message: Message, width: int) -> list[Line]:
    return [line for words in message.notes for line in _words(words, width, Tone.MUTED)]


def _links(message: Message, width: int) -> Iterable[Line]:
    if not message.links:
        return
    yield EMPTY
    yield Line((Run(plural(len(message.links), "link") + ", o opens", Tone.MUTED),))
    for link in message.links:
        number = f"[{link.number}] "
        room = max(8, width - cell_len(number))
        host = Run(f"{link.host}  ", Tone.LINK)
        if link.suspicious:
            yield Line((Run(number, Tone.MUTED), Run("! ", Tone.HEADING, Style.BOLD), host, Run(link.suspicious)))
        else:
            short = (
                link.url
                if len(link.url) <= room - cell_len(host.text)
                else f"{link.url[: room - cell_len(host.text) - 1]}…"
            )
            yield Line((Run(number, Tone.MUTED), host, Run(short, Tone.MUTED)))


def _words(text: str, width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    return [Line((Run(text[start:end], tone),)) for start, end in wrap(text, width)] if text else []
