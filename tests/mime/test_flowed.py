"""Sent paragraphs come back as they were typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.domain.body import BlockKind
from tuimail.mime.flowed import WIDTH, from_flowed, to_flowed
from tuimail.mime.links import LinkBook
from tuimail.mime.text import read_text_body

_LONG = "The quick brown fox jumps over the lazy dog while nobody looks. " * 5


def read_back(text: str) -> list[tuple[int, str]]:
    """Depth of quotation and words of each line that a reader shows."""
    blocks = read_text_body(to_flowed(text), LinkBook(), flowed=True).blocks
    return [(block.quote, " " * block.indent + block.text) for block in blocks if block.kind is not BlockKind.BLANK]


def test_a_long_paragraph_goes_out_in_short_lines_and_comes_back_whole() -> None:
    sent = to_flowed(_LONG)

    assert max(len(line.rstrip()) for line in sent.split("\n")) <= WIDTH
    assert read_back(_LONG) == [(0, _LONG.strip())]


def test_lines_that_were_ended_by_a_person_stay_lines() -> None:
    assert read_back("one \ntwo\n  three") == [(0, "one"), (0, "two"), (0, "  three")]


def test_the_line_above_a_signature_keeps_its_space() -> None:
    assert to_flowed("Hi\n\n-- \nAnn").split("\n")[2] == "-- "


@pytest.mark.parametrize("line", [" indented", ">not a quotation in the middle of its depth", "From here on"])
def test_what_would_be_misread_is_stuffed_with_a_space(line: str) -> None:
    first = to_flowed(line)

    assert first.startswith((" ", ">"))
    assert not first.startswith("From ")


def test_long_quoted_lines_keep_their_depth() -> None:
    assert read_back(f"> > {_LONG}\n> {_LONG}\nown") == [(2, _LONG.strip()), (1, _LONG.strip()), (0, "own")]


def test_words_longer_than_a_line_are_not_cut() -> None:
    url = "https://example.test/" + "x" * 200

    assert url in to_flowed(f"See {url} for it").split("\n")[1]


def test_dashes_before_a_very_long_word_do_not_become_a_signature() -> None:
    assert "-- " not in to_flowed("-- " + "x" * 100).split("\n")


_LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=300)


@settings(max_examples=300, deadline=2000)
@given(st.lists(_LINES, max_size=6))
def test_no_character_is_lost_or_added(lines: list[str]) -> None:
    text = "\n".join(lines)
    sent = to_flowed(text)

    unflowed = "".join(character for character in sent if character not in "> \n")
    assert unflowed == "".join(character for character in text if character not in "> \n")


@settings(max_examples=300, deadline=2000)
@given(st.lists(_LINES.filter(lambda line: not line.startswith(">")), max_size=6))
def test_own_paragraphs_come_back_as_they_were_but_for_spaces_at_their_ends(lines: list[str]) -> None:
    typed = "\n".join(line if line == "-- " else line.rstrip(" ") for line in lines)

    assert from_flowed(to_flowed("\n".join(lines))) == typed


def test_quoted_paragraphs_come_back_behind_their_marks() -> None:
    assert from_flowed(to_flowed(f">> {_LONG}\n>\n> {_LONG}")) == f">> {_LONG.strip()}\n>\n> {_LONG.strip()}"


def test_quoted_lines_that_end_in_a_space_go_on_in_the_next_of_their_depth() -> None:
    assert read_back("> one \n> two\n>> three \n> four \nown") == [
        (1, "one two"),
        (2, "three"),
        (1, "four"),
        (0, "own"),
    ]
    assert to_flowed("> -- \n> Ann").split("\n") == ["> -- ", "> Ann"]
    assert to_flowed("> --  \n> Ann").split("\n") == ["> --", "> Ann"]
