"""Ways out of a mailing list (RFC 2369, RFC 8058)."""

from msgspec import Struct


class ListHeaders(Struct, frozen=True, kw_only=True):
    """What the list fields of a message say, cleaned; empty strings where there is nothing usable."""

    list_id: str = ""
    name: str = ""
    """The words of List-Id before the identifier."""
    post_to: str = ""
    """A mailto address (``mailto:`` included) to write to the list; empty where it has none or where posting is not allowed (``NO``)."""
    unsubscribe_https: str = ""
    unsubscribe_mailto: str = ""
    is_one_click: bool = False
    """List-Unsubscribe-Post says ``List-Unsubscribe=One-Click``; whether that may be used is another question."""
