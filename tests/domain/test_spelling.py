import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.config.providers import bundled_presets
from tuimail.domain.spelling import is_one_slip, meant

KNOWN = tuple(domain for preset in bundled_presets().values() for domain in preset.domains)
letters = st.text(string.ascii_lowercase, min_size=5, max_size=12)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("hotmial.con", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("yaho.co.uk", "yahoo.co.uk"),
    ],
)
def test_a_slip_is_told_from_the_domain_that_was_meant(typed: str, known: str) -> None:
    assert meant(typed, KNOWN) == known


@pytest.mark.parametrize(
    "typed",
    ["gmail.com", "mail.com", "email.com", "hotmail.be", "yahoo.co.jp", "outlook.at", "love.com", "example.org", ""],
)
def test_a_domain_of_its_own_is_not_doubted(typed: str) -> None:
    assert meant(typed, KNOWN) == ""


@given(letters, st.integers(0, 11), st.sampled_from(string.ascii_lowercase))
def test_every_single_slip_is_one(word: str, place: int, letter: str) -> None:
    at = place % len(word)
    slips = {word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]}
    if at + 1 < len(word):
        slips.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])

    assert all(is_one_slip(slip, word) for slip in slips - {word})
    assert not is_one_slip(word, word)
