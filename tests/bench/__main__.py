"""``python -m tests.bench``: tuimail beside aerc, neomutt and mutt at a real Dovecot, seen from the terminal.

Figures are medians of runs that take turns with the other programs, an empty Textual app and a bare interpreter, so
that what else the machine does falls on all of them. They are kept and go to RESULTS.md beside this file, with those
that earlier runs measured of other rows, unless other sizes or only some programs were asked for.
"""

import argparse
import compileall
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench import servers
from tests.bench.bench import Bench
from tests.bench.kept import Measured, Occasion, keep, recall
from tests.bench.ledger import Ledger
from tests.bench.peers.aerc import Aerc
from tests.bench.peers.base import Peer
from tests.bench.peers.mutt import Mutt, NeoMutt
from tests.bench.peers.tuimail import Tuimail
from tests.bench.report import report
from tests.bench.rows.table import ROWS
from tests.fakes.secret_service import secret_service

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 9
_RESULTS = Path(__file__).with_name("RESULTS.md")
_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Measure, print, write."""
    asked = _arguments().parse_args()
    rows = asked.rows or list(ROWS)
    if absent := servers.missing():
        _say(f"Missing: {', '.join(absent)}. Left out: {', '.join(rows)}.")
        return 1
    # A shell may forbid cached bytecode, as build machines do; installed programs have it.
    compileall.compile_dir(_ROOT / "tuimail", quiet=1)
    sizes = asked.sizes or ((1_000, 10_000) if asked.quick else SIZES)
    rounds = asked.rounds or (3 if asked.quick else ROUNDS)
    is_whole = tuple(sizes) == SIZES and not asked.programs
    measured: dict[str, Measured] = {}
    with _bench(sizes, rounds, asked.programs) as bench:
        for row in rows:
            try:
                measured[row] = _measured(bench, row)
            except Exception as error:  # noqa: BLE001 (the rows after it are measured all the same)
                _say(f"  {row} was not measured: {type(error).__name__}: {error}")
                continue
            if is_whole:
                keep({row: measured[row]})
                _RESULTS.write_text(_report(sizes), encoding="utf-8")
    sys.stdout.write(_report(sizes) if is_whole else _text(measured, sizes))
    return 0 if set(rows) <= set(measured) else 1


def _report(sizes: Sequence[int]) -> str:
    """Of all rows, whenever they were measured."""
    return _text({row: each for row, each in recall().items() if row in ROWS}, sizes)


def _text(measured: Mapping[str, Measured], sizes: Sequence[int]) -> str:
    return report(measured, sizes=sizes, left_out=[row for row in ROWS if row not in measured])


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=_row_names, help=f"only these of {','.join(ROWS)}")
    parser.add_argument("--sizes", type=lambda text: [int(each) for each in text.split(",")], help="of the mailboxes")
    parser.add_argument("--programs", type=lambda text: text.split(","), help="only these, such as tuimail,aerc")
    parser.add_argument("--rounds", type=int, help=f"of each measurement ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="without the largest mailbox, in three rounds")
    return parser


def _row_names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        raise argparse.ArgumentTypeError(f"no such row: {', '.join(unknown)}")
    return names


@contextmanager
def _bench(sizes: Sequence[int], rounds: int, programs: Sequence[str] | None) -> Iterator[Bench]:
    """Servers and a real gnome-keyring that holds tuimail's tokens."""
    with ExitStack() as open_now:
        running = open_now.enter_context(servers.running(sizes))
        session = running.folder / "session"
        session.mkdir()
        bus = {"DBUS_SESSION_BUS_ADDRESS": open_now.enter_context(secret_service(session)).address}
        os.environ.update(bus)
        peers: list[Peer] = [Tuimail(bus), Aerc(), NeoMutt(), Mutt()]
        wanted = [peer for peer in peers if peer.is_there and (not programs or peer.name in programs)]
        yield Bench(servers=running, peers=wanted, sizes=sizes, rounds=rounds, tell=_say)


def _measured(bench: Bench, row: str) -> Measured:
    occasion, ledger = Occasion.now(bench.rounds), Ledger()
    _say(f"{row} (load {occasion.load:.1f})")
    ROWS[row](replace(bench, ledger=ledger))
    return Measured(occasion=occasion, ledger=ledger)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
