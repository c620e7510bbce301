"""The program on an embedded provider full of hostile mail: ``python -m tests.attacks.house FOLDER``."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.attacks.mails import hostile_mails
from tuimail.assembly import run_app
from tuimail.config.paths import places_under
from tuimail.demo.provider import DemoProvider
from tuimail.embedded import demo_setting
from tuimail.ui.start import OpenMail


def main(folder: Path) -> int:
    """Deliver, then run until the user leaves."""
    with DemoProvider().start(datetime.now(UTC)) as demo:
        # The newest is on top, so the first of the list is delivered last.
        for raw in reversed([*hostile_mails()]):
            demo.deliver(raw)
        places = places_under(folder)
        places.create()
        setting = demo_setting(demo, places, dict(os.environ), no_browser=True)
        return run_app(setting, demo.account.id, start=OpenMail())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
