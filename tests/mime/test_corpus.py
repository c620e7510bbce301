import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mime.corpus import assert_harmless, corpus_folder, corpus_mails, needs_corpus
from tuimail.mime.attachments import attachment_data
from tuimail.mime.headers import read_row
from tuimail.mime.html import read_html
from tuimail.mime.parse import clean_source, parse_message
from tuimail.mime.quote import forward_attachments

SERVER_DATE = datetime(2026, 11, 21, tzinfo=UTC)
SAMPLE = (
    b'From: =?utf-8?q?J=C3=BCrgen?= <j@example.test>\r\nTo: "A, B" <a@example.test>\r\nSubject: x\r\n'
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n"
    b"Content-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
    b"one \r\ntwo\r\n> quoted\r\n--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<p>one <a href='http://x.test/'>two</a><table><tr><th>a<th>b<tr><td>1<td>2</table>\r\n--b2--\r\n"
    b"--b1\r\nContent-Type: application/pdf; name*=utf-8''a%20b.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"aGVsbG8=\r\n--b1--\r\n"
)


@needs_corpus
def test_every_mail_of_the_corpus_is_shown_quickly_and_harmlessly() -> None:
    for path in corpus_mails():
        raw = path.read_bytes()
        started = time.process_time()
        message = parse_message(raw)
        elapsed = time.process_time() - started

        assert elapsed < 2, path.name
        assert message.blocks, path.name
        assert_harmless(message)
        assert_harmless(parse_message(raw, prefer_html=True))
        read_row(raw, server_date=SERVER_DATE)
        assert clean_source(raw) or not raw.strip()
        for attachment in message.attachments:
            attachment_data(raw, attachment.part)


@needs_corpus
def test_every_page_of_the_corpus_has_words() -> None:
    folder = corpus_folder()
    pages = sorted((folder or Path()).rglob("*.html"))
    assert pages
    for page in pages:
        assert read_html(page.read_text(encoding="utf-8", errors="replace")).blocks, page.name


def _seeds() -> list[bytes]:
    small = [path.read_bytes() for path in corpus_mails() if path.stat().st_size < 20_000]
    return [SAMPLE, *small[::7]]


@st.composite
def _mutated_mails(draw: st.DrawFn) -> bytes:
    raw = draw(st.sampled_from(_seeds()))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.integers(0, 400)))
        match draw(st.sampled_from(["cut", "double", "replace", "flip", "unbound"])):
            case "cut":
                raw = raw[:start] + raw[stop:]
            case "double":
                raw = raw[:stop] + raw[start:]
            case "replace":
                raw = raw[:start] + draw(st.binary(max_size=40)) + raw[stop:]
            case "flip":
                raw = raw[:start] + bytes(byte ^ 0x80 for byte in raw[start:stop]) + raw[stop:]
            case _:
                raw = raw.replace(b"\n--", b"\n", draw(st.integers(1, 4)))
    return raw


@settings(max_examples=150, deadline=2000)
@given(_mutated_mails())
def test_damaged_mail_is_always_shown(raw: bytes) -> None:
    message = parse_message(raw)

    assert message.blocks
    assert_harmless(message)
    read_row(raw, server_date=SERVER_DATE)
    forward_attachments(raw)


@settings(max_examples=200, deadline=2000)
@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_always_shown(raw: bytes) -> None:
    assert_harmless(parse_message(raw))
    read_row(raw, server_date=SERVER_DATE)
    clean_source(raw)


_PIECES = st.sampled_from(
    [
        *[b"From: ", b"Subject: ", b"Content-Type: ", b"text/html", b"multipart/mixed; boundary=", b"\r\n", b"\n\n"],
        *[b"--b", b"=?utf-8?q?", b"?=", b"=1B", b"<a href=", b"<table>", b"<td>", b">", b'"', b"<", b"@", b",", b"b\n"],
        *[b"(", b";", b"Date: ", b"99999999999", b"&#27;", b"\x1b[2J", "\u202e".encode(), b"charset=utf-7", b"="],
        *[b"*0*=", b"''%1B"],
    ]
)


@settings(max_examples=300, deadline=2000)
@given(st.lists(_PIECES, max_size=40))
def test_pieces_of_mail_in_any_order_are_shown(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)

    assert_harmless(parse_message(raw))
    read_row(raw, server_date=SERVER_DATE)


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_mail_without_text_says_so(size: int) -> None:
    message = parse_message(b"Subject: x\r\n\r\n" + b"\r\n" * size)

    assert message.blocks[0].text == "This message has no text."
