"""Ways out of a mailing list (RFC 2369, RFC 8058), and which of them may be gone. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from tuimail.domain.trust import AuthResults

ONE_CLICK_BODY = b"List-Unsubscribe=One-Click"
"""All that is sent (RFC 8058 section 3.2)."""
_COVERED = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)", re.I)


class ListHeaders(Struct, frozen=True, kw_only=True):
    """What the list fields of a message say, cleaned; empty strings where there is nothing usable."""

    list_id: str = ""
    name: str = ""
    """The words of List-Id before the identifier."""
    post_to: str = ""
    """A ``mailto:`` address to write to the list; empty where it has none or where posting is not allowed (``NO``)."""
    unsubscribe_https: str = ""
    """Its whole URL; a host is there and no user name that could pass for one."""
    unsubscribe_mailto: str = ""
    """A ``mailto:`` address, subject and all."""
    is_one_click: bool = False
    """List-Unsubscribe-Post says ``List-Unsubscribe=One-Click``; whether that may be used is another question."""


class Way(StrEnum):
    """How to leave."""

    ONE_CLICK = "one click"
    """A request to an https address does it."""
    MAIL = "mail"
    """A mail, written in the composer and sent by the person."""
    PAGE = "page"
    """A page in the browser."""
    NONE = "none"


class WayOut(Struct, frozen=True, kw_only=True):
    """The best way that may be gone."""

    way: Way
    target: str = ""
    """The address of the request or the page, or the mailto address."""
    host: str = ""
    """Whom it concerns: the host, or who the mail goes to."""
    list_name: str = ""
    why_not: str = ""
    """Why an offered single click is not taken, as a sentence; empty where it is, or none is offered."""


def way_out(
    lists: ListHeaders | None,
    believed: AuthResults | None,
    *,
    signatures: Iterable[str],
) -> WayOut:
    """How to leave the list of a message.

    ``believed``: what the reader's own provider says that it checked. ``signatures``: the message's DKIM-Signature
    fields; a single click needs one that passed and covers both list fields (RFC 8058 section 4), for anybody could
    have added those.
    """
    if lists is None:
        return WayOut(way=Way.NONE)
    named = lists.name or lists.list_id
    why_not = ""
    if lists.is_one_click and lists.unsubscribe_https:
        why_not = _doubt(believed, signatures)
        if not why_not:
            url = lists.unsubscribe_https
            return WayOut(way=Way.ONE_CLICK, target=url, host=_host(url), list_name=named)
    if lists.unsubscribe_mailto:
        url = lists.unsubscribe_mailto
        recipient = unquote(url[len("mailto:") :].partition("?")[0])
        return WayOut(way=Way.MAIL, target=url, host=recipient, list_name=named, why_not=why_not)
    if lists.unsubscribe_https:
        url = lists.unsubscribe_https
        return WayOut(way=Way.PAGE, target=url, host=_host(url), list_name=named, why_not=why_not)
    return WayOut(way=Way.NONE, list_name=named)


def _doubt(believed: AuthResults | None, signatures: Iterable[str]) -> str:
    if believed is None:
        return "Your provider does not say whether this mail is from whom it claims to be."
    passed = {result.domain for result in believed.results if (result.method, result.result) == ("dkim", "pass")}
    if not passed:
        return "Your provider found no valid signature on this mail."
    for signature in signatures:
        tags = {name.lower(): value for name, value in _TAG.findall(signature)}
        domain = "".join(tags.get("d", "").split()).lower()
        covered = {name.strip().lower() for name in tags.get("h", "").split(":")}
        if covered >= _COVERED and (domain in passed or "" in passed):
            return ""
    return "The signature of this mail does not cover its unsubscribe address, which anybody could have added."


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
