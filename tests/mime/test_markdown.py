"""Markdown beside the text as it was typed: what becomes of it, and what does not."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.mime.test_compose import PLAIN
from tuimail.mime.compose import build
from tuimail.mime.markdown import MAX_CHARS, as_html
from tuimail.mime.parse import parse_message

DATE = datetime(2026, 11, 22, tzinfo=UTC)
_OUTSIDE = re.compile(r"<(?:script|img|iframe|style|link|form|object|svg)|\son\w+=|href=\"(?!https?:|mailto:)", re.I)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Hi **Bo**", "<p>Hi <strong>Bo</strong></p>"),
        ("# Title", "<h1>Title</h1>"),
        ("- one\n- two", "<li>one</li>\n<li>two</li>"),
        ("one\n\n1. two", "<ol>\n<li>two</li>"),
        ("[bees](https://x.test/)", '<a href="https://x.test/">bees</a>'),
        ("`code`", "<code>code</code>"),
        ("~~gone~~", "<s>gone</s>"),
        ("| a |\n|---|\n| b |", "<td>b</td>"),
        ("**one**\ntwo", "<strong>one</strong><br>\ntwo"),
        ("**x** <b>&", "&lt;b&gt;&amp;"),
    ],
)
def test_marks_become_what_they_mean(text: str, page: str) -> None:
    assert page in as_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi\nBo",
        "Hi\n\nAnn wrote:\n> quoted\n>> twice\n\nmine\n\n-- \nMe",
        "See https://x.test/a_b_c and <https://x.test/> or <a@x.test>",
        "2 * 3 * 4, snake_case_name",
        "x" * (MAX_CHARS + 1),
    ],
)
def test_a_text_without_marks_goes_out_alone(text: str) -> None:
    assert as_html(text) == ""


def test_what_is_written_below_a_quotation_is_not_part_of_it() -> None:
    page = as_html("> one\nmine\n>> two\n> one again\n**mine** too")

    assert re.findall(r"<p>(.*?)</p>", page) == ["one", "mine", "two", "one again", "<strong>mine</strong> too"]
    assert page.count("<blockquote") == page.count("</blockquote>") == 3


def test_a_quoted_paragraph_that_was_cut_is_one() -> None:
    assert "<p>one two three</p>" in as_html("> one \n> two \n> three\n\n**x**")


def test_a_signature_makes_no_heading() -> None:
    page = as_html("**Hi**\n-- \nMe <me>\nThere")

    assert "<h2>" not in page
    assert "<p>-- <br>\nMe &lt;me&gt;<br>\nThere</p>" in page


@pytest.mark.parametrize(
    "text",
    [
        "**x** <script>alert(1)</script>",
        "**x** ![p](https://t.test/pixel.png)",
        "**x** [j](javascript:alert(1)) [d](data:text/html,x) [f](file:///etc/passwd)",
        "**x** <img src=x onerror=alert(1)>",
        '**x** [a](https://x.test "\\" onmouseover=\\"alert(1)")',
    ],
)
def test_nothing_active_goes_out(text: str) -> None:
    assert not re.search(r"<(?:script|img)|href=\"(?:javascript|data|file)|<[^>]*\"\s+onmouseover", as_html(text))


_MARKS = st.sampled_from(
    ["**", "*", "_", "`", "[", "](", ")", "!", "<", ">", "\n", "\n\n", "> ", "- ", "1. ", "|", "#", "-- \n"]
)


@settings(max_examples=300, deadline=3000)
@given(st.lists(_MARKS | st.text(max_size=5) | st.just("javascript:"), max_size=30).map("".join))
def test_whatever_is_typed_becomes_harmless(text: str) -> None:
    page = as_html(text)

    body = page.partition("<body>")[2].replace('style="margin: 0 0 0 .8ex; border-left', "")
    assert not _OUTSIDE.search(re.sub(r">[^<]*<", "><", body)) or not page


def test_the_mail_has_both_forms_and_the_plain_one_as_it_was_typed() -> None:
    text = "Hi **Bo**,\n\n> a\n\n-- \nMe\n"
    mail = replace(PLAIN, text=text)

    data = build(mail, date=DATE, message_id="<1@x.test>", flowed=True, markdown=True).data
    message, html = parse_message(data), parse_message(data, prefer_html=True)

    assert b"multipart/alternative" in data
    assert data.index(b"text/plain") < data.index(b"text/html")
    assert [block.text for block in message.blocks if block.text] == ["Hi **Bo**,", "a", "-- ", "Me"]
    assert html.is_html
    assert "Hi Bo," in [block.text for block in html.blocks]


def test_without_the_wish_or_without_marks_there_is_one_form() -> None:
    marked, plain = replace(PLAIN, text="**x**"), replace(PLAIN, text="x")

    for mail, markdown in ((marked, False), (plain, True)):
        assert b"text/html" not in build(mail, date=DATE, message_id="<1@x.test>", markdown=markdown).data
