"""Sorts the parts of a message: what is read as its text, what is told in words, what is attached."""

from msgspec import Struct, field

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.domain.clean import clean_line
from tuimail.mime.attachments import OPAQUE_TYPES, given_name, is_attached, name_of, signed_mail, transfer_of
from tuimail.mime.bounce import REPORTS, RETURNED_HEADERS, names_recipients
from tuimail.mime.headers import read_text
from tuimail.mime.inner_files import MARK, is_tnef
from tuimail.mime.params import FieldWithParams
from tuimail.mime.structure import Part, read_structure, walk
from tuimail.mime.tnef import read_tnef
from tuimail.mime.transfer import decode_transfer

READABLE = frozenset({"text/plain", "text/html", "text/enriched", *REPORTS})
"""Types that are read as part of the message unless they are attached."""
MESSAGES = frozenset({"message/rfc822", "message/global"})
"""Types of a mail within the mail (RFC 6532 section 3.7 has the second)."""
CALENDARS = frozenset({"text/calendar", "application/ics"})
"""Types of invitations, attached or not."""
TELLING = READABLE | RETURNED_HEADERS
"""The types that something of what is shown comes from."""
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_MAX_LAYERS = 3
_TOLD_FIELDS = ("From", "To", "Date", "Subject")


class Section(Struct, kw_only=True):
    """A stretch of the message: a text in one or two forms, or words of ours."""

    plain: Part | None = None
    html: Part | None = None
    told: tuple[Block, ...] = ()


class Contents(Struct):
    """The message, sorted."""

    sections: list[Section] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)
    calendars: list[Part] = field(default_factory=list)
    containers: list[Part] = field(default_factory=list)
    reports: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sort_parts(root: Part) -> Contents:
    """Sort the tree. Messages within are told by their header and attached as a whole."""
    contents = Contents()
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting += reversed(_sort(part, contents, is_root=part is root))
    for container in contents.containers if not contents.sections else ():
        section = _from_container(container)
        contents.sections += [section] if section else []
    for report in contents.reports:
        # It is summed up above the message; the words beside it are what people are meant to read.
        if contents.sections:
            contents.attached.append(report)
        else:
            contents.sections.append(Section(plain=report))
    return contents


def _sort(part: Part, contents: Contents, *, is_root: bool) -> list[Part]:
    """Place one part; gives the parts within that are still to be sorted."""
    kind = part.content_type
    if kind == "multipart/alternative" and part.children:
        return _alternatives(part, contents)
    if kind.startswith("multipart/") and part.children:
        return _multipart(part, contents)
    if kind in MESSAGES:
        contents.sections.append(Section(told=_nested(part)))
        contents.attached.append(part)
    elif kind in OPAQUE_TYPES:
        return _opaque(part, contents)
    elif is_tnef(part):
        contents.containers.append(part)
        contents.attached.append(part)
    elif kind in CALENDARS:
        # Some send it as a file only; what it says is shown all the same.
        contents.calendars.append(part)
        contents.attached.append(part)
    elif kind in _SIGNATURES:
        contents.attached.append(part)
    elif is_root and not is_attached(part) and (kind not in READABLE) and kind.startswith(("multipart/", "text/")):
        contents.sections.append(Section(plain=part))
    elif kind in REPORTS and not is_attached(part) and names_recipients(part):
        contents.reports.append(part)
    elif _is_read(part):
        contents.sections.append(_section(part))
        if given_name(part):
            contents.attached.append(part)
    else:
        contents.attached.append(part)
    return []


def _multipart(part: Part, contents: Contents) -> list[Part]:
    if part.content_type == "multipart/encrypted":
        contents.sections.append(Section(told=_words("This message is encrypted and cannot be read here.")))
        contents.attached += [child for child in part.children if not child.children]
        return []
    if part.content_type == "multipart/signed":
        way = "S/MIME" if "pkcs7" in part.type.params.get("protocol", "").lower() else "PGP"
        contents.notes.append(f"Signed ({way}); the signature was not checked.")
    return part.children


def _opaque(part: Part, contents: Contents) -> list[Part]:
    """S/MIME in one piece: the mail inside of a signature, read as if it were not wrapped."""
    # Each layer is a copy of all that is in it.
    signed = signed_mail(part) if part.path.count(MARK) < _MAX_LAYERS else None
    contents.attached.append(part)
    if signed is not None:
        contents.notes.append("Signed (S/MIME); the signature was not checked.")
        inner = read_structure(signed).root
        for each in walk(inner):
            each.path = f"{part.path}{MARK}{each.path}"
        return [inner]
    is_signed = part.type.params.get("smime-type", "").lower() == "signed-data"
    state = "signed in a form that" if is_signed else "encrypted and"
    contents.sections.append(Section(told=_words(f"This message is {state} cannot be read here (S/MIME).")))
    return []


def _from_container(part: Part) -> Section | None:
    """The text of a mail that is all in winmail.dat."""
    found = read_tnef(decode_transfer(part.body, transfer_of(part)))
    if found is None:
        return None
    if found.text.strip():
        return Section(plain=_made_part(part.path, found.text.encode("utf-8", "replace"), "text/plain"))
    if found.html:
        return Section(html=_made_part(part.path, found.html, "text/html"))
    return Section(told=_words("The text of this message is in a form of Outlook's own that cannot be read here."))


def _made_part(path: str, data: bytes, content_type: str) -> Part:
    params = {"charset": "utf-8"}
    kind = FieldWithParams(value=content_type, params=params)
    plain = FieldWithParams(value="", params={})
    return Part(path=path, source=data, header_start=0, start=0, end=len(data), fields=(), type=kind, disposition=plain)


def _alternatives(part: Part, contents: Contents) -> list[Part]:
    """The forms of one text become one section (RFC 2046 section 5.1.4); what else is there is sorted on its own."""
    section = Section()
    others: list[Part] = []
    for child in part.children:
        text = _text_within(child)
        if text is not None and text.content_type == "text/html":
            # The last form is the richest; pictures beside it are attachments.
            section.html = text
            others += [inner for inner in child.children if inner is not text]
        elif child.content_type in CALENDARS:
            others.append(child)
        elif text is not None and section.plain is None:
            section.plain = text
            others += [inner for inner in child.children if inner is not text]
        else:
            others.append(child)
    if section.plain or section.html:
        contents.sections.append(section)
    return others


def _text_within(part: Part) -> Part | None:
    """The text that an alternative is: itself, or the root of its related or mixed parts."""
    for _ in range(5):
        if not part.children or not part.content_type.startswith("multipart/"):
            break
        readable = [child for child in part.children if child.children or _is_read(child)]
        if not readable:
            return None
        htmls = [child for child in readable if child.content_type == "text/html"]
        part = htmls[0] if htmls else readable[0]
    return part if _is_read(part) else None


def _is_read(part: Part) -> bool:
    return part.content_type in READABLE and not is_attached(part) and not part.children


def _section(part: Part) -> Section:
    if part.content_type == "text/html":
        return Section(html=part)
    return Section(plain=part)


def _nested(part: Part) -> tuple[Block, ...]:
    inner = part.children[0] if part.children else None
    lines = [Block(kind=BlockKind.RULE, is_told=True), *_words(f"Attached message: {name_of(part)}")]
    for name in _TOLD_FIELDS if inner else ():
        value = read_text(inner.value(name.lower())) if inner else ""
        if value:
            spans = (Span(text=f"{name}: ", style=Style.BOLD), Span(text=clean_line(value)[:500]))
            lines.append(Block(spans=spans, indent=2, is_told=True))
    return tuple(lines)


def _words(words: str) -> tuple[Block, ...]:
    return (Block(spans=(Span(text=words, style=Style.ITALIC),), is_told=True),)
