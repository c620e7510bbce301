"""Where the columns of a one-line row stand. Pure; depends on nothing but the profile's columns and the width."""

from functools import lru_cache

from msgspec import Struct

from tuimail.config.columns import Column, ColumnName

SIGNS = 6
"""Cursor bar, mark, state, star, attachment, a space."""
NO_SIGNS = 3
"""Cursor bar, mark and a space stand there even where the profile leaves the signs out."""
SENDER_MIN, SENDER_MAX = 14, 24
GAP = 2
ROOM_MIN = 12
"""The column that takes the rest gets at least this, at the cost of the less needed ones."""
_OWN = {ColumnName.DATE: 10, ColumnName.SIZE: 9, ColumnName.FOLDER: 14, ColumnName.COUNT: 6}
_AT_RIGHT = {ColumnName.DATE, ColumnName.SIZE, ColumnName.COUNT}
_FIRST_TO_GO = (ColumnName.COUNT, ColumnName.FOLDER, ColumnName.SIZE, ColumnName.DATE)


class Cell(Struct, frozen=True, kw_only=True):
    """A column at one width of the list."""

    name: ColumnName
    width: int
    is_right: bool = False
    """Its text stands at the right edge."""
    gap: int = 0
    """Blank cells after it."""


@lru_cache(maxsize=16)
def lay_out(columns: tuple[Column, ...], width: int) -> tuple[Cell, ...]:
    """The columns that fit, in their order, signs left out: they stand first wherever the profile names them."""
    shown = [column for column in columns if column.name is not ColumnName.SIGNS]
    lead = lead_of(columns)
    for name in _FIRST_TO_GO:
        if _room(shown, width - lead, width) >= ROOM_MIN or len(shown) == 1:
            break
        shown = [column for column in shown if column.name is not name] or shown
    widest = _flexible(shown)
    room = max(0, _room(shown, width - lead, width))
    return tuple(
        Cell(
            name=column.name,
            width=room if column is widest else _own_width(column, width),
            is_right=column.name in _AT_RIGHT,
            gap=_gap(shown, place),
        )
        for place, column in enumerate(shown)
    )


def lead_of(columns: tuple[Column, ...]) -> int:
    """The cells before the first column."""
    return SIGNS if any(column.name is ColumnName.SIGNS for column in columns) else NO_SIGNS


def _flexible(columns: list[Column]) -> Column:
    """The subject takes what is left, or else the last column that names no width."""
    free = [column for column in columns if not column.cells and not column.percent]
    subjects = [column for column in free if column.name is ColumnName.SUBJECT]
    return (subjects or free[-1:] or columns[-1:])[0]


def _room(columns: list[Column], room: int, width: int) -> int:
    widest = _flexible(columns)
    taken = sum(_own_width(column, width) for column in columns if column is not widest)
    return room - taken - sum(_gap(columns, place) for place in range(len(columns)))


def _gap(columns: list[Column], place: int) -> int:
    following = columns[place + 1].name if place + 1 < len(columns) else None
    return 0 if following in _AT_RIGHT else GAP


def _own_width(column: Column, width: int) -> int:
    if column.cells:
        return column.cells
    if column.percent:
        return width * column.percent // 100
    if column.name is ColumnName.SENDER:
        return max(SENDER_MIN, min(SENDER_MAX, width // 4))
    return _OWN.get(column.name, ROOM_MIN)
