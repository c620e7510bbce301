"""The links below a message."""

import pytest
from rich.cells import cell_len

from tuimail.domain.body import LinkTarget
from tuimail.ui.link_lines import link_lines

DOUBT = "The text says mail.northpier.example, the link leads to login.northpier-it.test."
LONG_HOST = "www.bank.example." + "a" * 60 + ".evil.test"
LINKS = (
    LinkTarget(number=1, url="https://login.northpier-it.test/", host="login.northpier-it.test", suspicious=DOUBT),
    LinkTarget(number=2, url=f"https://{LONG_HOST}/x", host=LONG_HOST),
    LinkTarget(number=3, url="https://a.test/", host="a.test"),
)


@pytest.mark.parametrize("width", [20, 56, 100])
def test_a_doubt_is_told_whole_and_no_line_is_too_wide(width: int) -> None:
    lines = [line.text for line in link_lines(LINKS, width)]

    assert all(cell_len(line) <= width for line in lines)
    assert DOUBT.replace(" ", "") in "".join(lines).replace(" ", "")
    assert any("!" in line for line in lines)


def test_of_a_long_host_the_end_is_shown_which_says_whose_it_is() -> None:
    (line,) = [line.text for line in link_lines(LINKS, 56) if line.text.startswith("[2]")]

    assert line.endswith(".evil.test")


def test_a_link_that_nothing_speaks_against_shows_its_target() -> None:
    assert [line.text for line in link_lines(LINKS[2:], 56)][-1] == "[3] a.test  https://a.test/"
