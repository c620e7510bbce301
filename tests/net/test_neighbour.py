"""The private socket between two windows."""

import os
import resource
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimail.domain.draft import SignOutStep, SignOutStepState
from tuimail.domain.ids import AccountId
from tuimail.domain.neighbour import Answer, Refused, Reported, Request, Stepped, Taken, Wish
from tuimail.net.neighbour import MAX_LINE, Listener, ask

COMPOSE = Request(wish=Wish.COMPOSE, account=AccountId("work"), mailto="mailto:a@b.test?subject=%C3%BC")


class Desk:
    """Answers as it was told, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Iterator[Answer]:
        self.asked.append(request)
        yield from self.answers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket lies."""
    return tmp_path / "runtime" / "work.sock"


def test_a_question_arrives_whole_and_is_answered(path: Path) -> None:
    desk = Desk(Taken())
    listener = Listener(path, desk)
    assert listener.open()

    answers = ask(path, COMPOSE)
    listener.close()

    assert answers == [Taken()]
    assert desk.asked == [COMPOSE]


def test_the_steps_of_a_sign_out_come_one_after_another(path: Path) -> None:
    done = SignOutStep(title="Revoke", state=SignOutStepState.DONE, words="revoked")
    told = (Stepped(steps=(done,)), Reported(steps=(done,), revoked=True, access_page="https://example.test/"))
    listener = Listener(path, Desk(*told))
    listener.open()

    answers = ask(path, Request(wish=Wish.SIGN_OUT, account=AccountId("work"), here_only=True))
    listener.close()

    assert answers == list(told)


def test_socket_and_folder_are_the_owners_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        listener = Listener(path, Desk())
        listener.open()
    finally:
        os.umask(before)

    modes = stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)
    listener.close()

    assert modes == (0o600, 0o700)


def test_nobody_there_is_no_answer(path: Path) -> None:
    assert ask(path, COMPOSE) == []


def test_a_socket_that_a_killed_window_left_is_no_answer_and_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
    assert ask(path, COMPOSE) == []

    listener = Listener(path, Desk(Taken()))
    assert listener.open()
    answers = ask(path, COMPOSE)
    listener.close()

    assert answers == [Taken()]


def test_a_closed_window_leaves_no_socket(path: Path) -> None:
    listener = Listener(path, Desk())
    listener.open()
    listener.close()

    assert not path.exists()
    assert ask(path, COMPOSE) == []


def test_a_path_longer_than_a_socket_address_works_too(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 120) / "work.sock"
    listener = Listener(path, Desk(Taken()))
    if not listener.open():
        assert not os.path.exists("/proc/self/fd")
        return

    answers = ask(path, COMPOSE)
    listener.close()

    assert answers == [Taken()]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\n",
        b"[]\n",
        b"{}\n",
        b'{"wish": "dance"}\n',
        b"\xff\xfe\n",
        b'{"wish": ["compose"]}\n',
        b"[" * (MAX_LINE - 1) + b"\n",
        b"x" * (MAX_LINE + 10),
    ],
)
def test_nonsense_ends_its_own_connection_and_no_other(path: Path, nonsense: bytes) -> None:
    desk = Desk(Taken())
    listener = Listener(path, desk)
    listener.open()

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(10)
        peer.connect(str(path))
        try:
            peer.sendall(nonsense)
            assert peer.recv(100) == b""
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was cut off while it was still talking
    answers = ask(path, COMPOSE)
    listener.close()

    assert answers == [Taken()]
    assert desk.asked == [COMPOSE]


@pytest.mark.parametrize(
    "nonsense",
    [b"[" * (MAX_LINE - 1) + b"\n", b'{"is": "stepped", "steps": [1]}\n', b'{"is": "stepped", "steps": [[]]}\n'],
)
def test_an_answer_without_sense_is_none(path: Path, nonsense: bytes) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen(1)

        def answer() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(MAX_LINE)
                peer.sendall(nonsense)

        answering = threading.Thread(target=answer)
        answering.start()
        answers = ask(path, COMPOSE)
        answering.join(10)

    assert answers == []


def test_running_out_of_file_descriptors_for_a_moment_does_not_close_the_door(path: Path) -> None:
    listener = Listener(path, Desk(Taken()))
    listener.open()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        resource.setrlimit(resource.RLIMIT_NOFILE, (peer.fileno() + 1, hard))
        try:
            peer.connect(str(path))
            peer.settimeout(0.5)
            with pytest.raises(TimeoutError):
                peer.recv(1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    answers = ask(path, COMPOSE)
    listener.close()

    assert answers == [Taken()]


def test_words_from_the_socket_are_cleaned(path: Path) -> None:
    listener = Listener(path, Desk(Refused(words="\x1b]0;title\x07no")))
    listener.open()

    answers = ask(path, COMPOSE)
    listener.close()

    assert len(answers) == 1
    assert isinstance(answers[0], Refused)
    assert "\x1b" not in answers[0].words


def test_a_window_that_says_nothing_is_given_up(path: Path) -> None:
    go_on = threading.Event()

    def silent(_request: Request) -> Iterator[Answer]:
        go_on.wait(10)
        yield Taken()

    listener = Listener(path, silent)
    listener.open()

    answers = ask(path, COMPOSE, timeout_s=0.1)
    go_on.set()
    listener.close()

    assert answers == []
