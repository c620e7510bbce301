"""The columns of the message list as the profile's ``ui.columns`` names them: ``date``, ``sender:30%``."""

import re
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from tuimail.config.shape import Path, ShapeError, dotted, suggestion
from tuimail.domain.clean import clean_quote

MAX_CELLS = 200
_WRITTEN = re.compile(r"(?P<name>[^:]*)(?::(?P<width>[0-9]{1,4})(?P<percent>%?))?")
_ALL = 100


class ColumnName(StrEnum):
    """What a column shows."""

    SIGNS = "signs"
    SENDER = "sender"
    SUBJECT = "subject"
    DATE = "date"
    SIZE = "size"
    FOLDER = "folder"
    COUNT = "count"


class Column(Struct, frozen=True, kw_only=True):
    """One column; without a width it takes its own, and the subject what is left."""

    name: ColumnName
    cells: int = 0
    percent: int = 0
    """Of the list's width."""


DEFAULT_COLUMNS = tuple(
    Column(name=name) for name in (ColumnName.SIGNS, ColumnName.SENDER, ColumnName.SUBJECT, ColumnName.DATE)
)


def parse_columns(written: Sequence[str], path: Path = ("ui", "columns")) -> tuple[Column, ...]:
    """The columns in their order, the usual ones for none; ShapeError names the first that cannot be."""
    columns: list[Column] = []
    for each in written:
        column = _column(each, path)
        if any(column.name is other.name for other in columns):
            raise ShapeError(path, f"{dotted(path)}: {column.name.value} stands there twice.")
        columns.append(column)
    if columns and not any(column.name in {ColumnName.SENDER, ColumnName.SUBJECT} for column in columns):
        raise ShapeError(path, f"{dotted(path)} must hold sender or subject.")
    return tuple(columns) or DEFAULT_COLUMNS


def _column(written: str, path: Path) -> Column:
    shown = clean_quote(written, limit=40)
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ShapeError(
            path, f"{dotted(path)}: “{shown}” must be a name, with a width such as sender:24 or sender:30%."
        )
    names = [name.value for name in ColumnName]
    if found["name"] not in names:
        raise ShapeError(path, f"{dotted(path)}: “{shown}” is not a known column{suggestion(found['name'], names)}")
    name = ColumnName(found["name"])
    if found["width"] is None:
        return Column(name=name)
    if name is ColumnName.SIGNS:
        raise ShapeError(path, f"{dotted(path)}: signs have a width of their own.")
    width, most = int(found["width"]), _ALL if found["percent"] else MAX_CELLS
    if not 1 <= width <= most:
        unit = "%" if found["percent"] else " cells"
        raise ShapeError(path, f"{dotted(path)}: the width of {name.value} must be between 1 and {most}{unit}.")
    return Column(name=name, percent=width) if found["percent"] else Column(name=name, cells=width)
