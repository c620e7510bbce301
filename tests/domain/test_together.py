"""Rows of several accounts as one list."""

import time
from array import array

from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.together import MOST, joined, joined_rows, merged, parted, remerged

ROWS = st.integers(-(2**50), 2**54)
PLACES = st.integers(0, MOST - 1)


def falling(rows: set[int]) -> "array[int]":
    return array("q", sorted(rows, reverse=True))


@given(ROWS, PLACES)
def test_a_joined_row_tells_its_own_and_its_account(row: int, place: int) -> None:
    assert parted(joined(row, place)) == (row, place)


@given(st.lists(ROWS), PLACES)
def test_a_whole_list_is_joined_as_its_rows_are(rows: list[int], place: int) -> None:
    assert joined_rows(array("q", rows), place).tolist() == [joined(row, place) for row in rows]


@given(st.lists(st.sets(ROWS), max_size=4))
def test_merging_keeps_every_row_in_its_order(sets: list[set[int]]) -> None:
    lists = [joined_rows(falling(rows), place) for place, rows in enumerate(sets)]

    assert merged(lists).tolist() == sorted((row for rows in lists for row in rows), reverse=True)


@given(st.sets(ROWS), st.sets(ROWS), st.sets(ROWS, max_size=5), st.data())
def test_a_change_of_one_list_leads_to_what_merging_anew_would_give(
    mine: set[int], others: set[int], come: set[int], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(mine)), max_size=5)) if mine else set()
    before, other = joined_rows(falling(mine), 0), joined_rows(falling(others), 1)
    after = joined_rows(falling(mine - gone | come), 0)

    assert remerged(merged([before, other]), before, after) == merged([after, other])


def test_lists_of_many_blocks_are_merged_and_changed_as_short_ones() -> None:
    mine, other = (joined_rows(falling(set(range(place, 20_000, 3))), place) for place in (0, 1))
    after = mine[1:5_000] + mine[5_001:]

    whole = merged([mine, other])

    assert whole.tolist() == sorted([*mine, *other], reverse=True)
    assert remerged(whole, mine, after) == merged([after, other])


def test_one_new_mail_among_a_hundred_thousand_costs_little() -> None:
    mine, other = (joined_rows(falling(set(range(place, 200_000 << 20, 2 << 20))), place) for place in (0, 1))
    whole = merged([mine, other])
    after = array("q", [joined(200_001 << 20, 0)]) + mine

    began_s = time.process_time()
    again = remerged(whole, mine, after)

    assert time.process_time() - began_s < 0.05
    assert (len(again), again[0]) == (len(whole) + 1, after[0])
