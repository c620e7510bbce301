"""A message as a page that a browser can show without fetching, running or telling anything. The one home of nh3.

Three walls, each enough by itself against what is known: the guard bounds and simplifies the markup, nh3 keeps only
what is listed here, and the page's own Content-Security-Policy lets a browser load nothing but what it holds.
"""

import html
import re
from base64 import b64encode
from collections.abc import Mapping

import nh3
from msgspec import Struct, field

from tuimail.domain.clean import clean_block, clean_line
from tuimail.mime.attachments import transfer_of
from tuimail.mime.contents import sort_parts
from tuimail.mime.headers import read_text
from tuimail.mime.html_guard import RENAMED, SURROGATES, guard
from tuimail.mime.html_sheet import harmless_sheet, harmless_style
from tuimail.mime.part_text import text_of
from tuimail.mime.structure import Part, read_structure, walk
from tuimail.mime.transfer import decode_transfer

MAX_PICTURES = 8_000_000
"""Bytes of all pictures that the page carries; further ones are left out."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
_HEAD = (
    '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    '<meta name="referrer" content="no-referrer">'
    # Browsers look up the names of links beforehand, and a name can be one reader's own.
    '<meta http-equiv="x-dns-prefetch-control" content="off">'
)
# As the guard writes them: formatting under names of its own, so that no parser re-opens it in later blocks.
_FORMATTING = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp"}
    | {"small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "img", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "wbr"}
)
_LOOKS = frozenset(
    {"align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "color", "colspan", "dir", "face", "height"}
    | {"hidden", "lang", "nowrap", "rowspan", "size", "start", "style", "title", "type", "valign", "width"}
)
_LINK = f"{RENAMED}a"
_ATTRIBUTES = {"*": set(_LOOKS), _LINK: {"href"}, "img": {"src", "alt"}}
_WRITTEN_IN = "written-in"
"""Scheme of pictures that the page itself carried, while it is cleaned."""
_DATA = re.compile(r"data:image/[a-z.+-]{1,20};base64,([A-Za-z0-9+/=\s]{1,10000000}+)", re.I)
_BODY = re.compile(r"<(/?)body\b")
_RENAMED = re.compile(rf"<(/?){RENAMED}")
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)


class _Pictures(Struct):
    """Pictures that come with the message, as what an ``img`` may show."""

    parts: Mapping[str, Part]
    """By Content-ID, without its brackets."""
    written: list[str] = field(default_factory=list)
    left: int = MAX_PICTURES

    def keep(self, match: re.Match[str]) -> str:
        """Take a picture out of the page, and name it."""
        if len(match[1]) > self.left:
            return ""
        self.left -= len(match[1])
        self.written.append(match[0])
        return f"{_WRITTEN_IN}:{len(self.written) - 1}"

    def source(self, value: str) -> str | None:
        """What to write for this ``src``; None for anything that would have to be fetched."""
        scheme, _, name = value.partition(":")
        if scheme == _WRITTEN_IN and name.isdecimal() and int(name) < len(self.written):
            return self.written[int(name)]
        part = self.parts.get(name.strip()) if scheme.lower() == "cid" else None
        if part is None or len(part.body) > self.left:
            return None
        data = decode_transfer(part.body, transfer_of(part))
        kind = picture_kind(data)
        if not kind or 4 * len(data) // 3 > self.left:
            return None
        self.left -= 4 * len(data) // 3
        return f"data:image/{kind};base64,{b64encode(data).decode()}"


def sanitised_html(raw: bytes) -> str:
    """The message as a whole page in UTF-8: its HTML, or its text where it has none. Never raises.

    Nothing in it is fetched: pictures are those that came with the message, links say nothing of where they were
    opened, and there are no forms, scripts, frames, fonts or style sheets from elsewhere.
    """
    root = read_structure(raw).root
    pictures = _Pictures(parts={_content_id(part): part for part in walk(root) if part.value("content-id")})
    pieces: list[str] = []
    for section in sort_parts(root).sections:
        if section.html:
            pieces.append(_cleaned(text_of(section.html)[0], pictures))
        elif section.plain:
            pieces.append(f"<pre>{html.escape(clean_block(text_of(section.plain)[0]))}</pre>")
        else:
            pieces += [f"<p>{html.escape(block.text)}</p>" for block in section.told]
    title = html.escape(clean_line(read_text(root.value("subject"))))
    return f"{_HEAD}<title>{title}</title></head><body>{'<hr>'.join(pieces)}</body></html>\n"


def picture_kind(data: bytes) -> str:
    """The subtype that the first bytes of a picture tell; empty for anything that is not known to be harmless."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _PICTURES if data.startswith(start)), "")


def _cleaned(page: str, pictures: _Pictures) -> str:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return harmless_style(value) or None
        if tag == "img" and name == "src":
            return pictures.source(value)
        return value

    guarded = guard(_DATA.sub(pictures.keep, SURROGATES.sub("\N{REPLACEMENT CHARACTER}", page)))
    cleaned = nh3.clean(
        # The body's own colours stay, as those of a block.
        _BODY.sub(r"<\1div", guarded.html),
        tags={*_BLOCKS, *(RENAMED + tag for tag in _FORMATTING)},
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        link_rel=None,
        set_tag_attribute_values={_LINK: {"rel": "noreferrer noopener"}},
        url_schemes={"http", "https", "mailto", "cid", _WRITTEN_IN},
        url_relative="deny",
    )
    sheet = harmless_sheet(guarded.styles)
    return (f"<style>{sheet}</style>" if sheet else "") + _RENAMED.sub(r"<\1", clean_block(cleaned))


def _content_id(part: Part) -> str:
    return part.value("content-id").decode("utf-8", "replace").strip().removeprefix("<").removesuffix(">")
