"""The reader's page for what is open: a message alone, or a conversation with a line for each folded message. Pure.

A section is laid out when what it shows has changed and kept otherwise, so that a long conversation costs as little
as the part of it that is unfolded.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from msgspec import Struct

from tuimail.domain.body import Style
from tuimail.domain.errors import ErrorKind, Problem
from tuimail.domain.ids import RowId
from tuimail.domain.message import Envelope, Message
from tuimail.ui import header_area
from tuimail.ui.fit import fit, list_date, plural, truncate
from tuimail.ui.layout import EMPTY, Line, Run, Tone
from tuimail.ui.page import (
    Page,
    Paper,
    Section,
    Wishes,
    envelope_section,
    message_section,
    problem_lines,
    source_page,
    topic_of,
)
from tuimail.ui.stack import Reading

_NAME_WIDTH = 18
_DATE_WIDTH = 12
_TIME_WIDTH = 6
_LEAST_WORDS = 16
"""Cells for first words, below which a folded line shows none."""
_NEXT_KEY = {
    ErrorKind.OFFLINE: "This message is not stored here. Ctrl+R connects, then Enter opens it.",
    ErrorKind.MESSAGE_GONE: "It was removed elsewhere. q goes back to the list.",
}
_ANY_KEY = "Enter tries again; q goes back."
_PASSED_ON = re.compile(r"^(?:(?:fwd?|wg)(?:\[\d+\])?:\s*)+", re.IGNORECASE)

Envelopes = Callable[[RowId], Envelope | None]
"""What is known of a row."""
_ONE = Wishes()


class Table(Struct, frozen=True, kw_only=True):
    """What a page is made from."""

    reading: Reading
    wishes: Mapping[RowId, Wishes]
    envelope: Envelopes
    now: datetime

    def wishes_for(self, row: RowId) -> Wishes:
        """How a message is to be shown."""
        return self.wishes.get(row, _ONE)


class StackPages:
    """Makes pages one after the other, and keeps the sections that stay as they are."""

    def __init__(self) -> None:
        self._kept: dict[RowId, tuple[tuple[object, ...], Section]] = {}

    def page(self, table: Table, paper: Paper) -> Page:
        """What is open, as it is now."""
        reading = table.reading
        if reading.source is not None:
            return source_page(reading.source, width=paper.width)
        if not reading.is_stack:
            self._kept = {row: kept for row, kept in self._kept.items() if row == reading.row}
            return Page(self._whole(reading.row, table, paper, topic=None))
        subject = _subject(reading.rows[0], table)
        known = plural(len(reading.rows), "message")
        title = (*header_area.title(subject, paper.text_width), Line((Run(known, Tone.MUTED),)), EMPTY)
        topic, today = _topic(subject), table.now.date()
        sections = [Section(title, len(title))]
        for row in reading.rows:
            is_unfolded = row in reading.unfolded
            section = (
                self._whole(row, table, paper, topic=topic)
                if is_unfolded
                else self._line(row, table, paper, today=today)
            )
            sections.append(section._replace(is_marked=True) if row == reading.row else section)
        here = frozenset(reading.rows)
        self._kept = {row: kept for row, kept in self._kept.items() if row in here}
        return Page(*sections)

    def _line(self, row: RowId, table: Table, paper: Paper, *, today: date) -> Section:
        """A folded message."""
        envelope, words = table.envelope(row), table.reading.letter(row).words
        kept, key = self._kept.get(row), (envelope, words, paper, today)
        if kept is None or kept[0] != key:
            section = Section((_folded_line(envelope, words or "", paper, now=table.now),), row=row)
            kept = self._kept[row] = (key, section)
        return kept[1]

    def _whole(self, row: RowId, table: Table, paper: Paper, *, topic: str | None) -> Section:
        """An unfolded message, under its subject where that is not the topic of all."""
        letter, envelope, wishes = table.reading.letter(row), table.envelope(row), table.wishes_for(row)
        # Mostly the very same objects, which are compared by that alone.
        key = (letter.message, envelope, letter.trust, letter.problem, wishes, paper, topic)
        kept = self._kept.get(row)
        if kept is None or kept[0] != key:
            has_title = topic is None or _topic(_subject(row, table)) != topic
            if letter.message is not None:
                section = message_section(letter.message, wishes, paper, trust=letter.trust, has_title=has_title)
            else:
                section = _unread_section(envelope, letter.problem, paper, has_title=has_title)
            kept = self._kept[row] = (key, section._replace(row=row))
        return kept[1]


def _unread_section(envelope: Envelope | None, problem: Problem | None, paper: Paper, *, has_title: bool) -> Section:
    """A message whose text is not here."""
    words: Iterable[Line] = ()
    if problem is not None:
        words = problem_lines(problem, _NEXT_KEY.get(problem.kind, _ANY_KEY), paper.text_width)
    if envelope is None:
        return Section((EMPTY, *words))
    return envelope_section(envelope, words, paper, has_title=has_title)


def _folded_line(envelope: Envelope | None, words: str, paper: Paper, *, now: datetime) -> Line:
    """A message in a line: who, when, and how it begins."""
    if envelope is None:
        return Line((Run("▸ …", Tone.MUTED),))
    name = envelope.sender[0].short if envelope.sender else "(no sender)"
    date, local = list_date(envelope.sent_at, now=now, zone=paper.zone), envelope.sent_at.astimezone(paper.zone)
    if date != f"{local:%H:%M}" and len(date) + _TIME_WIDTH <= _DATE_WIDTH:
        date += f" {local:%H:%M}"
    # Unread ones are bold and have a sign, as in the list.
    sign = ("N" if envelope.is_unread else " ") + ("*" if envelope.is_flagged else " ")
    look = Style.BOLD if envelope.is_unread else Style.PLAIN
    runs = [
        Run("▸ ", Tone.MUTED),
        Run(fit(name, _NAME_WIDTH), Tone.TEXT, look),
        Run(f" {sign} ", Tone.LINK),
        Run(fit(date, _DATE_WIDTH), Tone.MUTED),
    ]
    room = paper.text_width - 2 - _NAME_WIDTH - 4 - _DATE_WIDTH - 1
    if room >= _LEAST_WORDS and words:
        runs.append(Run(" " + truncate(words, room), Tone.MUTED))
    return Line(tuple(runs))


def _subject(row: RowId, table: Table) -> str:
    message: Message | None = table.reading.letter(row).message
    if message is not None:
        return message.subject
    envelope = table.envelope(row)
    return envelope.subject if envelope is not None else ""


def _topic(subject: str) -> str:
    return _PASSED_ON.sub("", topic_of(subject)).strip().casefold()
