"""Links of a message: numbered by target, with the host where they lead and what speaks against them."""

import re
from itertools import islice

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.domain.body import LinkTarget
from tuimail.domain.clean import MARK, clean_line
from tuimail.mime.hosts import ascii_label, is_foreign, shown_host, site
from tuimail.mime.redirects import onward

MAX_LINKS = 2000
MAX_URL = 8192

_WEB = re.compile(r"^(https?):[/\\]*([^/\\?#]*)(.*)$", re.I | re.S)
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]{0,30}):", re.I)
_INVISIBLE = re.compile(r"[\x00-\x20\x7f]+")
_BARE_HOST = re.compile(r"^www\.[a-z0-9-]+\.[a-z]{2,}", re.I)
_TEXT_HOST = re.compile(r"^(https?://)?((?:[\w-]+\.)+[^\W\d_]{2,24})(?::\d+)?(?:[/?#]\S*)?$", re.I)
_URL_IN_WORDS = re.compile(r"(?<![\w@.-])(https?://|www\.)((?:[\w-]+\.)+[^\W\d_]{2,24})(?![\w.-]*@)", re.I)
# Any way of writing an address of the network: dotted, one number, hexadecimal, or in the brackets of IPv6.
_NUMBERS = re.compile(r"^(?:(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}\.?|\[[0-9a-f:.%\w]*\])$", re.I)
ONWARD = " \N{RIGHTWARDS ARROW} "
"""Stands between a service that only sends on and the host that it sends to."""
_PLAIN_URL = re.compile(r"\b(?:https?://|mailto:|www\.(?=[a-z0-9]))[^\s<>\"“”«»`{}|^]{1,8000}", re.I)
_PUNCTUATION = ".,;:!?'*_~"
_MAX_BRACKETS = 8
_SILENT = frozenset({"tel", "sms", "cid", "mid", "callto", "webcal", "facetime", "whatsapp", "maps", "geo", "xmpp"})
_FILE_ENDINGS = frozenset(
    {"js", "md", "py", "rs", "sh", "ts", "txt", "pdf", "html", "htm", "doc", "docx", "xls", "xlsx", "csv", "zip", "png"}
    | {"jpg", "jpeg", "gif", "svg", "exe", "cpp", "java", "json", "toml", "yaml", "yml", "ini", "cfg", "log"}
)


class LinkBook(Struct):
    """Collects the links of one body; the same target has one number."""

    targets: list[LinkTarget] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, href: str) -> int | None:
        """The number of the link, or None where the target is none: a place in the page, a telephone, nonsense."""
        url = _whole_url(href)
        if url is None:
            return None
        known = self._numbers.get(url)
        if known is not None:
            return known
        if len(self.targets) >= MAX_LINKS:
            return None
        number = len(self.targets) + 1
        self._numbers[url] = number
        self.targets.append(_target(number, url))
        return number

    def name(self, number: int, text: str) -> None:
        """Add the words that stand for the link, and the mark if they name another host."""
        target = self.targets[number - 1]
        words = clean_line(text)[:200]
        if not words:
            return
        self.targets[number - 1] = replace(
            target, text=target.text or words, suspicious=target.suspicious or _contradiction(words, target)
        )


def find_urls(line: str) -> list[tuple[int, int]]:
    """Where the web and mail addresses of a line of plain text begin and end, closing punctuation left out."""
    if ":" not in line and "www." not in line:
        return []
    found: list[tuple[int, int]] = []
    for match in islice(_PLAIN_URL.finditer(line), MAX_LINKS):
        url = match[0].rstrip(_PUNCTUATION)
        for _ in range(_MAX_BRACKETS):
            if not url.endswith((")", "]")) or url.count("(" if url[-1] == ")" else "[") >= url.count(url[-1]):
                break
            url = url[:-1].rstrip(_PUNCTUATION)
        if len(url) > len("mailto:"):
            found.append((match.start(), match.start() + len(url)))
    return found


def _whole_url(href: str) -> str | None:
    if len(href) > MAX_URL:
        return None
    # Browsers drop line ends and tabs within an address (URL Standard, section 4.4).
    url = _INVISIBLE.sub("" if "\n" in href or "\t" in href else " ", href).strip().replace(" ", "%20")
    if url.startswith("//"):
        url = "https:" + url
    elif _BARE_HOST.match(url):
        url = "http://" + url
    scheme = _SCHEME.match(url)
    if not scheme or scheme[1].lower() in _SILENT:
        return None
    if web := _WEB.match(url):
        return f"{web[1].lower()}://{web[2]}{web[3]}" if web[2] else None
    return url


def _target(number: int, url: str) -> LinkTarget:
    cleaned = clean_line(url)
    doubt = "The address holds hidden characters." if MARK in cleaned and MARK not in url else ""
    if web := _WEB.match(cleaned):
        host, words = _host(web[2])
        if (further := onward(url)) and (behind := _WEB.match(clean_line(further))):
            last, further_words = _host(behind[2])
            host, words = f"{host}{ONWARD}{last}", words or further_words
        return LinkTarget(number=number, url=cleaned, host=host, suspicious=doubt or words)
    scheme, _, rest = cleaned.partition(":")
    if scheme.lower() == "mailto":
        return LinkTarget(number=number, url=cleaned, host=rest.partition("?")[0], suspicious=doubt)
    words = f"Links of the kind “{scheme.lower()}” are never opened."
    return LinkTarget(number=number, url=cleaned[:200], host="", suspicious=words)


def _host(authority: str) -> tuple[str, str]:
    user, at, place = authority.rpartition("@")
    name = place.rpartition(":")[0] if re.search(r":\d*$", place) else place
    host = shown_host(name)
    if at:
        return host, f"“{clean_line(user)[:40]}” before the @ is no host; the link leads to {host}."
    if _NUMBERS.match(name):
        return host, f"The link leads to a bare number, {host}, in place of a name."
    labels = name.lower().split(".")
    if any(is_foreign(label) or label.startswith("xn--") for label in labels):
        plain = ".".join(ascii_label(label) for label in labels)
        return host, f"The host is written with letters of another alphabet: {plain}."
    return host, ""


def _contradiction(words: str, target: LinkTarget) -> str:
    if "@" in words:
        told = words.removeprefix("mailto:").strip()
        if target.url.startswith("mailto:") and " " not in told and told.lower() != target.host.lower():
            return f"The text says {told}, the link writes to {target.host}."
        return ""
    leads_to = target.host.rpartition(ONWARD)[2]
    match = _TEXT_HOST.match(words) or _URL_IN_WORDS.search(words)
    if not match or not target.host or not target.url.startswith("http"):
        return ""
    told = match[2].lower().removeprefix("www.")
    looks_like_host = (
        match[1]
        or match.re is _URL_IN_WORDS
        or words.lower().startswith("www.")
        or told.rpartition(".")[2] not in _FILE_ENDINGS
    )
    if not looks_like_host or leads_to == told or site(told) == site(leads_to):
        return ""
    return f"The text says {told}, the link leads to {leads_to}."
