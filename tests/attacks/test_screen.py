"""Hostile mail in the running program: what reaches the terminal, byte by byte."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.attacks.mails import hostile_mails
from tests.attacks.recorder import Recorder

_OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\x1b\[\?(?:25|2026)[hl]|\x1b\]22;default\x07")
"""What the drawing is made of: colours, places, the cursor, whole frames, and the pointer's shape."""
_HOSTILE = re.compile(
    r"[\x00-\x06\x07\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_BETWEEN, _PANE_ROWS = 61, 38
"""The column between list and reader, and how far down it goes."""


@pytest.mark.timeout(300)
def test_no_mail_reaches_the_terminal_as_more_than_text(tmp_path: Path) -> None:
    count = len([*hostile_mails()])
    command = [sys.executable, "-m", "tests.attacks.house", str(tmp_path)]
    # Without a size of somebody else's terminal, which would count for more than this one's.
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    terminal = Recorder(command, {**environ, "LANG": "C.UTF-8", "TZ": "UTC"})
    with terminal:
        terminal.until("agree, the demo signs in")
        terminal.settle()
        terminal.type("\r")
        terminal.until("seven clipboard")
        terminal.until_gone("Signed in as")
        begin = len(terminal.output)
        terminal.type("\r")
        for number in range(1, count + 1):
            terminal.until(f"Message   {number} of ")
            terminal.calm()
            assert set(terminal.column(_BETWEEN)[:_PANE_ROWS]) == {"│"}, f"mail {number}:\n" + "\n".join(terminal.rows)
            for key in "hHHh":
                terminal.type(key)
                terminal.calm()
            terminal.type("J")
        drawn = _OURS.sub("", terminal.output[begin:].decode("utf-8", "backslashreplace"))
        terminal.type("\x11")
        terminal.when_ended()

    found = {ascii(drawn[max(0, each.start() - 20) : each.end() + 20]) for each in _HOSTILE.finditer(drawn)}
    assert found == set()
    assert not (tmp_path / "state" / "tuimail.log").exists()
