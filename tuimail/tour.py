"""The demo as a program, and the first screen, which offers it. Nothing of a tour is kept afterwards."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from tuimail.assembly import AnotherAccountError, run_app, run_mail
from tuimail.assistant import run_assistant
from tuimail.config.paths import find_places, places_under
from tuimail.demo.folder import demo_folder
from tuimail.demo.provider import DemoProvider
from tuimail.embedded import demo_setting
from tuimail.ui.start import OpenMail


def run_demo(environ: dict[str, str], *, no_browser: bool) -> int:
    """The full tour on the embedded provider, in a folder that goes when it ends."""
    with demo_folder() as folder, DemoProvider().start(datetime.now(UTC)) as demo:
        places = places_under(folder)
        places.create()
        setting = demo_setting(demo, places, environ, no_browser=no_browser)
        return run_app(setting, demo.account.id, start=OpenMail())


def run_first(profile: Path, environ: dict[str, str]) -> int:
    """The first screen of somebody without a profile: the demo, or an account, whose consent screen comes next."""
    while True:
        chosen = run_assistant(profile, environ, find_places())
        if chosen == "demo":
            return run_demo(environ, no_browser=False)
        if chosen == "quit":
            return 0
        with contextlib.suppress(AnotherAccountError):  # taken back: there is no profile again
            return run_mail(str(profile), chosen.account, environ, start=chosen.start)
