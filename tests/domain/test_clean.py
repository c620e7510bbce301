"""What stacks on one cell is counted, whatever kind of mark it is."""

import pytest

from tuimail.domain.clean import MAX_COMBINING, clean_line


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0903", "\u1161", "\ud7b1"])
def test_a_stack_of_marks_ends(mark: str) -> None:
    assert clean_line(f"a{mark * 5000}b") == f"a{mark * MAX_COMBINING}b"


@pytest.mark.parametrize("text", ["नमस्ते दुनिया", "மொழி", "한국어", "\u1112\u1161\u11ab", "ภาษาไทย"])
def test_words_of_scripts_with_marks_stay(text: str) -> None:
    assert clean_line(text) == text
