"""Reports of the mail system about a mail of one's own (RFC 3464)."""

from msgspec import Struct


class FailedDelivery(Struct, frozen=True, kw_only=True):
    """One recipient of a report. Cleaned."""

    recipient: str
    action: str
    """``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``."""
    status: str = ""
    """Such as ``5.1.1`` (RFC 3463)."""
    reason: str = ""
    """What the status means in our words; the server's own words follow in quotation marks where it gave some."""


class Bounce(Struct, frozen=True, kw_only=True):
    """A delivery report, summed up."""

    deliveries: tuple[FailedDelivery, ...]
    subject: str = ""
    """Of the mail that it is about, where the report has it."""
