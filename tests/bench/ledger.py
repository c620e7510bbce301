"""What was measured, by figure, program and size; and what could not be, with the reason."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median, quantiles

Key = tuple[str, str, int]
"""Figure, program, size of the mailbox (0 where it has none)."""


@dataclass(slots=True)
class Ledger:
    """Seconds, bytes or shares; every run is kept."""

    taken: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    absent: dict[Key, str] = field(default_factory=dict)
    """Why a figure is missing, in a few words."""

    def note(self, figure: str, program: str, size: int, *values: float) -> None:
        """Keep more runs."""
        self.taken[figure, program, size] += values

    def miss(self, figure: str, program: str, size: int, why: str) -> None:
        """There is no figure."""
        self.absent[figure, program, size] = why

    def middle(self, figure: str, program: str, size: int = 0) -> float | None:
        """The median of all runs."""
        values = self.taken.get((figure, program, size))
        return median(values) if values else None

    def high(self, figure: str, program: str, size: int = 0) -> float | None:
        """The 95th percentile."""
        values = self.taken.get((figure, program, size))
        if not values:
            return None
        return quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]
