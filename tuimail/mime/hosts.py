"""Host names as they may be shown: look-alikes in their ``xn--`` form, and whether two names are of one site."""

import unicodedata

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go"})
_COUNTRY_CODE_LENGTH = 2


def shown_host(host: str) -> str:
    """The name, lower case; labels that mix scripts or pose as Latin ones appear in their ASCII form."""
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    return ".".join(ascii_label(label) if is_foreign(label) else label for label in host.split("."))


def ascii_label(label: str) -> str:
    """The ``xn--`` form of one label (RFC 3492); the label itself where it has none."""
    if label.isascii():
        return label
    try:
        return "xn--" + label.encode("punycode").decode("ascii")
    except UnicodeError:
        return label


def is_foreign(label: str) -> bool:
    """Whether a label has letters outside Latin: alone or mixed, it can look like another name."""
    return any(not char.isascii() and char.isalpha() and _script(char) != "LATIN" for char in label)


def site(host: str) -> str:
    """The part of a host that belongs to one owner, near enough: two labels, three under ``co.uk`` and the like."""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == _COUNTRY_CODE_LENGTH and labels[-2] in _SECOND_LEVEL:  # noqa: PLR2004 (labels)
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").partition(" ")[0]
