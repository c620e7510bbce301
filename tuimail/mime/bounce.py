"""Delivery reports (RFC 3464, RFC 6533) and the older forms that servers still send, summed up. Never raises."""

import re
from collections.abc import Iterator

from tuimail.domain.bounce import Bounce, FailedDelivery
from tuimail.domain.clean import clean_line, clean_quote
from tuimail.mime.attachments import transfer_of
from tuimail.mime.charset import decode_bytes
from tuimail.mime.headers import read_text, unfold
from tuimail.mime.status_codes import find_code, meaning, tells_nothing
from tuimail.mime.structure import Part, header_fields
from tuimail.mime.transfer import decode_transfer

REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
"""Types of the part that programs read."""

RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})
"""Types of the part that has the header of the mail that the report is about."""

MAX_RECIPIENTS = 100
_MAX_BYTES = 256 * 1024
_RETURNED = RETURNED_HEADERS | {"message/rfc822", "message/global"}
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_ACTION_OF_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_BLANK_LINES = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")
_REPLY_CODE = re.compile(
    r"\b[245]\d\d[- ](?:#?[245]\.\d{1,3}\.\d{1,3}\b\s*+-?)?|(?:^|(?<=\s))#?[245]\.\d{1,3}\.\d{1,3}\s"
)
_QMAIL_SIGN = "This is the qmail-send program"
_QMAIL_RECIPIENT = re.compile(r"^<([^<>\s]{3,320})>:[ \t]*\n((?:[^\n]+\n){1,30})", re.M)
_QMAIL_COPY = re.compile(rb"^--- (?:Below this line|Enclosed) [^\n]{0,60}copy of the message[^\n]{0,20}\n\s*", re.M)
_EXCHANGE_SIGN = "did not reach the following recipient(s):"
_EXCHANGE_RECIPIENT = re.compile(r"^[ \t]*(\S[^\n]{0,200}?) on \w{3}, [^\n]{8,60}\n((?:[ \t]+[^\n]+\n){1,8})", re.M)
_ADDRESS = re.compile(r"[^\s<>,;:\"']{1,100}@[^\s<>,;:\"']{1,200}")


def read_bounce(root: Part) -> Bounce | None:
    """What a message reports of an earlier one; None if it is no report."""
    report = next((part for part in _own_parts(root) if part.content_type in REPORTS), None)
    deliveries = tuple(_from_report(_decoded(report))) if report else ()
    if not deliveries:
        deliveries = _from_text(root)
    return Bounce(deliveries=deliveries[:MAX_RECIPIENTS], subject=_subject(root)) if deliveries else None


def names_recipients(report: Part) -> bool:
    """Whether the part says of anybody what became of his mail."""
    return any(_from_report(_decoded(report)))


def _own_parts(root: Part) -> Iterator[Part]:
    """The parts of the message itself, not those of messages within."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if part.content_type.startswith("multipart/"):
            waiting += reversed(part.children)


def _decoded(part: Part) -> bytes:
    return decode_transfer(part.body[:_MAX_BYTES], transfer_of(part))


def _from_report(data: bytes) -> Iterator[FailedDelivery]:
    """One for each group of fields that names a recipient; the group of the message itself names none."""
    for _, group in zip(range(MAX_RECIPIENTS + 1), _BLANK_LINES.split(data.strip()), strict=False):
        found, _ = header_fields(group, 0, len(group))
        fields = {name.lower(): unfold(value) for name, value in reversed(found)}
        recipient = _recipient(fields)
        if recipient:
            diagnostic = fields.get("diagnostic-code", "")
            status = find_code(fields.get("status", ""))
            yield _delivery(
                recipient,
                action=fields.get("action", "").partition(" ")[0].strip().lower(),
                status=find_code(diagnostic) or status if tells_nothing(status) else status,
                words=_said(diagnostic) or _comment(fields.get("status", "")),
            )


def _recipient(fields: dict[str, str]) -> str:
    # The address that the mail was sent to says more to its sender than the one it was forwarded to.
    named = fields.get("original-recipient") or fields.get("final-recipient") or ""
    address = named.partition(";")[2] or named
    return clean_line(address).strip("<> ")[:320]


def _said(diagnostic: str) -> str:
    """The server's words behind the kind of server, such as ``smtp;``."""
    kind, semicolon, words = diagnostic.partition(";")
    return words.strip() if semicolon else kind


def _comment(status: str) -> str:
    return status.partition("(")[2].rpartition(")")[0]


def _delivery(recipient: str, *, action: str, status: str, words: str) -> FailedDelivery:
    action = action if action in _ACTIONS else _ACTION_OF_CLASS.get(status[:1], "failed")
    said = clean_quote(_REPLY_CODE.sub(" ", clean_line(words[:4000])))
    reason = "" if said and tells_nothing(status) else meaning(status)
    quoted = f"“{said}”" if said else ""
    return FailedDelivery(
        recipient=recipient, action=action, status=status, reason=": ".join(filter(None, (reason, quoted)))
    )


def _from_text(root: Part) -> tuple[FailedDelivery, ...]:
    """The forms that only people were meant to read: qmail's, Exim's and Google's, and that of old Exchange."""
    part = next((part for part in _own_parts(root) if part.content_type == "text/plain" and not part.children), None)
    text = decode_bytes(_decoded(part)[:_MAX_BYTES], part.type.params.get("charset", "")).text if part else ""
    text = text.replace("\r\n", "\n")
    failed = unfold(root.value("x-failed-recipients"))
    if failed:
        recipients = dict.fromkeys(clean_line(found) for found in _ADDRESS.findall(failed[:_MAX_BYTES]))
        return tuple(_worded(recipient, _beside(recipient, text)) for recipient in recipients)
    if _QMAIL_SIGN in text[:1000]:
        return tuple(_worded(clean_line(to), words) for to, words in _QMAIL_RECIPIENT.findall(text))
    if _EXCHANGE_SIGN in text[:2000]:
        return tuple(_worded(clean_line(to).strip("'\""), words) for to, words in _EXCHANGE_RECIPIENT.findall(text))
    return ()


def _worded(recipient: str, words: str) -> FailedDelivery:
    code = find_code(words)
    return _delivery(recipient, action="failed", status=code, words=words.replace(f"#{code}", " ") if code else words)


def _beside(recipient: str, text: str) -> str:
    """The paragraph below the line that names the recipient, as Exim writes it."""
    at = text.find(recipient)
    if at < 0:
        return ""
    lines = text[at : at + 4000].split("\n")[1:12]
    while lines and not lines[0].strip():
        lines.pop(0)
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    paragraph = " ".join(lines[:end])
    # Google's begins with an explanation and has the server's answer behind it.
    _, _, answer = paragraph.partition("The response was:")
    return answer or paragraph


def _subject(root: Part) -> str:
    for part in _own_parts(root):
        if part.content_type not in _RETURNED:
            continue
        if part.children:
            return read_text(part.children[0].value("subject"))
        data = _decoded(part)
        return _subject_in(data, 0)
    start = _QMAIL_COPY.search(root.body[:_MAX_BYTES]) if not root.children else None
    return _subject_in(root.body[:_MAX_BYTES], start.end()) if start else ""


def _subject_in(data: bytes, start: int) -> str:
    fields, _ = header_fields(data, start, len(data))
    return read_text(next((value for name, value in fields if name.lower() == "subject"), b""))
