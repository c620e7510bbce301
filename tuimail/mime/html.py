"""HTML of mail to blocks: guard, parse, drop what cannot be seen, write. The one module that knows selectolax."""

import re

from msgspec import Struct, field
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from tuimail.domain.body import Block, LinkTarget
from tuimail.mime.html_guard import MAX_DEPTH, RENAMED, SURROGATES, guard
from tuimail.mime.html_pictures import Pictures, without_echoes
from tuimail.mime.html_render import Renderer
from tuimail.mime.html_rules import Rules, Verdict, read_rules
from tuimail.mime.html_style import NOTHING, read_style
from tuimail.mime.html_tree import Element, measure
from tuimail.mime.links import LinkBook
from tuimail.mime.text import read_text_body

_DROPPED = frozenset({"head", "script", "style", "title", "meta", "link", "base"})
_TAG = re.compile(r"<[^<>]{0,16384}+>")
_UNSEEN = re.compile(r"<(style|script|head|!--)")
_UNSEEN_ENDS = {"style": "</style", "script": "</script", "head": "</head", "!--": "-->"}
_MAX_NODE_DEPTH = 3 * MAX_DEPTH
_NO_RULE = Verdict()


class HtmlText(Struct, frozen=True, kw_only=True):
    """A page as blocks."""

    blocks: tuple[Block, ...]
    links: tuple[LinkTarget, ...] = ()
    remote_images: int = 0
    notes: tuple[str, ...] = ()


def read_html(html: str, *, is_forwarded: bool = False) -> HtmlText:
    """Read a page. Loads nothing, never raises, and is linear in the length of the page.

    ``is_forwarded``: the mail below its writer's own words is what is to be read, and so does not count as quoted.
    """
    book = LinkBook()
    guarded = guard(SURROGATES.sub("\N{REPLACEMENT CHARACTER}", html))
    notes = list(guarded.notes)
    try:
        tree = LexborHTMLParser(guarded.html)
    except (SelectolaxError, ValueError, RuntimeError):
        plain = read_text_body(_TAG.sub(" ", guarded.html), book)
        words = "The page could not be read; its words are shown without layout."
        return HtmlText(blocks=plain.blocks, links=tuple(book.targets), notes=(*notes, *plain.notes, words))
    pictures = Pictures()
    renderer = Renderer(book, answered=-1 if is_forwarded else 0)
    blocks = without_echoes(renderer.render(_visible(tree, _rulebook(read_rules(guarded.styles)), pictures)), book)
    if renderer.flow.left_out:
        notes.append("The page is very long; its end is not shown.")
    return HtmlText(blocks=tuple(blocks), links=tuple(book.targets), remote_images=pictures.remote, notes=tuple(notes))


def rough_words(html: str) -> int:
    """About how many words a page has, without reading it: a tenth of a millisecond for 20 KB."""
    html = html.lower()
    pieces: list[str] = []
    position = 0
    # What is never shown; one without an end lasts to the end of the page.
    while unseen := _UNSEEN.search(html, position):
        pieces.append(html[position : unseen.start()])
        end = html.find(_UNSEEN_ENDS[unseen[1]], unseen.end())
        position = len(html) if end < 0 else end
    pieces.append(html[position:])
    return len(_TAG.sub(" ", "".join(pieces)).split())


class _Rulebook(Struct):
    """The rules of a page, and what they were found to say."""

    rules: Rules
    tags: frozenset[str] = frozenset()
    """Those that a rule is about without a class."""
    _known: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)

    def verdict(self, tag: str, classes: str, identity: str) -> Verdict:
        """What the rules say of an element; newsletters repeat a few kinds of them."""
        key = (tag, classes, identity)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.rules.verdict(tag, classes, identity) if self.rules else _NO_RULE
        return known


def _rulebook(rules: Rules) -> _Rulebook:
    return _Rulebook(rules, frozenset(name for name in rules.hidden | rules.painted | rules.tight if name.isalnum()))


def _visible(tree: LexborHTMLParser, rules: _Rulebook, pictures: Pictures) -> Element:
    """Our own copy of the page without what is hidden."""
    root = Element("body")
    elements = [root]
    waiting: list[tuple[LexborNode, Element, int]] = []
    if tree.root is not None and tree.root.first_child is not None:
        waiting.append((tree.root.first_child, root, 0))
    while waiting:
        node, parent, depth = waiting.pop()
        following = node.next
        if following is not None:
            waiting.append((following, parent, depth))
        if node.is_text_node:
            parent.children.append(node.text_content or "")
            continue
        if not node.is_element_node:
            continue
        tag = (node.tag or "").removeprefix(RENAMED)
        element = None if tag in _DROPPED else _element(tag, node.attributes, rules)
        if element is None:
            _count_hidden(node, pictures)
            continue
        if tag == "img":
            pictures.count(element.get("src"))
        # Deeper elements become children of the last one that fits; their words stay.
        target = parent
        if depth < _MAX_NODE_DEPTH:
            parent.children.append(element)
            elements.append(element)
            target = element
        child = node.first_child
        if child is not None:
            waiting.append((child, target, depth + 1))
    measure(elements)
    return root


def _element(tag: str, attributes: dict[str, str | None], rules: _Rulebook) -> Element | None:
    if not attributes and tag not in rules.tags:
        return Element(tag)
    style = attributes.get("style")
    css = read_style(style) if style else NOTHING
    if css.is_gone or "hidden" in attributes:
        return None
    verdict = rules.verdict(tag, attributes.get("class") or "", attributes.get("id") or "")
    if verdict.is_hidden and not css.is_shown:
        return None
    if verdict.is_tight and css.is_tight is None:
        css = replace(css, is_tight=True)
    return Element(tag, attributes, css, is_painted=verdict.is_painted)


def _count_hidden(node: LexborNode, pictures: Pictures) -> None:
    """Pictures within something hidden: mostly pixels that report the opening of a mail."""
    if node.tag not in _DROPPED:
        for image in node.css("img"):
            pictures.count(image.attributes.get("src"))
