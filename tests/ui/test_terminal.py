"""What is known of the terminal from its environment."""

import pytest

from tuimail.ui.terminal import shows_targets


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM_PROGRAM": "WezTerm"},
        {"WT_SESSION": "1"},
        {"VTE_VERSION": "7200", "TERM": "xterm-256color"},
        {"TERM": "xterm-kitty"},
        {"TERM": "tmux-256color"},
    ],
)
def test_terminals_that_know_hyperlinks(environ: dict[str, str]) -> None:
    assert shows_targets(environ)


@pytest.mark.parametrize(
    "environ", [{}, {"TERM": "linux"}, {"TERM": "xterm-256color"}, {"VTE_VERSION": "4800"}, {"VTE_VERSION": "²"}]
)
def test_terminals_that_might_print_them(environ: dict[str, str]) -> None:
    assert not shows_targets(environ)
