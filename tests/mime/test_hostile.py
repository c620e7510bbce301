import time
from datetime import UTC, datetime

import pytest

from tests.mime.corpus import assert_harmless
from tuimail.mime.headers import addresses, decode_words, read_row
from tuimail.mime.html import read_html
from tuimail.mime.parse import parse_message

MEGABYTE = 1_000_000
LIMIT_S = 2.0
SERVER_DATE = datetime(2026, 11, 21, tzinfo=UTC)


def fill(piece: str) -> str:
    return (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]


PAGES = {
    "comments": fill("<!--"),
    "close": fill("</"),
    "instructions": fill("<?"),
    "open": fill("<a "),
    "quote": fill('<a x="'),
    "quotes": fill("<a x='\""),
    "deep": fill("<div>"),
    "formatting": "".join(f"<b id={number}>" for number in range(300)) + fill("<p>xxxxxxxx"),
    "tables": fill("<table><tr><td>xxxx"),
    "lists": fill("<ul><li>xxxxxxxx"),
    "attributes": "<a " + fill("b ") + ">",
    "many attributes": fill("<a " + "b " * 7000 + ">"),
    "scripts": fill("<script>"),
    "svg": fill("<svg>"),
    "entities": fill("&#27;"),
    "word": fill("x"),
    "invisible": fill("\u200c"),
    "stacked": fill("a" + "\u0301" * 20),
    "style": "<style>" + fill("@media x{") + "</style>x",
    "breaks": fill("<br>xxxxxx"),
    "pictures": fill("<img src=http://x.test alt=y>"),
    "quotations": fill("<blockquote>a"),
    "links": "".join(f'<a href="http://h{number}.test/">l</a>' for number in range(20_000)),
}
HEAD = b"From: a@example.test\r\nSubject: x\r\n"
MAILS = {
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nx",
    "senders": b"From: " + b"a@example.test, " * 70_000 + b"\r\n\r\nx",
    "brackets": b"From: " + b"<" * MEGABYTE + b"\n\n",
    "comments": b"From: " + b"(" * MEGABYTE + b"\n\n",
    "quotes": b"From: " + b'"\\' * MEGABYTE + b"\n\n",
    "nested": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    + b"x",
    "messages": HEAD + b"Content-Type: message/rfc822\n\n" * 5000,
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
    "boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx" * 250_000,
    "parameters": HEAD + b"Content-Type: text/plain;" + b' a*1="b' * 140_000 + b"\n\n",
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 300_000,
    "quoted": HEAD + b"\n" + b"> " * 500_000,
    "urls": HEAD + b"\n" + b"http://x.test/ " * 66_000,
    "closing": HEAD + b"\n" + (b"http://x.test/" + b")" * 7900 + b" ") * 120,
    "uuencode": HEAD + b"\n" + (b"begin 644 a\n" + b"MMMMMMMM\n" * 20) * 5000,
    "fields": b"a: b\n" * 200_000,
    "folds": b"Subject: a\n" + b" b\n" * 300_000,
    "calendar": HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'A;x"y"' * 150_000,
    "references": b"References: " + b"<a@b>" * 200_000 + b"\n\n",
    "zeros": b"\0" * MEGABYTE,
    "date": b"Date: " + b"(" * MEGABYTE + b"\n\n",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_read_in_time(name: str) -> None:
    started = time.process_time()
    read_html(PAGES[name])

    assert time.process_time() - started < LIMIT_S


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_is_read_in_time(name: str) -> None:
    started = time.process_time()
    message = parse_message(MAILS[name])
    elapsed = time.process_time() - started

    assert elapsed < LIMIT_S
    assert message.blocks
    started = time.process_time()
    read_row(MAILS[name], server_date=SERVER_DATE)
    assert time.process_time() - started < LIMIT_S


def test_too_many_parts_are_counted_in_words() -> None:
    notes = parse_message(MAILS["parts"]).notes

    assert "This message is damaged or hostile: showing 1,000 of 100,001 parts." in notes


def test_too_many_addresses_are_counted_in_words() -> None:
    message = parse_message(b"To: " + b"a@example.test, " * 600 + b"\r\n\r\nx")

    assert len(message.to) == 500
    assert any("To names 100 more addresses" in note for note in message.notes)


@pytest.mark.parametrize(
    ("value", "spec"),
    [
        ("a@bank.test <b@evil.test>", "b@evil.test"),
        ('"a@bank.test" <b@evil.test>', "b@evil.test"),
        ('"Bank <a@bank.test>" <b@evil.test>', "b@evil.test"),
        ("=?utf-8?q?Bank_=3Ca=40bank.test=3E?= <b@evil.test>", "b@evil.test"),
        ("=?utf-8?q?a=40bank.test=00?= <b@evil.test>", "b@evil.test"),
        ("=?utf-8?q?a=40bank.test=0D=0ABcc:_x?= <b@evil.test>", "b@evil.test"),
        ("(a@bank.test) b@evil.test", "b@evil.test"),
        ("<a@bank.test> <b@evil.test>", "b@evil.test"),
    ],
)
def test_a_forged_sender_is_never_shown_as_the_address(value: str, spec: str) -> None:
    assert [address.spec for address in addresses(value)] == [spec]


def test_an_encoded_address_stays_as_it_was_written() -> None:
    (address,) = addresses("=?utf-8?q?a=40bank.test?=")

    assert "a@bank.test" not in address.spec


def test_escape_sequences_reach_nothing_that_is_shown() -> None:
    escape = "\x1b]52;c;ZXZpbA==\x07\u202e\x9b31m"
    raw = (
        f"From: {escape} <a@example.test>\r\nSubject: =?utf-8?q?=1B]0;x=07?={escape}\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"<p title='{escape}'>&#27;[2J&#155;{escape}<a href='http://x.test/&#27;'>&#x202e;x</a>\r\n--b\r\n"
        f'Content-Type: application/pdf; name="{escape}.pdf"\r\n\r\nx\r\n--b--\r\n'
    ).encode()

    assert_harmless(parse_message(raw))


def test_words_beyond_the_limit_stay_raw() -> None:
    assert decode_words("=?utf-8?q?a?= " * 1001).endswith("=?utf-8?q?a?= ")
