"""The screen kept as it is for a moment, so that what is on its way is drawn once and not twice."""

from contextlib import ExitStack

from textual.timer import Timer
from textual.widget import Widget


class Still:
    """Holds all drawing until it is released, or its time is over."""

    def __init__(self, widget: Widget, *, at_most_s: float) -> None:
        self._widget = widget
        self._at_most_s = at_most_s
        self._held = ExitStack()
        self._timer: Timer | None = None

    def hold(self) -> None:
        """Draw nothing from now on; what was held before begins anew."""
        self.release()
        self._held.enter_context(self._widget.app.batch_update())
        self._timer = self._widget.set_timer(self._at_most_s, self.release)

    def release(self) -> None:
        """Draw what has come."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._held.close()
            self._widget.screen.check_idle()
