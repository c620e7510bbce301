"""A received mail's bytes to the message that the reader shows. Never raises, whatever the bytes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.body import Block, BlockKind, LinkTarget, Span
from tuimail.domain.clean import clean_block
from tuimail.domain.invitation import Invitation
from tuimail.domain.message import Attachment, Message
from tuimail.mime.attachments import attachment_data, decode_part, describe, describe_inner
from tuimail.mime.bounce import read_bounce
from tuimail.mime.charset import decode_bytes
from tuimail.mime.contents import Contents, Section, sort_parts
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.heading import read_heading
from tuimail.mime.invite import read_invitation
from tuimail.mime.links import LinkBook
from tuimail.mime.part_text import text_of
from tuimail.mime.structure import read_structure
from tuimail.mime.subjects import is_forward
from tuimail.mime.text import is_link_mark, link_mark, read_text_body

__all__ = ["attachment_data", "clean_source", "decode_part", "parse_message", "safe_file_name", "words_of"]

MAX_SOURCE = 2_000_000
_MAX_SECTIONS = 100
_MAX_CALENDARS = 4
_NOTHING: Mapping[str, int] = MappingProxyType({})


class _Form(Struct):
    """The body in one form, with links of its own numbering."""

    blocks: tuple[Block, ...] = ()
    links: tuple[LinkTarget, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        """How much there is to read; numbers of links do not count."""
        return sum(
            len("".join(span.text for span in block.spans if not is_link_mark(span)).split())
            if block.kind is not BlockKind.TABLE
            else len(block.text.split())
            for block in self.blocks
        )

    def add(self, blocks: tuple[Block, ...], links: tuple[LinkTarget, ...], notes: tuple[str, ...]) -> None:
        """Append a section, its links numbered on from ours."""
        if self.blocks and blocks and self.blocks[-1].kind is not BlockKind.BLANK:
            self.blocks += (Block(kind=BlockKind.BLANK),)
        known = {link.url: link.number for link in self.links}
        numbers: dict[int, int] = {}
        for link in links:
            if link.url not in known:
                known[link.url] = len(known) + 1
                self.links += (replace(link, number=known[link.url]),)
            numbers[link.number] = known[link.url]
        self.blocks += _renumbered(blocks, numbers) if any(old != new for old, new in numbers.items()) else blocks
        self.notes += tuple(note for note in notes if note not in self.notes)


def parse_message(
    raw: bytes, *, missing: Mapping[str, int] = _NOTHING, prefer_html: bool = False, wants_both: bool = True
) -> Message:
    """Read a message. The plain form is shown where it has at least half the words of the HTML.

    ``missing``: parts that were left on the server, and their bytes there. Without ``wants_both`` the HTML is not
    read where the plain form is shown, which makes opening several times faster (measured: 12 ms for 25 KB).
    """
    structure = read_structure(raw)
    contents = sort_parts(structure.root)
    has_html = any(section.html for section in contents.sections)
    has_both = has_html and any(section.plain and section.html for section in contents.sections)
    message = read_heading(structure.root)
    is_forwarded = is_forward(message.subject)
    plain = _form(contents, wants_html=False, is_forwarded=is_forwarded)
    # Where no section has both forms, that one has read the HTML already.
    html: _Form | None = plain
    if has_both:
        can_wait = not wants_both and not prefer_html and plain.words * 2 >= _rough_words(contents)
        html = None if can_wait else _form(contents, wants_html=True, is_forwarded=is_forwarded)
    is_html = has_html and html is not None and (prefer_html or not has_both or plain.words * 2 < html.words)
    shown, beside = (html, plain) if is_html and html is not None else (plain, html)
    other = _Form(links=shown.links)
    if has_both and beside is not None:
        other.add(beside.blocks, beside.links, ())
    invitation = _invitation(contents)
    if contents.calendars and invitation is None:
        contents.notes.append("A calendar entry cannot be shown; it is among the attachments.")
    notes = (*message.notes, *contents.notes, *_cut_texts(contents, missing), *shown.notes, *structure.notes)
    return replace(
        message,
        blocks=_trimmed(shown.blocks) or _nothing_to_read(contents, is_told=invitation is not None),
        other_blocks=_trimmed(other.blocks),
        has_other_form=has_both,
        is_html=is_html,
        links=other.links if has_both else shown.links,
        attachments=tuple(_attachments(contents, missing)),
        notes=tuple(dict.fromkeys(notes)),
        invitation=invitation,
        bounce=read_bounce(structure.root),
    )


def words_of(message: Message) -> str:
    """What a search is to find in a message: its text as shown, without numbers of links, events, names of files."""
    lines = [
        "".join(span.text for span in block.spans if not is_link_mark(span))
        if block.kind is not BlockKind.TABLE
        else block.text
        for block in message.blocks
    ]
    event = (message.invitation.title, message.invitation.place) if message.invitation else ()
    return "\n".join((*lines, *event, *(attachment.name for attachment in message.attachments)))


def clean_source(raw: bytes) -> str:
    """The mail as it came, for the source view: every byte that a terminal might act on taken out."""
    text = clean_block(decode_bytes(raw[:MAX_SOURCE], "utf-8").text)
    if len(raw) > MAX_SOURCE:
        text += f"\n[{len(raw) - MAX_SOURCE:,} further bytes are not shown; save the original to get them]"
    return text


def _attachments(contents: Contents, missing: Mapping[str, int]) -> Iterator[Attachment]:
    """The parts to save, and the files within parts that are here as a whole."""
    for part in contents.attached:
        yield describe(part, missing.get(part.path))
    texts = [section.plain for section in contents.sections if section.plain is not None]
    for part in [*contents.containers, *texts]:
        if part.path not in missing:
            yield from describe_inner(part)


def _invitation(contents: Contents) -> Invitation | None:
    """Of several calendars, which mostly are the same one twice, the first that can be read."""
    for part in contents.calendars[:_MAX_CALENDARS]:
        invitation = read_invitation(text_of(part)[0], part=part.path, method=part.type.params.get("method", ""))
        if invitation is not None:
            return invitation
    return None


def _rough_words(contents: Contents) -> int:
    """About how many words the HTML form has, without reading it."""
    from tuimail.mime.html import rough_words  # noqa: PLC0415 (15 ms and 3 MB with all rules of HTML; no list needs it)

    return sum(rough_words(text_of(section.html)[0]) for section in contents.sections if section.html)


def _cut_texts(contents: Contents, missing: Mapping[str, int]) -> Iterator[str]:
    for section in contents.sections:
        for part in (section.plain, section.html):
            if part is not None and part.path in missing and part.body:
                parts = f"the first {_size(len(part.body))} of {_size(missing[part.path])}"
                yield f"This text is long: {parts} are shown. Its source brings all of it."


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"  # noqa: PLR2004


def _form(contents: Contents, *, wants_html: bool, is_forwarded: bool) -> _Form:
    form = _Form()
    for section in contents.sections[:_MAX_SECTIONS]:
        form.add(*_read_section(section, wants_html=wants_html, is_forwarded=is_forwarded))
    if len(contents.sections) > _MAX_SECTIONS:
        form.notes += (f"Showing {_MAX_SECTIONS} of {len(contents.sections):,} texts.",)
    return form


def _read_section(
    section: Section, *, wants_html: bool, is_forwarded: bool
) -> tuple[tuple[Block, ...], tuple[LinkTarget, ...], tuple[str, ...]]:
    if section.html and (wants_html or not section.plain):
        from tuimail.mime.html import read_html  # noqa: PLC0415 (see _rough_words)

        text, note = text_of(section.html)
        page = read_html(text, is_forwarded=is_forwarded)
        notes = [*page.notes, *([note] if note else [])]
        if page.remote_images:
            plural = "s" if page.remote_images > 1 else ""
            notes.append(f"{page.remote_images} remote image{plural} not loaded")
        return page.blocks, page.links, tuple(notes)
    if section.plain:
        text, note = text_of(section.plain)
        params = section.plain.type.params
        book = LinkBook()
        body = read_text_body(
            text,
            book,
            flowed=params.get("format", "").lower() == "flowed",
            del_sp=params.get("delsp", "").lower() == "yes",
        )
        return body.blocks, tuple(book.targets), (*body.notes, *([note] if note else []))
    return section.told, (), ()


def _renumbered(blocks: tuple[Block, ...], numbers: dict[int, int]) -> tuple[Block, ...]:
    def spans(old: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(span if span.link is None else moved(span, numbers[span.link]) for span in old)

    def moved(span: Span, number: int) -> Span:
        return link_mark(number) if is_link_mark(span) else replace(span, link=number)

    return tuple(
        replace(block, spans=spans(block.spans), cells=tuple(tuple(spans(cell) for cell in row) for row in block.cells))
        for block in blocks
    )


def _trimmed(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    start, end = 0, len(blocks)
    while start < end and blocks[start].kind is BlockKind.BLANK:
        start += 1
    while end > start and blocks[end - 1].kind is BlockKind.BLANK:
        end -= 1
    return blocks[start:end]


def _nothing_to_read(contents: Contents, *, is_told: bool) -> tuple[Block, ...]:
    words = "This message has no text."
    if is_told:
        words = "This message has no text beside the invitation."
    elif contents.attached:
        words = "This message has no text, only attachments."
    return (Block(spans=(Span(text=words),), is_told=True),)
