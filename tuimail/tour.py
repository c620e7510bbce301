"""The demo as a program, and the first screen, which offers it. Nothing of a tour is kept afterwards."""

import tempfile
import threading
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tuimail.assembly import Setting, run_app
from tuimail.config.model import Profile, UiSettings
from tuimail.config.paths import Places, places_under
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.config.zone import LocalZone
from tuimail.demo.provider import DemoProvider
from tuimail.keychain.memory import MemoryKeychain
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


def demo_setting(demo: DemoProvider, places: Places, environ: dict[str, str], *, no_browser: bool) -> Setting:
    """The demo's account with a keychain in memory; ``no_browser``: somebody else agrees at the consent page."""
    keychain = MemoryKeychain()
    return Setting(
        profile=Profile(path=places.config / "profile.toml", default=demo.account.id, accounts=(demo.account,)),
        places=places,
        environ=environ,
        zone=LocalZone(),
        keychain=lambda: keychain,
        open_sign_in=_approver(demo) if no_browser else None,
    )


def _approver(demo: DemoProvider) -> Callable[[str], bool]:
    """Plays the person in the browser: agrees at the consent page and follows the redirect."""

    def approve(url: str) -> bool:
        def go() -> None:
            back = demo.approve_without_browser(url)
            # The listener of our own sign-in on 127.0.0.1, named by the demo's own provider.
            with urllib.request.urlopen(back, timeout=10) as answer:  # noqa: S310 (see above)
                answer.read()

        threading.Thread(target=go, name="demo person", daemon=True).start()
        return True

    return approve
