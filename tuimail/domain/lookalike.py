"""Domains that can be mistaken for one another: by a letter, by letters that look the same, by another ending."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go"})
_COUNTRY_CODE_LENGTH = 2
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_MIN_SKELETON = 4
_MIN_ONE_LETTER = 5
"""Shorter names are a letter apart from many others."""
_MIN_OTHER_ENDING = 6
_MAX_LABEL = 63
_EAST_ASIAN = "CJK"
_WELL_KNOWN = frozenset(
    (
        *(
            "gmail.com",
            "googlemail.com",
            "ymail.com",
            "mail.com",
            "email.com",
            "hotmail.com",
            "outlook.com",
            "live.com",
        ),
        *("yahoo.com", "aol.com", "icloud.com", "mail.ru", "gmx.com", "gmx.net", "gmx.de", "web.de", "zoho.com"),
        *("rocketmail.com", "fastmail.com", "fastmail.fm", "hushmail.com", "tutanota.com", "protonmail.com"),
    )
)
"""Mail for everybody: some of these differ by a letter, and each is nobody's look-alike."""

# What a hurried eye takes for one letter; Unicode Technical Standard 39 has all of them.
_SAME_LOOK = {
    "a": "\u0430\u03b1\u0251",
    "b": "\u044c",
    "c": "\u0441",
    "d": "\u0501",
    "e": "\u0435",
    "g": "\u0261",
    "h": "\u04bb",
    "j": "\u0458",
    "k": "\u043a\u03ba",
    "l": "1|\u04cf\u0456\u03b9\u0131",
    "n": "\u043f\u0578",
    "o": "0\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "s": "\u0455",
    "t": "\u0442\u03c4",
    "u": "\u03c5\u057d",
    "v": "\u03bd\u0475",
    "w": "\u051d",
    "x": "\u0445\u03c7",
    "y": "\u0443",
}
_LOOKS = str.maketrans({char: letter for letter, chars in _SAME_LOOK.items() for char in chars})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("-", ""), ("i", "l"))


def site(host: str) -> str:
    """The part of a host that belongs to one owner, near enough: two labels, three under ``co.uk`` and the like."""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == _COUNTRY_CODE_LENGTH and labels[-2] in _SECOND_LEVEL:  # noqa: PLR2004 (labels)
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


@lru_cache(maxsize=1024)
def skeleton(of_site: str) -> str:
    """A site's own label as a hurried eye reads it; equal for names that look the same."""
    apart = unicodedata.normalize("NFKD", _unicode(of_site.partition(".")[0])[:_MAX_LABEL].lower())
    label = "".join(char for char in apart if not unicodedata.combining(char)).translate(_LOOKS)
    for pair, read_as in _PAIRS:
        label = label.replace(pair, read_as)
    return label


def one_letter_apart(label: str) -> tuple[str, ...]:
    """Every label that a slip of a letter makes of this one, itself included; none of a short one but itself."""
    if len(label) < _MIN_ONE_LETTER:
        return (label,)
    cuts = [(label[:at], label[at:]) for at in range(len(label) + 1)]
    made = {label}
    made.update(left + right[1:] for left, right in cuts if right)
    made.update(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    made.update(left + letter + right[1:] for left, right in cuts if right for letter in _ALPHABET)
    made.update(left + letter + right for left, right in cuts for letter in _ALPHABET)
    return tuple(sorted(made))


def most_alike(sender: str, known: Iterable[str]) -> str:
    """The known site that the sender's could be taken for; empty if there is none. Both as ``site`` gives them."""
    if sender in _WELL_KNOWN:
        return ""
    others = sorted(other for other in known if other != sender and _is_alike(sender, other))
    # The same letters first: "rn" for "m" deceives more than a letter too many.
    return min(others, key=lambda other: skeleton(other) != skeleton(sender), default="")


def scripts_mixed(host: str) -> bool:
    """Whether a label has letters of Latin and of another script, written out or as ``xn--``."""
    return any(
        len({_script(char) for char in _unicode(label) if char.isalpha()} - {_EAST_ASIAN}) > 1
        for label in host.split(".")
    )


def _is_alike(sender: str, other: str) -> bool:
    ours, theirs = sender.partition("."), other.partition(".")
    if ours[0] == theirs[0]:
        return len(ours[0]) >= _MIN_OTHER_ENDING
    shapes = skeleton(sender), skeleton(other)
    if shapes[0] == shapes[1]:
        return len(shapes[0]) >= _MIN_SKELETON
    return min(map(len, shapes)) >= _MIN_ONE_LETTER and shapes[1] in one_letter_apart(shapes[0])


def _unicode(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


@lru_cache(maxsize=1024)
def _script(char: str) -> str:
    name = unicodedata.name(char, "UNKNOWN").partition(" ")[0]
    # Japanese and Korean write these beside Chinese characters.
    return _EAST_ASIAN if name in {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA"} else name
