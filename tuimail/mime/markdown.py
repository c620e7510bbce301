"""The HTML form of a mail that was typed with Markdown's marks. The plain form stays as it was typed."""

import html
import re
from collections.abc import Iterator

from tuimail.mime.flowed import SIGNATURE

MAX_CHARS = 500_000
"""Longer texts go out plain alone."""

_QUOTE = re.compile(r"(?:> ?)*")
_TAGS = frozenset(
    (
        *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    )
)
_MARKED = re.compile(r"<(?!/?(?:p|br|blockquote|a)\b)|<a [^>]*>(?!https?:|mailto:|[^<]*@)")
"""What shows that there was something to format: no page is sent for paragraphs alone."""
_QUOTED = '<blockquote type="cite" style="margin: 0 0 0 .8ex; border-left: 2px solid #ccc; padding-left: 1ex">'


def as_html(text: str) -> str:
    """The text as a page; empty where nothing in it is marked, or it is too long."""
    if len(text) > MAX_CHARS:
        return ""
    # Imported here: 60 ms, for those who ask for it.
    import nh3  # noqa: PLC0415
    from markdown_it import MarkdownIt  # noqa: PLC0415

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    # A picture would be fetched from elsewhere by whoever reads the mail.
    reader.disable("image")
    written, signature = _parts(text)
    page = nh3.clean(
        reader.render("\n".join(_apart(written.split("\n")))),
        tags=set(_TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    if not _MARKED.search(page):
        return ""
    page = page.replace("<blockquote>", _QUOTED)
    end = "<br>\n".join(["<p>-- ", *map(html.escape, signature)]) + "</p>\n" if signature else ""
    return f"<!DOCTYPE html>\n<html><body>\n{page}{end}</body></html>\n"


def _parts(text: str) -> tuple[str, list[str]]:
    """The text without its signature, whose line would be taken for that of a heading."""
    written, found, signature = f"\n{text}".rpartition(f"\n{SIGNATURE}\n")
    return (written, signature.rstrip().split("\n")) if found else (text, [])


def _apart(lines: list[str]) -> Iterator[str]:
    """Quotations kept from what was written below them, which Markdown would take into them; cut lines joined."""
    held, before = "", 0
    for line in [*lines, ""]:
        marks = _QUOTE.match(line)
        end = marks.end() if marks else 0
        depth, content = line[:end].count(">"), line[end:]
        if held and depth == before and content.strip():
            held += content
        else:
            yield from [held] if held else []
            held = ""
            if depth != before:
                yield "> " * min(depth, before)
            held = "> " * depth + content
        # A line of a quotation that ends in a space is one with the next (RFC 3676 section 4.2).
        if not (depth and content.endswith(" ")):
            yield held
            held = ""
        before = depth
