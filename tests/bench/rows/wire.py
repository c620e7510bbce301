"""Bytes on the wire until the list is useful, as they pass the proxy: TLS, sign-in and all."""

from tests.bench import corpus
from tests.bench.bench import Bench


def until_useful(bench: Bench) -> None:
    """Warm without news, and cold. What still comes within the next second is told apart."""
    for seat in bench.seats():
        for title, make in (("warm", seat.make_warm), ("cold", seat.make_cold)):
            with bench.noting(f"bytes, {title}", seat) as note:
                make()
                bench.servers.proxy.order(reset=1)
                with seat.started() as terminal:
                    terminal.when_shown(corpus.NEWEST, 120)
                    note(bench.servers.proxy.bytes_passed())
                    if title == "warm":
                        terminal.settle(1.5)
                        bench.ledger.note(
                            "bytes, warm, at rest", seat.peer.name, seat.size, bench.servers.proxy.bytes_passed()
                        )
