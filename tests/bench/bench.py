"""What every row of the benchmark is given: servers, programs, sizes, rounds, and the ledger to write into."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.ledger import Ledger
from tests.bench.peers.base import Peer
from tests.bench.seat import Seat
from tests.bench.servers import Servers
from tests.bench.terminal import NotShownError


class NotThereError(Exception):
    """The program cannot do this yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One run."""

    servers: Servers
    peers: Sequence[Peer]
    sizes: Sequence[int]
    rounds: int
    ledger: Ledger = field(default_factory=Ledger)
    tell: Callable[[str], None] = print

    @property
    def large(self) -> int:
        """The size that most rows are about."""
        return max(self.sizes)

    @property
    def small(self) -> int:
        """The one that the large one is compared with."""
        return min(self.sizes)

    def seats(self, size: int | None = None, *, only: Sequence[str] = ()) -> list[Seat]:
        """A seat for each program, at the large mailbox unless another is named."""
        return [Seat(peer, self.servers, size or self.large) for peer in self.peers if not only or peer.name in only]

    def warm(self, figure: str, seats: Sequence[Seat]) -> list[Seat]:
        """Those of the seats that could be filled; the others have no such figure."""
        filled = []
        for seat in seats:
            with self.noting(figure, seat):
                seat.make_warm()
                filled.append(seat)
        return filled

    @contextmanager
    def noting(self, figure: str, seat: Seat) -> Iterator[Callable[..., None]]:
        """Collect one figure of one program; what it does not show is missing there, and the run goes on."""

        def note(*values: float) -> None:
            self.ledger.note(figure, seat.peer.name, seat.size, *values)

        try:
            yield note
        except NotThereError as absence:
            self.ledger.miss(figure, seat.peer.name, seat.size, f"not there yet: {absence}")
        except (NotShownError, TimeoutError) as failure:
            first, _, rest = str(failure).partition("\n")
            self.ledger.miss(figure, seat.peer.name, seat.size, first.removesuffix("; the screen:"))
            self.tell(f"  {figure}, {seat.peer.name}, {seat.size:,}: {first}\n{_excerpt(rest)}")


def _excerpt(screen: str) -> str:
    lines = screen.splitlines()
    return "\n".join([*lines[:10], "    ...", *lines[-4:]] if len(lines) > 16 else lines)
