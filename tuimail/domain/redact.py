"""What looks like a token, code, verifier or password, taken out of text that a log or a screen gets."""

import re
from functools import lru_cache

_REMOVED = "[removed]"
_PARAMETERS = (
    "code|device_code|code_verifier|state|nonce|access_token|refresh_token|id_token|token|client_secret|password|passwd"
    "|assertion"
)
_SHORTEST_QUOTED = 16
"""In words of a server: "error code: 550" is no secret."""


@lru_cache(maxsize=2)
def _patterns(shortest: int) -> tuple[re.Pattern[str], ...]:
    # Compiled at the first need: few starts have anything to say.
    return (
        # Header and SASL forms (RFC 6750, RFC 7628).
        re.compile(rf"(?i)\b((?:bearer|basic)[ =]+)[^\s\"',;\x01]{{{shortest},}}"),
        # Parameters of addresses and forms, keys of JSON and of reprs.
        re.compile(rf"""(?i)(["']?\b(?:{_PARAMETERS})\b["']?\s*[=:]\s*["']?)[^\s"'&,;}})\x01]{{{shortest},}}"""),
        # What follows AUTHENTICATE and AUTH on a wire.
        re.compile(rf"(?i)\b(AUTH(?:ENTICATE)?\s+[A-Z0-9-]+\s+)\S{{{shortest},}}"),
    )


# Tokens standing alone: JWTs, and long runs that only random or encoded bytes have.
_LONE = r"\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|(?<![A-Za-z0-9+/=_-])(?=[A-Za-z_+/-]*\d)[A-Za-z0-9+/_-]{40,}={0,2}"


def redacted(text: str) -> str:
    """The text without anything that looks like a secret, rather too much than too little: for the log."""
    return _without(text, 1)


def without_secrets(text: str) -> str:
    """Words of a server without what it may have said back of what it was sent; the rest stays readable."""
    return _without(text, _SHORTEST_QUOTED)


def _without(text: str, shortest: int) -> str:
    for pattern in _patterns(shortest):
        text = pattern.sub(rf"\1{_REMOVED}", text)
    return re.sub(_LONE, _REMOVED, text)
