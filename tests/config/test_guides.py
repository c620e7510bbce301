import contextlib
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.config.google_client import read_client
from tuimail.config.guides import bundled_guides, read_given
from tuimail.config.providers import bundled_presets
from tuimail.domain.clean import is_clean_line
from tuimail.domain.errors import ConfigError
from tuimail.domain.token import Secret

GUIDES = bundled_guides()
GOOGLE_ID = "1234-abc.apps." + "googleusercontent.com"
SECRET = "made-up-secret"  # noqa: S105 (made up)


def google_json(kind: str = "installed", **changes: str) -> str:
    return json.dumps({kind: {"client_id": GOOGLE_ID, "client_secret": SECRET, "project_id": "x", **changes}})


def test_every_guide_that_is_named_is_there_and_leads_somewhere() -> None:
    named = {preset.guide for preset in bundled_presets().values() if preset.guide}
    named |= {each for guide in GUIDES.values() for each in (guide.yes, guide.no) if each}

    assert named <= set(GUIDES)
    assert {"general", "password"} <= set(GUIDES)
    assert all(guide.steps or (guide.ask and guide.yes and guide.no) for guide in GUIDES.values())


def test_pages_are_https_and_words_are_clean() -> None:
    for guide in GUIDES.values():
        for step in guide.steps:
            assert is_clean_line(step.words)
            assert not step.url or urlsplit(step.url).scheme == "https"


def test_googles_way_for_oneself_names_the_seven_days_and_the_unverified_page() -> None:
    own = GUIDES[GUIDES["google"].no]
    words = " ".join([*own.before, *(step.words for step in own.steps), *own.after])

    assert "7 days" in words
    assert "Publish app" in words
    assert "not verified" in words
    assert "seven days" in " ".join(GUIDES[GUIDES["google"].yes].before)


def test_microsofts_way_begins_with_who_cannot_go_it() -> None:
    guide = GUIDES["microsoft"]

    assert "cannot register" in guide.before[0]
    assert any("http://localhost" in step.words for step in guide.steps)
    assert guide.tests_sending
    assert guide.asks_login


@pytest.mark.parametrize("text", [GOOGLE_ID, f"  {GOOGLE_ID} ", google_json()])
def test_googles_id_comes_as_itself_or_in_its_json(text: str) -> None:
    assert read_given(GUIDES["google_own"], text).client_id == GOOGLE_ID


def test_the_downloaded_file_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "client_secret_1234.json"
    file.write_text(google_json())

    for typed in (str(file), f"'{file}'"):
        given_client = read_given(GUIDES["google_own"], typed)
        assert given_client.client_id == GOOGLE_ID
        assert given_client.secret == Secret(SECRET)
        assert SECRET not in repr(given_client)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (google_json("web"), "Desktop app"),
        (google_json("other"), "no client"),
        (google_json(client_id="x"), "no client"),
        ("{", "not the JSON"),
        ('{"installed": 5}', "not the JSON"),
        ("/nowhere/x.json", "cannot be read"),
        ("~nobody-of-this-name/x.json", "not the path"),
        ("", "Paste the client id"),
        ("two words", "one word"),
        ("123", "not the shape"),
        ("\x1b[31mx", "one word"),
    ],
)
def test_what_is_wrong_is_told_without_what_it_holds(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        read_given(GUIDES["google_own"], text)

    assert SECRET not in caught.value.summary + caught.value.detail


@given(st.text())
def test_any_text_is_a_client_or_a_sentence(text: str) -> None:
    for guide in GUIDES.values():
        # A path would be read.
        if not text.strip().startswith(("/", "~", ".")) and not text.strip().endswith(".json"):
            with contextlib.suppress(ConfigError):
                assert is_clean_line(read_given(guide, text).client_id)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=9)
)
def test_any_json_is_a_client_or_a_sentence(document: object) -> None:
    with contextlib.suppress(ConfigError):
        read_client(json.dumps({"installed": document}))
