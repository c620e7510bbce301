"""What is said before a file is handed to another program."""

import pytest

from tuimail.domain.danger import danger_of


@pytest.mark.parametrize(
    ("name", "types", "word"),
    [
        ("report.pdf.exe", ("application/pdf",), "program"),
        ("photo.jpg", ("image/jpeg", "application/x-msdownload"), "program"),
        ("Invoice.DESKTOP", ("text/plain",), "program"),
        ("a.sh", ("text/plain",), "script"),
        ("a", ("text/x-script",), "script"),
        ("a", ("application/javascript",), "script"),
        ("plan.docm", ("application/msword",), "macros"),
        ("a.xlsx", ("application/vnd.ms-excel.sheet.macroEnabled.12",), "macros"),
        ("disk.iso", ("application/octet-stream",), "disk"),
        ("page.html", ("text/html",), "web page"),
        ("a.txt", ("image/svg+xml",), "web page"),
    ],
)
def test_it_is_said_what_a_file_may_do(name: str, types: tuple[str, ...], word: str) -> None:
    assert word in danger_of(name, *types)


@pytest.mark.parametrize("name", ["a.pdf", "a.png", "a.txt", "exe", "a.", "", "notes.exe.txt"])
def test_what_only_shows_something_is_opened_without_a_warning(name: str) -> None:
    assert danger_of(name, "application/octet-stream", "") == ""
