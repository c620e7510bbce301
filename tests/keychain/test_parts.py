"""Long values in a keychain that takes only short ones, with a crash at any step."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.keychain.parts import PART_CHARACTERS, SplitVault, joined

LIMIT = 1280


class PowerCut(Exception):  # noqa: N818 (what it plays)
    """The machine stopped."""


class ShortVault:
    """Takes at most 1,280 characters a text, and stops after so many changes."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.changes_left: int | None = None

    def get(self, name: str) -> str | None:
        return self.texts.get(name)

    def put(self, name: str, text: str) -> None:
        assert len(text) <= LIMIT
        self._count()
        self.texts[name] = text

    def drop(self, name: str) -> None:
        self._count()
        self.texts.pop(name, None)

    def _count(self) -> None:
        if self.changes_left is not None:
            if self.changes_left == 0:
                raise PowerCut
            self.changes_left -= 1


@given(st.text(max_size=5000))
def test_value_of_any_length_is_read_back(text: str) -> None:
    vault = SplitVault(ShortVault())

    vault.put("name", text)

    assert vault.get("name") == text


@pytest.mark.parametrize(("old", "new"), [(3500, 2500), (2500, 3500), (10, 3500), (3500, 10)])
def test_crash_at_any_step_of_a_write_leaves_the_old_or_the_new_value(old: int, new: int) -> None:
    for step in range(30):
        short = ShortVault()
        vault = SplitVault(short)
        vault.put("name", "o" * old)
        short.changes_left = step
        try:
            vault.put("name", "n" * new)
            is_done = True
        except PowerCut:
            is_done = False

        assert vault.get("name") in {"o" * old, "n" * new}
        short.changes_left = None
        vault.put("name", "again")
        assert vault.get("name") == "again"
        vault.drop("name")
        assert short.texts == {}
        if is_done:
            return
    pytest.fail("the write never ended")


@pytest.mark.parametrize("rounds", [0, 1, 3])
@pytest.mark.parametrize("step", range(10))
def test_deletion_after_a_crash_in_a_write_leaves_nothing(rounds: int, step: int) -> None:
    short = ShortVault()
    vault = SplitVault(short)
    for _ in range(rounds):
        vault.put("name", "o" * 3500)
    short.changes_left = step
    with contextlib.suppress(PowerCut):  # the last steps reach the end
        vault.put("name", "n" * 2500)
    short.changes_left = None

    vault.drop("name")

    assert short.texts == {}


def test_crash_at_any_step_of_a_deletion_is_mended_by_the_next() -> None:
    for step in range(10):
        short = ShortVault()
        vault = SplitVault(short)
        vault.put("name", "x" * 3500)
        short.changes_left = step
        try:
            vault.drop("name")
            is_done = True
        except PowerCut:
            is_done = False
        short.changes_left = None
        vault.drop("name")
        assert short.texts == {}
        if is_done:
            return
    pytest.fail("the deletion never ended")


@pytest.mark.parametrize("head", ["", "{", "[]", '{"generation": 0}', '{"generation":0,"count":9999999,"sha256":""}'])
def test_head_that_makes_no_sense_counts_as_nothing(head: str) -> None:
    short = ShortVault()
    short.texts["name"] = head

    assert SplitVault(short).get("name") is None


def test_lost_part_is_noticed() -> None:
    short = ShortVault()
    SplitVault(short).put("name", "x" * (PART_CHARACTERS + 1))
    del short.texts["name.0.1"]

    assert joined(short.get, "name") is None
