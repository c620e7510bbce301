"""A part's bytes as text to look at: tables aligned, JSON laid out, the rest as it is. Never raises; bounded."""

import csv
import io
import json
import unicodedata
from itertools import zip_longest

from msgspec import Struct

from tuimail.domain.clean import clean_block, clean_line
from tuimail.mime.charset import decode_bytes

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_LINE = 2_000
_MAX_JSON = 300_000
"""Laid out, JSON grows to several times its size."""
_MAX_ROWS = 5_000
_MAX_COLUMNS = 60
_MAX_CELL = 40
_SAMPLE = 8_192
_MOST_ODD = 0.02
"""Share of bytes that no text has, above which it is none: a log with a stray control byte still is."""
_DELIMITERS = ",;\t|"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT_TYPES = _words(
    "application/json application/xml application/x-yaml application/yaml application/toml application/sql"
    " application/javascript application/x-javascript application/x-sh application/x-python application/x-tex"
    " application/pgp-signature application/pgp-keys application/x-ndjson application/x-subrip"
)
_TEXT_NAMES = _words(
    "asc bash bib c cc cfg conf cpp cs css csv diff eml env go h hpp htm html ics ini java js json jsonl kt log lua"
    " m3u md ndjson patch php pl properties ps1 py r rb rs rst sh sig sql srt swift tcl tex toml ts tsv txt vcf xml"
    " yaml yml zsh"
)


class Preview(Struct, frozen=True, kw_only=True):
    """Cleaned text, and what was left out or guessed."""

    text: str
    notes: tuple[str, ...] = ()


def looks_like_text(name: str, content_type: str) -> bool:
    """Whether name or type say that there is text in it, before any byte is fetched."""
    kind = content_type.lower()
    is_told = kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))
    return is_told or name.rpartition(".")[2].lower() in _TEXT_NAMES


def preview(data: bytes, *, name: str, content_type: str) -> Preview | None:
    """What a pager shows of the bytes; None where they are no text."""
    sample = data[:_SAMPLE]
    is_wide = sample.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not is_wide and not _is_text(sample, is_told=looks_like_text(name, content_type)):
        return None
    read = decode_bytes(data[:MAX_BYTES], "utf-16" if is_wide else "")
    notes = [read.note] if read.note else []
    if len(data) > MAX_BYTES:
        notes.append(f"Showing the first {MAX_BYTES // 1000:,} of {len(data) // 1000:,} KB; saving brings all of it.")
    kind, ending = content_type.lower(), name.rpartition(".")[2].lower()
    text = read.text.removeprefix("\ufeff")
    if kind == "text/html" or ending in {"htm", "html"}:
        from tuimail.mime.html import read_html  # noqa: PLC0415 (what a start does without)

        text = "\n".join(block.text for block in read_html(text).blocks)
    elif kind.endswith("json") or ending == "json":
        text = _laid_out(text)
    elif kind in {"text/csv", "text/tab-separated-values"} or ending in {"csv", "tsv"}:
        text = _aligned(clean_block(text), notes)
    lines = clean_block(text).expandtabs(4).split("\n")
    if any(len(line) > MAX_LINE for line in lines):
        notes.append(f"Lines are cut at {MAX_LINE:,} characters.")
    if len(lines) > MAX_LINES:
        notes.append(f"Showing {MAX_LINES:,} of {len(lines):,} lines.")
    shown = [line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…" for line in lines[:MAX_LINES]]
    return Preview(text="\n".join(shown).rstrip("\n"), notes=tuple(notes))


def _is_text(sample: bytes, *, is_told: bool) -> bool:
    if b"\0" in sample or is_told:
        return b"\0" not in sample
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample)  # noqa: PLR2004 (C0)
    return odd <= len(sample) * _MOST_ODD


def _laid_out(text: str) -> str:
    if len(text) > _MAX_JSON:
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _aligned(text: str, notes: list[str]) -> str:
    """A table with columns one below the other."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(rows) == _MAX_ROWS:
                notes.append(f"Showing the first {_MAX_ROWS:,} rows.")
                break
            rows.append([clean_line(cell) for cell in row[:_MAX_COLUMNS]])
    except csv.Error:
        return text
    if not any(len(row) > 1 for row in rows):
        return text
    widths = [min(_MAX_CELL, max(map(_cells, column))) for column in zip_longest(*rows, fillvalue="")]
    return "\n".join(_row(row, widths) for row in rows)


def _row(row: list[str], widths: list[int]) -> str:
    last = len(row) - 1
    return "  ".join(
        cell if place == last else cell + " " * (widths[place] - _cells(cell)) for place, cell in enumerate(row)
    ).rstrip()


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
