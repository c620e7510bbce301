"""What is said after a fault in the interface: only of files that are still there."""

from pathlib import Path

from tuimail.assembly import crashed
from tuimail.config.paths import places_under
from tuimail.demo.provider import DemoProvider
from tuimail.embedded import demo_setting
from tuimail.program import Setting

FAULT = "KeyError at app.py:7"


def test_the_demo_names_no_log_and_no_drafts(demo: DemoProvider, tmp_path: Path) -> None:
    setting = demo_setting(demo, places_under(tmp_path), {}, no_browser=True)

    assert crashed(FAULT, setting).summary == f"a fault in tuimail ended it: {FAULT}."


def test_a_real_start_names_its_log_and_says_that_drafts_are_kept(demo: DemoProvider, tmp_path: Path) -> None:
    lasting = demo_setting(demo, places_under(tmp_path), {}, no_browser=True)
    setting = Setting(profile=lasting.profile, places=lasting.places, environ={}, zone=lasting.zone)

    words = f"a fault in tuimail ended it: {FAULT}. Drafts are kept. The log is {setting.places.log}"
    assert crashed(FAULT, setting).summary == words
