"""What speaks for and against the sender of a message. Signs of trust are words, never a lock (RFC 8601)."""

from msgspec import Struct


class AuthResult(Struct, frozen=True, kw_only=True):
    """One method of an Authentication-Results field (RFC 8601 section 2.2). Cleaned, lower case."""

    method: str
    """Such as ``dkim``, ``spf`` or ``dmarc``."""
    result: str
    """Such as ``pass``, ``fail`` or ``none``."""
    domain: str = ""
    """Whom it speaks of: ``header.d``, ``header.from`` or the domain of ``smtp.mailfrom``."""


class AuthResults(Struct, frozen=True, kw_only=True):
    """One Authentication-Results field; anybody can write one, only that of the reader's own provider counts."""

    server: str
    """The authserv-id, lower case."""
    results: tuple[AuthResult, ...] = ()


class TrustNote(Struct, frozen=True, kw_only=True):
    """A sentence of the trust line, which stands above the message where a body cannot draw."""

    words: str
    is_warning: bool = True
