import time

from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.thread import MAX_REFERENCES, Member, Partition, links, reading_order


def test_references_count_before_in_reply_to() -> None:
    assert links("<c>", "<x>", ("<a>", "<b>")) == ("<c>", "<b>", ("<c>", "<a>", "<b>"))
    assert links("<c>", "<x>", ()) == ("<c>", "<x>", ("<c>", "<x>"))
    assert links("<c>", "", ()) == ("<c>", "", ("<c>",))
    assert links("", "", ()) == ("", "", ())


def test_a_message_that_names_itself_answers_nobody() -> None:
    assert links("<a>", "<a>", ("<a>", "<a>")) == ("<a>", "", ("<a>",))
    assert links("<a>", "", ("<b>", "<a>")).parent == "<b>"


def test_of_endless_references_the_first_and_the_last_count() -> None:
    found = links("<own>", "", tuple(f"<{number}>" for number in range(10_000)))

    assert found.joined[:3] == ("<own>", "<0>", "<9969>")
    assert found.parent == "<9999>"
    assert len(found.joined) == MAX_REFERENCES + 1


def test_ids_longer_than_any_line_are_none() -> None:
    assert links("<" + "x" * 5000 + ">", "<" + "y" * 5000 + ">", ("z" * 5000,)) == ("", "", ())


def test_answers_stand_below_what_they_answer_oldest_first() -> None:
    #  1 first, 2 answers 1, 3 answers 1, 4 answers 2, 5 answers somebody who is not here
    members = [Member(5, 50, 99), Member(3, 30, 10), Member(4, 40, 20), Member(1, 10, 0), Member(2, 20, 10)]

    assert reading_order(members) == [(1, 0), (2, 1), (4, 2), (3, 1), (5, 0)]


def test_an_answer_that_is_older_by_its_date_still_stands_below() -> None:
    assert reading_order([Member(1, 20, 10), Member(2, 10, 0)]) == [(2, 0), (1, 1)]


def test_circles_begin_at_their_oldest() -> None:
    members = [Member(1, 10, 30), Member(2, 20, 10), Member(3, 30, 20), Member(4, 40, 20), Member(5, 50, 50)]

    assert reading_order(members) == [(1, 0), (2, 1), (3, 2), (4, 2), (5, 0)]


def test_copies_with_one_id_stand_beside_each_other() -> None:
    assert reading_order([Member(1, 10, 0), Member(2, 10, 0), Member(3, 30, 10)]) == [(1, 0), (3, 1), (2, 0)]


def test_a_chain_of_a_hundred_thousand_takes_no_deep_stack_and_no_long_time() -> None:
    chain = [Member(row, row, row - 1) for row in range(1, 100_001)]
    circle = [Member(row, row, row % 100_000 + 1) for row in range(1, 100_001)]
    star = [Member(row, row, 1) for row in range(1, 100_001)]
    before = time.process_time()

    assert reading_order(chain)[-1] == (100_000, 99_999)
    assert len(reading_order(circle)) == len(reading_order(star)) == 100_000
    assert time.process_time() - before < 5


Numbers = st.integers(0, 12)


@given(st.lists(st.tuples(Numbers, Numbers), max_size=25))
def test_every_member_is_read_once_below_what_it_answers(pairs: list[tuple[int, int]]) -> None:
    members = [Member(row, own, parent) for row, (own, parent) in enumerate(pairs, 1)]

    order = reading_order(members)

    assert sorted(row for row, _ in order) == [member.row for member in members]
    assert all(depth <= before + 1 for (_, before), (_, depth) in zip([(0, -1), *order], order, strict=False))


@given(st.lists(st.lists(Numbers, min_size=1, max_size=4), max_size=20), st.randoms())
def test_a_partition_does_not_depend_on_the_order_of_joins(joins: list[list[int]], random: object) -> None:
    shuffled = list(joins)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert groups(joins) == groups(shuffled)


def groups(joins: list[list[int]]) -> set[frozenset[int]]:
    partition = Partition({}, first_label=100)
    for ids in joins:
        partition.join(ids)
    found: dict[int, set[int]] = {}
    for each, label in partition.fresh.items():
        found.setdefault(partition.find(label), set()).add(each)
    return {frozenset(ids) for ids in found.values()}


def test_conversations_known_before_are_named_when_they_join() -> None:
    partition = Partition({1: 7, 2: 8, 3: 9}, first_label=10)

    partition.join([1, 4, 2])

    assert list(partition.joined().values()) in ([[7, 8]], [[8, 7]])
    assert partition.find(7) == partition.find(8) != partition.find(9)
    assert list(partition.fresh) == [4]
