"""How long to wait after failures, when a line is slow, and when a clock has jumped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.engine.pace import Bucket, Moment, has_jumped, is_slow_line, next_attempt, next_connection


def test_no_failure_needs_no_wait() -> None:
    assert next_attempt(0, random=0.5) == next_connection(0, random=0.5) == 0


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_a_cap_and_never_vanish(failures: int, random: float) -> None:
    wait_s = next_attempt(failures, random=random)

    assert 1 <= wait_s <= 300
    assert next_attempt(failures + 1, random=random) >= wait_s


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_server_that_comes_back_soon_is_found_within_a_second(failures: int, random: float) -> None:
    wait_s = next_connection(failures, random=random, cap_s=20)

    assert 0.5 <= wait_s <= (1 if failures <= 8 else 20)


@given(st.lists(st.floats(0, 100), max_size=60))
def test_a_bucket_gives_no_more_than_its_most_and_what_came_back(pauses: list[float]) -> None:
    bucket, now_s, begun_s, given_out = Bucket(most=4, every_s=150.0), 50.0, 50.0, 0
    for pause in pauses:
        now_s += pause
        if bucket.wait_s(now_s) == 0:
            bucket, given_out = bucket.taken(now_s), given_out + 1

    assert given_out <= 4 + (now_s - begun_s) / 150 + 1e-6


@given(st.floats(0, 1000), st.integers(1, 20))
def test_after_the_wait_it_says_a_bucket_gives_again(now_s: float, drops: int) -> None:
    bucket = Bucket(most=3, every_s=2.0)
    for _ in range(drops):
        bucket = bucket.taken(now_s)

    wait_s = bucket.wait_s(now_s)

    assert (wait_s == 0) is (drops < 3)
    assert bucket.wait_s(now_s + wait_s) == pytest.approx(0, abs=1e-6)


def test_a_clock_that_went_back_gives_nothing_back() -> None:
    bucket = Bucket(most=1, every_s=10.0).taken(100.0)

    assert bucket.wait_s(5.0) == 10.0
    assert bucket.wait_s(104.0) == 6.0


def test_two_machines_do_not_come_back_at_one_moment() -> None:
    assert next_attempt(5, random=0.0) < next_attempt(5, random=0.9)
    assert next_connection(1, random=0.0) < next_connection(1, random=0.9)


@pytest.mark.parametrize(
    ("steady_s", "wall_s"),
    [(3, 4000), (3, -4000), (60, 60), (3, 9)],
    ids=["slept", "set back", "stopped", "slept for seconds"],
)
def test_a_clock_that_went_on_by_itself_is_noticed(steady_s: float, wall_s: float) -> None:
    before = Moment(steady_s=100, wall_s=5000)
    after = Moment(steady_s=100 + steady_s, wall_s=5000 + wall_s)

    assert has_jumped(before, after, expected_s=3)


def test_an_ordinary_delay_is_no_jump() -> None:
    before = Moment(steady_s=100, wall_s=5000)
    after = Moment(steady_s=104, wall_s=5004.2)

    assert not has_jumped(before, after, expected_s=3)


@pytest.mark.parametrize(
    ("round_trip_s", "received_bytes", "took_s", "is_slow"),
    [(0.6, 0, 0, True), (0.02, 500_000, 5, True), (0.02, 500_000, 0.2, False), (0.02, 4_000, 5, False)],
    ids=["far away", "thin", "quick", "nothing asked yet"],
)
def test_only_slow_lines_are_compressed(round_trip_s: float, received_bytes: int, took_s: float, is_slow: bool) -> None:
    assert is_slow_line(round_trip_s=round_trip_s, received_bytes=received_bytes, took_s=took_s) is is_slow
