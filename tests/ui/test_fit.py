"""Widths by cells and dates as a list shows them."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuimail.ui.fit import (
    fit,
    fit_right,
    full_date,
    list_date,
    plural,
    size,
    truncate,
    truncate_left,
    truncate_middle,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@given(st.text(alphabet="ab漢🍲é\u0301 ", max_size=40), st.integers(0, 30))
def test_fitted_text_has_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_right(text, width)) == width
    assert cell_len(truncate(text, width)) <= width


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(minutes=5), "11:55"),
        (timedelta(days=1), "Fri"),
        (timedelta(days=6), "Sun"),
        (timedelta(days=7), "14 Nov"),
        (timedelta(days=400), "2025-10-17"),
        (timedelta(days=-2), "23 Nov"),
    ],
)
def test_list_dates_say_as_much_as_is_needed(ago: timedelta, shown: str) -> None:
    assert list_date(NOW - ago, now=NOW, zone=UTC) == shown


def test_dates_are_in_the_zone_of_the_user() -> None:
    east = timezone(timedelta(hours=14))

    assert list_date(NOW, now=NOW, zone=east) == "02:00"
    assert full_date(NOW, zone=east) == "Sunday, 22 November 2026, 02:00 +1400"


def test_sizes_and_counts_in_words() -> None:
    assert [size(0), size(999), size(1400), size(348_000)] == ["0 B", "999 B", "1.4 KB", "348 KB"]
    assert [plural(1, "change"), plural(3, "change")] == ["1 change", "3 changes"]


@pytest.mark.parametrize("text", ["a\u0903\u0903\u0903" * 40, "क्षि" * 40, "मी" * 9])
def test_marks_that_some_terminals_space_stay_within_the_width(text: str) -> None:
    fitted = fit(text, 20)

    marks = sum(unicodedata.category(char) == "Mc" for char in fitted)
    assert cell_len(fitted) + marks == 20


@given(st.text(max_size=60), st.integers(min_value=2, max_value=40))
def test_a_shortened_name_fits_and_keeps_its_end(text: str, width: int) -> None:
    for short in (truncate_left(text, width), truncate_middle(text, width)):
        assert cell_len(short) <= width
        assert short == text or text.endswith(short.rpartition("…")[2])


def test_a_host_keeps_the_names_of_its_owner_and_a_file_what_it_opens_as() -> None:
    assert truncate_left("bank.example.login.evil.test", 14) == "…gin.evil.test"
    assert truncate_middle("請求書" * 8 + ".pdf.exe", 20) == "請求書請求….pdf.exe"
