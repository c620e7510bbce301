"""HTML: from bytes to lines, beside ``w3m -dump`` on the same pages. Without a server, and without a screen."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.bench import Bench

W3M = "w3m -dump"
WIDTH = 78
_PAGES = Path(__file__).parents[2] / "pages"
_SIZES = {"page of 100 KB": 100_000, "page of 1 MB": 1_000_000}
_OWN = "tuimail"
_CHILD = """
import sys, time
from tuimail.mime.parse import parse_message
from tuimail.ui.layout import lay_out
sizes = [int(each) for each in sys.argv[1].split(",")]
raw = sys.stdin.buffer.read()
for size in sizes:
    mail = b"Content-Type: text/html; charset=utf-8\\r\\n\\r\\n" + raw[:size]
    for _ in range(int(sys.argv[2])):
        lay_out.cache_clear()
        began = time.perf_counter()
        message = parse_message(mail, wants_both=False)
        read = time.perf_counter()
        lay_out(message.blocks, int(sys.argv[3]))
        print(size, read - began, time.perf_counter() - read)
"""
"""In a process of its own: the benchmark's own heap would make each collection of garbage slower."""


def to_lines(bench: Bench) -> None:
    """A mixed set of lifelike pages, repeated to the size: read, laid out, and laid out anew for another width."""
    pages = mixed(max(_SIZES.values()))
    for figure, size in _SIZES.items():
        bench.ledger.note(figure, W3M, 0, *_of_w3m(pages[:size], bench.rounds))
    command = [sys.executable, "-c", _CHILD, ",".join(map(str, _SIZES.values())), str(bench.rounds), str(WIDTH)]
    done = subprocess.run(command, input=pages, capture_output=True, check=True)  # noqa: S603 (ourselves)
    figures = {size: figure for figure, size in _SIZES.items()}
    for line in done.stdout.decode().splitlines():
        which, read, laid_out = line.split()
        figure = figures[int(which)]
        bench.ledger.note(figure, _OWN, 0, float(read) + float(laid_out))
        bench.ledger.note(f"{figure}, another width", _OWN, 0, float(laid_out))


def mixed(size: int) -> bytes:
    """All pages of the tests one after the other, again and again up to this size."""
    once = b"\n".join(path.read_bytes() for path in sorted(_PAGES.glob("*.html")))
    return (once * (size // len(once) + 1))[:size]


def _of_w3m(page: bytes, rounds: int) -> list[float]:
    program = shutil.which("w3m")
    if program is None:
        return []
    command = [program, "-dump", "-T", "text/html", "-I", "utf-8", "-O", "utf-8", "-cols", str(WIDTH)]

    def once() -> None:
        subprocess.run(command, input=page, capture_output=True, check=True)  # noqa: S603 (as above)

    return [_timed(once) for _ in range(rounds)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
