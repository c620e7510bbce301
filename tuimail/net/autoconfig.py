"""Reader of a domain's mail settings in the format that Thunderbird made common (config-v1.1.xml). Pure.

The file comes from a stranger. Declarations (DTD, entities) are refused before anything is expanded; depth and
number of elements are limited; of OAuth only the issuer is taken, never an endpoint or a client id.
"""

import re
from urllib.parse import urlsplit
from xml.parsers import expat

from msgspec import Struct

from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import clean_line, clean_quote
from tuimail.domain.errors import ErrorKind, Remedy, ServerError

MOST_BYTES = 100_000
MOST_ELEMENTS = 2_000
MOST_DEPTH = 20
MOST_TEXT = 500
"""Characters of one value."""
MOST_SERVERS = 20
_TLS = {"ssl": Tls.IMPLICIT, "starttls": Tls.STARTTLS}
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_HIGHEST_PORT = 65535


class Offered(Struct, frozen=True, kw_only=True):
    """One server of the file."""

    server: Server
    login: str
    """The sign-in name it wants."""
    takes_oauth: bool


class MailSettings(Struct, frozen=True, kw_only=True):
    """What is usable of the file, in its order."""

    imap: tuple[Offered, ...] = ()
    smtp: tuple[Offered, ...] = ()
    issuer: str = ""
    """As https address; empty where the file names none."""


class _Element:
    """An element with its text and its children."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[_Element] = []

    def child(self, name: str) -> str:
        """The cleaned text of the first child of this name."""
        return next((clean_line(each.text) for each in self.children if each.name == name), "")


class _Refused(Exception):  # noqa: N818 (ends the parser at once)
    """The file holds what is not read."""


def read_settings(body: bytes, address: str) -> MailSettings:
    """The settings for this address. Raises ServerError for a file that is no such file, or a dangerous one."""
    root = _tree(body)
    servers = [each for each in root if each.name in {"incomingServer", "outgoingServer"}]
    offers = [(each.attributes.get("type", "").lower(), offer) for each in servers if (offer := _offer(each, address))]
    return MailSettings(
        imap=tuple(offer for kind, offer in offers if kind == "imap")[:MOST_SERVERS],
        smtp=tuple(offer for kind, offer in offers if kind == "smtp")[:MOST_SERVERS],
        issuer=next((issuer for each in root if each.name == "oAuth2" and (issuer := _issuer(each))), ""),
    )


def _offer(element: _Element, address: str) -> Offered | None:
    tls = _TLS.get(element.child("socketType").lower())
    host = _filled(element.child("hostname"), address).rstrip(".")
    port = element.child("port")
    if tls is None or not _HOST.fullmatch(host) or not (port.isascii() and port.isdigit() and len(port) < 6):  # noqa: PLR2004 (65535)
        return None
    if not 1 <= int(port) <= _HIGHEST_PORT:
        return None
    ways = [clean_line(each.text).lower() for each in element.children if each.name == "authentication"]
    return Offered(
        server=Server(host=host.lower(), port=int(port), tls=tls),
        login=_filled(element.child("username"), address),
        takes_oauth="oauth2" in ways,
    )


def _filled(text: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    places = {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain}
    return re.sub("|".join(places), lambda found: places[found[0]], text)


def _issuer(element: _Element) -> str:
    named = element.child("issuer")
    url = named if "://" in named else f"https://{named}"
    try:
        parts = urlsplit(url)
        is_plain = not (parts.query or parts.fragment or parts.username or parts.port == 0)
    except ValueError:
        return ""
    is_good = parts.scheme == "https" and is_plain and _HOST.fullmatch(parts.hostname or "")
    return url if is_good and re.fullmatch(r"[!-~]+", url) else ""


def _tree(body: bytes) -> list[_Element]:
    """Every element, in the order in which they begin."""
    if len(body) > MOST_BYTES:
        raise _unusable("it is too large")
    stack: list[_Element] = []
    every: list[_Element] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= MOST_DEPTH or len(every) >= MOST_ELEMENTS:
            raise _Refused("too many elements")
        element = _Element(name, attributes)
        if stack:
            stack[-1].children.append(element)
        elif name != "clientConfig":
            raise _Refused("another kind of file")
        stack.append(element)
        every.append(element)

    def add(text: str) -> None:
        if stack and len(stack[-1].text) < MOST_TEXT:
            stack[-1].text += text[:MOST_TEXT]

    def refuse(*_: object) -> None:
        raise _Refused("a document type declaration")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = add
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except _Refused as refusal:
        raise _unusable(f"it holds {refusal}") from refusal
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _unusable(clean_quote(str(error), limit=80)) from error
    return every


def _unusable(why: str) -> ServerError:
    return ServerError(ErrorKind.SERVER_UNREADABLE, f"The settings file cannot be used: {why}.", remedy=Remedy.TELL)
