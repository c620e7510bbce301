"""Runs coroutine tests, each in a loop of its own, and lets the app draw only where a test waits for it."""

import asyncio
import gc
import inspect
import os

import pytest

# Drawing costs half of a test's time. A pilot that pauses draws at once, whatever the rate. Textual reads the rate
# when it is imported; programs that tests start keep their own.
os.environ["TEXTUAL_FPS"] = "4"
from textual import _wait, screen  # noqa: F401 (see above)

del os.environ["TEXTUAL_FPS"]

# A pilot sleeps in steps of 20 ms, four of them for a key. What a test needs is waited for by the app's own queues
# (``tests.fakes.app.settle``), not by these steps.
_wait.SLEEP_GRANULARITY = 1 / 250
_wait.SLEEP_IDLE = _wait.SLEEP_GRANULARITY / 20

# Each app is thousands of objects that refer to each other; looking for garbage among them took a quarter of the time.
gc.set_threshold(100_000, 50, 1000)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Await a test that is a coroutine function; leave the others to pytest."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
