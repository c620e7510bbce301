from collections.abc import Callable

from tuimail.ui.paced import Paced


class Clockwork:
    """Timers that ring when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def set_timer(self, _delay_s: float, ring: Callable[[], None]) -> "Clockwork":
        self.waiting.append(ring)
        return self

    def stop(self) -> None:
        self.waiting.clear()

    def ring(self) -> None:
        self.waiting.pop(0)()


def test_a_burst_is_two_acts_and_a_quiet_pause_begins_anew() -> None:
    clockwork, acts = Clockwork(), list[str]()
    paced = Paced(clockwork.set_timer, 0.03, lambda: acts.append("act"))

    for _ in range(5):
        paced.occur()
    assert len(acts) == 1
    clockwork.ring()
    assert len(acts) == 2
    clockwork.ring()
    assert len(acts) == 2
    assert not clockwork.waiting

    paced.occur()
    paced.occur()
    paced.forget()
    clockwork.ring()
    assert len(acts) == 3
