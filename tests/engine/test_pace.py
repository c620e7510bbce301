"""How long to wait after failures."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.engine.pace import next_attempt


def test_no_failure_needs_no_wait() -> None:
    assert next_attempt(0, random=0.5) == 0


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_to_a_cap_and_never_vanish(failures: int, random: float) -> None:
    wait_s = next_attempt(failures, random=random)

    assert 1 <= wait_s <= 300
    assert next_attempt(failures + 1, random=random) >= wait_s


def test_two_machines_do_not_come_back_at_one_moment() -> None:
    assert next_attempt(5, random=0.0) < next_attempt(5, random=0.9)
