"""What an IMAP server says of the parts of a mail: BODYSTRUCTURE, and sections by their names."""

from tuimail.mime.structure import Part, read_structure, walk


def body_structure(raw: bytes) -> bytes:
    """The BODYSTRUCTURE of a mail, without its extension data but for the disposition (RFC 9051 section 7.5.2)."""
    return _described(read_structure(raw).root)


def section(raw: bytes, name: str) -> bytes:
    """A section such as ``1.2``, ``1.2.MIME``, ``2.HEADER``, ``HEADER`` or, empty, the whole mail."""
    root = read_structure(raw).root
    if not name:
        return raw
    if name == "HEADER":
        return raw[: root.start]
    number = name.removesuffix(".MIME").removesuffix(".HEADER")
    part = next((each for each in walk(root) if each.path == number), None)
    if part is None:
        return b""
    if name.endswith(".MIME"):
        return part.source[part.header_start : part.start]
    if name.endswith(".HEADER"):
        inner = part.children[0]
        return part.source[inner.header_start : inner.start]
    return part.body


def _described(part: Part) -> bytes:
    main, _, sub = part.content_type.encode().partition(b"/")
    disposition = part.disposition.value.encode()
    told = b'("%s" NIL)' % disposition if disposition else b"NIL"
    if part.children and main == b"multipart":
        return b'(%s "%s" NIL %s NIL)' % (b"".join(map(_described, part.children)), sub, told)
    encoding = part.value("content-transfer-encoding").strip() or b"7bit"
    start = b'"%s" "%s" NIL NIL NIL "%s" %d' % (main, sub, encoding, len(part.body))
    if part.content_type == "message/rfc822" and part.children:
        envelope = b"(" + b" ".join([b"NIL"] * 10) + b")"
        return b"(%s %s %s 9 NIL %s NIL)" % (start, envelope, _described(part.children[0]), told)
    lines = b" 9" if main == b"text" else b""
    return b"(%s%s NIL %s NIL)" % (start, lines, told)
