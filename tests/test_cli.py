"""The command line as a shell sees it: exit status, and one line of words where something is wrong."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

_SCRIPT = Path(sys.executable).with_name("tuimail")

PROFILE = """\
[accounts.home]
address = "me@home.test"
provider = "custom"
[accounts.home.oauth]
issuer = "https://127.0.0.1:9"
client_id = "cli"
scopes = { identity = ["openid"], read = ["mail.read"], send = ["mail.send"] }
[accounts.home.imap]
host = "127.0.0.1"
port = 9
tls = "implicit"
[accounts.home.smtp]
host = "127.0.0.1"
port = 9
tls = "implicit"
"""


class Shell:
    """A home folder of its own, and the program started in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.variables: dict[str, str] = {}
        self.config = folder / "config" / "tuimail"
        self.config.mkdir(parents=True)

    def write_profile(self, text: str) -> Path:
        path = self.config / "profile.toml"
        path.write_text(text)
        return path

    def run(
        self, *arguments: str, terminal: int | None = None, program: tuple[str, ...] = (sys.executable, "-m", "tuimail")
    ) -> "subprocess.CompletedProcess[str]":
        """Without a terminal, its input and output are pipes, as in a script."""
        stream = subprocess.PIPE if terminal is None else terminal
        return subprocess.run(  # noqa: S603 (the program under test)
            [*program, *arguments],
            env=self._environ(),
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    def _environ(self) -> dict[str, str]:
        names = ("config", "data", "cache", "state")
        moved = {f"XDG_{name.upper()}_HOME": str(self._folder / name) for name in names}
        runtime = {"XDG_RUNTIME_DIR": str(self._folder / "runtime")}
        usual = {"HOME": str(self._folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        return {**moved, **runtime, **usual, **self.variables}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def terminal() -> Iterator[int]:
    """One end of a terminal, for what is refused before the screen opens."""
    ours, theirs = pty.openpty()
    yield theirs
    os.close(ours)
    os.close(theirs)


def test_version_names_program_and_version(shell: Shell) -> None:
    done = shell.run("--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"tuimail {version('tuimail')}\n", "")


@pytest.mark.skipif(not _SCRIPT.exists(), reason="tuimail is not installed beside this interpreter")
def test_the_installed_script_is_the_same_program(shell: Shell) -> None:
    done = shell.run("--version", program=(str(_SCRIPT),))

    assert (done.returncode, done.stdout) == (0, shell.run("--version").stdout)


def test_help_names_every_command(shell: Shell) -> None:
    done = shell.run("--help")

    assert done.returncode == 0
    assert done.stdout.startswith("usage: tuimail ")
    assert all(f"    {command} " in done.stdout for command in ("demo", "check", "compose", "logout"))


@pytest.mark.parametrize("command", ["demo", "check", "compose", "logout"])
def test_every_command_has_a_help_of_its_own(shell: Shell, command: str) -> None:
    done = shell.run(command, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: tuimail {command}")


@pytest.mark.parametrize("arguments", [("--colour",), ("fly",), ("compose", "one", "two"), ("demo", "--here-only")])
def test_bad_arguments_exit_with_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    done = shell.run(*arguments)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("tuimail: error: ")


@pytest.mark.parametrize("arguments", [(), ("compose",), ("demo",)])
def test_without_a_terminal_nothing_opens(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.write_profile(PROFILE)

    done = shell.run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tuimail: this needs a terminal; run it in one, not in a pipe.\n"


@pytest.mark.parametrize("arguments", [(), ("compose",), ("check",), ("logout",)])
def test_a_bad_profile_exits_with_2_and_one_line_that_names_file_line_and_key(
    shell: Shell, terminal: int, arguments: tuple[str, ...]
) -> None:
    path = shell.write_profile(PROFILE.replace("client_id", "clientid"))

    done = shell.run(*arguments, terminal=terminal)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{path}:6: " in done.stderr
    assert "accounts.home.oauth.clientid" in done.stderr
    assert "client_id" in done.stderr


@pytest.mark.parametrize("where", ["flag", "variable"])
def test_a_named_profile_that_is_not_there_is_said(shell: Shell, terminal: int, tmp_path: Path, where: str) -> None:
    absent = tmp_path / "absent.toml"
    if where == "variable":
        shell.variables["TUIMAIL_PROFILE"] = str(absent)

    done = shell.run(*(("--profile", str(absent)) if where == "flag" else ()), terminal=terminal)

    assert done.returncode == 2
    assert done.stderr == f"tuimail: {absent}: there is no such file.\n"


@pytest.mark.parametrize("command", [("check",), ("logout",), ("logout", "--all", "--yes")])
def test_without_any_profile_a_command_names_the_way_on(shell: Shell, command: tuple[str, ...]) -> None:
    done = shell.run(*command)

    assert done.returncode == 2
    assert done.stderr.startswith("tuimail: no account is set up yet: there is no ")
    assert done.stderr.endswith("profile.toml. Start tuimail to set one up, or tuimail demo.\n")


def test_a_profile_may_be_named_after_the_command(shell: Shell, tmp_path: Path) -> None:
    absent = tmp_path / "absent.toml"

    done = shell.run("check", "--profile", str(absent))

    assert (done.returncode, done.stderr) == (2, f"tuimail: {absent}: there is no such file.\n")


@pytest.mark.parametrize(
    "arguments", [("--account", "works"), ("compose", "--account", "works"), ("check", "--account", "works"),
                  ("logout", "works")],
)  # fmt: skip
def test_an_unknown_account_exits_with_2_and_the_known_names(
    shell: Shell, terminal: int, arguments: tuple[str, ...]
) -> None:
    shell.write_profile(PROFILE)

    done = shell.run(*arguments, terminal=terminal)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "“works”" in done.stderr
    assert done.stderr.endswith("home.\n")


@pytest.mark.parametrize("arguments", [(), ("check",)])
@pytest.mark.parametrize(
    ("name", "help_in_words"), [("plaid", "; known: "), ("tuimail-drak", "; did you mean tuimail-dark?")]
)
def test_an_unknown_theme_exits_with_2_and_the_themes_there_are(
    shell: Shell, terminal: int, arguments: tuple[str, ...], name: str, help_in_words: str
) -> None:
    path = shell.write_profile(PROFILE + f'[ui]\ntheme = "{name}"\n')
    line = PROFILE.count("\n") + 2

    done = shell.run(*arguments, terminal=terminal)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"tuimail: {path}:{line}: ui.theme: “{name}” is not a known theme{help_in_words}")
    assert "tuimail-dark" in done.stderr


def test_a_fault_of_our_own_is_one_line_without_what_it_says(shell: Shell) -> None:
    script = (
        "import sys, tuimail.cli as cli\n"
        "def fail(*_): raise KeyError('words of a letter')\n"
        "cli.run = fail\n"
        "cli.main()\n"
    )

    done = shell.run(program=(sys.executable, "-c", script))

    assert done.returncode == 1
    assert done.stderr.startswith("tuimail: a fault in tuimail ended it: KeyError at <string>:2 < cli.py:")
    assert done.stderr.count("\n") == 1
    assert "letter" not in done.stderr
