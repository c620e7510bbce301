"""Theme values from ``config`` made into Textual themes. No colour is written here."""

from typing import Protocol

from textual.theme import Theme


class ThemeColors(Protocol):
    """The colours of a theme value as ``#rrggbb``: what each is for stands in ``config.themes``."""

    @property
    def background(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def surface(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def panel(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def text(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def muted(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def primary(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def accent(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def success(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def warning(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def error(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def border(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def selection(self) -> str: ...  # noqa: D102 (the class says it)


class ThemeValue(Protocol):
    """A checked theme, as ``config.themes`` reads it."""

    @property
    def name(self) -> str: ...  # noqa: D102 (the class says it)
    @property
    def dark(self) -> bool: ...  # noqa: D102 (the class says it)
    @property
    def colors(self) -> ThemeColors: ...  # noqa: D102 (the class says it)


def as_textual(theme: ThemeValue) -> Theme:
    """The Textual theme of these colours; stylesheets use its names and ``$muted``, ``$line`` and ``$selection``."""
    colors = theme.colors
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
            "block-cursor-text-style": "bold",
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
