"""What speaks for and against the sender of a message. Signs of trust are words, never a lock (RFC 8601)."""

from collections.abc import Collection, Sequence

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
    """The authserv-id, lower case; empty where none is named."""
    results: tuple[AuthResult, ...] = ()
    follows: bool = False
    """Whether no other server took the mail between this field and the one of its kind above."""


class TrustNote(Struct, frozen=True, kw_only=True):
    """A sentence of the trust line, which stands above the message where a body cannot draw."""

    words: str
    is_warning: bool = True


class KnownSender(Struct, frozen=True, kw_only=True):
    """What the stored mail says about the sender of a message."""

    is_first: bool = False
    """No earlier mail of this address is here, and none was ever written to it."""
    alike: str = ""
    """A domain that the reader knows and that the sender's could be taken for."""


def believed(found: Sequence[AuthResults], servers: Collection[str]) -> AuthResults | None:
    """What the reader's own provider says; None where it says nothing.

    Only the topmost field, and only if one of its ``servers`` wrote it: whatever stands below may have come with the
    mail (RFC 8601 section 7.1). Some providers write several fields in a row, as far as these are theirs, too; of each
    method the first that speaks of it counts. ``servers``: names, or what they end in after a dot; an empty one for
    a provider that does not name itself.
    """
    own: list[AuthResult] = []
    for place, field in enumerate(found):
        if not _is_of(field, servers) or (place and not field.follows):
            break
        heard = {result.method for result in own}
        own += [result for result in field.results if result.method not in heard]
    return AuthResults(server=found[0].server, results=tuple(own)) if found and _is_of(found[0], servers) else None


def _is_of(field: AuthResults, servers: Collection[str]) -> bool:
    lower = {server.lower() for server in servers}
    return field.server in lower or any(server and field.server.endswith(f".{server}") for server in lower)
