"""Sets of UIDs as ranges behave as sets."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.engine.uid_ranges import UidRanges

SETS = st.frozensets(st.integers(1, 60))


@given(SETS)
def test_it_holds_just_what_it_was_made_of(uids: frozenset[int]) -> None:
    ranges = UidRanges.of(uids)

    assert set(ranges) == uids
    assert len(ranges) == len(uids)
    assert {uid for uid in range(70) if uid in ranges} == uids
    assert ranges.highest == max(uids, default=0)
    assert UidRanges(reversed(ranges.ranges)) == ranges


@given(SETS, SETS)
def test_union_and_difference(one: frozenset[int], other: frozenset[int]) -> None:
    assert UidRanges.of(one) - UidRanges.of(other) == UidRanges.of(one - other)
    assert UidRanges.of(one) | UidRanges.of(other) == UidRanges.of(one | other)


@given(SETS, st.integers(0, 70))
def test_the_newest_are_the_highest(uids: frozenset[int], count: int) -> None:
    assert set(UidRanges.of(uids).newest(count)) == set(sorted(uids, reverse=True)[:count])


def test_a_large_mailbox_without_gaps_is_one_range() -> None:
    assert UidRanges.of(range(1, 1_000_001)).ranges == [(1, 1_000_000)]
