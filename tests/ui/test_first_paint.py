"""What may not be loaded when the first list is painted."""

import subprocess
import sys

LATER = (
    "tuimail.ui.flows.catalog",
    "tuimail.ui.screens.compose",
    "tuimail.ui.screens.settings",
    "tuimail.ui.screens.consent",
    "tuimail.ui.screens.login",
    "tuimail.ui.screens.help",
    "textual.widgets._text_area",
    "textual.widgets._markdown",
    "authlib",
    "httpx2",
    "imapclient",
    "keyring",
    "selectolax",
    "tomlkit",
    "webbrowser",
)
SCRIPT = "import sys; import tuimail.ui.app; print('\\n'.join(sys.modules))"


def test_the_list_needs_none_of_the_big_screens_and_no_library_of_the_engine() -> None:
    done = subprocess.run(  # noqa: S603 (this interpreter with the script above)
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())

    assert "tuimail.ui.screens.mail" in loaded
    assert loaded & set(LATER) == set()
