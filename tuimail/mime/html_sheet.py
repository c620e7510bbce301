"""Style sheets and style attributes with nothing in them that fetches, runs or covers up."""

import re

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.S)
_FETCHING_RULE = re.compile(
    r"@(?:import|charset|namespace)[^;{}]*+;?|@(?:font-face|page|property)[^{}]*+\{[^{}]*+\}", re.I
)
_DECLARATION = re.compile(r"[^;{}]++")
_FUNCTION = re.compile(r"([\w-]+)\s*\(")
_KNOWN_FUNCTIONS = frozenset(
    {"rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp", "linear-gradient", "radial-gradient", "not", "lang"}
)
_CONDITIONS = re.compile(r"\s*@(?:media|supports)\b", re.I)
_COVERING = re.compile(r"\s*(?:position|z-index|behavior|-moz-binding|content|cursor)\s*:", re.I)


def harmless_style(style: str) -> str:
    """A style attribute without what is not known to be harmless."""
    # An escape can spell any word that is looked for below.
    if "\\" in style or "/*" in style or "<" in style:
        return ""
    return ";".join(part for part in style.split(";") if part.strip() and _is_harmless(part))


def harmless_sheet(sheet: str) -> str:
    """A style sheet likewise; rules for conditions such as a screen's width stay."""
    if "\\" in sheet:
        return ""
    bare = _FETCHING_RULE.sub("", _COMMENT.sub("", sheet)).replace("<", "")
    return _DECLARATION.sub(_kept, bare).strip()


def _kept(match: re.Match[str]) -> str:
    text = match[0]
    return text if _CONDITIONS.match(text) or _is_harmless(text) else " "


def _is_harmless(text: str) -> bool:
    if _COVERING.match(text) or (text.lstrip().startswith("@") and not _CONDITIONS.match(text)):
        return False
    return all(name.lower() in _KNOWN_FUNCTIONS for name in _FUNCTION.findall(text))
