"""IMAP answers as values. Pure: bytes in, our types out; raises Garbled for what breaks the grammar, nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from imapclient import imap_utf7
from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.domain.discreet import Discreet
from tuimail.net.errors import Garbled

MAX_DEPTH = 50
MAX_NUMBERS = 2_000_000
"""UIDs that one answer may name; more is not a mailbox but an attack on memory."""
MAX_NAME = 1_000
"""Characters of a mailbox name for the eye."""

MAX_LABELS = 200
"""Of one message."""

NUL_MARK = b"\x00"
"""Stands in a response's text where its next literal belongs."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A missing closing quote or bracket takes the rest of the line: so each byte is looked at once, whatever comes.
_TOKEN = re.compile(rb'[()]|"(?:[^"\\]++|\\.)*+"?|\x00|(?:[^ ()"\[\x00-\x1f]++|\[[^\]]*+\]?)+', re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_CODE = re.compile(rb"\[([A-Za-z0-9.\-]+)(?: ([^\]]*))?\] ?")
_DATE = re.compile(rb"(.{10,11}) (\d\d):(\d\d):(\d\d) (.{5})", re.DOTALL)
_DAY = re.compile(rb"( ?\d{1,2})-([A-Za-z]{3})-(\d{4})")
_ZONE = re.compile(rb"([+-])(\d{2})(\d{2})")
_MONTHS = {name: index + 1 for index, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split())}
_SYSTEM_FLAGS = ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")
_KNOWN_FLAGS = {name.lower(): name for name in (*_SYSTEM_FLAGS, "$Forwarded", "$Junk", "$NotJunk", "$Phishing")}
_MAX_UID = 2**32 - 1


class Response(Discreet, frozen=True):
    """One response as it came: ``text`` with a NUL where each literal belongs."""

    text: bytes
    literals: tuple[bytes, ...] = ()

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("size_bytes", len(self.text)), ("literals", len(self.literals))]


class Status(Struct, frozen=True):
    """The end of a command, or an untagged OK, NO or BAD (RFC 9051 section 7.1)."""

    verdict: str
    code: str
    """The response code's name in upper case, empty without one."""
    arguments: bytes
    """What follows the name in the brackets."""
    words: str
    """The text, not yet cleaned."""


class ListedMailbox(Struct, frozen=True, kw_only=True):
    """A mailbox as the server lists it. ``raw`` names it in commands; ``name`` is for the eye."""

    raw: bytes
    name: str
    """Decoded from modified UTF-7 and cleaned."""
    delimiter: str
    """Empty: the server has no levels."""
    attributes: tuple[str, ...]
    selectable: bool
    total: int = 0
    unread: int = 0
    uidvalidity: int = 0
    """0: not told, as with every number here."""
    uidnext: int = 0
    highestmodseq: int | None = None


class Quoted(bytes):
    """A quoted string or literal, so that "NIL" in quotes is a word and not nothing."""


Node = bytes | list["Node"]


def read_status(text: bytes) -> Status:
    """Read ``OK [CODE arguments] words``, the tag or asterisk already taken off."""
    verdict, _, rest = text.partition(b" ")
    match = _CODE.match(rest)
    code = arguments = b""
    if match:
        code, arguments = match[1], match[2] or b""
        rest = rest[match.end() :]
    return Status(_ascii(verdict).upper(), _ascii(code).upper(), arguments, rest.decode("utf-8", "replace"))


def parse(response: Response) -> list[Node]:
    """The response as nested lists of byte strings; quoted ones and literals are ``Quoted``."""
    literals = iter(response.literals)
    top: list[Node] = []
    open_lists = [top]
    for token in _TOKEN.findall(response.text):
        if token == b"(":
            inner: list[Node] = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
            if len(open_lists) > MAX_DEPTH:
                raise Garbled("lists in lists without an end")
        elif token == b")":
            # Some servers close more than they opened; what was read so far still counts.
            if len(open_lists) > 1:
                open_lists.pop()
        elif token == NUL_MARK:
            literal = next(literals, None)
            if literal is None:
                raise Garbled("a literal that is not there")
            open_lists[-1].append(Quoted(literal))
        elif token.startswith(b'"'):
            open_lists[-1].append(_unquote(token))
        else:
            open_lists[-1].append(token)
    return top


def attributes(response: Response) -> dict[bytes, Node]:
    """The attributes of a FETCH response by upper-case name. Raises Garbled."""
    inner = next((node for node in parse(response) if isinstance(node, list)), [])
    return {
        bytes(name).upper(): value
        for name, value in zip(inner[::2], inner[1::2], strict=False)
        if isinstance(name, bytes)
    }


def read_mailbox(nodes: list[Node]) -> ListedMailbox | None:
    r"""A parsed ``LIST (\Marked) "/" name``, or None where it is no mailbox at all."""
    if len(nodes) < 4 or not isinstance(nodes[1], list):  # noqa: PLR2004 (LIST, attributes, delimiter, name)
        return None
    delimiter, raw = nodes[2], nodes[3]
    if isinstance(delimiter, list) or isinstance(raw, list):
        return None
    attributes = tuple(clean_line(_ascii(item)) for item in nodes[1] if isinstance(item, bytes))
    folded = {attribute.lower() for attribute in attributes}
    return ListedMailbox(
        raw=bytes(raw),
        name=decode_name(bytes(raw)),
        delimiter="" if _is_nil(delimiter) else clean_line(_ascii(delimiter))[:1],
        attributes=attributes,
        selectable=not folded & {"\\noselect", "\\nonexistent"},
    )


def read_counts(nodes: list[Node]) -> tuple[bytes, dict[str, int]] | None:
    """A parsed ``STATUS name (MESSAGES 3 ...)`` as raw name and numbers, or None where it is something else."""
    if len(nodes) < 3 or isinstance(nodes[1], list) or not isinstance(nodes[2], list):  # noqa: PLR2004 (STATUS, name, counts)
        return None
    items = nodes[2]
    counts = {
        _ascii(name).upper(): int(value)
        for name, value in zip(items[::2], items[1::2], strict=False)
        if isinstance(name, bytes) and isinstance(value, bytes) and value.isdigit() and len(value) <= 20  # noqa: PLR2004 (digits of 63 bits, and one to spare)
    }
    return bytes(nodes[1]), counts


def decode_name(raw: bytes) -> str:
    """A mailbox name for the eye: modified UTF-7 (RFC 3501 section 5.1.3), else what it looks like; cleaned."""
    try:
        name = imap_utf7.decode(raw)
    except ValueError:
        name = raw.decode("utf-8", "replace")
    return clean_line(name)[:MAX_NAME]


def read_numbers(text: bytes) -> list[int]:
    """A set such as ``1:3,7`` as numbers, in the server's order."""
    numbers: list[int] = []
    for piece in text.split(b","):
        first, _, last = piece.partition(b":")
        low, high = sorted((_number(first), _number(last or first)))
        if high - low + len(numbers) >= MAX_NUMBERS:
            raise Garbled("a set of messages without an end")
        numbers += range(low, high + 1) if _number(first) == low else range(high, low - 1, -1)
    return numbers


def read_ranges(text: bytes) -> Iterator[tuple[int, int]]:
    """A set such as ``1:3,7`` as pairs of its pieces' least and greatest number, however many lie between."""
    for piece in text.split(b","):
        first, _, last = piece.partition(b":")
        one, other = _number(first), _number(last or first)
        yield (one, other) if one <= other else (other, one)


def read_found(response: Response) -> list[int] | None:
    """The UIDs of a SEARCH or ESEARCH (RFC 4731) response, None for another response."""
    name, _, rest = response.text.partition(b" ")
    if name.upper() == b"SEARCH":
        # A trailing (MODSEQ n) is no UID.
        words = rest.partition(b"(")[0].split()
        if len(words) > MAX_NUMBERS:
            raise Garbled("a set of messages without an end")
        return [_number(word) for word in words]
    if name.upper() != b"ESEARCH":
        return None
    nodes = parse(response)
    for key, value in pairwise(nodes):
        if isinstance(key, bytes) and key.upper() == b"ALL" and isinstance(value, bytes):
            return read_numbers(value)
    return []


def read_copied(arguments: bytes) -> dict[int, int]:
    """COPYUID's arguments (RFC 4315) as old to new UID; empty where the server sent nonsense.

    The copy or move has been done by then: an unreadable receipt must not pass for a failure.
    """
    words = arguments.split()
    if len(words) != 3:  # noqa: PLR2004 (UIDVALIDITY, source, destination)
        return {}
    try:
        old, new = read_numbers(words[1]), read_numbers(words[2])
    except Garbled:
        return {}
    return dict(zip(old, new, strict=True)) if len(old) == len(new) else {}


@lru_cache(maxsize=2048)
def read_flags(text: bytes) -> frozenset[str]:
    r"""Flags from the text between the parentheses, known ones as usually spelt; ``\Recent`` means nothing."""
    flags = (clean_line(name.decode("utf-8", "replace")) for name in text.split())
    return frozenset(_KNOWN_FLAGS.get(flag.lower(), flag) for flag in flags if flag and flag.lower() != "\\recent")


def read_labels(node: Node | None) -> tuple[str, ...]:
    """Gmail's labels from a parsed list: decoded from modified UTF-7, cleaned, each once, in the server's order."""
    if not isinstance(node, list):
        return ()
    names = (decode_name(bytes(item)) for item in node if isinstance(item, bytes) and not _is_nil(item))
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_LABELS]


@lru_cache(maxsize=2048)
def read_label_text(text: bytes) -> tuple[str, ...]:
    """As ``read_labels``, from the text between the parentheses."""
    return read_labels(parse(Response(text)))


def read_count(node: Node | None) -> int:
    """A number of at most 63 bits; 0 for whatever is none."""
    return int(node) if isinstance(node, bytes) and node.isdigit() and len(node) < 19 else 0  # noqa: PLR2004 (digits of 63 bits)


def read_long_id(text: bytes) -> int | None:
    """One of Gmail's numbers of 64 bits, as a database with signed integers keeps it: the upper half is negative."""
    if not text.isdigit() or len(text) > 20 or not 0 < (value := int(text)) < 1 << 64:  # noqa: PLR2004 (digits of 64 bits)
        return None
    return value - (1 << 64) if value >= 1 << 63 else value


@lru_cache(maxsize=8192)
def _midnight(day: bytes, zone: bytes) -> datetime:
    """When that day began there, in UTC. Mail of one day and one server's zone comes in long runs."""
    date, sign_zone = _DAY.fullmatch(day), _ZONE.fullmatch(zone)
    if date is None or sign_zone is None:
        raise ValueError
    offset = timedelta(hours=int(sign_zone[2]), minutes=int(sign_zone[3]))
    moment = datetime(int(date[3]), _MONTHS[date[2].lower()], int(date[1]), tzinfo=UTC)
    return moment + offset if sign_zone[1] == b"-" else moment - offset


def read_date(text: bytes) -> datetime:
    """INTERNALDATE in UTC; the epoch where it cannot be read."""
    match = _DATE.fullmatch(text)
    if not match:
        return EPOCH
    day, hour, minute, second, zone = match.groups()
    hours, minutes, seconds = int(hour), int(minute), min(int(second), 59)
    if hours > 23 or minutes > 59:  # noqa: PLR2004 (of a clock)
        return EPOCH
    try:
        return _midnight(day, zone) + timedelta(seconds=3600 * hours + 60 * minutes + seconds)
    except (ValueError, KeyError, OverflowError):
        return EPOCH


def is_number(text: bytes) -> bool:
    """Whether this is a UID or sequence number."""
    return text.isdigit() and len(text) <= 10 and 0 < int(text) <= _MAX_UID  # noqa: PLR2004 (digits of 32 bits)


def _number(text: bytes) -> int:
    if not is_number(text):
        raise Garbled("a message number that is none")
    return int(text)


def _unquote(token: bytes) -> Quoted:
    inner = token[1:-1] if len(token) > 1 and token.endswith(b'"') else token[1:]
    return Quoted(_ESCAPE.sub(rb"\1", inner) if b"\\" in inner else inner)


def _is_nil(item: bytes) -> bool:
    return not isinstance(item, Quoted) and item.upper() == b"NIL"


def _ascii(text: bytes) -> str:
    return text.decode("ascii", "replace")
