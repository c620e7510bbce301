"""Words found in lines, against the plainest way to find them."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.ui.find import Finding, find
from tuimail.ui.layout import Line, Run

WORDS = st.text(alphabet="abAB .*[", max_size=12)


def lines(*texts: str) -> list[Line]:
    return [Line((Run(text),)) for text in texts]


@given(texts=st.lists(WORDS, max_size=6), word=st.text(alphabet="abAB.*[", min_size=1, max_size=3))
def test_every_place_in_a_line_is_found_whatever_its_case(texts: list[str], word: str) -> None:
    found = [
        (piece.line, texts[piece.line][piece.start : piece.end].lower())
        for hit in find(lines(*texts), word)
        for piece in hit
    ]

    expected = [
        (number, word.lower()) for number, text in enumerate(texts) for _ in range(text.lower().count(word.lower()))
    ]
    assert found == expected


def test_a_phrase_is_found_over_the_end_of_a_line_and_the_bars_of_a_quotation() -> None:
    (hit,) = find(lines("▎ with a bucket and", "▎ a lamp"), "AND a  lamp")

    assert [(piece.line, piece.start, piece.end) for piece in hit] == [(0, 16, 19), (1, 0, 8)]


def test_nothing_is_found_for_nothing() -> None:
    assert find(lines("a"), "  ") == ()
    assert Finding.of(lines("a"), "b").words_of_place == ""
    assert Finding.of(lines("a"), "b").moved(1).line is None


def test_the_first_hit_is_the_one_in_sight_and_the_last_leads_to_the_first() -> None:
    finding = Finding.of(lines("a", "b", "a", "a"), "a").nearest(1)

    assert finding.words_of_place == "2 of 3"
    assert finding.moved(2).words_of_place == "1 of 3"
    assert finding.moved(-2).words_of_place == "3 of 3"
    assert finding.again(lines("a")).words_of_place == "1 of 1"


def test_a_page_full_of_hits_is_counted_to_a_thousand() -> None:
    assert Finding.of(lines("a" * 5_000), "a").words_of_place == "1 of 1,000+"
