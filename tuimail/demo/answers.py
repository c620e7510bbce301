"""What the made-up people send back after a mail to them."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from tuimail.demo.letterfile import read_letters
from tuimail.demo.people import BY_ADDRESS, ROBIN, Contact
from tuimail.demo.writing import Draft, write

_QUOTED_LINES = 12
POSTMASTER = "mailer-daemon@example.org"


def answer_to(message: EmailMessage, recipient: str, *, when: datetime, turn: int) -> bytes | None:
    """The answer of this recipient, or a bounce for an unknown one; None from those who never answer.

    ``turn`` counts the answers this recipient gave before, so that the next one is another.
    """
    contact = BY_ADDRESS.get(recipient.lower())
    if contact is None:
        return write(_reply(message, BY_ADDRESS[POSTMASTER], _bounce(recipient, when), turn=turn), when=when)
    texts = [letter.text for letter in read_letters("answers") if letter.head["from"] == contact.key]
    if not texts:
        return None
    text = f"{texts[turn % len(texts)]}\n\n{_quote(message)}"
    return write(_reply(message, contact, text, turn=turn), when=when)


def _reply(message: EmailMessage, sender: Contact, text: str, *, turn: int) -> Draft:
    subject = str(message["Subject"] or "")
    message_id = str(message["Message-ID"] or "")
    return Draft(
        sender=sender,
        to=(ROBIN,),
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        text=text,
        references=(*str(message["References"] or "").split(), message_id) if message_id else (),
        seed=str(turn),
    )


def _quote(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    lines = str(part.get_content()).strip().splitlines() if part is not None else []
    shown = [f"> {line}".rstrip() for line in lines[:_QUOTED_LINES]]
    if len(lines) > _QUOTED_LINES:
        shown.append("> [...]")
    return "\n".join([f"{ROBIN.name} wrote:", *shown])


def _bounce(recipient: str, when: datetime) -> str:
    return (
        "This is the mail system of the demo.\n\n"
        "Your message could not be delivered to one of its recipients:\n\n"
        f"    {recipient}\n    550 5.1.1 nobody by this name lives here\n\n"
        f"It was received at {format_datetime(when)}. Nothing else is wrong with it; write to one of the people in "
        "your inbox, and it will arrive.\n"
    )
