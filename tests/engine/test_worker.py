"""Workers: one thread, urgent first, never dead."""

import threading
from concurrent.futures import Future

import pytest

from tuimail.engine.worker import Urgency, Worker, WorkerClosedError

DEADLINE_S = 5.0


def _ignore(_name: str, _error: Exception) -> None:
    return


def test_a_value_comes_back_to_the_caller() -> None:
    worker = Worker("test", on_crash=_ignore)

    assert worker.call(lambda: 6 * 7) == 42

    worker.close()
    assert worker.join(DEADLINE_S)


def test_an_exception_is_raised_where_somebody_waits() -> None:
    worker = Worker("test", on_crash=_ignore)

    with pytest.raises(ZeroDivisionError):
        worker.call(lambda: 1 // 0)

    assert worker.call(lambda: "alive") == "alive"
    worker.close()


def test_a_crash_is_reported_and_the_worker_lives_on() -> None:
    crashed: Future[str] = Future()
    worker = Worker("test", on_crash=lambda name, error: crashed.set_result(f"{name} {type(error).__name__}"))

    def crash() -> None:
        raise IndexError

    worker.post(crash)

    assert crashed.result(DEADLINE_S) == "test IndexError"
    assert worker.call(lambda: "alive") == "alive"
    worker.close()


def test_what_the_user_waits_for_overtakes_background_work() -> None:
    worker = Worker("test", on_crash=_ignore)
    order: list[str] = []
    gate = threading.Event()

    def hold() -> None:
        gate.wait(DEADLINE_S)

    worker.post(hold)
    worker.post(lambda: order.append("background"), urgency=Urgency.BACKGROUND)
    worker.post(lambda: order.append("screen"), urgency=Urgency.SCREEN)

    gate.set()
    worker.call(lambda: None, urgency=Urgency.LAST)

    assert order == ["screen", "background"]
    worker.close()


def test_closing_frees_those_who_wait() -> None:
    worker = Worker("test", on_crash=_ignore)
    gate = threading.Event()
    started = threading.Event()

    def stuck() -> None:
        started.set()
        gate.wait(DEADLINE_S)

    worker.post(stuck)
    started.wait(DEADLINE_S)
    ended: Future[str] = Future()

    def wait() -> None:
        try:
            worker.call(lambda: None)
        except WorkerClosedError:
            ended.set_result("freed")

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not worker.is_wanted:
        threading.Event().wait(0.001)
    worker.close()

    assert ended.result(DEADLINE_S) == "freed"
    gate.set()
    waiting.join(DEADLINE_S)


def test_a_closed_worker_refuses_calls() -> None:
    worker = Worker("test", on_crash=_ignore)
    worker.close()

    with pytest.raises(WorkerClosedError):
        worker.call(lambda: None)
