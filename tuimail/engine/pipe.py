"""A command that a person typed, run on a mail: no shell, no terminal, an end in time and a bounded output."""

import contextlib
import os
import select
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping

from msgspec import Struct

from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ErrorKind, Remedy, StoreError

LIMIT_S = 60.0
MAX_OUTPUT = 1_000_000
_LOOK_S = 0.2
"""So often it is looked whether a silent command has ended: what it left running may hold its output open."""


class Ran(Struct, frozen=True, kw_only=True):
    """How a command ended."""

    output: bytes
    words: str
    """Such as ``ended well``."""


def run_command(
    command_line: str,
    data: bytes,
    *,
    on_started: Callable[[Callable[[], None]], None] = lambda _kill: None,
    environ: Mapping[str, str] | None = None,
    limit_s: float = LIMIT_S,
) -> Ran:
    """Run it with ``data`` on its input; what it says on output and error, together.

    The line is cut into arguments as a shell does; ``on_started`` is given what ends it early. Raises StoreError
    where it cannot be run at all.
    """
    arguments = _arguments(command_line)
    try:
        process = subprocess.Popen(  # noqa: S603 (what the person typed, as an argument list)
            arguments,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**(os.environ if environ is None else environ), "TERM": "dumb"},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its name cannot be used"
        words = f"{clean_line(arguments[0])[:80]} cannot be run: {why}."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
    is_late = threading.Event()

    def end_late() -> None:
        is_late.set()
        _kill(process)

    timer = threading.Timer(limit_s, end_late)
    timer.start()
    on_started(lambda: _kill(process))
    feeding = threading.Thread(target=_feed, args=(process, data), name="command input", daemon=True)
    feeding.start()
    with process:
        output, is_cut = _read(process)
        timer.cancel()
        feeding.join(1.0)
    status = process.returncode
    words = "ended well" if status == 0 else f"ended with status {status}"
    if is_late.is_set():
        words = f"was ended after {limit_s:.0f} s"
    elif is_cut:
        words = f"was ended after {MAX_OUTPUT // 1000:,} KB of output"
    return Ran(output=output, words=words)


def _arguments(command_line: str) -> list[str]:
    try:
        arguments = shlex.split(command_line)
    except ValueError as error:
        words = "This command cannot be read: a quotation mark is missing."
        raise StoreError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
    if not arguments or not arguments[0]:
        raise StoreError(ErrorKind.DISK, "There is no command.", remedy=Remedy.TELL)
    return arguments


def _feed(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # it need not read its input, and may have ended
        if process.stdin is not None:
            left = memoryview(data)
            while left and (written := process.stdin.write(left)):
                left = left[written:]
            process.stdin.close()


def _read(process: "subprocess.Popen[bytes]") -> tuple[bytes, bool]:
    output = bytearray()
    while process.stdout is not None:
        if not select.select([process.stdout], [], [], _LOOK_S)[0]:
            if process.poll() is not None:
                break
            continue
        piece = os.read(process.stdout.fileno(), 65_536)
        if not piece:
            break
        output += piece
        if len(output) > MAX_OUTPUT:
            _kill(process)
            return bytes(output[:MAX_OUTPUT]), True
    return bytes(output), False


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """The command and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
