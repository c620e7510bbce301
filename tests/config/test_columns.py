"""The columns of the message list as a profile writes them."""

from pathlib import Path

import pytest

from tuimail.config.columns import DEFAULT_COLUMNS, Column, ColumnName, parse_columns
from tuimail.config.load import load_profile
from tuimail.config.shape import ShapeError
from tuimail.domain.errors import ConfigError

ACCOUNT = """
[accounts.work]
address = "alice@example.test"
provider = "google"
oauth.client_id = "mine"
"""


def test_widths_are_cells_or_a_share_of_the_list() -> None:
    assert parse_columns(["signs", "sender:24", "subject", "size:30%"]) == (
        Column(name=ColumnName.SIGNS),
        Column(name=ColumnName.SENDER, cells=24),
        Column(name=ColumnName.SUBJECT),
        Column(name=ColumnName.SIZE, percent=30),
    )
    assert parse_columns([]) == DEFAULT_COLUMNS


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (["sendr"], "did you mean sender?"),
        (["sender", "zzz"], "known: signs, sender, subject, date, size, folder, count."),
        (["sender:wide"], "must be a name, with a width such as sender:24"),
        (["sender:0"], "must be between 1 and 200 cells"),
        (["sender:101%"], "must be between 1 and 100%"),
        (["signs:3", "sender"], "signs have a width of their own"),
        (["sender", "sender:20"], "stands there twice"),
        (["signs", "date"], "must hold sender or subject"),
        (["sender\x1b[2J"], "is not a known column"),
    ],
)
def test_a_column_that_cannot_be_is_named(written: list[str], words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_columns(written)

    assert words in caught.value.words
    assert caught.value.words.startswith("ui.columns")
    assert caught.value.words.isprintable()


def test_a_wrong_column_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text(f'{ACCOUNT}\n[ui]\ntheme = "tuimail-dark"\ncolumns = ["signs", "subjct"]\n', encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_profile(file)

    assert f"{file}:9: ui.columns" in caught.value.summary
    assert "did you mean subject?" in caught.value.summary
