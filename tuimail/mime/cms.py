"""The mail inside of an opaque S/MIME signature (RFC 8551 section 3.5.2). The signature is not looked at.

Only as much of BER (X.690) as leads there; programs write both definite and indefinite lengths. Never raises.
"""

MAX_STEPS = 200_000

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_SEQUENCE, _EXPLICIT, _OCTETS, _OCTETS_IN_PIECES = 0x30, 0xA0, 0x04, 0x24
_LONG_TAG = 0x1F
_MAX_LENGTH_BYTES = 8


class _UnreadableError(Exception):
    """It is not built as the standard says."""


def signed_content(data: bytes) -> bytes:
    """The signed mail, headers and all; empty where there is none to be found."""
    try:
        return _content(data)
    except (_UnreadableError, IndexError):
        return b""


def _content(data: bytes) -> bytes:
    at = _enter(data, 0, _SEQUENCE)
    at = _enter(data, _after(data, at, _SIGNED_DATA), _EXPLICIT)
    at = _enter(data, at, _SEQUENCE)
    at = _skip(data, _skip(data, at))  # the version, and the names of digests
    at = _enter(data, at, _SEQUENCE)
    at = _enter(data, _after(data, at, _DATA), _EXPLICIT)
    tag, start, end = _head(data, at)
    if tag == _OCTETS and end is not None:
        return data[start:end]
    if tag != _OCTETS_IN_PIECES:
        raise _UnreadableError
    return _joined(data, start, len(data) if end is None else end)


def _joined(data: bytes, at: int, stop: int) -> bytes:
    pieces: list[bytes] = []
    while at < stop and len(pieces) < MAX_STEPS:
        tag, start, end = _head(data, at)
        if tag != _OCTETS or end is None:
            break
        pieces.append(data[start:end])
        at = end
    return b"".join(pieces)


def _enter(data: bytes, at: int, wanted: int) -> int:
    """Where the content of an element begins."""
    tag, start, _ = _head(data, at)
    if tag != wanted:
        raise _UnreadableError
    return start


def _after(data: bytes, at: int, wanted: bytes) -> int:
    if not data.startswith(wanted, at):
        raise _UnreadableError
    return at + len(wanted)


def _head(data: bytes, at: int) -> tuple[int, int, int | None]:
    """An element's tag, where its content begins and where it ends; None: at a mark within."""
    tag, first = data[at], data[at + 1]
    if tag & _LONG_TAG == _LONG_TAG:
        raise _UnreadableError
    if first == 0x80:  # noqa: PLR2004 (indefinite)
        return tag, at + 2, None
    if first < 0x80:  # noqa: PLR2004 (the length itself)
        return tag, at + 2, min(len(data), at + 2 + first)
    count = first & 0x7F
    if count > _MAX_LENGTH_BYTES:
        raise _UnreadableError
    start = at + 2 + count
    return tag, start, min(len(data), start + int.from_bytes(data[at + 2 : start], "big"))


def _skip(data: bytes, at: int) -> int:
    """Behind an element, whatever is in it."""
    depth = 0
    for _ in range(MAX_STEPS):
        if data[at : at + 2] == b"\0\0" and depth:
            depth -= 1
            at += 2
        else:
            _, start, end = _head(data, at)
            at = start if end is None else end
            depth += end is None
        if not depth:
            return at
    raise _UnreadableError
