"""`./audit` against a scripted advisory service: no hole, a hole, and nobody there."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venv-audit"
PINS = "authlib==1.0.0 \\\n    --hash=sha256:" + "0" * 64 + "\nidna==3.7 \\\n    --hash=sha256:" + "1" * 64 + "\n"
HOLE = {
    "id": "PYSEC-2026-1",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": "authlib", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
            "versions": ["1.0.0"],
        }
    ],
}

pytestmark = pytest.mark.skipif(
    not (TOOLS / "bin" / "pip-audit").exists(), reason="pip-audit is not installed yet (./audit installs it)"
)


class Advisories(ThreadingHTTPServer):
    """Answers as OSV does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.known: dict[str, object] = {}
        """By package."""
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Advisories)
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked.append(name)
        found = {"vulns": [self.server.known[name]]} if name in self.server.known else {}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Nothing."""


@pytest.fixture
def service() -> Iterator[Advisories]:
    with Advisories() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two pins, and the tools of the real one."""
    shutil.copy(ROOT / "audit", tmp_path / "audit")
    (tmp_path / "constraints.txt").write_text(PINS, encoding="utf-8")
    (tmp_path / ".venv-audit").symlink_to(TOOLS)
    return tmp_path


def audit(checkout: Path, port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 (the script of this checkout)
        ["./audit", "-s", "osv", "--osv-url", f"http://127.0.0.1:{port}/v1/query"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_known_advisories_it_ends_well_and_every_pin_was_looked_up(checkout: Path, service: Advisories) -> None:
    done = audit(checkout, service.server_port)

    assert (done.returncode, done.stdout) == (0, "2 packages looked up, 0 advisories.\n"), done.stderr
    assert sorted(service.asked) == ["authlib", "idna"]


def test_a_known_advisory_fails_it_and_is_named_with_the_version_that_mends_it(
    checkout: Path, service: Advisories
) -> None:
    service.known["authlib"] = HOLE

    done = audit(checkout, service.server_port)

    assert done.returncode == 1
    assert "authlib 1.0.0: PYSEC-2026-1, mended in 1.0.1" in done.stdout


def test_where_nobody_can_be_asked_it_says_so_and_claims_nothing(checkout: Path, service: Advisories) -> None:
    service.shutdown()
    service.server_close()

    done = audit(checkout, service.server_port)

    assert done.returncode == 2
    assert "the advisories could not be asked for; nothing is known" in done.stderr
    assert done.stdout == ""
    assert not re.search(r"^\s*File ", done.stderr, re.MULTILINE), "no traceback"
