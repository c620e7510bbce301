"""Two themes for UI tests, in the shape that ``config`` gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeColors:
    background: str = "#16181d"
    surface: str = "#1c1f26"
    panel: str = "#22262f"
    text: str = "#d7dae0"
    muted: str = "#9198a6"
    primary: str = "#8ab4f8"
    accent: str = "#7fd1c7"
    success: str = "#8fce9b"
    warning: str = "#e6c07b"
    error: str = "#f28b82"
    border: str = "#6d7484"
    selection: str = "#2f3b52"


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeTheme:
    name: str = "tuimail-dark"
    title: str = "Dark"
    dark: bool = True
    colors: FakeColors = FakeColors()


DARK = FakeTheme()
LIGHT = FakeTheme(
    name="tuimail-light",
    title="Light",
    dark=False,
    colors=FakeColors(
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
