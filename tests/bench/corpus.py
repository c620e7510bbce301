"""Made-up mail in any number, the same for the same count: people, threads, years, languages, sizes as in a real mailbox.

A few mails at known places carry words by which a benchmark recognises them; the rest only has to be there.
"""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr

from tests.bench.vocabulary import FIRST_NAMES, LAST_NAMES, SUBJECTS, sentences

YEARS = 9
NEWEST = "Minutes-of-the-meeting"
"""Subject of the newest mail, in one word: a terminal may draw words one by one. So are all the following."""
OLDEST = "The-very-first-letter"
LETTER = "Greetings-from-the-server"
"""First word in the text of the oldest mails, of 10 KB each."""
LETTERS = 10
BIG = "Text-before-the-big-file"
"""The same in mails with an attachment of 5 MB, which are the next ones after the letters."""
BIGS = 3
BIG_BYTES = 5_000_000
RARE, RARE_SHOWN = "zwetschgen", "Pflaumenmus"
"""A word to search for, and one beside it in the subject of the one mail that has it, in the middle of the mailbox."""
HIDDEN, HIDDEN_SHOWN = "kolibrischwarm", "Vogelkunde-im-Garten"
"""A word of one body, and that mail's subject."""
HIDDEN_AT = 200
"""How many mails are newer than the one with the hidden word."""

_SEED = 20_240_601
_TEXT_BYTES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as a server keeps it."""

    raw: bytes
    arrived: datetime
    flags: str
    """Letters of the Maildir name, such as S for seen and F for flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What a reply takes from the mail it answers."""

    number: int
    subject: str
    references: tuple[str, ...]


class Corpus:
    """So many mails, oldest first, the newest at ``ends_at``."""

    def __init__(self, count: int, ends_at: datetime) -> None:
        self._count = count
        self._ends_at = ends_at
        self._chance = random.Random(_SEED + count)  # noqa: S311 (the same mail each time is the purpose)
        self._sentences = sentences(self._chance)
        self._recent: list[_Head] = []

    def mails(self) -> Iterator[Mail]:
        """All of them."""
        step = timedelta(days=365 * YEARS) / self._count
        for number in range(self._count):
            arrived = self._ends_at - step * (self._count - 1 - number)
            yield Mail(raw=self._raw(number, arrived), arrived=arrived, flags=self._flags(number))

    def _flags(self, number: int) -> str:
        if number == self._count - 1:
            return ""
        letters = "F" if number % 41 == 0 else ""
        letters += "R" if number % 9 == 0 else ""
        # The newer the mail, the more likely nobody has read it yet.
        unread_share = 0.3 if number > self._count * 0.98 else 0.03
        return letters + ("" if self._chance.random() < unread_share else "S")

    def _raw(self, number: int, arrived: datetime) -> bytes:
        subject, references = self._subject(number)
        own_id = f"<{number}.{self._count}@{_host(number)}>"
        self._recent = [*self._recent[-150:], _Head(number=number, subject=subject, references=(*references, own_id))]
        lines = _trace(number, arrived)
        lines += [
            f"From: {_person(self._chance.randrange(900))}",
            f"To: {formataddr(('Bench Mark', 'me@bench.test'))}",
            *([f"Cc: {_person(self._chance.randrange(900))}"] if number % 6 == 0 else []),
            f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode()}",
            f"Date: {format_datetime(arrived - timedelta(seconds=number % 90))}",
            f"Message-ID: {own_id}",
            *([f"In-Reply-To: {references[-1]}", "References: " + "\r\n ".join(references[-8:])] if references else []),
            *(["List-Id: <gardening.lists.test>", "Precedence: list"] if number % 4 == 0 else []),
            "MIME-Version: 1.0",
        ]
        return "\r\n".join(lines).encode() + b"\r\n" + self._content(number)

    def _subject(self, number: int) -> tuple[str, tuple[str, ...]]:
        special = {
            0: OLDEST,
            self._count - 1: NEWEST,
            self._count // 2: f"{RARE.title()} {RARE_SHOWN}",
            self._count - 1 - HIDDEN_AT: HIDDEN_SHOWN,
        }
        if number in special:
            return special[number], ()
        if self._recent and self._chance.random() < 0.42:
            parent = self._chance.choice(self._recent)
            if parent.subject not in special.values():
                bare = parent.subject.removeprefix("Re: ")
                return f"Re: {bare}", parent.references
        return f"{self._chance.choice(SUBJECTS)} Nr.{number}", ()

    def _content(self, number: int) -> bytes:
        if number < LETTERS:
            return _plain(self._text(_TEXT_BYTES, first=LETTER))
        if number < LETTERS + BIGS:
            return self._with_file(self._text(1_500, first=BIG), BIG_BYTES, "film.bin")
        if number == self._count - 1 - HIDDEN_AT:
            return _plain(self._text(3_000, first=f"Ein {HIDDEN} zieht vorbei."))
        text = self._text(int(300 + self._chance.expovariate(1 / 1_800)))
        kind = self._chance.random()
        if kind < 0.35:
            return _alternative(text, self._html(text))
        if kind < 0.40:
            return self._with_file(text, self._chance.randrange(5_000, 40_000), "notes.pdf")
        return _plain(text)

    def _text(self, size: int, *, first: str = "") -> str:
        paragraphs, length = [first] if first else [], 0
        while length < size:
            paragraph = " ".join(self._chance.choices(self._sentences, k=4))
            paragraphs.append(paragraph)
            length += len(paragraph)
        return "\r\n\r\n".join(_folded(paragraph) for paragraph in paragraphs)

    def _html(self, text: str) -> str:
        cells = "".join(
            f'<tr><td style="padding:4px;color:#333"><p>{part}</p><a href="https://news.test/{place}">more</a></td></tr>'
            for place, part in enumerate(text.split("\r\n\r\n"))
        )
        return f"<html><head><style>{_STYLE}</style></head><body><table>{cells}</table></body></html>"

    def _with_file(self, text: str, size: int, name: str) -> bytes:
        data = base64.encodebytes(self._chance.randbytes(size)).replace(b"\n", b"\r\n")
        return (
            b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n--edge\r\n'
            + _plain(text)
            + b"\r\n--edge\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            + f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'.encode()
            + data
            + b"--edge--\r\n"
        )


_STYLE = " ".join(f".c{number} {{ margin: {number}px; font-family: sans-serif; }}" for number in range(60))


def _person(number: int) -> str:
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number // 7 % len(LAST_NAMES)]
    return formataddr((f"{first} {last}", f"person{number}@{_host(number)}"))


def _host(number: int) -> str:
    return f"mail{number % 23}.test"


def _trace(number: int, arrived: datetime) -> list[str]:
    """The lines that servers put above a mail, about 2 KB in all with the rest of the head."""
    stamp = format_datetime(arrived)
    signature = base64.b64encode(random.Random(number).randbytes(192)).decode()  # noqa: S311 (nobody checks it)
    return [
        "Return-Path: <bounce@lists.test>",
        f"Received: from mx.{_host(number)} by mail.bench.test with LMTP id {number:x}; {stamp}",
        f"Received: from relay{number % 7}.test (relay{number % 7}.test [192.0.2.{number % 250}])",
        f" by mx.{_host(number)} (Postfix) with ESMTPS id {number * 7919:x} for <me@bench.test>; {stamp}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={_host(number)}; s=mail; h=from:to:subject:date;",
        *(f" {signature[start : start + 70]}" for start in range(0, len(signature), 70)),
        f"Authentication-Results: mail.bench.test; dkim=pass header.d={_host(number)}; spf=pass; dmarc=pass",
        "X-Spam-Status: No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID,SPF_PASS autolearn=ham",
    ]


def _plain(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode() + b"\r\n"


def _alternative(text: str, html: str) -> bytes:
    return (
        b'Content-Type: multipart/alternative; boundary="edge"\r\n\r\n--edge\r\n'
        + _plain(text)
        + b"--edge\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + html.encode()
        + b"\r\n--edge--\r\n"
    )


def _folded(paragraph: str) -> str:
    lines, line = [], ""
    for word in paragraph.split(" "):
        if len(line) + len(word) > 74:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return "\r\n".join([*lines, line])
