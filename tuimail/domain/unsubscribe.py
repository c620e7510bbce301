"""Ways out of a mailing list (RFC 2369, RFC 8058)."""

from msgspec import Struct


class ListHeaders(Struct, frozen=True, kw_only=True):
    """What the list fields of a message say, cleaned; empty strings where there is nothing usable."""

    list_id: str = ""
    name: str = ""
    """The words of List-Id before the identifier."""
    post_to: str = ""
    """A ``mailto:`` address to write to the list; empty where it has none or where posting is not allowed (``NO``)."""
    unsubscribe_https: str = ""
    """Its whole URL; a host is there and no user name that could pass for one."""
    unsubscribe_mailto: str = ""
    """A ``mailto:`` address, subject and all."""
    is_one_click: bool = False
    """List-Unsubscribe-Post says ``List-Unsubscribe=One-Click``; whether that may be used is another question."""
