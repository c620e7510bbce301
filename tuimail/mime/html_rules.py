"""The few rules of a page's style sheet that decide whether and how far apart its text is seen."""

import re

from msgspec import Struct

from tuimail.mime.html_style import read_style

_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,4000})\}")
_AT_RULE = re.compile(r"@[a-z-]+[^{};]{0,300}[{;]")
_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/|<!--|-->")
_SIMPLE = re.compile(r"[a-z][a-z0-9]{0,20}(?:\.[a-z_][\w-]{0,60})?|[.#][a-z_][\w-]{0,60}", re.I)
_TELLING = re.compile(r"none|hid|0|background|block|inline|table", re.I)
_MAX_SELECTORS = 1000
_MAX_CLASSES = 20
_MAX_IN_RULE = 50


class Verdict(Struct, frozen=True, kw_only=True):
    """What the rules of a page say of one element."""

    is_hidden: bool = False
    is_painted: bool = False
    is_tight: bool = False


class Rules(Struct, frozen=True, kw_only=True):
    """Selectors of one part, such as ``p``, ``.note``, ``p.note`` or ``#note``, by what their rules do."""

    hidden: frozenset[str] = frozenset()
    painted: frozenset[str] = frozenset()
    """Those that get a background of their own."""
    tight: frozenset[str] = frozenset()
    """Those without space above and below."""

    def __bool__(self) -> bool:
        return bool(self.hidden or self.painted or self.tight)

    def verdict(self, tag: str, classes: str, identity: str) -> Verdict:
        """What they say of one element."""
        words = classes.split()[:_MAX_CLASSES]
        names = [tag, *(f".{word}" for word in words), *(f"{tag}.{word}" for word in words)]
        if identity:
            names.append(f"#{identity}")
        return Verdict(
            is_hidden=not self.hidden.isdisjoint(names),
            is_painted=not self.painted.isdisjoint(names),
            is_tight=not self.tight.isdisjoint(names),
        )


def read_rules(styles: str) -> Rules:
    """Read the style sheets, without what holds under a condition only, such as a screen's width."""
    hidden: set[str] = set()
    painted: set[str] = set()
    tight: set[str] = set()
    for selectors, declarations in _RULE.findall(_without_conditions(_COMMENT.sub(" ", styles))):
        if not _TELLING.search(declarations):
            continue
        css = read_style(declarations)
        is_hidden = css.is_gone or bool(css.is_invisible)
        for whole in selectors.split(",")[:_MAX_IN_RULE]:
            selector = whole.strip()
            selector = selector.lower() if selector.isalnum() else selector
            # Of a rule for elements within others only the caution is taken: it may paint what stands behind a text.
            if css.background and (last := selector.split()[-1:]) and len(painted) < _MAX_SELECTORS:
                painted.add(last[0].partition(":")[0])
            if not _SIMPLE.fullmatch(selector) or len(hidden) + len(tight) > _MAX_SELECTORS:
                continue
            if is_hidden:
                hidden.add(selector)
            elif css.is_shown:
                hidden.discard(selector)
            if css.is_tight is not None:
                (tight.add if css.is_tight else tight.discard)(selector)
    return Rules(hidden=frozenset(hidden), painted=frozenset(painted), tight=frozenset(tight))


def _without_conditions(styles: str) -> str:
    """The style sheet without its @media and other at-blocks."""
    kept: list[str] = []
    position = 0
    while match := _AT_RULE.search(styles, position):
        kept.append(styles[position : match.start()])
        position = match.end() if match[0].endswith(";") else _block_end(styles, match.end())
    kept.append(styles[position:])
    return "".join(kept)


def _block_end(styles: str, position: int) -> int:
    depth = 1
    for match in re.compile(r"[{}]").finditer(styles, position):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(styles)
