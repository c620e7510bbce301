"""Rows found and conversations put into lists, against the plainest way to do it."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.ids import RowId
from tuimail.ui.conversations import Places, with_threads

# Small numbers and those whose bytes repeat: in eight bytes a row, they are found across the border of two others.
ROWS = st.one_of(
    st.integers(0, 5), st.sampled_from([256, 257, 65536, 2**56, 2**40 + 1, -1, -256]), st.integers(0, 2**62)
)


@given(rows=st.lists(ROWS, max_size=12), wanted=ROWS)
def test_a_row_is_found_where_it_stands_and_nowhere_else(rows: list[int], wanted: int) -> None:
    found = Places(array("q", rows)).of(wanted)

    assert found == (rows.index(wanted) if wanted in rows else None)


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[tuple[int, ...]], set[int]]:
    """Conversations in the order of a list, and which of them stand otherwise than the others."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=8))
    numbers = iter(draw(st.permutations(range(1, sum(sizes) + 1))))
    conversations = [tuple(next(numbers) for _ in range(size)) for size in sizes]
    return conversations, draw(st.sets(st.integers(0, len(sizes) - 1)))


@given(lists())
def test_single_conversations_unfold_and_fold(drawn: tuple[list[tuple[int, ...]], set[int]]) -> None:
    conversations, apart = drawn
    folded = array("q", [max(each) for each in conversations])
    unfolded = array("q", [row for each in conversations for row in each])
    threads = {RowId(max(conversations[place])): tuple(RowId(row) for row in conversations[place]) for place in apart}

    opened = [row for place, each in enumerate(conversations) for row in (each if place in apart else (max(each),))]
    closed = [row for place, each in enumerate(conversations) for row in ((max(each),) if place in apart else each)]
    assert with_threads(folded, threads, is_unfolded=False).tolist() == opened
    assert with_threads(unfolded, threads, is_unfolded=True).tolist() == closed


def test_a_conversation_that_is_not_there_as_it_was_stays_as_the_list_has_it() -> None:
    gone = {RowId(9): (RowId(7), RowId(9))}

    assert with_threads(array("q", [5, 4]), gone, is_unfolded=False).tolist() == [5, 4]
    assert with_threads(array("q", [7, 8, 9, 4]), gone, is_unfolded=True).tolist() == [7, 8, 9, 4]
