"""The demo as a program, and the first screen, which offers it. Nothing of a tour is kept afterwards."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tuimail.assembly import run_app
from tuimail.config.model import UiSettings
from tuimail.config.paths import places_under
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.demo.provider import DemoProvider
from tuimail.embedded import demo_setting
from tuimail.ui.first_app import FirstRunApp
from tuimail.ui.start import OpenMail


def run_demo(environ: dict[str, str], *, no_browser: bool) -> int:
    """The full tour on the embedded provider, in a folder that goes when it ends."""
    with tempfile.TemporaryDirectory(prefix="tuimail-demo-") as folder, DemoProvider().start(datetime.now(UTC)) as demo:
        places = places_under(Path(folder))
        places.create()
        setting = demo_setting(demo, places, environ, no_browser=no_browser)
        return run_app(setting, demo.account.id, start=OpenMail())


def run_first(profile: Path, environ: dict[str, str]) -> int:
    """The first screen of somebody without a profile: the demo, or how to add an account."""
    theme = next(theme for theme in load_themes([bundled_dir()]) if theme.name == UiSettings().theme)
    chosen = FirstRunApp(str(profile), theme=theme).run()
    return run_demo(environ, no_browser=False) if chosen == "demo" else 0
