"""What the reader shows, as lines: for each message its header area, body and links. Pure.

Signs of trust stand in the header area, which a body cannot draw on.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct
from rich.cells import chop_cells

from tuimail.domain.body import Block
from tuimail.domain.errors import Problem
from tuimail.domain.ids import RowId
from tuimail.domain.message import Envelope, Message
from tuimail.domain.trust import TrustNote
from tuimail.ui import header_area
from tuimail.ui.fit import full_date
from tuimail.ui.layout import BAR, EMPTY, MAX_WIDTH, Line, Run, Tone, lay_out
from tuimail.ui.link_lines import link_lines, targets

MAX_SOURCE_LINES = 20_000


class Wishes(Struct, frozen=True, kw_only=True):
    """How the user wants to see this message."""

    all_headers: bool = False
    other_form: bool = False
    """The HTML instead of the plain text, or the other way round."""
    fold_quotes: bool | None = None
    """None: where it is an answer. What a letter quotes belongs to it."""


_ANSWER = re.compile(r"^(?:(?:re|aw|sv|vs|antw)(?:\[\d+\])?:\s*)+", re.IGNORECASE)


def topic_of(subject: str) -> str:
    """The subject without what an answer puts before it."""
    return _ANSWER.sub("", subject)


class Section(NamedTuple):
    """The lines of one message; the first ``header`` of them are the header area."""

    lines: tuple[Line, ...]
    header: int = 0
    row: RowId | None = None
    """None for what is no message, such as a word in place of one."""
    targets: Mapping[int, str] = MappingProxyType({})
    """Where its links lead that a terminal may show as such, by their numbers."""
    is_marked: bool = False
    """The reader's cursor is on it, where that is worth a mark."""


class Page:
    """Sections below each other."""

    def __init__(self, *sections: Section) -> None:
        self.sections = sections
        self._ends = list(accumulate(len(section.lines) for section in sections))

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self._ends[-1] if self._ends else 0

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return tuple(line for section in self.sections for line in section.lines)

    def at(self, number: int) -> tuple[Section, int]:
        """The section of a line, and the place of the line in it."""
        place = bisect_right(self._ends, number)
        return self.sections[place], number - (self._ends[place - 1] if place else 0)

    def between(self, top: int, bottom: int) -> Iterator[tuple[RowId, range]]:
        """The messages of which a line is between these two, with all their lines."""
        place = bisect_right(self._ends, top)
        start = self._ends[place - 1] if place else 0
        while place < len(self.sections) and start < bottom:
            row, stop = self.sections[place].row, self._ends[place]
            if row is not None:
                yield row, range(start, stop)
            place, start = place + 1, stop

    def span(self, row: RowId) -> range | None:
        """The lines of a message."""
        start = 0
        for section, end in zip(self.sections, self._ends, strict=True):
            if section.row == row:
                return range(start, end)
            start = end
        return None


class Paper(NamedTuple):
    """What a page is made for."""

    width: int
    zone: tzinfo

    @property
    def text_width(self) -> int:
        """Of what is read, which is never wider than is good to read."""
        return min(self.width, MAX_WIDTH)


def message_section(
    message: Message,
    wishes: Wishes,
    paper: Paper,
    *,
    trust: tuple[TrustNote, ...] = (),
    has_title: bool = True,
) -> Section:
    """A whole message, under its subject unless that stands above it already."""
    width = paper.text_width
    header = [
        *(header_area.title(message.subject, width) if has_title else ()),
        *header_area.people(message, width, all_headers=wishes.all_headers),
        *header_area.sent(message, paper.zone),
        *(header_area.every_header(message, width) if wishes.all_headers else ()),
        *header_area.files(message.attachments, width),
        *header_area.trust_lines(trust, width),
        *header_area.note_lines(message.notes, width),
        *(header_area.bounce_area(message.bounce, width) if message.bounce else ()),
        *(header_area.invitation_area(message.invitation, width, zone=paper.zone) if message.invitation else (EMPTY,)),
    ]
    is_plain = not shows_html(message, wishes)
    body = lay_out(
        shown_blocks(message, wishes), width, fold_quotes=folds_quotes(message, wishes), one_block_a_line=is_plain
    )
    lines = (*header, EMPTY, *body, *link_lines(message.links, width), EMPTY)
    return Section(lines, len(header), targets=targets(message.links))


def envelope_section(envelope: Envelope, words: Iterable[Line], paper: Paper, *, has_title: bool = True) -> Section:
    """What is known before the body is here, and ``words`` in its place."""
    width = paper.text_width
    header = [
        *(header_area.title(envelope.subject, width) if has_title else ()),
        *header_area.row("From", header_area.addresses(envelope.sender, header_area.MAX_SHOWN), width),
        *header_area.row("To", header_area.addresses(envelope.to, header_area.MAX_SHOWN), width),
        *header_area.row("Date", full_date(envelope.sent_at, zone=paper.zone), width),
        EMPTY,
    ]
    return Section((*header, EMPTY, *words), len(header))


def problem_lines(problem: Problem, remedy: str, width: int) -> list[Line]:
    """Why there is nothing to read, and what to press."""
    return [
        *header_area.words(problem.summary, width),
        *header_area.words(problem.detail, width, Tone.MUTED),
        EMPTY,
        *header_area.words(remedy, width),
    ]


def own_words_after(lines: Sequence[Line], top: int) -> int | None:
    """Where the author goes on after the next quotation."""
    in_quotation = False
    for number in range(top, len(lines)):
        is_quoted = bool(lines[number].runs) and lines[number].runs[0].text == BAR
        if in_quotation and not is_quoted and lines[number].text.strip():
            return number
        in_quotation = in_quotation or is_quoted
    return None


def words_page(words: str, *, width: int) -> Page:
    """A sentence where there is no message."""
    return Page(Section((EMPTY, *header_area.words(words, width, Tone.MUTED))))


def source_page(text: str, *, width: int) -> Page:
    """The mail as it was sent, broken at the edge and nowhere else."""
    lines: list[Line] = []
    for raw in text.split("\n"):
        if len(lines) >= MAX_SOURCE_LINES:
            lines.append(Line((Run(f"Showing the first {MAX_SOURCE_LINES:,} lines.", Tone.MUTED),)))
            break
        lines += [Line((Run(piece, Tone.CODE),)) for piece in chop_cells(raw.expandtabs(8), width) or [""]]
    return Page(Section(tuple(lines)))


def shown_blocks(message: Message, wishes: Wishes) -> tuple[Block, ...]:
    """The form of the body that is wanted and there."""
    return message.other_blocks if wishes.other_form and message.other_blocks else message.blocks


def shows_html(message: Message, wishes: Wishes) -> bool:
    """Whether that form is the HTML."""
    return message.is_html is not (wishes.other_form and bool(message.other_blocks))


def folds_quotes(message: Message, wishes: Wishes) -> bool:
    """Whether long quotations are a line each; never where there is nothing else to read."""
    if wishes.fold_quotes is not None:
        return wishes.fold_quotes
    is_answer = bool(message.in_reply_to or message.references) or topic_of(message.subject) != message.subject
    return is_answer and any(not block.quote and block.text.strip() for block in shown_blocks(message, wishes))
