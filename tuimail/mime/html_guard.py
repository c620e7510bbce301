"""The guard in front of the HTML parser: one pass that bounds what the parser gets to see.

Each ``<`` is looked at once. What comes out holds known tags only, at most ``MAX_DEPTH`` deep, each short and
with few attributes; comments and the contents of scripts, styles and the like are gone. Tags for formatting are
renamed to unknown ones, because parsers re-open them in each later block (HTML Standard, section 13.2.4.3), which
a hostile mail turns into millions of elements.
"""

import re

from msgspec import Struct, field

MAX_CHARS = 2_000_000
MAX_TAG = 16_384
MAX_TOKENS = 200_000
MAX_DEPTH = 200
MAX_ATTRIBUTES = 64
MAX_STYLES = 131_072

RENAMED = "x-"
"""Prefix of the formatting tags in the output."""
SURROGATES = re.compile(r"[\ud800-\udfff\x00]")
"""What parsers in C take for the end of the text, or cannot take at all."""

_FORMATTING = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp"}
    | {"small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "nobr", "time"}
)
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"}
    | {"figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "menu", "dir"}
)
_SWALLOWED = frozenset(
    {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "noscript", "template", "svg", "math"}
    | {"object", "select", "button", "audio", "video", "canvas", "map", "xml", "datalist"}
)
# What an opening tag closes by itself, and how far up it may look for that.
_IMPLIED = {
    "li": ({"li"}, {"ul", "ol", "menu", "dir"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "p": ({"p"}, {"table", "td", "th", "div", "li", "blockquote"}),
    "td": ({"td", "th"}, {"table"}),
    "th": ({"td", "th"}, {"table"}),
    "tr": ({"tr"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot"}, {"table"}),
    "thead": ({"tbody", "thead", "tfoot"}, {"table"}),
    "tfoot": ({"tbody", "thead", "tfoot"}, {"table"}),
}
_TAG = re.compile(
    r"<(/?+)([A-Za-z][A-Za-z0-9_-]{0,40}+)(?![@.:])"
    r"((?:[\s/]++|[^\s/>=][^\s/>=]*+|=\s*+(?:\"[^\"]{0,16384}+\"|'[^']{0,16384}+'|[^\s>\"'][^\s>]*+|(?=[>\"'])))*+)>"
)
_NAME = re.compile(r"</?+[A-Za-z][A-Za-z0-9_-]{0,40}+")
_PREFIXED = re.compile(r"</?+[A-Za-z][A-Za-z0-9]{0,20}+:[A-Za-z][^<>]{0,500}+>")
_ATTRIBUTE = re.compile(r"[\s/]*+[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+")
_DATA_URI = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\s%]{100,}+", re.I)
_MAX_BROKEN = 50
"""Tags without an end after which every further ``<`` is text; each cost a look at ``MAX_TAG`` characters."""


class Guarded(Struct):
    """HTML that is safe to parse."""

    html: str
    styles: str = ""
    """The contents of style elements, bounded."""
    notes: tuple[str, ...] = ()


class _Guard(Struct):
    html: str
    out: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    broken: int = 0

    def token(self, at: int) -> int:
        """Handle the markup at this ``<``, and say where to go on."""
        tag = None if self.broken > _MAX_BROKEN else _TAG.match(self.html, at, at + MAX_TAG)
        if tag is None:
            return self._no_tag(at)
        name = tag[2].lower()
        if tag[1]:
            self._close(name)
        elif name in _SWALLOWED:
            return self._swallow(name, tag.end())
        else:
            self._open(name, tag[3])
        return tag.end()

    def _no_tag(self, at: int) -> int:
        html = self.html
        if html.startswith("<!--", at):
            return self._comment(at)
        if html[at + 1 : at + 2] in {"!", "?"}:
            end = html.find(">", at, at + MAX_TAG)
            return self._text(at) if end < 0 else end + 1
        if prefixed := _PREFIXED.match(html, at):
            # Word's and Outlook's own elements, such as <o:p>.
            return prefixed.end()
        name = _NAME.match(html, at)
        # An address in angle brackets, as plain text has them, is no broken tag.
        self.broken += name is not None and html[name.end() : name.end() + 1] not in {"@", ".", ":"}
        return self._text(at)

    def _text(self, at: int) -> int:
        self.out.append("&lt;")
        return at + 1

    def _comment(self, at: int) -> int:
        end = -1 if "-->" in self.missing else self.html.find("-->", at + 2)
        if end < 0:
            self.missing.add("-->")
            return at + len("<!--")
        return end + len("-->")

    def _swallow(self, name: str, at: int) -> int:
        if name in self.missing:
            return at
        end = re.compile(rf"</{name}\b", re.I).search(self.html, at)
        if end is None:
            self.missing.add(name)
            # An open script or style lasts to the end; of the others the words are kept.
            return len(self.html) if name in {"script", "style"} else at
        if name == "style" and sum(map(len, self.styles)) < MAX_STYLES:
            self.styles.append(self.html[at : min(end.start(), at + MAX_STYLES)])
        close = self.html.find(">", end.end(), end.end() + MAX_TAG)
        return end.end() if close < 0 else close + 1

    def _open(self, name: str, attributes: str) -> None:
        is_formatting = name in _FORMATTING
        if not (is_formatting or name in _VOID or name in _BLOCKS):
            return
        attributes = _bounded(attributes)
        if name in _VOID:
            self.out.append(f"<{name}{attributes}>")
            return
        if name in _IMPLIED:
            self._close_implied(*_IMPLIED[name])
        if len(self.open_tags) >= MAX_DEPTH:
            return
        self.open_tags.append(name)
        self.out.append(f"<{RENAMED if is_formatting else ''}{name}{attributes}>")

    def _close(self, name: str) -> None:
        if name in {"p", "br"} and name not in self.open_tags:
            self.out.append("<br>")
        elif name in self.open_tags:
            while self.open_tags.pop() != name:
                pass
            self.out.append(f"</{RENAMED if name in _FORMATTING else ''}{name}>")

    def _close_implied(self, closed: set[str], limits: set[str]) -> None:
        for index in range(len(self.open_tags) - 1, -1, -1):
            if self.open_tags[index] in closed:
                del self.open_tags[index:]
                return
            if self.open_tags[index] in limits:
                return


def guard(html: str) -> Guarded:
    """Bound a mail's HTML before anything parses it. Linear in its length."""
    notes = []
    # Pictures written into the page would make tags of any length.
    html = _DATA_URI.sub("data:", html)
    if len(html) > MAX_CHARS:
        html = html[:MAX_CHARS]
        notes.append(f"Only the first {MAX_CHARS:,} characters of the page are shown.")
    state = _Guard(html)
    position = tokens = 0
    while (at := html.find("<", position)) >= 0:
        state.out.append(html[position:at])
        tokens += 1
        if tokens > MAX_TOKENS:
            notes.append(f"The page has more than {MAX_TOKENS:,} tags; the rest is not shown.")
            position = len(html)
            break
        position = state.token(at)
    state.out.append(html[position:])
    return Guarded(html="".join(state.out), styles="\n".join(state.styles), notes=tuple(notes))


def _bounded(attributes: str) -> str:
    if len(attributes) <= 2 * MAX_ATTRIBUTES:
        return attributes.rstrip("/")
    position = 0
    for _ in range(MAX_ATTRIBUTES):
        match = _ATTRIBUTE.match(attributes, position)
        if match is None:
            break
        position = match.end()
    return attributes[:position]
