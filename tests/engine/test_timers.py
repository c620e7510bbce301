"""Callbacks later, each on its own."""

import threading

from tuimail.engine.timers import Timers

DEADLINE_S = 10.0


def test_a_callback_that_fails_does_not_stop_the_others() -> None:
    timers, rang = Timers(), threading.Event()

    def fail() -> None:
        raise RuntimeError

    timers.after(0.0, fail)
    timers.after(0.01, rang.set)

    assert rang.wait(DEADLINE_S)
    timers.close()


def test_a_cancelled_callback_does_not_run() -> None:
    timers, rang, told = Timers(), threading.Event(), []

    handle = timers.after(0.01, lambda: told.append("cancelled"))
    timers.after(0.02, rang.set)
    timers.cancel(handle)

    assert rang.wait(DEADLINE_S)
    assert told == []
    timers.close()


def test_nothing_runs_after_the_end() -> None:
    timers, told = Timers(), []

    timers.close()
    timers.after(0.0, lambda: told.append("late"))

    assert told == []
