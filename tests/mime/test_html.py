import pytest

from tuimail.domain.body import BlockKind, Style
from tuimail.mime.html import HtmlText, read_html
from tuimail.mime.parse import parse_message


def shown(html: str) -> list[str]:
    """One line a block: what a reader would see."""
    lines: list[str] = []
    for block in read_html(html).blocks:
        lines.append("> " * block.quote + " " * block.indent + block.lead + block.text)
    return lines


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display:none'>X</p>",
        "<p style='DISPLAY : none !important'>X</p>",
        "<p hidden>X</p>",
        "<span style='font-size:1px'>X</span>",
        "<div style='max-height:0;overflow:hidden'>X</div>",
        "<div style='mso-hide:all'>X</div>",
        "<div style='visibility:hidden'>X</div>",
        "<div style='opacity:0'>X</div>",
        "<div style='background:#fff'><span style='color:#FFFFFF'>X</span></div>",
        "<table bgcolor='#eeeeee'><tr><td><font color='#eee'>X</font></td></tr></table>",
        "<style>.pre{display:none}</style><p class='pre'>X</p>",
        "<script>X</script>",
        "<title>X</title>",
        "<!-- X -->",
        "<!--[if mso]>X<![endif]-->",
        "<select><option>X</option></select>",
        "<textarea>X</textarea>",
        "<svg><text>X</text></svg>",
        "<div style='background:#fff'><span style='color:#fdfdfd'>X</span></div>",
        "<span style='color:transparent'>X</span>",
        "<span style='color:rgba(0,0,0,0)'>X</span>",
        "<style>#pre{display:none}</style><p id=pre>X</p>",
        "<style>p.pre{visibility:hidden}</style><p class='a pre'>X</p>",
    ],
)
def test_what_cannot_be_seen_is_not_shown(hidden: str) -> None:
    assert shown(f"<p>before</p>{hidden}<p>after</p>") == ["before", "", "after"]


@pytest.mark.parametrize(
    "visible",
    [
        "<td style='font-size:0'><p style='font-size:13px'>X</p></td>",
        "<div style='visibility:hidden'><b style='visibility:visible'>X</b></div>",
        "<style>@media print{.a{display:none}}</style><p class=a>X</p>",
        "<div style='background:url(x.png) #fff;color:#fff'>X</div>",
        "<div style='background:#fff'><div style='background:navy;color:#fff'>X</div></div>",
        "<div style='background:#fff'><div style='background:steelblue;color:#fff'>X</div></div>",
        "<div style='background:#111'><div style='background:linear-gradient(#eee,#fff);color:#111'>X</div></div>",
        "<style>.b{background:red}</style><div style='background:#fff'><a class=b style='color:#fff'>X</a></div>",
        "<style>td .b{background:red}</style><div style='background:#fff'><a class=b style='color:#fff'>X</a></div>",
        "<style>.a{display:none}.a{display:block}</style><p class=a>X</p>",
        "<style>.a{display:none}</style><p class=a style='display:block'>X</p>",
        "<div style='background:#fff'><p style='background:transparent;color:#000'>X</div>",
        "<![if !mso]>X<![endif]>",
        "<o:p>X</o:p>",
    ],
)
def test_what_can_be_seen_is_shown(visible: str) -> None:
    assert "X" in "".join(shown(f"<table><tr>{visible}</tr></table>"))


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>a  b\n c</p><p>d</p>", ["a b c", "", "d"]),
        ("a<br>b<br><br>c", ["a", "b", "", "c"]),
        ("<div>a</div><div>b</div>", ["a", "b"]),
        ("<p>a</p><p>&nbsp;</p><p></p><br><br><p>b</p>", ["a", "", "b"]),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", ["- a", "- b", "  * c"]),
        ("<ol start=9><li>a<li>b</ol>", ["9. a", "10. b"]),
        ("<ol start=99999999999><li>a</ol>", ["1. a"]),
        ("<li><p>a</p><p>b</p></li>", ["- a", "", "  b"]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", ["> a", "> ", "> > b", "", "c"]),
        ("<pre>a  b\n  c</pre>", ["a  b", "  c"]),
        ("<div style='white-space:pre-wrap'>a\n b</div>", ["a", " b"]),
        ("<h1>T</h1>text", ["T", "", "text"]),
        ("a<hr>b", ["a", "", "", "", "b"]),
        ("Hi\u200c \u200c&nbsp;\u034f \u200c&zwnj; there", ["Hi there"]),
        ("<p>a</b></i></p></td>b", ["a", "", "b"]),
        ("1 < 2 & 3 &amp; <4", ["1 < 2 & 3 & <4"]),
        ("write to <ann@x.test> please", ["write to <ann@x.test> please"]),
        ("<dl><dt>t<dd>d</dl>", ["t", "    d"]),
        ("<p style='margin:0'>a</p><p style='margin:0'>b</p>", ["a", "b"]),
        ("<style>p.M{margin:0cm 0cm .0001pt}</style><p class=M>a</p><p class=M>&nbsp;</p><p class=M>b", ["a", "", "b"]),
        ("<div>a</div><div style='height:20px'></div><div>b</div>", ["a", "", "b"]),
        ("<div style='display:flex'><i>a</i><i>b</i></div>", ["a b"]),
        ("<li><input type=checkbox checked disabled> done<li><input type=checkbox> open", ["- [x] done", "- [ ] open"]),
        ("a<input type=text value=x><input type=submit value=y>b", ["ab"]),
        (
            "<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>\xb7 </span>a"
            "<p style='mso-list:l0 level2'><span style='mso-list:Ignore'>1. </span>b",
            ["- a", "  1. b"],
        ),
        ("<blockquote style='margin:0 0 0 40px;border:none'>a</blockquote>", ["    a"]),
        ("<blockquote type=cite style='border:none'>a</blockquote>", ["> a"]),
        ("<div style='border:none;border-left:solid blue 1.5pt'>a</div>b", ["> a", "b"]),
        ("a<div id=divRplyFwdMsg>From: x</div><p>b</p>", ["a", "> From: x", "> ", "> b"]),
        ("<div>a<div style='border:none;border-top:solid #E1E1E1 1pt'>Von: x</div></div>b", ["a", "> Von: x", "> b"]),
        ("<div style='border:none;border-top:solid #E1E1E1 1pt'>Fromage: x</div>b", ["Fromage: x", "b"]),
        ("<blockquote>a<div id=divRplyFwdMsg>From: x</div>b</blockquote>c", ["> a", "> > From: x", "> > b", "", "c"]),
    ],
)
def test_pages_become_lines(html: str, lines: list[str]) -> None:
    assert shown(html) == lines


def test_layout_tables_flow_cell_after_cell() -> None:
    long = "words " * 20
    html = f"<table><tr><td>{long}</td><td><p>second</p></td></tr></table>"

    assert [line.strip() for line in shown(html) if line] == [long.strip(), "second"]


def test_a_short_row_stays_one_line() -> None:
    assert shown("<table><tr><td>Item</td><td></td><td>$3.00</td></tr></table>") == ["Item\t$3.00"]


def test_a_data_table_keeps_its_columns() -> None:
    html = "<table><tr><th>A<th>B<th></tr><tr><td>1<td><b>2</b><td></tr></table>"
    (block,) = read_html(html).blocks

    assert (block.kind, block.has_header) == (BlockKind.TABLE, True)
    assert block.text == "A\tB\n1\t2"
    assert block.cells[1][1][0].style == Style.BOLD


def test_cells_that_span_others_move_none() -> None:
    html = (
        "<table border=1><tr><th>A<th>B<th>C<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5"
        "<tr><td colspan=2>sum<td>8<tr><td colspan=3>all</table>"
    )
    (block,) = read_html(html).blocks

    assert block.text == "A\tB\tC\n1\t2\t3\n\t4\t5\nsum\t\t8\nall"


def test_short_cells_of_several_lines_stand_side_by_side() -> None:
    html = "<table><tr><td>07:35<br>AMS</td><td>09:40<br>OSL</td></tr></table>"
    (block,) = read_html(html).blocks

    assert (block.text, block.goes_on) == ("07:35\t09:40\nAMS\tOSL", (1,))


def test_amounts_in_tables_of_their_own_stand_under_one_another() -> None:
    row = "<tr><td><table><tr><td>{}</td><td>{}</td></tr></table></td></tr>"
    html = "<table>" + row.format("Boat", "12.00") + row.format("Oars", "3.00") + "</table>"
    (block,) = read_html(html).blocks

    assert block.text == "Boat\t12.00\nOars\t3.00"


def test_a_signature_is_one() -> None:
    blocks = read_html("<p>Hi</p><div class='gmail_signature'>Ann<br>Kiel</div>").blocks

    assert [block.kind for block in blocks if block.text] == [BlockKind.TEXT, BlockKind.SIGNATURE, BlockKind.SIGNATURE]


def test_repeated_short_cells_are_a_table_without_a_header() -> None:
    html = "<table>" + "<tr><td>name<td>5.00</tr>" * 3 + "</table>"
    (block,) = read_html(html).blocks

    assert (block.kind, block.has_header) == (BlockKind.TABLE, False)


def test_links_are_numbered_once_a_target() -> None:
    page = read_html(
        "<a href='http://a.test/x'>one</a> <a href='http://b.test/'>two</a> <a href='http://a.test/x'>3</a>"
    )
    (block,) = page.blocks

    assert block.text == "one [1] two [2] 3 [1]"
    assert [(link.number, link.host, link.text) for link in page.links] == [(1, "a.test", "one"), (2, "b.test", "two")]
    assert [(span.text, span.style, span.link) for span in block.spans[:2]] == [
        ("one", Style.LINK, 1),
        (" [1]", Style.DIM, 1),
    ]


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("<a href='http://evil.test/'>www.bank.test</a>", "The text says bank.test, the link leads to evil.test."),
        ("<a href='http://evil.test/'>https://bank.test/login</a>", "The text says bank.test"),
        ("<a href='http://bank.test@evil.test/'>x</a>", "the link leads to evil.test"),
        ("<a href='http://xn--pple-43d.test/'>x</a>", "another alphabet"),
        ("<a href='http://\u0430\u0440\u0440\u04cf\u0435.test/'>x</a>", "another alphabet: xn--80ak6aa92e.test"),
        ("<a href='javascript:alert(1)'>x</a>", "“javascript” are never opened"),
        ("<a href='java\nscript:alert(1)'>x</a>", "“javascript” are never opened"),
        ("<a href='data:text/html,x'>x</a>", "never opened"),
        ("<a href='http:\\\\evil.test\\x'>www.bank.test</a>", "leads to evil.test"),
        ("<a href='mailto:e@evil.test'>a@bank.test</a>", "the link writes to e@evil.test"),
        ("<a href='http://evil.test/'>Go to https://bank.test/login now</a>", "leads to evil.test"),
        ("<a href='https://www.google.com/url?q=https://evil.test/x&amp;sa=D'>www.bank.test</a>", "leads to evil.test"),
        ("<a href='http://192.0.2.1/'>x</a>", "a bare number, 192.0.2.1"),
        ("<a href='http://3221225985:80/'>x</a>", "a bare number, 3221225985"),
        ("<a href='http://0xC0.0x00.513/'>x</a>", "a bare number"),
        ("<a href='http://[2001:db8::1]/'>x</a>", "a bare number"),
        ("<a href='https://x.test/\u202egpj.exe'>x</a>", "hidden characters"),
        ("<a href='file:///etc/passwd'>x</a>", "“file” are never opened"),
    ],
)
def test_deceiving_links_are_marked(link: str, words: str) -> None:
    assert words in read_html(link).links[0].suspicious


@pytest.mark.parametrize(
    "link",
    [
        "<a href='https://www.bank.test/login'>bank.test</a>",
        "<a href='https://click.bank.co.uk/x'>www.bank.co.uk</a>",
        "<a href='https://x.test/'>README.md</a>",
        "<a href='https://x.test/'>Read more</a>",
        "<a href='mailto:a@x.test?subject=y'>a@x.test</a>",
        "<a href='http://müller.test/'>Müller</a>",
        "<a href='https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.test%2Fx&amp;d=1'>bank.test</a>",
        "<a href='https://x.test/'>write to me@bank.test or not</a>",
    ],
)
def test_honest_links_are_not_marked(link: str) -> None:
    assert read_html(link).links[0].suspicious == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.google.com/url?q=https://x.test/a", "www.google.com → x.test"),
        ("https://www.google.com/search?q=https://x.test/a", "www.google.com"),
        ("https://urldefense.com/v3/__https:/x.test/a__;!!k", "urldefense.com → x.test"),
        ("https://l.facebook.com/l.php?u=javascript:alert(1)", "l.facebook.com"),
        ("https://evil.test/?url=https://bank.test", "evil.test"),
    ],
)
def test_services_that_send_on_are_shown_with_where_they_send_to(url: str, host: str) -> None:
    (link,) = read_html(f"<a href='{url}'>x</a>").links

    assert (link.host, link.url) == (host, url)


@pytest.mark.parametrize(
    "href", ["#top", "", "tel:123", "/relative", "cid:x", "http://", "http://x.test/" + "y" * 9000]
)
def test_targets_that_lead_nowhere_have_no_number(href: str) -> None:
    page = read_html(f"<a href='{href}'>x</a>")

    assert page.links == ()
    assert page.blocks[0].text == "x"


def test_pictures_show_their_words_and_are_counted() -> None:
    page = read_html(
        "<img src='http://x.test/a.png' alt='A cat'><img src='https://x.test/p' width=1 height=1>"
        "<img src=cid:1 alt=''><p style='display:none'><img src='//x.test/b'></p>"
    )

    assert [block.text for block in page.blocks] == ["[A cat]"]
    assert page.remote_images == 3


def test_a_linked_picture_without_words_shows_the_host() -> None:
    assert shown("<a href='http://shop.test/1'><img src='http://x.test/a'></a>") == ["[shop.test] [1]"]


def test_a_linked_picture_beside_the_same_link_in_words_stays_out() -> None:
    link = "<a href='http://shop.test/1'>"

    assert shown(f"<div>{link}<img src='http://x.test/a'></a></div><div>{link}Hat</a></div>") == ["Hat [1]"]


def test_pictures_written_into_the_page_leave_no_noise() -> None:
    assert shown(f"<p>a<img alt='b' src='data:image/png;base64,{'A' * 40_000}'>c</p>") == ["a[b]c"]


def test_control_characters_from_entities_are_gone() -> None:
    page: HtmlText = read_html("<p>&#27;[2J&#155;&#x202e;x</p>")

    assert not set(page.blocks[0].text) & {"\x1b", "\x9b", "\u202e"}


def test_what_an_outlook_user_forwards_is_no_quotation() -> None:
    body = b"Content-Type: text/html\r\n\r\nfyi<div id=divRplyFwdMsg>From: x</div><p>words</p>"

    depths = {
        subject: [block.quote for block in parse_message(b"Subject: " + subject + b"\r\n" + body).blocks]
        for subject in (b"FW: Lamps", b"RE: Lamps")
    }

    assert depths == {b"FW: Lamps": [0, 0, 0, 0], b"RE: Lamps": [0, 1, 1, 1]}
