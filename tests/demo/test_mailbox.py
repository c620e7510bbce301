import email
import email.policy
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.demo.conftest import NOW
from tuimail.demo.attachments import attachment
from tuimail.demo.mailbox import MAILBOXES, DemoMail, demo_mails, moment

RESERVED = re.compile(r"@(?:[\w-]+\.)*(?:example(?:\.(?:com|net|org))?|test|invalid)$")


@pytest.fixture(scope="module")
def mails() -> list[DemoMail]:
    return demo_mails(NOW)


def parsed(mail: DemoMail) -> email.message.EmailMessage:
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def test_same_moment_gives_the_same_mailbox(mails: list[DemoMail]) -> None:
    assert demo_mails(NOW) == mails


def test_mailbox_is_large_and_every_folder_has_mail(mails: list[DemoMail]) -> None:
    counts = Counter(mail.mailbox for mail in mails)

    assert 190 <= len(mails) <= 230
    assert set(counts) == {"INBOX", *MAILBOXES}
    assert counts["INBOX"] >= 40


def test_every_mail_lies_in_the_past_and_its_date_says_so(mails: list[DemoMail]) -> None:
    for mail in mails:
        assert NOW - timedelta(days=120) < mail.received_at < NOW
        assert parsed(mail)["Date"].datetime == mail.received_at


def test_every_mail_is_well_formed(mails: list[DemoMail]) -> None:
    for mail in mails:
        for part in parsed(mail).walk():
            assert not part.defects, (mail.mailbox, part.defects)
            if part.get_content_maintype() == "text":
                assert "\N{REPLACEMENT CHARACTER}" not in part.get_content()
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("hour", [0, 6, 12, 23])
def test_message_ids_are_unique_and_threads_lead_back(hour: int) -> None:
    mails = demo_mails(NOW.replace(hour=hour, minute=3))
    ids = [parsed(mail)["Message-ID"] for mail in mails]
    sent_before: set[str] = set()

    assert len(set(ids)) == len(ids)
    for mail in mails:
        message = parsed(mail)
        assert set((message["References"] or "").split()) <= sent_before
        sent_before.add(message["Message-ID"])


def test_no_two_mails_say_the_same(mails: list[DemoMail]) -> None:
    texts = Counter(str(body.get_content()) for mail in mails if (body := parsed(mail).get_body(("plain",))))

    assert [text for text, count in texts.items() if count > 1] == []


def test_only_reserved_domains_occur(mails: list[DemoMail]) -> None:
    for mail in mails:
        message = parsed(mail)
        for header in ("From", "To", "Cc", "Reply-To"):
            for address in message[header].addresses if message[header] else ():
                assert RESERVED.search(address.addr_spec), address


def test_mail_in_many_scripts_and_charsets(mails: list[DemoMail]) -> None:
    charsets = {part.get_content_charset() for mail in mails for part in parsed(mail).walk()}
    subjects = " ".join(str(parsed(mail)["Subject"]) for mail in mails)

    assert {"utf-8", "iso-8859-1", "iso-8859-15", "iso-2022-jp", "gb18030"} <= charsets
    for sample in ("Maße", "marées", "写真", "海边", "ورشة", "ארוחת", "🎂"):
        assert sample in subjects


def test_every_kind_of_mail_occurs(mails: list[DemoMail]) -> None:
    types = Counter(part.get_content_type() for mail in mails for part in parsed(mail).walk())
    flags = Counter(flag for mail in mails for flag in mail.flags)

    for wanted in ("text/html", "text/calendar", "application/pdf", "image/png", "text/csv"):
        assert types[wanted] >= 1
    assert {"\\Seen", "\\Flagged", "\\Answered", "\\Draft"} <= set(flags)


def test_invitation_lies_ahead(mails: list[DemoMail]) -> None:
    calendars = [
        part.get_content()
        for mail in mails
        for part in parsed(mail).walk()
        if part.get_content_type() == "text/calendar"
    ]

    start = re.search(r"^DTSTART:(\d{8}T\d{6}Z)$", calendars[0].replace("\r", ""), re.MULTILINE)
    assert start
    assert datetime.strptime(start[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) > NOW


def test_moment_counts_back_from_now() -> None:
    assert moment("2h", NOW) == NOW - timedelta(hours=2)
    assert moment("3d 09:12", NOW) == NOW.replace(day=17, hour=9, minute=12)
    with pytest.raises(ValueError, match="yesterday"):
        moment("yesterday", NOW)


def test_attached_pdf_points_at_its_objects() -> None:
    content = attachment("ticket.pdf").content
    at = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    offsets = [int(line[:10]) for line in content[at:].split(b"\n") if line.endswith(b" n ")]

    assert content.startswith(b"%PDF-")
    assert content[at:].startswith(b"xref\n")
    assert [content[offset:].split(b" obj")[0] for offset in offsets] == [b"1 0", b"2 0", b"3 0", b"4 0"]
