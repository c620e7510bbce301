"""A program for `BROWSER` that behaves like a person with a browser: it signs in and allows, denies, or walks away."""

import json
import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.real.bed.people import ALICE, Person
from tests.real.bed.programs import NODE, program
from tests.real.bed.waiting import wait_until


class Answer(StrEnum):
    """What the person does once the browser has opened."""

    ALLOW = "allow"
    DENY = "deny"
    NOTHING = "nothing"
    """Notes the address and goes away; not even the page is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where one visit ended; `error` is set when it went wrong."""

    title: str = ""
    text: str = ""
    url: str = ""
    error: str = ""


def trust(home: Path, authority: Path) -> None:
    """Make Chromium under this HOME trust a test authority."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certutil = [program("certutil"), "-d", f"sql:{database}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run([*certutil, "-A", "-t", "C,,", "-n", "tuimail test authority", "-i", authority], check=True)


class Browser:
    """The browser of one test; what it is to do can change between visits."""

    def __init__(self, folder: Path, *, home: Path) -> None:
        self._folder = folder
        self._home = home
        self._opened = folder / "opened.txt"
        self._outcome = folder / "outcome.jsonl"
        self.command = folder / "browser"
        folder.mkdir(parents=True, exist_ok=True)
        self.will(Answer.ALLOW)
        self._write_command()

    def will(self, answer: Answer, *, login: Person = ALICE, refuse: Sequence[str] = ()) -> None:
        """What to do from the next visit on; `refuse` unticks scopes on the consent page before Allow."""
        orders = {
            "answer": answer,
            "login": login.address,
            "refuse": list(refuse),
            "home": str(self._home),
            "chromium": program("chromium"),
        }
        (self._folder / "orders.json").write_text(json.dumps(orders))

    def opened(self) -> list[str]:
        """Every address that the program under test wanted opened."""
        return self._opened.read_text().splitlines() if self._opened.exists() else []

    def visits(self) -> list[Visit]:
        """The visits that have ended."""
        lines = self._outcome.read_text().splitlines() if self._outcome.exists() else []
        return [Visit(**json.loads(line)) for line in lines]

    def wait_for_visit(self, count: int = 1) -> Visit:
        """The last of so many visits, once it has ended well."""
        wait_until(lambda: len(self.visits()) >= count, f"visit {count} of the browser", deadline_s=60)
        visit = self.visits()[count - 1]
        if visit.error:
            raise AssertionError(f"browser: {visit.error}")
        return visit

    def wait_for_opening(self, count: int = 1) -> str:
        """The last of so many addresses, once it was handed to the browser."""
        wait_until(lambda: len(self.opened()) >= count, f"address {count} handed to the browser")
        return self.opened()[count - 1]

    def _write_command(self) -> None:
        # `webbrowser` waits for the program it starts, so a login would hang on a browser in the foreground.
        folder, script = shlex.quote(str(self._folder)), shlex.quote(str(Path(__file__).with_name("browser.mjs")))
        self.command.write_text(f"""\
#!/bin/sh
printf '%s\\n' "$1" >> {folder}/opened.txt
grep -q '"answer": "nothing"' {folder}/orders.json && exit 0
setsid {shlex.quote(str(NODE))} {script} {folder} "$1" </dev/null >> {folder}/browser.log 2>&1 &
""")
        os.chmod(self.command, 0o755)  # noqa: S103 - a program
