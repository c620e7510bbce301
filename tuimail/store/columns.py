"""How domain values lie in columns. Cleaned text holds no tab and no newline, so these separate."""

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from msgspec.json import Decoder, Encoder  # noqa: TID251 (numbers that the store itself has written)

from tuimail.domain.address import Address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWERS = re.compile(
    r"^(?:\[[^\]\[]{1,40}\]\s*+(?=\S))?+(?:(?:re|aw|antw|antwort|sv|vs|odp|ynt|r|fwd?|wg|tr|enc|rv|doorst)"
    r"(?:\[\d{1,3}\])?\s*+[:\uff1a]\s*+)++",
    re.IGNORECASE,
)
"""What mail programs put before the subject of an answer or a forward, after the name of a list."""
_SORTED_CHARS = 60
_AROUND = " \"'()[]<>*-.\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb"
"""Brackets and quotation marks, which do not count in an order."""
# Scripts written without spaces, where unicode61 would see a whole sentence as one word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]+")


def to_seconds(moment: datetime) -> int:
    """Whole seconds since 1970, negative before."""
    since = moment - _EPOCH
    return since.days * 86_400 + since.seconds


def from_seconds(seconds: int) -> datetime:
    """The aware UTC time; by addition, since ``fromtimestamp`` fails before 1970 on Windows."""
    return _EPOCH + timedelta(seconds=seconds)


def pack_addresses(addresses: Sequence[Address]) -> str:
    """One address a line: name, tab, addr-spec."""
    return "\n".join([f"{address.name}\t{address.spec}" for address in addresses])


def unpack_addresses(text: str) -> tuple[Address, ...]:
    """The inverse of ``pack_addresses``."""
    if not text:
        return ()
    pairs = [line.partition("\t") for line in text.split("\n")]
    return tuple([Address(name=name, spec=spec) for name, _, spec in pairs])


def pack_flags(flags: Iterable[str]) -> str:
    """Flags sorted and separated by spaces, which no flag contains (RFC 9051 section 9)."""
    return " ".join(sorted(flags))


@lru_cache(maxsize=1024)
def unpack_flags(text: str) -> frozenset[str]:
    """The inverse of ``pack_flags``; a mailbox knows few combinations, so each is made once."""
    return frozenset(text.split())


def pack_ids(ids: Sequence[str]) -> str:
    """One id a line: broken ones may hold spaces."""
    return "\n".join(ids)


def unpack_ids(text: str) -> tuple[str, ...]:
    """The inverse of ``pack_ids``."""
    return tuple(text.split("\n")) if text else ()


def pack_unsigned(number: int | None) -> int | None:
    """A number of 64 bits without sign, as Gmail's are, in a column, whose integers have one."""
    return number if number is None or number < 1 << 63 else number - (1 << 64)


def sender_key(sender: Sequence[Address]) -> str:
    """What a list sorted by sender compares: the name shown, without case, accents and quotation marks."""
    return _sort_key(sender[0].short) if sender else ""


def subject_key(subject: str) -> str:
    """What a list sorted by subject compares: an answer stands beside what it answers."""
    return _sort_key(_ANSWERS.sub("", subject[:200]))


def _sort_key(text: str) -> str:
    short = text[: 2 * _SORTED_CHARS]
    bare = short if short.isascii() else short.translate(_bare)
    return bare.casefold().strip(_AROUND)[:_SORTED_CHARS]


class _Bare(dict[int, str]):
    """Characters without their accents, each worked out once."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code))
        self[code] = bare = "".join([each for each in apart if not unicodedata.combining(each)])
        return bare


_bare = _Bare()


def as_json(numbers: Iterable[int]) -> str:
    """A list of numbers as one bound value, for ``json_each``."""
    return _encoder.encode(list(numbers)).decode()


_encoder = Encoder()
_numbers = Decoder(list[int])


def as_array(text: str | None) -> "array[int]":
    """The numbers of a ``json_group_array``: one row, since stepping through 100,000 beside a busy thread is slow."""
    return array("q", _numbers.decode(text) if text else ())


def hex_column(*columns: str) -> str:
    """SQL for an aggregate that ``from_hex`` reads: integers of all rows in one value, 16 digits each.

    Reading 100,000 takes as long as with JSON (16 ms), but all of it inside SQLite, which lets other threads run;
    ``json.loads`` and what follows hold the interpreter for 13 ms at a stretch.
    """
    return f"group_concat(printf('{'%016x' * len(columns)}', {', '.join(columns)}), '')"


def from_hex(text: str | None) -> "array[int]":
    """The numbers of a ``hex_column``, row by row."""
    numbers = array("q", bytes.fromhex(text) if text else b"")
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def searchable(text: str) -> str:
    """The text as the full-text index takes it: runs of CJK as overlapping pairs of characters."""
    return text if text.isascii() else _UNSPACED.sub(_as_pairs, text)


def _as_pairs(run: re.Match[str]) -> str:
    chars = run.group()
    pairs = [chars[index : index + 2] for index in range(len(chars) - 1)] or [chars]
    return f" {' '.join(pairs)} "
