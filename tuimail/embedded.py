"""The setting of a program on the embedded provider: its one account, and a keychain in memory."""

import threading
import urllib.request
from collections.abc import Callable

from tuimail.config.model import Profile, UiSettings
from tuimail.config.paths import Places
from tuimail.config.zone import LocalZone
from tuimail.demo.provider import DemoProvider
from tuimail.keychain.memory import MemoryKeychain
from tuimail.program import Setting


def demo_setting(
    demo: DemoProvider, places: Places, environ: dict[str, str], *, no_browser: bool, ui: UiSettings | None = None
) -> Setting:
    """The demo's account with a keychain in memory; ``no_browser``: somebody else agrees at the consent page."""
    keychain = MemoryKeychain()
    return Setting(
        profile=Profile(
            path=places.config / "profile.toml",
            default=demo.account.id,
            accounts=(demo.account,),
            ui=ui or UiSettings(),
        ),
        places=places,
        environ=environ,
        zone=LocalZone(),
        keychain=lambda: keychain,
        open_sign_in=_approver(demo) if no_browser else None,
        is_passing=True,
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
