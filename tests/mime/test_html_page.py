"""The page for the browser: it shows the message and can do nothing else."""

import re
import time
from base64 import b64encode

import pytest

from tests.mime.test_hostile import LIMIT_S, PAGES
from tuimail.mime.html_page import MAX_PICTURES, sanitised_html

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 9


def page_of(html: str) -> str:
    raw = b"Subject: A <b>subject\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode("utf-8", "replace")
    return sanitised_html(raw)


def body_of(html: str) -> str:
    return page_of(html).partition("<body>")[2].removesuffix("</body></html>\n")


def test_the_page_forbids_the_browser_to_load_anything() -> None:
    page = page_of("<p>x")

    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert page.startswith('<!DOCTYPE html>\n<html><head><meta charset="utf-8"><meta http-equiv="Content-Security')
    assert '<meta http-equiv="x-dns-prefetch-control" content="off">' in page
    assert "<title>A &lt;b&gt;subject</title>" in page


@pytest.mark.parametrize(
    "html",
    [
        "<img src='http://t.test/x.gif' srcset='http://t.test/y 2x'>",
        "<img src=//t.test/x>",
        "<img src='x'>",
        "<body background='http://t.test/x'>",
        "<td background='http://t.test/x'>",
        "<div style='background:url(http://t.test/x)'>",
        "<div style='background:u\\72l(http://t.test/x)'>",
        "<div style='background:image-set(\"http://t.test/x\" 1x)'>",
        "<div style='background:url&#40;http://t.test/x)'>",
        "<style>@import 'http://t.test/x'; a{background:url(http://t.test/x)}</style>",
        "<style>@import url(http://t.test/x);</style>",
        "<style>@font-face{font-family:x;src:url(http://t.test/x)}</style>",
        "<style>a{color:red;background:/**/url(http://t.test/x)}</style>",
        "<style>a{background:u/**/rl(http://t.test/x)}</style>",
        "<link rel=stylesheet href='http://t.test/x'>",
        "<link rel=prefetch href='http://t.test/x'>",
        "<base href='http://t.test/'>",
        "<meta http-equiv=refresh content='0;url=http://t.test/x'>",
        "<iframe src='http://t.test/x'></iframe>",
        "<video poster='http://t.test/x' src='http://t.test/y'></video>",
        "<svg><image href='http://t.test/x'/></svg>",
        "<math><mtext href='http://t.test/x'></math>",
        "<object data='http://t.test/x'></object><embed src='http://t.test/x'>",
        "<form action='http://t.test/x'><input type=image src='http://t.test/x'></form>",
        "<input type=image src='http://t.test/x'><button formaction='http://t.test/x'>x</button>",
        "<img src='data:image/svg+xml;base64,aHR0cDovL3QudGVzdC94'>",
        "<blockquote cite='http://t.test/x'>x</blockquote>",
        "<a ping='http://t.test/x'>x</a>",
    ],
)
def test_nothing_is_fetched(html: str) -> None:
    body = body_of(html + "<p>words")

    assert "t.test" not in body
    assert "url(" not in body
    assert "words" in body


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java&#10;script:alert(1)'>x</a>",
        "<a href='data:text/html,alert(1)'>x</a>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<math><mi><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<x-a onclick=alert(1)>x</x-a><x-script>alert(1)</x-script>",
        "<p title='<x-script>alert(1)</x-script>'>x",
    ],
)
def test_nothing_runs(html: str) -> None:
    without_values = re.sub(r'"[^"]*"', '""', body_of(html))

    assert "<script" not in without_values
    assert not re.search(r"<[^>]*\bon\w+=|javascript:|data:text", without_values)


def test_links_lead_to_where_they_led_and_tell_nothing() -> None:
    assert body_of("<a href='https://x.test/?a=1&amp;b=2' target=_top>x</a><a href='mailto:a@b.test'>m</a>") == (
        '<a href="https://x.test/?a=1&amp;b=2" rel="noreferrer noopener">x</a>'
        '<a href="mailto:a@b.test" rel="noreferrer noopener">m</a>'
    )


def test_the_looks_of_the_page_stay() -> None:
    html = (
        "<style>.a{color:red}@media (max-width:600px){.a{color:rgb(1,2,3)}}</style>"
        "<body bgcolor='#111'><p class=a style='color:#fff;position:fixed'>x"
    )

    assert body_of(html) == (
        "<style>.a{color:red}@media (max-width:600px){.a{color:rgb(1,2,3)}}</style>"
        '<div bgcolor="#111"><p class="a" style="color:#fff">x</p></div>'
    )


def related(image: bytes, kind: str = "image/png") -> str:
    raw = (
        b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b"<img src='cid:logo@x.test' alt=Logo>\r\n--b\r\nContent-Type: "
        + kind.encode()
        + b"\r\nContent-ID: <logo@x.test>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(image)
        + b"\r\n--b--\r\n"
    )
    return sanitised_html(raw)


def test_pictures_that_came_with_the_message_are_in_the_page() -> None:
    assert f'<img src="data:image/png;base64,{b64encode(PNG).decode()}" alt="Logo">' in related(PNG)


def test_a_picture_is_what_its_bytes_say() -> None:
    assert 'src="data:image/png;' in related(PNG, "text/html")
    assert "data:" not in related(b"<svg onload=alert(1)>", "image/png").partition("<body>")[2]


def test_pictures_beyond_the_limit_are_left_out() -> None:
    assert '<img alt="Logo">' in related(PNG + b"x" * MAX_PICTURES)


def test_pictures_written_into_the_page_stay() -> None:
    data = b64encode(PNG * 20).decode()

    assert body_of(f"<img src='data:image/png;base64,{data}'>") == f'<img src="data:image/png;base64,{data}">'


def test_a_message_without_html_is_its_text() -> None:
    page = sanitised_html(b"Content-Type: text/plain\r\n\r\n1 < 2\r\n  <script>")

    assert "<pre>1 &lt; 2\n  &lt;script&gt;</pre>" in page


@pytest.mark.parametrize("name", ["deep", "formatting", "tables", "attributes", "style", "pictures", "entities"])
def test_a_hostile_page_is_written_in_time(name: str) -> None:
    started = time.process_time()
    page = page_of(PAGES[name])

    assert time.process_time() - started < LIMIT_S
    assert "\x1b" not in page
