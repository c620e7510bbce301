"""What the header of a message says, as the fields of ``Message``. Never raises."""

from tuimail.domain.address import Address, format_addresses
from tuimail.domain.message import Message
from tuimail.mime.addresses import read_addresses
from tuimail.mime.authentication import read_authentication
from tuimail.mime.dates import read_date
from tuimail.mime.headers import message_ids, read_text, unfold
from tuimail.mime.lists import read_lists
from tuimail.mime.structure import Part

_ADDRESS_FIELDS = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "sender", "mail-followup-to", "delivered-to", "x-original-to"}
)


def read_heading(root: Part) -> Message:
    """A message without its body."""
    left_out: list[str] = []

    def mailboxes(name: str) -> tuple[Address, ...]:
        values = _values(root, name)
        # Several From fields are a way to show one sender and pass the checks as another; the first counts.
        found, more = read_addresses(values[0] if name == "from" and values else ", ".join(values))
        if more:
            left_out.append(f"{name.title()} names {more:,} more addresses than are shown.")
        return found

    in_reply_to = message_ids(_text(root, "in-reply-to"))
    return Message(
        sender=mailboxes("from"),
        reply_to=mailboxes("reply-to"),
        to=mailboxes("to"),
        cc=mailboxes("cc"),
        bcc=mailboxes("bcc"),
        subject=read_text(root.value("subject")),
        sent_at=read_date(_text(root, "date")),
        headers=tuple((name, _shown_value(name, value)) for name, value in root.fields),
        authentication=read_authentication(root.fields),
        lists=read_lists(lambda name: _text(root, name)),
        message_id=next(iter(message_ids(_text(root, "message-id"))), ""),
        references=message_ids(_text(root, "references")),
        in_reply_to=in_reply_to[0] if in_reply_to else "",
        notes=tuple(left_out),
    )


def _values(root: Part, name: str) -> list[str]:
    """Every field of this name, unfolded, topmost first."""
    return [unfold(value) for key, value in root.fields if key.lower() == name]


def _text(root: Part, name: str) -> str:
    return unfold(root.value(name))


def _shown_value(name: str, value: bytes) -> str:
    if name.lower() in _ADDRESS_FIELDS:
        return format_addresses(read_addresses(unfold(value))[0])
    return read_text(value)
