from pathlib import Path

import pytest

from tuimail.config.themes import ThemeSpec, bundled_dir, load_theme, load_themes
from tuimail.domain.errors import ConfigError

THEMES = load_themes([bundled_dir()])
TEXTS = ("text", "muted", "primary", "accent", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel", "selection")


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme: ThemeSpec, front: str, back: str) -> float:
    bright, dark = sorted(
        (luminance(getattr(theme.colors, front)), luminance(getattr(theme.colors, back))), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


def test_the_promised_themes_are_there() -> None:
    assert {"tuimail-dark", "tuimail-light", "tuimail-contrast"} <= {theme.name for theme in THEMES}
    assert {theme.dark for theme in THEMES} == {True, False}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_ground(theme: ThemeSpec) -> None:
    needed = 7.0 if theme.name == "tuimail-contrast" else 4.5
    grounds = GROUNDS[:3]

    assert {(front, back): contrast(theme, front, back) for front in TEXTS for back in grounds
            if contrast(theme, front, back) < needed} == {}  # fmt: skip
    assert {front: contrast(theme, front, "selection") for front in TEXTS
            if contrast(theme, front, "selection") < 4.5} == {}  # fmt: skip


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_borders_can_be_seen(theme: ThemeSpec) -> None:
    for ground in GROUNDS[:3]:
        assert contrast(theme, "border", ground) >= 3


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_file_is_named_like_its_theme(theme: ThemeSpec) -> None:
    assert load_theme(bundled_dir() / f"{theme.name}.toml") == theme


def test_themes_of_the_user_replace_and_add(tmp_path: Path) -> None:
    text = (bundled_dir() / "tuimail-dark.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(text.replace('"Night"', '"Mine"'), encoding="utf-8")
    (tmp_path / "b.toml").write_text(text.replace("tuimail-dark", "mine"), encoding="utf-8")

    themes = {theme.name: theme for theme in load_themes([bundled_dir(), tmp_path, tmp_path / "gone"])}

    assert themes["tuimail-dark"].title == "Mine"
    assert len(themes) == len(THEMES) + 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("accent = ", "acent = ", "colors.acent is not a known key; did you mean accent?"),
        ('error = "#', 'error = "red', "colors.error must be a colour"),
        ('name = "tuimail-dark"', 'name = "Tui Mail"', "small letters"),
        ('title = "Night"', 'title = "\\u001b[2J"', "one line of plain text"),
        ("dark = true", "dark = 1", "dark: expected true or false, got a whole number"),
        ("[colors]", "[colors", "not valid TOML"),
        ("border = ", "# ", "colors.border"),
    ],
)
def test_mistakes_in_themes_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (bundled_dir() / "tuimail-dark.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_theme(path)

    assert "mine.toml" in caught.value.summary
    assert words in f"{caught.value.summary}"
