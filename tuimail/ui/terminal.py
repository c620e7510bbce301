"""The terminal behind the app: mouse capture, and lending the screen to plain text."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from textual.app import App, SuspendNotSupported
from textual.driver import Driver

from tuimail.api.engine import Engine

if sys.platform != "win32":
    from tuimail.ui.prompt_driver import PromptDriver


@runtime_checkable
class _MouseDriver(Protocol):
    """What the drivers of real terminals share; Textual has no public switch for it (8.2)."""

    def _enable_mouse_support(self) -> None: ...
    def _disable_mouse_support(self) -> None: ...


def driver_class() -> type[Driver] | None:
    """The driver for this system's terminals; None for Textual's own choice."""
    return PromptDriver if sys.platform != "win32" else None


_SHOWS_TARGETS = {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby", "WarpTerminal", "mintty"}
_NAMES = ("kitty", "ghostty", "foot", "alacritty", "wezterm", "contour", "tmux")
_VTE_WITH_TARGETS = 5_000


def shows_targets(environ: Mapping[str, str]) -> bool:
    """Whether the terminal knows hyperlinks (OSC 8), as far as its environment tells.

    Not asked of it: an answer that comes late is read as keys. tmux keeps what it does not know from the terminal
    outside; others that are unknown, such as the Linux console, would print the addresses between the words.
    """
    if environ.get("TERM_PROGRAM", "") in _SHOWS_TARGETS or environ.get("WT_SESSION") or environ.get("KONSOLE_VERSION"):
        return True
    version = environ.get("VTE_VERSION", "")
    has_vte = version.isascii() and version.isdigit() and int(version) >= _VTE_WITH_TARGETS
    return has_vte or any(name in environ.get("TERM", "") for name in _NAMES)


def release_mouse(app: App[object]) -> None:
    """Give the mouse back to the terminal, whose own selection then works."""
    driver: Driver | None = app._driver
    if isinstance(driver, _MouseDriver):
        driver._disable_mouse_support()


def capture_mouse(app: App[object]) -> None:
    """Take the mouse again."""
    driver: Driver | None = app._driver
    if isinstance(driver, _MouseDriver):
        driver._enable_mouse_support()


def print_alone(app: App[object], text: str, *, prompt: str) -> bool:
    """Leave the full screen, print the text alone and wait for Enter. False where the terminal cannot do that."""
    try:
        with app.suspend():
            print(f"\n{text}\n\n{prompt}", flush=True)  # noqa: T201 (the plain terminal is the point)
            try:
                input()
            except (EOFError, KeyboardInterrupt):
                return True
    except SuspendNotSupported:
        return False
    return True


def end_even_if_stuck(engine: Engine, *, after_s: float) -> None:
    """End the process if it is still there after this time, with everything written down that was submitted.

    Textual's writer thread dies at a terminal that is gone, and its shutdown then waits for that thread for ever.
    """

    def end() -> None:
        engine.close(1.0)
        os._exit(1)

    timer = threading.Timer(after_s, end)
    timer.daemon = True
    timer.start()


def on_ending_signals(react: Callable[[], None]) -> None:
    """Call back on the running loop at SIGTERM and SIGHUP; Windows' loop has neither."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError, RuntimeError, AttributeError):
        for name in ("SIGTERM", "SIGHUP"):
            loop.add_signal_handler(getattr(signal, name), react)
