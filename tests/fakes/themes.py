"""Two themes for UI tests."""

from tuimail.config.themes import ThemeColors, ThemeSpec

DARK = ThemeSpec(
    name="tuimail-dark",
    title="Dark",
    dark=True,
    colors=ThemeColors(
        background="#16181d",
        surface="#1c1f26",
        panel="#22262f",
        text="#d7dae0",
        muted="#9198a6",
        primary="#8ab4f8",
        accent="#7fd1c7",
        success="#8fce9b",
        warning="#e6c07b",
        error="#f28b82",
        border="#6d7484",
        selection="#2f3b52",
    ),
)
LIGHT = ThemeSpec(
    name="tuimail-light",
    title="Light",
    dark=False,
    colors=ThemeColors(
        background="#fbfbfa",
        surface="#f3f3f0",
        panel="#e8e8e4",
        text="#22252a",
        muted="#5b616b",
        primary="#1f5fbf",
        accent="#0f6f66",
        success="#256f3a",
        warning="#875a00",
        error="#b3261e",
        border="#85898f",
        selection="#d5e3f8",
    ),
)
