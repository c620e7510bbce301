"""How large a draft will be as a mail, and whether its server takes that."""

from tuimail.domain.draft import Draft, FieldProblem

_HEADER = 330
"""Bytes of a header without what the person writes into it."""
_BASE64 = 78 / 57
"""Bytes on the wire for each of a file: lines of 76 signs, each with its end, for 57 bytes."""
_MB = 1_000_000


def mail_size(draft: Draft) -> int:
    """About how many bytes it will have on its way, its files in base64."""
    written = f"{draft.sender}{draft.to}{draft.cc}{draft.subject}{''.join(draft.references)}{draft.text}"
    return _HEADER + len(written.encode("utf-8", "replace")) + files_size(draft)


def files_size(draft: Draft) -> int:
    """The share of its files in that."""
    return round(sum(len(file.data) for file in draft.attachments) * _BASE64)


def too_large(draft: Draft, limit: int) -> FieldProblem | None:
    """What is to be mended where the server said that it takes less; a ``limit`` of 0 is not known."""
    about = mail_size(draft)
    if not limit or about <= limit:
        return None
    words = f"This mail is about {_mega(about)} MB; the server takes {_mega(limit)} MB."
    return FieldProblem(field="attachments" if draft.attachments else "text", words=words)


def _mega(count: int) -> str:
    return f"{count / _MB:.1f}".removesuffix(".0") if count < 10 * _MB else f"{count / _MB:.0f}"
