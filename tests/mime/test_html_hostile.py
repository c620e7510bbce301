"""Hostile pages from bytes to lines: in time, within bounds, with nothing in them that a terminal acts on."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.mime.test_hostile import LIMIT_S, fill
from tuimail.mime.html import read_html
from tuimail.ui.layout import lay_out

WIDTH = 60
_ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")

PAGES = {
    "wide table": "<table border=1>" + ("<tr>" + "<td>x" * 1000) * 1000,
    "long table": "<table border=1>" + "<tr><td>x<td>1" * 70_000,
    "spans": "<table border=1>" + "<tr><td colspan=1000000000 rowspan=1000000000>x<td rowspan=65534>1" * 15_000,
    "steps": "<table>" + ("<tr>" + "<td rowspan=999>x" * 16) * 3500,
    "cards": fill("<table><tr><td>a<br>b<td>c<br>d</table>"),
    "styled words": fill("<b>a</b><i>b</i>"),
    "links": "".join(f"<a href='http://h{number % 1500}.test/'>l</a> " for number in range(25_000)),
    "rules": "<style>" + fill(".a,p.b,#c{margin:0;display:none}") + "</style>" + "<p class='a d'>x" * 10_000,
    "nothings": fill("\x00<b\x00>\ud800<p>\udfff"),
    "answered": fill("<div id=divRplyFwdMsg>From: x</div>y"),
    "wide letters": fill("漢字"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_becomes_lines_in_time(name: str) -> None:
    started = time.process_time()
    page = read_html(PAGES[name])
    lines = lay_out(page.blocks, WIDTH, fold_quotes=True)

    assert time.process_time() - started < LIMIT_S
    assert len(lines) < 45_000
    assert all(cell_len(line.text) <= WIDTH for line in lines[:2000])


@pytest.mark.parametrize("name", ["wide table", "long table", "spans"])
def test_what_is_left_out_is_said(name: str) -> None:
    assert any("not shown" in note for note in read_html(PAGES[name]).notes)


ESCAPES = "&#27;[2J&#155;2J&#x202e;&#7;\x1b]0;x\x07\u202ex\u2066"


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>{}</td><td>" + "words " * 20 + "</td></tr></table>",
        "<table><tr><td>&#27;[c</td><td>" + "words " * 20 + "</td></tr></table>",
        "<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>{}</span>x",
        "<table border=1><caption>{}</caption><tr><th>{}<th>b<tr><td>{}<td>c</table>",
        "<table><tr><td>{}<br>a<td>b<br>c</table>",
        "<table><tr><td>{}<td>$3.00</table>",
        "<img alt='{}' src='{}'><a href='http://x.test/{}'><img></a>",
        "<a href='http://{}.test/' title='{}'>{}</a><a href='mailto:{}'>m</a>",
        "<ol start='{}'><li>{}<input type='checkbox' checked='{}'></ol><pre>{}</pre><blockquote cite='{}'>{}",
    ],
)
def test_no_place_of_a_page_carries_a_control(html: str) -> None:
    page = read_html("<p>before</p>" + html.replace("{}", ESCAPES))

    texts = [line.text for width in (20, 78) for line in lay_out(page.blocks, width)]
    texts += [text for link in page.links for text in (link.host, link.url, link.text, link.suspicious)]
    assert not [text for text in texts if _ACTS.search(text)]


TAGS = st.sampled_from(
    re.findall(
        r"<[^<>]+>|&nbsp;|o(?=<)",
        "<table> </table> <tr> <td> <td colspan=3> <td rowspan=2> <th> <br> <p> </p> <ul> <li> <ol start=7> <caption>"
        "<blockquote> </blockquote> <pre> </pre> <a href='http://x.test/1'> </a> <img src=x alt=y> <h2> <hr> <b> </b>"
        "<a href=//y.test><img src=z></a> <div style='display:flex'> <div id=divRplyFwdMsg> <input type=checkbox>"
        "<div style='border:none;border-left:solid blue 1.5pt'> <p style='mso-list:l0 level2'> &nbsp; </div>"
        "<span style='mso-list:Ignore'>o</span>",
    )
)
WORDS = st.sampled_from(
    ["word", "€ 12.00", "漢字", "a longer stretch of words that wraps", "&lt;", "&#27;", "\u200d", " "]
)


@given(st.lists(TAGS | WORDS, max_size=60), st.integers(10, 100))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_page_keeps_its_width_and_its_links(pieces: list[str], width: int) -> None:
    page = read_html("".join(pieces))

    lines = lay_out(page.blocks, width)

    numbers = {run.link for line in lines for run in line.runs if run.link is not None}
    assert numbers <= set(range(1, len(page.links) + 1))
    assert not [line.text for line in lines if _ACTS.search(line.text)]
    room = max(width, 8 + 12 + 24 + 30)  # where bars, indents and signs leave too little, the text keeps its least room
    assert all(cell_len(line.text) <= room for line in lines)
    for block in page.blocks:
        assert all(0 < number < len(block.cells) for number in block.goes_on)
