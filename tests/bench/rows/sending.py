"""Writing: a mail from the user's word to the server's beside ``smtplib`` alone, and the completion of addresses."""

import subprocess
import sys

from tests.bench.bench import Bench

_ROUNDS = 5
"""Times the benchmark's: each takes 50 ms."""


def letters(bench: Bench) -> None:
    """In a process of its own, as its heap is the program's and not the benchmark's."""
    command = [sys.executable, "-m", "tests.bench.sender", str(bench.rounds * _ROUNDS)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 (ourselves)
    for line in done.stdout.splitlines():
        figure, who, seconds = line.split("\t")
        bench.ledger.note(figure, who, 0, float(seconds))
