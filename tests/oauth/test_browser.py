"""Opening the browser: what it gets, and what it cannot do to us."""

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from tuimail.oauth.browser import has_display, looks_remote, open_url
from tuimail.oauth.urls import host_of, is_secure

URL = "https://login.example.test/authorize?scope=a%20b&state=x;rm+-rf&code_challenge=%22%27$(id)"
DEADLINE_S = 5.0


def make_browser(folder: Path, *, name: str = "firefox", status: int = 0, then: str = "") -> tuple[str, Path]:
    """A program that writes its arguments down."""
    record = folder / "record"
    program = folder / name
    lines = [
        f"#!{sys.executable}",
        "import os, sys",
        f"record = {str(record)!r}",
        "with open(record + '.new', 'w') as file:",
        "    print(os.isatty(0), os.isatty(1), *sys.argv[1:], sep='\\n', file=file)",
        "os.rename(record + '.new', record)",
        "print('noise on the screen', flush=True)",
        "print('noise', file=sys.stderr)",
        then,
        f"sys.exit({status})",
    ]
    program.write_text("\n".join(lines))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program), record


def environ(command: str, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "BROWSER": command, "TERM": "xterm", **more}


def test_browser_gets_the_whole_address_as_one_argument(tmp_path: Path) -> None:
    command, record = make_browser(tmp_path)

    assert open_url(URL, environ(command))

    assert record.read_text().splitlines()[2:] == [URL]


def test_browser_writes_nothing_to_our_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command, record = make_browser(tmp_path)

    open_url(URL, environ(command))

    assert capfd.readouterr() == ("", "")
    assert record.read_text().splitlines()[:2] == ["False", "False"]


def test_browser_in_the_foreground_does_not_hold_us(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command, record = make_browser(tmp_path, then=f"open({str(pipe)!r}).read()")

    started = time.monotonic()
    assert open_url(URL, environ(command), start_s=0.5)

    assert time.monotonic() - started < DEADLINE_S
    # Opened on the other side once the browser runs and has written its record.
    pipe.open("w").close()
    assert record.exists()


def test_browser_that_fails_is_told(tmp_path: Path) -> None:
    command, _ = make_browser(tmp_path, status=3)

    assert not open_url(URL, {**environ(command), "PATH": str(tmp_path)})


def test_missing_browser_is_told(tmp_path: Path) -> None:
    assert not open_url(URL, {**environ(str(tmp_path / "none")), "PATH": str(tmp_path)})


@pytest.mark.parametrize("name", ["w3m", "lynx", "links", "elinks", "www-browser"])
def test_text_browser_never_gets_our_terminal(tmp_path: Path, name: str) -> None:
    command, record = make_browser(tmp_path, name=name)

    assert not open_url(URL, environ(command))
    assert not open_url(URL, environ(f"{command} %s"))
    assert not open_url(URL, {"PATH": str(tmp_path), "TERM": "xterm"}, "linux")
    assert not open_url(URL, {"PATH": str(tmp_path), "TERM": "xterm", "DISPLAY": ":9"}, "linux")

    assert not record.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.test/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "-remote=x",
        "--help",
        "",
        "https://",
        "https://a b/",
        "https://login.example.test/\nx",
        "https://user@login.example.test/",
        "https://login.example.test\\@evil.test",
        "HTTPS//x",
    ],
)
def test_unsafe_address_is_never_opened(tmp_path: Path, url: str) -> None:
    command, record = make_browser(tmp_path)

    assert not open_url(url, environ(command))
    assert not is_secure(url)
    assert not record.exists()


@pytest.mark.parametrize(
    "url",
    ["https://a.test", "https://a.test:8443/x?y=z", "http://127.0.0.1:5/x", "http://[::1]:5/", "http://localhost/"],
)
def test_https_and_loopback_are_safe(url: str) -> None:
    assert is_secure(url)
    assert host_of(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1.evil.test/", "http://localhost.evil.test/", "http://0.0.0.0/"])
def test_names_that_only_look_like_loopback_are_not(url: str) -> None:
    assert not is_secure(url)


def test_ssh_session_looks_remote() -> None:
    assert looks_remote({"SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"})
    assert not looks_remote({"SSH_AUTH_SOCK": "/tmp/agent", "SSH_TTY": ""})  # noqa: S108 (no file is touched)


def test_display_is_known_by_platform_and_environment() -> None:
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({"DISPLAY": ":0"}, "linux")
    assert has_display({}, "darwin")
    assert has_display({}, "win32")
    assert not has_display({"DISPLAY": ""}, "linux")
