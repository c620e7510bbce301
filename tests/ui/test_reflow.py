"""Which paragraphs are made whole, and which stay as their author broke them."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.body import Block, BlockKind, Span, Style
from tuimail.ui.layout import lay_out
from tuimail.ui.reflow import reflow

PROSE = (
    "The ferry leaves at half past nine from the north pier, and whoever is late takes the one at eleven, which is "
    "slower and has no coffee. Bring something warm: the wind on the upper deck is colder than it looks from here, "
    "and the cabin holds twelve people at most."
)
ADDRESS = "Harbour Office of the Northern Coast, Building Number Four\nPier Road 4\n21000 Northport"
LISTS = ("- ", "* ", "1. ", "a) ", "(2) ", "• ")


def lines_of(text: str, *, quote: int = 0) -> tuple[Block, ...]:
    return tuple(
        Block(spans=(Span(text=line),), quote=quote) if line else Block(kind=BlockKind.BLANK, quote=quote)
        for line in text.split("\n")
    )


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks]


@pytest.mark.parametrize("columns", [60, 65, 72, 76, 78])
@pytest.mark.parametrize("quote", [0, 1, 3])
def test_a_paragraph_that_was_wrapped_is_made_whole(columns: int, quote: int) -> None:
    blocks = lines_of(textwrap.fill(PROSE, columns), quote=quote)

    joined = reflow(blocks, 58, bar_width=2)

    assert texts(joined) == [PROSE]
    assert joined[0].quote == quote


def test_a_pane_that_is_wide_enough_shows_the_lines_as_they_are() -> None:
    wrapped = textwrap.fill(PROSE, 72)
    longest = max(len(line) for line in wrapped.split("\n"))

    assert texts(reflow(lines_of(wrapped), longest, bar_width=2)) == wrapped.split("\n")
    assert texts(reflow(lines_of(wrapped), longest - 1, bar_width=2)) == [PROSE]


def test_the_bars_of_a_quotation_take_their_room() -> None:
    wrapped = textwrap.fill(PROSE, 72)
    longest = max(len(line) for line in wrapped.split("\n"))

    assert len(reflow(lines_of(wrapped, quote=1), longest, bar_width=2)) == 1


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS,
        "\n".join(textwrap.wrap(PROSE, 48)),
        textwrap.fill(PROSE, 72).replace("coffee.", "coffee.\nThen:"),
        "Item                 Pieces     Price of the whole lot in euros\nMast lamp, four metres   12     14,280.00",
        "if (north_pier and not late):                  # as they say on the coast\nreturn ferry",
        "日本語の文章はどこでも改行できるので、最初の単語から判断することはできません。\n次の行もそうです。",
    ],
    ids=["address", "short lines", "a break within", "columns", "code", "wide characters"],
)
def test_lines_that_a_person_broke_stay(text: str) -> None:
    assert texts(reflow(lines_of(text), 40, bar_width=2)) == text.split("\n")


@pytest.mark.parametrize("sign", LISTS)
def test_a_list_stays_a_list(sign: str) -> None:
    items = [sign + "something that goes on for so long that its line is almost full" for _ in range(3)]

    assert texts(reflow(lines_of("\n".join(items)), 50, bar_width=2)) == items


def test_paragraphs_and_depths_are_not_mixed() -> None:
    wrapped = textwrap.fill(PROSE, 72)
    blocks = (*lines_of(f"{wrapped}\n\n{wrapped}"), *lines_of(wrapped, quote=1), *lines_of(wrapped, quote=2))

    joined = reflow(blocks, 58, bar_width=2)

    assert [(block.text, block.quote) for block in joined] == [(PROSE, 0), ("", 0), (PROSE, 0), (PROSE, 1), (PROSE, 2)]


def test_links_keep_their_numbers_and_what_we_added_is_not_measured() -> None:
    first = "You find all of it on the pages of the harbour, which have"
    number = Span(text=" [1]", style=Style.DIM, link=1)
    link = Span(text="https://harbour.example/drawings", style=Style.LINK, link=1)
    blocks = (Block(spans=(Span(text=first),)), Block(spans=(link, number, Span(text=" and much more to look at"))))

    joined = reflow(blocks, 50, bar_width=2)

    assert joined[0].spans == (Span(text=f"{first} "), link, number, Span(text=" and much more to look at"))


def test_signature_headings_and_tables_are_no_prose() -> None:
    lines = [f"{'word ' * 14}end" for _ in range(3)]
    for kind in (BlockKind.SIGNATURE, BlockKind.HEADING, BlockKind.PRE, BlockKind.ITEM):
        blocks = tuple(Block(kind=kind, spans=(Span(text=line),)) for line in lines)

        assert reflow(blocks, 50, bar_width=2) == blocks


@given(st.text("abc de.\n-1>", max_size=400), st.integers(8, 100))
def test_no_word_is_lost_and_none_changes_places(text: str, width: int) -> None:
    blocks = lines_of(text)

    joined = reflow(blocks, width, bar_width=2)

    assert " ".join(texts(joined)).split() == text.split()


def test_the_layout_fills_the_pane() -> None:
    lines = lay_out(lines_of(textwrap.fill(PROSE, 72)), 58, one_block_a_line=True)

    assert [line.text for line in lines] == textwrap.wrap(PROSE, 58)
