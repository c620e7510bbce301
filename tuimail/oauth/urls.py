"""Which addresses a sign-in may use: https anywhere, http on this machine's loopback only. Pure."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_MAX_LENGTH = 8192
# Printable ASCII without what URL readers disagree about: a backslash is a slash to browsers alone.
_PLAIN = re.compile(r"[!-\[\]-~]+")


def is_secure(url: str) -> bool:
    """Whether secrets and browsers may be sent there: https, or http to a loopback host; no user, no fragment."""
    parts = _split(url)
    if parts is None or "@" in parts.netloc or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether the host is ``localhost`` or a literal loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host as sentences name it; empty if the text is no address."""
    parts = _split(url)
    return (parts.hostname or "") if parts else ""


def _split(url: str) -> SplitResult | None:
    if len(url) > _MAX_LENGTH or not _PLAIN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return None
    return parts if parts.hostname and has_port else None
