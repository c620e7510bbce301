"""Transfer encodings (RFC 2045 section 6), decoded as far as they can be."""

import binascii
import re

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_SPACE = b" \t\r\n"
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n", re.M)


def encoding_name(value: bytes) -> str:
    """What a Content-Transfer-Encoding field means: ``base64``, ``quoted-printable``, ``uuencode`` or empty."""
    name = value.decode("ascii", "replace").partition(";")[0].strip().strip("\"'").lower().replace(" ", "-")
    if name in {"x-uue", "uue", "x-uuencode", "uuencode"}:
        return "uuencode"
    return name if name in {"base64", "quoted-printable"} else ""


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The bytes that were meant; what is broken is read as far as it goes. Never raises."""
    if encoding == "base64":
        return _from_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "uuencode":
        return _from_uu(data)
    return data


def decoded_size(data: bytes, encoding: str) -> int:
    """The size of what ``decode_transfer`` gives, without making it where that is costly."""
    if encoding == "base64":
        digits = len(data) - sum(data.count(bytes([space])) for space in _SPACE) - data.count(b"=")
        return digits * 3 // 4
    return len(decode_transfer(data, encoding))


def estimated_size(encoded_bytes: int, encoding: str) -> int:
    """About the size of what so many encoded bytes mean: lines of 76 characters, or of 60 for uuencode."""
    if encoding == "base64":
        return encoded_bytes * 57 // 78
    return encoded_bytes * 45 // 63 if encoding == "uuencode" else encoded_bytes


def is_plain(data: bytes) -> bool:
    """Whether bytes that are said to be base64 are words: some programs name an encoding and use none."""
    # Base64 has no spaces within its lines and no full stops; its lines are long.
    sample = data[:4096]
    return sample.isascii() and sample.count(b" ") * 20 > len(sample)


def _from_base64(data: bytes) -> bytes:
    digits = data.translate(None, _NOT_BASE64)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _from_uu(data: bytes) -> bytes:
    begin = _UU_BEGIN.search(data)
    decoded: list[bytes] = []
    for line in data[begin.end() if begin else 0 :].splitlines():
        if line.strip() in {b"end", b"`"}:
            break
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count the bytes of a line wrongly; its length byte says how many characters hold.
            length = ((line[0] - 32) & 63) * 4 // 3 + 2 if line else 1
            try:
                decoded.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(decoded)
