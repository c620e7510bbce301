"""Addresses of services that only send the browser on, and say in the address where to."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

# The host, or what it ends in; how the path begins; the parameter.
_SERVICES = (
    (".safelinks.protection.outlook.com", "/", "url"),
    ("www.google.com", "/url", "q"),
    ("www.google.com", "/url", "url"),
    ("l.facebook.com", "/l.php", "u"),
    ("lm.facebook.com", "/l.php", "u"),
    ("l.instagram.com", "/", "u"),
    ("www.linkedin.com", "/redir", "url"),
    ("www.linkedin.com", "/safety/go", "url"),
    ("www.youtube.com", "/redirect", "q"),
    ("out.reddit.com", "/", "url"),
    ("slack-redir.net", "/link", "url"),
    ("deref-gmx.net", "/mail", "redirectUrl"),
    ("deref-web.de", "/mail", "redirectUrl"),
    ("deref-mail.com", "/mail", "redirectUrl"),
    ("vk.com", "/away.php", "to"),
    ("duckduckgo.com", "/l/", "uddg"),
)
_PROOFPOINT = re.compile(r"^https?://urldefense\.(?:com|us|proofpoint\.com)/v3/__(https?:/{1,2}[^_]{1,8000})__", re.I)
_MAX_PARAMETERS = 50


def onward(url: str) -> str:
    """The address that a known service sends on to; empty for all others."""
    if match := _PROOFPOINT.match(url):
        return re.sub(r"^(https?):/+", r"\1://", match[1], flags=re.I)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    names = [name for end, path, name in _SERVICES if _is_of(host, end) and parts.path.startswith(path)]
    if not names:
        return ""
    try:
        given = parse_qs(parts.query, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return ""
    target = next((unquote(given[name][0]) for name in names if name in given), "")
    return target if target.lower().startswith(("http://", "https://")) else ""


def _is_of(host: str, end: str) -> bool:
    return host.endswith(end) if end.startswith(".") else host == end
