"""A mail and its addresses as SMTP carries them. Pure."""

import re
from collections.abc import Container, Sequence

from msgspec import Struct

from tuimail.domain.address import in_ascii, is_address
from tuimail.domain.clean import clean_quote
from tuimail.net.replies import not_sendable
from tuimail.net.text import with_crlf

_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


class Envelope(Struct, frozen=True, kw_only=True):
    """The addresses of one mail, ready for the wire."""

    mail_from: str
    """The whole MAIL command."""
    recipients: tuple[tuple[str, str], ...]
    """Pairs of the address as given and its path as sent."""
    needs_utf8: bool


def make_envelope(sender: str, recipients: Sequence[str], *, mail: bytes, offered: Container[str]) -> Envelope:
    """The envelope, with those extensions that the server offers and this mail needs. Raises SendFailed.

    ``offered``: the server's EHLO keywords in lower case.
    """
    if not recipients:
        raise not_sendable("The mail has nobody to go to.")
    paths = [_path(address, can_utf8="smtputf8" in offered) for address in (sender, *recipients)]
    needs_utf8 = not all(path.isascii() for path in paths)
    options = [f"SIZE={len(mail)}"] if "size" in offered else []
    if "8bitmime" in offered and not mail.isascii():
        options.append("BODY=8BITMIME")
    if needs_utf8:
        options.append("SMTPUTF8")
    return Envelope(
        mail_from=" ".join([f"MAIL FROM:<{paths[0]}>", *options]),
        recipients=tuple(zip(recipients, paths[1:], strict=True)),
        needs_utf8=needs_utf8,
    )


def refuse_oversize(size_bytes: int, limit_bytes: int | None) -> None:
    """Raise SendFailed before anything is sent where the server would refuse the mail for its size."""
    if limit_bytes is not None and size_bytes > limit_bytes:
        raise not_sendable(
            f"The mail has {_megabytes(size_bytes)} MB, and the server takes at most {_megabytes(limit_bytes)} MB."
        )


def for_the_wire(mail: bytes) -> bytes:
    """Only CR LF as line ends, one at the end, and each dot that begins a line doubled (RFC 5321 section 4.5.2)."""
    lines = with_crlf(mail)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _FIRST_DOT.sub(b"..", lines) if lines.startswith(b".") or b"\n." in lines else lines


def _path(address: str, *, can_utf8: bool) -> str:
    """An address between angle brackets. Raises SendFailed for what is no address or cannot go through this server."""
    if not is_address(address):
        raise not_sendable(f"“{clean_quote(address, limit=60)}” is not a mail address.")
    if address.isascii() or can_utf8:
        return address
    path = in_ascii(address)
    if not path.isascii():
        raise not_sendable(
            f"The server takes no address like “{clean_quote(address, limit=60)}”: letters beyond ASCII before the @"
            " need SMTPUTF8, which it does not offer."
        )
    return path


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f}"
