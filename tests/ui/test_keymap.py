"""Keymaps: presets without conflicts, sequences, and errors that name what collides."""

import pytest

from tuimail.domain.errors import ConfigError
from tuimail.ui.actions import ACTIONS, BY_NAME, Action, Pane
from tuimail.ui.key_names import pretty
from tuimail.ui.keymap import PRESETS, Prefix, build, key_of, keymap

OWNED_BY_TEXTUAL = {"ctrl+c", "ctrl+p", "tab", "shift+tab"}
SAME_AS_OTHERS = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+left_square_bracket"}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_no_conflict_and_bind_no_key_of_textual(name: str) -> None:
    bound = {key for table in keymap(name).panes.values() for keys in table for key in keys}

    assert not bound & (OWNED_BY_TEXTUAL | SAME_AS_OTHERS)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_reach_what_nobody_can_do_without(name: str) -> None:
    keys = keymap(name)

    for action in (
        "open",
        "list_back",
        "reader_back",
        "compose",
        "reply",
        "delete",
        "undo",
        "search",
        "help",
        "settings",
    ):
        assert keys.shown(action), action


def test_g_is_a_prefix_with_choices() -> None:
    found = keymap("default").find(Pane.LIST, ("g",))

    assert isinstance(found, Prefix)
    assert ("i", BY_NAME["go_inbox"]) in found.choices


def test_an_unknown_second_key_means_nothing() -> None:
    assert keymap("default").find(Pane.LIST, ("g", "d")) == BY_NAME["go_drafts"]
    assert keymap("default").find(Pane.LIST, ("g", "r")) is None


def test_the_same_key_may_mean_something_else_in_another_pane() -> None:
    keys = keymap("default")

    assert keys.find(Pane.LIST, ("J",)) == BY_NAME["next_folder"]
    assert keys.find(Pane.READER, ("J",)) == BY_NAME["next_message"]


def test_two_meanings_in_one_pane_are_an_error_that_names_both() -> None:
    with pytest.raises(ConfigError) as caught:
        build("mine", {"archive": "x", "delete": "x"})

    assert "archive" in caught.value.summary
    assert "delete" in caught.value.summary


def test_an_unknown_action_and_an_unknown_preset_are_errors() -> None:
    with pytest.raises(ConfigError, match="fly"):
        build("mine", {"fly": "x"})
    with pytest.raises(ConfigError, match="emacs"):
        keymap("emacs")


def test_a_default_key_gives_way_to_a_chosen_one() -> None:
    keys = build("mine", {"compose": "x"})

    assert keys.find(Pane.LIST, ("x",)) == BY_NAME["compose"]
    assert keys.find(Pane.LIST, ("space",)) == BY_NAME["mark"]


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [("slash", "/", "/"), ("J", "J", "J"), ("space", " ", "space"), ("ctrl+d", "\x04", "ctrl+d"), ("f1", None, "f1")],
)
def test_pressed_keys_have_the_names_of_the_keymap(key: str, character: str | None, name: str) -> None:
    assert key_of(key, character) == name


def test_keys_for_the_eye() -> None:
    assert pretty(("g", "i")) == "g i"
    assert pretty(("ctrl+d",)) == "Ctrl+D"
    assert pretty(("escape",)) == "Esc"


def test_every_action_has_a_title_and_a_name_of_its_own() -> None:
    def has_title(action: Action) -> bool:
        return bool(action.title) and action.title[0].isupper()

    assert all(has_title(action) for action in ACTIONS)
    assert len(BY_NAME) == len(ACTIONS)
