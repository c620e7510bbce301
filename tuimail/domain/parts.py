"""The parts of a message as the server describes them, before any of them is fetched."""

from collections.abc import Iterator
from typing import ClassVar, Self

from tuimail.domain.discreet import Discreet


class Part(Discreet, frozen=True, kw_only=True):
    """A part and those within it (RFC 9051 section 7.5.2, BODYSTRUCTURE). Every text is cleaned, nothing decoded."""

    hidden: ClassVar[tuple[str, ...]] = ("params", "disposition_params", "content_id", "description")

    section: str
    """Names it in commands, such as ``1.2``; ``TEXT`` for a message's own multipart."""
    content_type: str
    """Lower case, such as ``text/plain``."""
    params: tuple[tuple[str, str], ...] = ()
    """Of the type, names in lower case, in order; RFC 2231 pieces and encoded words as they came."""
    disposition: str = ""
    """Lower case, such as ``attachment``; empty without one."""
    disposition_params: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    """The transfer encoding in lower case, such as ``base64``."""
    size_bytes: int = 0
    """As transferred, before the encoding is undone; 0 for a multipart."""
    content_id: str = ""
    """Without angle brackets."""
    description: str = ""
    children: tuple[Self, ...] = ()
    """Of a multipart, or the one body of a message within the message."""

    @property
    def is_message(self) -> bool:
        """Whether this is a message within the message."""
        return self.content_type in {"message/rfc822", "message/global"}

    @property
    def is_multipart(self) -> bool:
        """Whether it only holds other parts."""
        return self.content_type.startswith("multipart/")

    def walk(self) -> Iterator[Self]:
        """This part and all within it, in the order of the message."""
        yield self
        for child in self.children:
            yield from child.walk()
