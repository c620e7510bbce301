"""Laying out: nothing lost, nothing too wide, and quick enough for a resize."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from tuimail.domain.body import Block, BlockKind, Span
from tuimail.ui.layout import MAX_LINES, Tone, lay_out, wrap

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=32, max_codepoint=126), st.sampled_from("äß漢字かな🍲é\u0301\u2013")
    ),
    max_size=300,
)


def lines(*blocks: Block, width: int = 40, fold: bool = False) -> list[str]:
    return [line.text for line in lay_out(blocks, width, fold_quotes=fold)]


@given(TEXT, st.integers(2, 60))
def test_wrapping_loses_no_word_and_keeps_the_width(text: str, width: int) -> None:
    pieces = [text[start:end] for start, end in wrap(text, width)]

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(cell_len(piece.rstrip()) <= width for piece in pieces)


def test_words_stay_whole_where_they_can() -> None:
    assert lines(Block(spans=(Span(text="a few words that do not fit on one line of forty"),))) == [
        "a few words that do not fit on one line",
        "of forty",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("朝の写真も、夜の写真も飾ります。", ["朝の写真", "も、夜の写", "真も飾りま", "す。"]),
        ("テーマは「潮の時間」です。", ["テーマは", "「潮の時", "間」です。"]),
        ("。。。。。。。", ["。。。。。", "。。"]),
    ],
)
def test_no_japanese_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, shown: list[str]) -> None:
    assert [text[start:end] for start, end in wrap(text, 10)] == shown


def test_quotes_have_a_bar_for_each_level() -> None:
    (line,) = lay_out((Block(quote=2, spans=(Span(text="so I said"),)),), 40)

    assert line.text == "▎ ▎ so I said"
    assert [run.tone for run in line.runs] == [Tone.QUOTE_1, Tone.QUOTE_2, Tone.QUOTE_2]


def test_long_quotations_fold_and_short_ones_stay() -> None:
    long = [Block(quote=1, spans=(Span(text=f"line {number}"),)) for number in range(9)]
    short = [Block(spans=(Span(text="mine"),)), Block(quote=1, spans=(Span(text="theirs"),))]

    assert lines(*long, *short, fold=True) == ["▎ ▸ 9 quoted lines", "mine", "▎ theirs"]


def test_a_link_gets_its_number_once() -> None:
    block = Block(spans=(Span(text="see "), Span(text="this "), Span(text="page", link=1), Span(text=" now")))
    numbered = Block(spans=(Span(text="page[1]", link=1),))

    assert lines(block) == ["see this page[1] now"]
    assert lines(numbered) == ["page[1]"]


def test_list_items_hang_under_their_text() -> None:
    block = Block(kind=BlockKind.ITEM, lead="12. ", spans=(Span(text="one two three four five six"),))

    assert lines(block, width=20) == ["12. one two three", "    four five six"]


def table(*rows: tuple[str, ...]) -> Block:
    cells = tuple(tuple((Span(text=text),) for text in row) for row in rows)
    return Block(kind=BlockKind.TABLE, has_header=True, cells=cells)


def test_a_table_that_fits_is_aligned_with_numbers_to_the_right() -> None:
    assert lines(table(("Item", "Price"), ("Lamp", "9.50"), ("Cable", "120.00"))) == [
        "Item    Price",
        "─────  ──────",
        "Lamp     9.50",
        "Cable  120.00",
    ]


def test_words_wrap_in_the_widest_column_of_a_table() -> None:
    wide = table(("Item", "Remark"), ("Lamp", "with a mast that is rather long"))

    assert lines(wide, width=26) == [
        "Item  Remark",
        "────  ────────────────────",
        "Lamp  with a mast that is",
        "      rather long",
    ]


def test_a_table_that_is_too_wide_becomes_label_and_value() -> None:
    wide = table(("Item", "Remark"), ("Lamp", "with a mast that is rather long"))

    assert lines(wide, width=18) == ["Item: Lamp", "Remark: ", "  with a mast that", "  is rather long"]


def test_a_row_of_one_cell_stands_across_its_table() -> None:
    block = table(("Lamp", "9.50"), ("Delivered to the office on Friday",), ("Cable", "120.00"))

    assert lines(replace(block, has_header=False)) == [
        "Lamp     9.50",
        "Delivered to the office on Friday",
        "Cable  120.00",
    ]


def test_further_lines_of_cells_stay_with_their_row_on_a_narrow_page() -> None:
    cards = replace(table(("Oilskin jacket", "Rubber boots"), ("89.00", "55.00")), has_header=False, goes_on=(1,))

    assert lines(cards) == ["Oilskin jacket  Rubber boots", "89.00           55.00"]
    assert lines(cards, width=20) == ["Oilskin jacket", "89.00", "", "Rubber boots", "55.00"]


@given(st.lists(st.lists(TEXT, min_size=1, max_size=5), max_size=8), st.integers(8, 100))
def test_no_table_is_wider_than_its_page(rows: list[list[str]], width: int) -> None:
    for line in lines(table(*map(tuple, rows)), width=width):
        assert cell_len(line.rstrip()) <= width


def test_the_number_of_a_link_does_not_begin_a_line() -> None:
    text = "write to the harbour office [1] now"

    assert [text[start:end] for start, end in wrap(text, 28)] == ["write to the harbour", "office [1] now"]


def test_a_very_long_text_says_that_it_ends_early() -> None:
    laid_out = lines(Block(spans=(Span(text="漢字" * 500_000),)), width=20)

    assert len(laid_out) == MAX_LINES + 1
    assert laid_out[0] == "漢字" * 5
    assert laid_out[-1].startswith("The text is very long")


def test_tabs_and_long_preformatted_lines_stay_inside() -> None:
    block = Block(kind=BlockKind.PRE, spans=(Span(text="\tx" + "y" * 60),))

    assert all(cell_len(line) <= 40 for line in lines(block))
    assert "".join(lines(block)).strip() == "x" + "y" * 60
