"""What was measured, by figure, program and size; and what could not be, with the reason."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

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

    def best(self, figure: str, program: str, size: int = 0) -> float:
        """The lowest of all runs: what the machine's other work disturbs least."""
        return min(self.taken[figure, program, size])

    def high(self, figure: str, program: str, size: int = 0) -> float | None:
        """The 95th percentile."""
        values = self.taken.get((figure, program, size))
        if not values:
            return None
        return quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]

    def add(self, other: "Ledger") -> None:
        """Take over what another one holds."""
        self.taken.update(other.taken)
        self.absent.update(other.absent)

    def as_json(self) -> dict[str, list[list[object]]]:
        """Lists, as JSON has no tuples for keys."""
        return {
            "taken": [[*key, values] for key, values in self.taken.items()],
            "absent": [[*key, why] for key, why in self.absent.items()],
        }

    @classmethod
    def from_json(cls, lists: dict[str, list[tuple[str, str, int, Any]]]) -> "Ledger":  # Any: numbers, or words
        """What ``as_json`` gave."""
        ledger = cls()
        for figure, program, size, values in lists["taken"]:
            ledger.taken[figure, program, size] = values
        for figure, program, size, why in lists["absent"]:
            ledger.absent[figure, program, size] = why
        return ledger
