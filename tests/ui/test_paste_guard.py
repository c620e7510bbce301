"""Pastes lose their control characters before keys are looked for, wherever the input is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tuimail.ui.paste_guard import PasteGuard

BEGIN, END = "\x1b[200~", "\x1b[201~"
TYPED = st.sampled_from(["j", "\x1b", "\x1b[A", "\x14", "é", "\x1b[200", "\r"])
PASTED = st.text(st.sampled_from("a\x1b[201~\x14\r\n\té\x00\x7f")).filter(lambda text: END not in f"{text}{END}"[:-1])


def test_what_is_typed_passes_as_it_is() -> None:
    guard = PasteGuard()

    assert [guard.feed(piece) for piece in ("\x1b", "[", "A\x14", "\x1b[20", "1~")] == [
        "\x1b",
        "[",
        "A\x14",
        "\x1b[20",
        "1~",
    ]


def test_a_paste_keeps_tabs_and_line_ends_alone_of_all_controls() -> None:
    assert PasteGuard().feed(f"{BEGIN}a\x1b[31m\x14\tb\r\n\x7f{END}\x14") == f"{BEGIN}a[31m\tb\r\n{END}\x14"


@given(before=TYPED, pasted=PASTED, cuts=st.lists(st.integers(0, 60), max_size=8))
def test_cuts_make_no_difference(before: str, pasted: str, cuts: list[int]) -> None:
    sent = f"{before}{BEGIN}{pasted}{END}\x14{BEGIN}\x1b{END}j"
    guard = PasteGuard()
    places = [0, *sorted(cuts), len(sent)]

    got = "".join(guard.feed(sent[begin:end]) for begin, end in pairwise(places))

    clean = "".join(char for char in pasted if char in "\t\r\n" or (char >= " " and char != "\x7f"))
    assert got == f"{before}{BEGIN}{clean}{END}\x14{BEGIN}{END}j"
