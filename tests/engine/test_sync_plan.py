"""The plan that makes a stored mailbox equal the server's."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.engine.sync_plan import (
    Backfill,
    CheckFlags,
    DropAll,
    FetchFlagsSince,
    FetchNew,
    FetchNewest,
    FindGone,
    OnServer,
    Stored,
    TakeChanges,
    plan,
)

NOTHING = Stored(uidvalidity=None, uidnext=None, highestmodseq=None, rows=0, is_complete=False)
KNOWN = Stored(uidvalidity=7, uidnext=51, highestmodseq=900, rows=50, is_complete=True)
SAME = OnServer(uidvalidity=7, uidnext=51, exists=50, highestmodseq=900)


def test_first_sight_of_a_small_mailbox_fetches_all_of_it() -> None:
    server = replace(SAME, exists=40)

    assert plan(NOTHING, server) == (FetchNewest(first=1, last=40),)


def test_first_sight_of_a_large_mailbox_fetches_the_newest_and_fills_up_later() -> None:
    server = replace(SAME, exists=100_000)

    assert plan(NOTHING, server) == (FetchNewest(first=99_901, last=100_000), Backfill())


def test_nothing_is_asked_when_nothing_can_have_changed() -> None:
    assert plan(KNOWN, SAME) == ()


def test_new_mail_is_fetched_from_the_known_uidnext_on() -> None:
    server = replace(SAME, uidnext=53, exists=52, highestmodseq=905)

    assert plan(KNOWN, server) == (FetchNew(since_uid=51), FetchFlagsSince(modseq=900), FindGone())


def test_without_condstore_all_flags_are_compared() -> None:
    server = replace(SAME, highestmodseq=None)

    assert plan(KNOWN, server) == (CheckFlags(), FindGone())


def test_what_the_server_tells_with_its_answer_is_not_asked_for_again() -> None:
    server = replace(SAME, highestmodseq=905, has_told_flags=True, has_told_gone=True)

    assert plan(KNOWN, server) == (TakeChanges(), FindGone())


def test_a_uidnext_that_fell_means_other_messages() -> None:
    server = replace(SAME, uidnext=40, exists=30, highestmodseq=905)

    assert plan(KNOWN, server) == (DropAll(), FetchNewest(first=1, last=30))


def test_another_uidvalidity_drops_what_is_stored() -> None:
    server = replace(SAME, uidvalidity=8)

    assert plan(KNOWN, server) == (DropAll(), FetchNewest(first=1, last=50))


def test_an_emptied_mailbox_is_dropped() -> None:
    server = replace(SAME, exists=0, highestmodseq=950)

    assert plan(KNOWN, server) == (DropAll(),)


def test_an_unfinished_first_synchronisation_goes_on() -> None:
    stored = replace(KNOWN, is_complete=False)

    assert plan(stored, SAME) == (Backfill(),)


def test_a_count_that_shrank_unseen_is_noticed() -> None:
    server = replace(SAME, exists=49)

    assert plan(KNOWN, server) == (FindGone(),)


@given(
    st.builds(
        Stored,
        uidvalidity=st.none() | st.integers(1, 3),
        uidnext=st.none() | st.integers(1, 60),
        highestmodseq=st.none() | st.integers(1, 9),
        rows=st.integers(0, 50),
        is_complete=st.booleans(),
    ),
    st.builds(
        OnServer,
        uidvalidity=st.integers(1, 3),
        uidnext=st.integers(1, 60),
        exists=st.integers(0, 50),
        highestmodseq=st.none() | st.integers(1, 9),
        has_told_flags=st.booleans(),
        has_told_gone=st.booleans(),
    ),
)
def test_rows_of_another_uidvalidity_never_survive(stored: Stored, server: OnServer) -> None:
    steps = plan(stored, server)

    if stored.uidvalidity not in {None, server.uidvalidity}:
        assert steps[0] == DropAll()
    assert sum(isinstance(step, Backfill) for step in steps) <= 1
