"""Time left until something ends, told once a second."""

from collections.abc import Callable
from time import monotonic

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

MINUTE_S = 60


def minutes(left_s: float) -> str:
    """``4:09``; never below zero, and a begun second counts as whole."""
    whole = max(0, -int(-left_s // 1))
    return f"{whole // MINUTE_S}:{whole % MINUTE_S:02}"


class Countdown(Static):
    """Shows the time left; posts ``Ended`` once."""

    DEFAULT_CSS = "Countdown { width: auto; height: 1; }"

    class Ended(Message):
        """The time is over."""

    def __init__(self, limit_s: float, *, clock: Callable[[], float] = monotonic, every_s: float = 1.0) -> None:
        super().__init__(markup=False)
        self._clock = clock
        self._every_s = every_s
        self._ends_at_s = clock() + limit_s

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return max(0.0, self._ends_at_s - self._clock())

    def on_mount(self) -> None:
        """Begin to count."""
        self._timer = self.set_interval(self._every_s, self._tell)
        self._tell()

    def _tell(self) -> None:
        self.update(Content.assemble((minutes(self.left_s), "bold"), " left"))
        if not self.left_s:
            self._timer.stop()
            self.post_message(self.Ended())
