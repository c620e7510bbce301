"""The fields of mailing lists (RFC 2369, RFC 2919, RFC 8058). Never raises."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from tuimail.domain.clean import clean_line, is_clean_line
from tuimail.domain.unsubscribe import ListHeaders
from tuimail.mime.words import decode_words

FIELDS = frozenset({"list-id", "list-post", "list-unsubscribe", "list-unsubscribe-post"})
"""The fields read, lower case."""

MAX_URL = 4000
_MAX_ADDRESSES = 20
_BRACKETED = re.compile(r"<([^<>]{1,8000}+)>")
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_SPACE = re.compile(r"\s+")
_LIST_ID = re.compile(r"<\s*+([^<>\s]{1,255}+)\s*+>")
_ONE_CLICK = "list-unsubscribe=one-click"


def read_lists(value: Callable[[str], str]) -> ListHeaders | None:
    """What the list fields say; ``value`` gives the unfolded value of a field by its lower-case name, or nothing."""
    values = {name: value(name) for name in FIELDS}
    if not any(values.values()):
        return None
    identifier, name = _identity(values["list-id"])
    ways_out = _urls(values["list-unsubscribe"])
    https = next((url for url in ways_out if _is_https(url)), "")
    return ListHeaders(
        list_id=identifier,
        name=name,
        post_to=_mailto(_urls(values["list-post"])),
        unsubscribe_https=https,
        unsubscribe_mailto=_mailto(ways_out),
        is_one_click=bool(https) and values["list-unsubscribe-post"].strip().lower() == _ONE_CLICK,
    )


def _identity(value: str) -> tuple[str, str]:
    """The identifier of RFC 2919 and the words before it."""
    match = _LIST_ID.search(value)
    if match is None:
        bare = clean_line(_COMMENT.sub("", value))
        return (bare, "") if bare and " " not in bare else ("", bare)
    return clean_line(match[1]), clean_line(decode_words(value[: match.start()])).strip("\"' ")


def _urls(value: str) -> list[str]:
    """The addresses in angle brackets, in the sender's order of preference. ``NO`` has none."""
    found = [_SPACE.sub("", match) for match in _BRACKETED.findall(value)[:_MAX_ADDRESSES]]
    return [url for url in found if url.isascii() and len(url) <= MAX_URL and is_clean_line(url)]


def _mailto(urls: list[str]) -> str:
    return next((url for url in urls if url[:7].lower() == "mailto:" and "@" in url), "")


def _is_https(url: str) -> bool:
    try:
        split = urlsplit(url)
    except ValueError:
        return False
    # A name before the host is there to look like the host.
    return split.scheme == "https" and bool(split.hostname) and split.username is None
