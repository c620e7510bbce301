"""A program and its children in /proc: memory, processor time, and their end."""

import os
import signal
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


class Tree:
    """One process and all below it."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.peak_bytes = 0
        """The most that all processes alive at one look had used at their highest; see ``look``."""

    def look(self) -> int:
        """Note the memory of all processes; a child that comes and goes between two looks is not seen."""
        used = sum(_high_water(pid) for pid in self._pids())
        self.peak_bytes = max(self.peak_bytes, used)
        return used

    def processor_s(self) -> float:
        """Processor time used so far by those that live."""
        return sum(_processor_ticks(pid) for pid in self._pids()) / _TICKS

    def kill(self) -> None:
        """End all of them."""
        for pid in reversed(self._pids()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _pids(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for path in _PROC.glob("[0-9]*/stat"):
            with suppress(OSError, ValueError, IndexError):
                parent = int(path.read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(path.parent.name))
        found = [self._root]
        for pid in found:
            found += children.get(pid, [])
        return found


def _high_water(pid: int) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _processor_ticks(pid: int) -> int:
    with suppress(OSError, IndexError):
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0
