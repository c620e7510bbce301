"""``tuimail demo --screenshot``: the pictures of the tour, taken of the real program on the demo, at a fixed hour.

Nothing is shown on the terminal meanwhile. Each picture waits for what it shows, not for a length of time.
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import TextArea

from tuimail.api.events import AccountsListed, ActivityListed, DraftSaved, Event, SignedOutReport
from tuimail.assembly import make_app
from tuimail.config.logs import close_log, open_log
from tuimail.config.paths import places_under
from tuimail.demo.folder import demo_folder
from tuimail.demo.provider import DemoProvider
from tuimail.domain.account import Keep, Link
from tuimail.domain.errors import ErrorKind, Remedy, TuimailError
from tuimail.domain.message import Envelope
from tuimail.embedded import demo_setting
from tuimail.program import Program
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.consent import ConsentScreen
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.screens.settings import SettingsScreen
from tuimail.ui.screens.sign_out import SignOutQuestion, SignOutReport
from tuimail.ui.start import OpenMail

NOW = datetime(2026, 11, 10, 15, 20, tzinfo=UTC)
"""When the pictures are taken, as far as they tell: a Tuesday afternoon."""
WIDE = (120, 40)
NARROW = (80, 24)
NAMES = ("list", "reader", "composer", "consent", "settings", "sign-out", "narrow", "light")

_LETTER = "The Slow Almanac, no. 212: on waiting for kettles"
_ANSWERED = "Dad's seventieth - we need a plan (and a cake)"
_TICKET = "Your ticket to Northport"
_ANSWER = "Dear Iris,\n\nyes. I bake, you ask the neighbours.\n"
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d{5}")
_ANY_PORT = "54321"
_DEADLINE_S = 30.0
_LOOK_EVERY_S = 0.02
_FONTS = 'ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'


def take_pictures(folder: Path, environ: dict[str, str]) -> int:
    """Write all pictures into the folder, which is made if it is missing, and print their names."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in asyncio.run(_tour(environ)).items():
            path = folder / f"{name}.svg"
            path.write_text(svg, encoding="utf-8")
            sys.stdout.write(f"{path}\n")
    except OSError as error:
        words = f"The pictures cannot be written to {folder}: {error.strerror}."
        raise TuimailError(ErrorKind.DISK, words, remedy=Remedy.TELL) from error
    return 0


def self_contained(svg: str, name: str) -> str:
    """The picture without anything to load, and without what differs each time: Rich (15) links fonts on the web."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    svg = re.sub(r"font-family: [^;]+;", f"font-family: {_FONTS};", svg)
    svg = re.sub(r"terminal-\d+", name, svg)
    svg = _PORT.sub(_ANY_PORT, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


async def _tour(environ: dict[str, str]) -> dict[str, str]:
    with ExitStack() as stack:
        folder = stack.enter_context(demo_folder())
        demo = stack.enter_context(DemoProvider().start(NOW))
        places = places_under(folder)
        places.create()
        # How far the fetching of texts is would be another number on each picture.
        demo.account = replace(demo.account, keep=Keep(days=0))
        setting = demo_setting(demo, places, environ, no_browser=True)
        log = open_log(places.log)
        stack.callback(close_log, log)
        program = Program(replace(setting, clock=lambda: NOW, zone=UTC), demo.account.id)
        stack.callback(program.close)
        app = make_app(program, OpenMail())
        async with app.run_test(size=WIDE) as pilot:
            return await _Photographer(app, pilot, program).tour()


class _Photographer:
    """Goes through the program by keys and takes the pictures."""

    def __init__(self, app: TuimailApp, pilot: Pilot[None], program: Program) -> None:
        self._app = app
        self._pilot = pilot
        self._heard: list[Event] = []
        self._pictures: dict[str, str] = {}
        program.engine.listen(self._heard.append)

    async def tour(self) -> dict[str, str]:
        """The pictures by name, in the order of ``NAMES``."""
        await self._until_shown(ConsentScreen)
        await self._take("consent")
        await self._press("enter")
        await self._until(self._is_idle, "the mailbox")
        await self._mail()
        await self._compose()
        await self._sign_out()
        return {name: self._pictures[name] for name in NAMES}

    async def _mail(self) -> None:
        await self._open(_TICKET)
        await self._press("shift+tab")
        await self._until(lambda: self._mail_screen.messages.has_focus, "the list")
        await self._take("list")
        self._app.theme = "tuimail-light"
        await self._take("light")
        self._app.theme = "tuimail-dark"
        await self._open(_LETTER)
        await self._take("reader")
        await self._pilot.resize_terminal(*NARROW)
        await self._take("narrow")
        await self._pilot.resize_terminal(*WIDE)
        await self._press("q")

    async def _compose(self) -> None:
        await self._select(_ANSWERED)
        await self._press("r")
        screen = await self._until_shown(ComposeScreen)
        await self._until(lambda: isinstance(screen.focused, TextArea), "the text")
        screen.query_one(TextArea).cursor_blink = False
        await self._press(*("enter" if letter == "\n" else letter for letter in _ANSWER))
        self._heard.clear()
        await self._press("ctrl+s")
        await self._until(lambda: self._has_heard(DraftSaved), "the draft on disk")
        await self._take("composer")
        await self._press("escape", "d")
        await self._until_shown(MailScreen)

    async def _sign_out(self) -> None:
        self._heard.clear()
        await self._press("comma")
        await self._until_shown(SettingsScreen)
        await self._until(lambda: self._has_heard(AccountsListed) and self._has_heard(ActivityListed), "the settings")
        await self._take("settings")
        await self._press("x")
        await self._until_shown(SignOutQuestion)
        await self._press("r")
        await self._until_shown(SignOutReport)
        await self._until(lambda: self._has_heard(SignedOutReport), "the report")
        await self._take("sign-out")

    async def _open(self, subject: str) -> None:
        await self._select(subject)
        await self._press("enter")
        await self._until(lambda: self._is_open(subject) and self._is_idle(), subject)

    async def _select(self, subject: str) -> None:
        await self._press("home")
        messages = self._mail_screen.messages
        await self._until(lambda: self._current() is not None, subject)
        while (envelope := self._current()) is not None and envelope.subject != subject:
            before = messages.cursor
            await self._press("j")
            if messages.cursor == before:
                raise _missing(subject)
            await self._until(lambda: self._current() is not None, subject)

    async def _press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press(key)

    async def _take(self, name: str) -> None:
        if self._app.screen is self._mail_screen:
            await self._until(lambda: not self._mail_screen.said, "the end of the notice")
        await self._pilot.pause()
        self._pictures[name] = self_contained(self._app.export_screenshot(title="tuimail"), name)

    async def _until_shown(self, kind: type[Screen[Any]]) -> Screen[Any]:  # Any: screens by what they return
        await self._until(lambda: isinstance(self._app.screen, kind), kind.__name__)
        return self._app.screen

    async def _until(self, is_there: Callable[[], bool], what: str) -> None:
        ends_at = time.monotonic() + _DEADLINE_S
        while not is_there():
            if time.monotonic() > ends_at:
                raise _missing(what)
            await self._pilot.pause(_LOOK_EVERY_S)

    @property
    def _mail_screen(self) -> MailScreen:
        return next(screen for screen in self._app.screen_stack if isinstance(screen, MailScreen))

    def _is_idle(self) -> bool:
        """Signed in, and everything that was begun has come."""
        state = self._app.state
        is_online = state.view.link.link is Link.ONLINE and not state.view.link.waiting
        return self._app.screen is self._mail_screen and bool(state.rows) and not state.doing and is_online

    def _is_open(self, subject: str) -> bool:
        reading = self._app.state.reading
        envelope = self._current()
        return (
            reading is not None
            and reading.message is not None
            and envelope is not None
            and envelope.subject == subject
            and not envelope.is_unread
            and not envelope.pending
        )

    def _current(self) -> Envelope | None:
        messages = self._mail_screen.messages
        return messages.envelope(messages.current) if messages.current is not None else None

    def _has_heard(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self._heard)


def _missing(what: str) -> TuimailError:
    words = f"The tour stopped: {what} did not come within {_DEADLINE_S:.0f} s."
    return TuimailError(ErrorKind.UNFORESEEN, words, remedy=Remedy.REPORT)
