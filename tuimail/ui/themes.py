"""Theme values from ``config`` made into Textual themes. No colour is written here."""

from collections.abc import Iterable

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from tuimail.config.themes import ThemeSpec


def as_textual(theme: ThemeSpec, *, few_colors: bool = False) -> Theme:
    """The Textual theme of these colours; stylesheets use its names and ``$muted``, ``$line`` and ``$selection``.

    ``few_colors``: backgrounds cannot be told apart, so the entry at the cursor of a short list is underlined.
    """
    colors = theme.colors
    cursor_style = "bold underline" if few_colors else "bold"
    return Theme(
        name=theme.name,
        dark=theme.dark,
        primary=colors.primary,
        secondary=colors.primary,
        accent=colors.accent,
        success=colors.success,
        warning=colors.warning,
        error=colors.error,
        foreground=colors.text,
        background=colors.background,
        surface=colors.surface,
        panel=colors.panel,
        text_alpha=1.0,
        variables={
            "muted": colors.muted,
            "line": colors.border,
            "selection": colors.selection,
            "border": colors.accent,
            "border-blurred": colors.border,
            "foreground-muted": colors.muted,
            "text-muted": colors.muted,
            "text-disabled": colors.muted,
            "link-color": colors.accent,
            "block-cursor-background": colors.selection,
            "block-cursor-foreground": colors.text,
            "block-cursor-text-style": cursor_style,
            "block-cursor-blurred-text-style": cursor_style if few_colors else "none",
            "block-cursor-blurred-background": colors.surface,
            "block-cursor-blurred-foreground": colors.text,
            "block-hover-background": colors.surface,
            "input-cursor-background": colors.accent,
            "input-cursor-foreground": colors.background,
            "input-selection-background": colors.selection,
            "screen-selection-background": colors.selection,
            "screen-selection-foreground": colors.text,
            "scrollbar": colors.border,
            "scrollbar-hover": colors.muted,
            "scrollbar-active": colors.accent,
            "scrollbar-background": colors.background,
            "scrollbar-background-hover": colors.background,
            "scrollbar-background-active": colors.background,
            "scrollbar-corner-color": colors.background,
        },
    )


def use_themes(app: App[None], themes: Iterable[ThemeSpec], chosen: str) -> None:
    """Give an app these themes alone: Textual's own lack the variables that our stylesheets use."""
    foreign = tuple(app.available_themes)
    for theme in themes:
        app.register_theme(as_textual(theme))
    app.theme = chosen
    for name in foreign:
        if app.available_themes[name] is BUILTIN_THEMES.get(name):
            app.unregister_theme(name)
