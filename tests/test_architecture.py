"""What holds for the package as a whole: sizes, what the wheel carries, what a start loads. Lint and import
contracts are checked by ``test_quality``."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.bench import seed
from tests.fakes.secret_service import missing_programs, secret_service
from tuimail.oauth.discovery import SOFTWARE_ID

_ROOT = Path(__file__).parent.parent
_PACKAGE = _ROOT / "tuimail"
_MODULES = sorted(_PACKAGE.rglob("*.py"))

MODULE_LINES = 500
FUNCTION_LINES = 60
SMALLER_MODULES = {"ui/app.py": 250, "engine/engine.py": 300}

LOADED_LATER = (
    "aiosmtpd", "authlib", "cryptography", "email.parser", "httpx2", "imapclient", "imaplib", "joserfc", "jeepney",
    "hashlib", "hmac", "keyring", "pymap", "secretstorage", "selectolax", "smtplib", "sqlite3", "tomlkit", "webbrowser",
    "tuimail.demo", "tuimail.engine.rooms", "tuimail.keychain.system", "tuimail.mime", "tuimail.net.imap",
    "tuimail.net.smtp", "tuimail.net.tls", "tuimail.oauth", "tuimail.ui.flows.catalog", "tuimail.ui.screens.compose",
)  # fmt: skip
"""Needed by no first list; together they cost as much as all of the start before it."""

needs_bus = pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}")


def test_no_module_is_longer_than_its_limit() -> None:
    lengths = {path.relative_to(_PACKAGE).as_posix(): _lines(path) for path in _MODULES}

    longer = {name: lines for name, lines in lengths.items() if lines > SMALLER_MODULES.get(name, MODULE_LINES)}

    assert longer == {}
    assert set(SMALLER_MODULES) <= set(lengths)


def test_no_function_is_longer_than_its_limit() -> None:
    longer = [
        f"{path.relative_to(_ROOT)}: {function.name}"
        for path in _MODULES
        for function in _functions(path)
        if (function.end_lineno or function.lineno) - function.lineno >= FUNCTION_LINES
    ]

    assert longer == []


def test_no_file_of_the_package_holds_a_client_id_or_a_secret() -> None:
    # Google's and Microsoft's client ids, Google's client secrets, private keys, JSON Web Tokens.
    registered = re.compile(
        r"\.apps\.googleusercontent\.com|GOCSPX-|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{20,}"
        r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    )
    named = re.compile(r"""client_(?:id|secret)["']?[ \t]*[=:][ \t]*["'][^"'\s]{8,}["']""")
    # The software id names the program to every provider alike; it opens nothing.
    texts = {
        path: path.read_text(encoding="utf-8").replace(SOFTWARE_ID, "")
        for path in _PACKAGE.rglob("*.*")
        if path.suffix in _TEXT
    }

    found = [str(path) for path, text in texts.items() if registered.search(text) or named.search(text)]

    assert found == []
    assert _PACKAGE / "config" / "providers.toml" in texts


_TEXT = {".py", ".toml", ".sql", ".tcss"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the built wheel."""
    builder = WheelBuilder(str(_ROOT))
    (built,) = builder.build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_every_file_that_is_read_at_run_time(wheel: set[str]) -> None:
    wanted = {f"tuimail/{path.relative_to(_PACKAGE).as_posix()}" for path in _PACKAGE.rglob("*.*") if _is_ours(path)}
    wanted |= {f"tuimail/themes/{path.name}" for path in (_ROOT / "themes").glob("*.toml")}

    missing = wanted - wheel

    assert missing == set()
    assert {
        "tuimail/py.typed",
        "tuimail/config/providers.toml",
        "tuimail/store/schema.sql",
        "tuimail/ui/app.tcss",
        "tuimail/themes/tuimail-dark.toml",
    } <= wheel


def test_the_wheel_carries_nothing_but_the_package(wheel: set[str]) -> None:
    others = {name for name in wheel if not name.startswith("tuimail/") and ".dist-info/" not in name}

    assert others == set()
    assert not any("__pycache__" in name or "tests" in name.split("/") for name in wheel)


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_version_and_help_load_neither_textual_nor_the_store(argument: str) -> None:
    loaded = _loaded(f"""
import json, sys
from tuimail import cli
try:
    cli.run([{argument!r}])
finally:
    print()
    print(json.dumps(sorted(sys.modules)))
    sys.exit()
""")

    assert _among(loaded, ("textual", "rich", "apsw", "msgspec", "asyncio", *LOADED_LATER)) == []
    assert "tuimail.cli" in loaded


@needs_bus
def test_a_stored_list_is_shown_before_anything_of_the_network_is_loaded(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    home = seed.Home(tmp_path / "home", rows=100)
    with secret_service(session) as bus:
        variables = {"DBUS_SESSION_BUS_ADDRESS": bus.address}
        _loaded("from tests.bench import seed; seed.keep_key(); print('[]')", {**home.environ(), **variables})

        shown, later = _loaded(_START, {**home.environ(), **variables})

    assert _among(shown, LOADED_LATER) == []
    assert {"textual", "apsw", "tuimail.ui.screens.mail"} <= set(shown)
    # So that the names above are the right ones: all but the demo's are there once the rest is loaded.
    assert {"imapclient", "authlib", "httpx2", "smtplib", "tuimail.mime", "tuimail.net.imap"} <= set(later)


_START = """
import json, os, sys, threading
from tuimail.assembly import make_app
from tuimail.config.paths import find_places
from tuimail.program import Program, read_setting
from tuimail.ui.start import OpenMail

program = Program(setting := read_setting(None, dict(os.environ), find_places()), setting.profile.default)
app = make_app(program, OpenMail())
first = threading.Lock()
seen = []

def list_was_shown():
    if first.acquire(blocking=False):
        seen.append(sorted(sys.modules))
        threading.Thread(target=load).start()

def load():
    try:
        program.load_rest()
        seen.append(sorted(sys.modules))
    finally:
        app.call_from_thread(app.exit)

program.lists.on_shown = list_was_shown
app.run(headless=True, size=(120, 40))
program.close()
print()
print(json.dumps(seen))
"""
"""Run in an interpreter of its own: the modules there when the first list is sent, and when all is loaded."""


# Any: whatever the program of the caller prints.
def _loaded(program: str, environ: dict[str, str] | None = None) -> list:  # type: ignore[type-arg]  # see above
    """What a program, run in a fresh interpreter, prints as JSON on its last line."""
    done = subprocess.run(  # noqa: S603 (our own program in our own interpreter)
        [sys.executable, "-c", program],
        cwd=_ROOT,
        env=environ or dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr[-2000:]) == (0, "")
    answer: list[str] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _among(loaded: list[str], unwanted: tuple[str, ...]) -> list[str]:
    return [name for name in loaded if any(name == other or name.startswith(f"{other}.") for other in unwanted)]


def _is_ours(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
