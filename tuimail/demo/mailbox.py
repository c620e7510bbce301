"""The demo's mailbox: letters written out in ``letters/``, routine mail beside them, all dated back from ``now``.

A letter's ``when`` is "3d 09:12" (three days ago at that time), "25m" or "2h".
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import ClassVar

from msgspec.structs import replace

from tuimail.demo.attachments import attachment
from tuimail.demo.letterfile import Letter, parse_letters, read_letters
from tuimail.demo.people import BY_KEY, Contact
from tuimail.demo.routine import routine_letters
from tuimail.demo.writing import Draft, message_id, write
from tuimail.domain.discreet import Discreet

MAILBOXES = ("Drafts", "Sent", "Archive", "Junk", "Trash", "Allotment", "North Pier", "Receipts", "Tidewatch")
"""Beside INBOX."""

SERVER = "mx.example.org"
"""The demo's server, as it calls itself where it checks senders."""
_UNCHECKED = {"Sent", "Drafts", "Junk"}
_FILES = ("personal", "work", "languages", "tidewatch", "newsletters", "errands", "unwanted", "curious")
_AGO = re.compile(r"(?:(?P<days>\d+)d (?P<hour>\d\d):(?P<minute>\d\d))|(?:(?P<amount>\d+)(?P<unit>[mh]))")
_REPLY = re.compile(r"^(?:re: )+", re.IGNORECASE)
_ME = "me"


class DemoMail(Discreet, frozen=True, kw_only=True):
    """One mail in its place."""

    hidden: ClassVar[tuple[str, ...]] = ("raw",)

    mailbox: str
    raw: bytes
    received_at: datetime
    flags: tuple[str, ...]


def demo_mails(now: datetime) -> list[DemoMail]:
    """The whole mailbox as of ``now`` (aware), oldest first. The same ``now`` gives the same bytes."""
    letters = chain(
        *(read_letters(name) for name in _FILES),
        *(parse_letters(text) for text in routine_letters()),
    )
    dated = sorted(((moment(letter.head["when"], now), letter) for letter in letters), key=lambda pair: pair[0])
    threads: dict[str, tuple[str, ...]] = {}
    return [_mail(letter, when, threads) for when, letter in dated]


def _mail(letter: Letter, when: datetime, threads: dict[str, tuple[str, ...]]) -> DemoMail:
    """The mail, entered into its thread: a subject with "Re:" answers what came last under it."""
    subject = letter.head["subject"]
    topic = _REPLY.sub("", subject)
    before = threads.get(topic, ()) if topic != subject else ()
    draft = replace(_draft(letter, when), references=before)
    threads[topic] = (*before, message_id(draft, when))
    return DemoMail(
        mailbox=letter.head.get("folder", "INBOX"),
        raw=write(draft, when=when),
        received_at=when,
        flags=tuple(f"\\{flag.capitalize()}" for flag in letter.head.get("flags", "").split()),
    )


def _draft(letter: Letter, when: datetime) -> Draft:
    head = letter.head
    return Draft(
        sender=BY_KEY[head["from"]],
        to=_contacts(head.get("to", _ME)),
        cc=_contacts(head.get("cc", "")),
        subject=head["subject"],
        text=letter.text,
        html=letter.versions.get("html", ""),
        calendar=_dated(letter.versions.get("calendar", ""), when),
        charset=head.get("charset", "utf-8"),
        headers=(*letter.headers, *_checked(letter)),
        parts=letter.parts,
        kind=head.get("kind", "mixed"),
        files=[attachment(name) for name in head.get("attach", "").split()],
        seed=head.get("when", ""),
    )


def _checked(letter: Letter) -> Sequence[tuple[str, str]]:
    """What the demo's own server says of the sender, unless the letter has it (RFC 8601)."""
    folder, sender = letter.head.get("folder", "INBOX"), BY_KEY[letter.head["from"]]
    if folder in _UNCHECKED or any(name == "Authentication-Results" for name, _ in letter.headers):
        return ()
    domain = sender.address.rpartition("@")[2]
    words = f"{SERVER}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={sender.address};"
    return (("Authentication-Results", f"{words}\r\n dmarc=pass header.from={domain}"),)


def _contacts(keys: str) -> Sequence[Contact]:
    return tuple(BY_KEY[key] for key in keys.split())


def _dated(calendar: str, sent_at: datetime) -> str:
    """Calendar text with {+3d 10:00} made a date three days after the mail, in its zone and written as UTC."""

    def stamp(match: re.Match[str]) -> str:
        day = sent_at + timedelta(days=int(match[1]))
        local = day.replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)
        utc = local - (local.utcoffset() or timedelta())
        return f"{utc:%Y%m%dT%H%M%SZ}"

    return re.sub(r"\{\+(\d+)d (\d\d):(\d\d)\}", stamp, calendar)


def moment(text: str, now: datetime) -> datetime:
    """The time that a letter's ``when`` means; whole seconds."""
    match = _AGO.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time before now: {text!r}")
    now = now.replace(microsecond=0)
    if match["unit"]:
        minutes = int(match["amount"]) * (60 if match["unit"] == "h" else 1)
        return now - timedelta(minutes=minutes)
    day = now - timedelta(days=int(match["days"]))
    return day.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=0)
