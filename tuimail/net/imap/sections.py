"""Several small pieces of one message in one command: headers of parts, and texts."""

import re
from collections.abc import Mapping

from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.imap.arguments import number
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.fetch import read_message
from tuimail.net.imap.translate import Quoted

MAX_SECTIONS = 150
"""In one command; a response has at most 200 literals."""
_SPARE = 4096
"""Some servers give a few bytes more than asked for."""
_SECTION = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,60}(?:\.MIME|\.HEADER)?", re.ASCII)


def fetch_sections(exchange: Exchange, uid: int, wanted: Mapping[str, int]) -> dict[str, bytes]:
    """So many bytes at most of each section (RFC 9051 section 6.4.5.1: ``1.2``, ``1.2.MIME``, ``2.HEADER``).

    What the server has not, or names otherwise than it was asked, is missing. Does not mark the message as read.
    Raises ServerError of kind MESSAGE_GONE.
    """
    if len(wanted) > MAX_SECTIONS or not all(_SECTION.fullmatch(section) for section in wanted):
        raise ServerError(ErrorKind.SERVER_REFUSED, "There is no such part of a message.", remedy=Remedy.TELL)
    if not wanted:
        return {}
    items = b" ".join(b"BODY.PEEK[%s]<0.%d>" % (section.encode(), limit) for section, limit in wanted.items())
    limit = max(wanted.values(), default=0) + _SPARE
    answer = exchange.run(b"UID", b"FETCH", number(uid), b"(UID %s)" % items, literal_limit=limit)
    with exchange.guard():
        pairs = read_message(answer.responses, uid)
    # The offset is named in most answers; it is always 0 here.
    told = {name.removesuffix(b"<0>"): value for name, value in pairs.items()}
    found: dict[str, bytes] = {}
    for section, limit in wanted.items():
        value = told.get(b"BODY[%s]" % section.encode())
        if isinstance(value, bytes):
            # NIL, which is no string, says that there is such a section and nothing in it.
            found[section] = bytes(value)[:limit] if isinstance(value, Quoted) else b""
    return found
