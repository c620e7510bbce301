"""The columns of a row, at every width."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from tests.fakes.mailbox import envelopes
from tuimail.config.columns import DEFAULT_COLUMNS, Column, ColumnName, parse_columns
from tuimail.domain.listing import ThreadPlace
from tuimail.ui.widgets.columns import lay_out
from tuimail.ui.widgets.rows import RowLook, row_lines

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAIL = replace(envelopes(1)[0], size_bytes=34_200)
names = st.sampled_from([name.value for name in ColumnName if name is not ColumnName.SIGNS])


def look(columns: tuple[Column, ...] = DEFAULT_COLUMNS, **changes: object) -> RowLook:
    plain = RowLook(at_cursor=False, marked=False, recipients=False, now=NOW, zone=UTC, columns=columns)
    return replace(plain, **changes)


def line(row: RowLook, width: int) -> str:
    (pieces,) = row_lines(MAIL, row, width, two=False)
    return "".join(text for text, _ in pieces)


@pytest.mark.parametrize("width", [80, 120])
def test_the_columns_of_the_profile_stand_in_their_order(width: int) -> None:
    shown = line(
        look(parse_columns(["signs", "date", "size", "subject", "sender:16", "folder"]), folder="Inbox"), width
    )

    words = ("11:42", "34 KB", "Harbour lights", "Mara Lindqvist", "Inbox")
    assert [shown.index(word) for word in words] == sorted(shown.index(word) for word in words)
    assert cell_len(shown) <= width


def test_what_is_needed_least_goes_first_where_the_list_is_narrow() -> None:
    columns = parse_columns(["signs", "sender:30", "subject", "size", "folder", "count", "date"])

    assert [cell.name.value for cell in lay_out(columns, 120)] == [
        *("sender", "subject", "size", "folder", "count", "date"),
    ]
    assert [cell.name.value for cell in lay_out(columns, 66)] == ["sender", "subject", "date"]


def test_without_signs_the_cursor_and_marks_still_show() -> None:
    shown = line(look(parse_columns(["subject", "date"]), at_cursor=True, marked=True), 80)

    assert shown.startswith("▌> Harbour")


def test_a_folded_conversation_tells_its_count_in_a_column_too() -> None:
    place = ThreadPlace(head=MAIL.row, count=14, unread=3, people=("Mara", "Tobias"))
    shown = line(look(parse_columns(["signs", "sender", "subject", "count"]), place=place, is_folded=True), 100)

    assert "Mara, Tobias" in shown
    assert "▸ 14 (3 unread) Harbour" in shown
    assert shown.rstrip().endswith("14")


def test_depth_is_drawn_as_deep_as_there_is_room_for() -> None:
    deep = look(place=ThreadPlace(head=1, count=60, unread=0, depth=50))

    assert "│ │ │ │ │ │ │ │ └ Harbour" in line(deep, 200)
    assert "Harbour" in line(deep, 70)


@given(
    written=st.lists(names, min_size=1, max_size=6, unique=True).filter({"sender", "subject"}.intersection),
    width=st.integers(62, 250),
)
def test_a_row_is_never_wider_than_the_list(written: list[str], width: int) -> None:
    assert cell_len(line(look(parse_columns(["signs", *written])), width)) <= width
