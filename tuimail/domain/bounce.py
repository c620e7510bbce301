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


_OPENINGS = {
    "failed": "did not get it",
    "delayed": "has not got it yet, and it is still being tried",
    "delivered": "got it",
    "relayed": "may have got it: it went on to a system that reports nothing",
    "expanded": "is a list, and it was passed on to its members",
}


def bounce_lines(bounce: Bounce) -> tuple[str, ...]:
    """Who did not get what, and why: a sentence for each recipient, those without their mail first."""
    ordered = sorted(bounce.deliveries, key=lambda each: list(_OPENINGS).index(each.action))
    return tuple(_sentence(each) for each in ordered)


def _sentence(delivery: FailedDelivery) -> str:
    opening = f"{delivery.recipient} {_OPENINGS[delivery.action]}"
    wants_reason = delivery.reason and delivery.action in {"failed", "delayed"}
    return f"{opening}: {delivery.reason}" if wants_reason else f"{opening}."
