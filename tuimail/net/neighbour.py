"""The private socket between two windows of one account: one line of JSON asks, one or more answer.

Who may connect is the file system's to say: the socket is 0600 in a folder of 0700, and Linux names the peer's user
besides. Python has no such sockets on Windows: there nobody listens, and each window does what it can by itself.
"""

import contextlib
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from tuimail.domain.clean import clean_line
from tuimail.domain.draft import SignOutStep, SignOutStepState
from tuimail.domain.ids import AccountId
from tuimail.domain.neighbour import Answer, Refused, Reported, Request, Stepped, Taken, Wish

MAX_LINE = 64 * 1024
MAX_ANSWERS = 200
MAX_PEERS = 8
ASK_TIMEOUT_S = 5.0
"""For a question to arrive, and for an answer that nothing slow stands behind."""
_REST_S = 0.2
_MAX_ADDRESS = 100
"""Bytes of a socket's path that every system takes (sun_path: 108 on Linux, 104 on macOS)."""

Respond = Callable[[Request], Iterator[Answer]]
"""Answers a question; called on the asking connection's own thread."""


class Listener:
    """The writing window's end. Open it only while the account's lock is held: a socket left behind is replaced."""

    def __init__(self, path: Path, respond: Respond) -> None:
        self._path = path
        self._respond = respond
        self._socket: socket.socket | None = None
        self._places = threading.Semaphore(MAX_PEERS)

    def open(self) -> bool:
        """Listen from now on; False where this system, or the path, has no such sockets."""
        if self._socket is not None:
            return True
        if not hasattr(socket, "AF_UNIX"):
            return False
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            with _address(self._path) as address:
                listening.bind(address)
            # Nobody can connect before listen, so the mode is right from the first moment on.
            self._path.chmod(0o600)
            listening.listen(MAX_PEERS)
        except OSError:
            listening.close()
            return False
        self._socket = listening
        threading.Thread(target=self._accept, args=(listening,), name="neighbours", daemon=True).start()
        return True

    def close(self) -> None:
        """Listen no more. Any thread."""
        listening, self._socket = self._socket, None
        if listening is None:
            return
        # Removed first: who comes now is to find nobody instead of a socket that does not answer.
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                if self._socket is not listening:
                    return
                # Out of file descriptors, which passes; the socket would go on promising an answer.
                time.sleep(_REST_S)
                continue
            if not self._places.acquire(blocking=False):
                peer.close()
                continue
            threading.Thread(target=self._serve, args=(peer,), name="neighbour", daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        # A peer that goes away, is slow or sends nonsense is its own loss.
        try:
            with peer, contextlib.suppress(OSError, ValueError):
                if not _is_own(peer):
                    return
                peer.settimeout(ASK_TIMEOUT_S)
                with peer.makefile("rb") as lines:
                    request = _read_request(_line(lines.readline(MAX_LINE + 1)))
                for answer in self._respond(request):
                    peer.sendall(_as_line(_answer_fields(answer)))
        finally:
            self._places.release()


def ask(path: Path, request: Request, *, timeout_s: float = ASK_TIMEOUT_S) -> list[Answer]:
    """Ask the window that listens there, and wait for all it answers; empty where nobody does."""
    return list(follow(path, request, timeout_s=timeout_s))


def follow(path: Path, request: Request, *, timeout_s: float) -> Iterator[Answer]:
    """The answers as they come; ``timeout_s`` is the longest silence. Ends early where the other window goes away."""
    if not hasattr(socket, "AF_UNIX") or not path.exists():
        return
    with contextlib.suppress(OSError, ValueError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(timeout_s)
        with _address(path) as address:
            peer.connect(address)
        if not _is_own(peer):
            return
        peer.sendall(_as_line(_request_fields(request)))
        with peer.makefile("rb") as lines:
            for _ in range(MAX_ANSWERS):
                line = lines.readline(MAX_LINE + 1)
                if not line:
                    return
                yield _read_answer(_line(line))


@contextmanager
def _address(path: Path) -> Generator[str]:
    """The path as a socket's address; one that is too long goes by its folder's descriptor where the system can."""
    if len(os.fsencode(path)) <= _MAX_ADDRESS or not sys.platform.startswith("linux"):
        yield os.fspath(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _is_own(peer: socket.socket) -> bool:
    """Whether the other end runs as the same user, as far as the system tells."""
    if sys.platform != "linux":
        return True
    told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    return bool(user == os.getuid())


def _line(line: bytes) -> dict[str, object]:
    if not line.endswith(b"\n"):
        raise ValueError
    try:
        read = json.loads(line)
    except RecursionError:
        raise ValueError from None
    if not isinstance(read, dict):
        raise ValueError  # noqa: TRY004 (what the peer sent has no sense; nobody passed a wrong type)
    return read


def _as_line(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def _request_fields(request: Request) -> dict[str, object]:
    return {
        "wish": request.wish.value,
        "account": request.account,
        "mailto": request.mailto,
        "here_only": request.here_only,
        "local_first": request.local_first,
    }


def _read_request(fields: dict[str, object]) -> Request:
    return Request(
        wish=Wish(_text(fields.get("wish"))),
        account=AccountId(_text(fields.get("account"))),
        # The composer's own reader cleans what it takes out of the address.
        mailto=_text(fields.get("mailto"), is_address=True),
        here_only=fields.get("here_only") is True,
        local_first=fields.get("local_first") is True,
    )


def _answer_fields(answer: Answer) -> dict[str, object]:
    match answer:
        case Taken():
            return {"is": "taken"}
        case Refused(words=words):
            return {"is": "refused", "words": words}
        case Stepped(steps=steps):
            return {"is": "stepped", "steps": _packed(steps)}
        case Reported(steps=steps, revoked=revoked, access_page=page):
            return {"is": "reported", "steps": _packed(steps), "revoked": revoked, "access_page": page}


def _packed(steps: tuple[SignOutStep, ...]) -> list[list[str]]:
    return [[step.title, step.state.value, step.words] for step in steps]


def _read_answer(fields: dict[str, object]) -> Answer:
    match fields.get("is"):
        case "taken":
            return Taken()
        case "stepped":
            return Stepped(steps=_read_steps(fields.get("steps")))
        case "reported":
            return Reported(
                steps=_read_steps(fields.get("steps")),
                revoked=fields.get("revoked") is True,
                access_page=_text(fields.get("access_page")),
            )
        case _:
            return Refused(words=_text(fields.get("words")))


def _read_steps(told: object) -> tuple[SignOutStep, ...]:
    steps = []
    for each in told if isinstance(told, list) else []:
        if not isinstance(each, list):
            raise ValueError  # noqa: TRY004 (as in _line)
        title, state, words = (_text(field) for field in each)
        steps.append(SignOutStep(title=title, state=SignOutStepState(state), words=words))
    return tuple(steps)


def _text(told: object, *, is_address: bool = False) -> str:
    text = told if isinstance(told, str) else ""
    return text if is_address else clean_line(text)
