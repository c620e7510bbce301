"""Values as text, in the unit that a figure's name tells."""

MS, KB, MB = 0.001, 1_000.0, 1_000_000.0


def formatted(figure: str, value: float | None) -> str:
    """A value in the unit that its figure's name tells."""
    if value is None:
        return "-"
    if figure.startswith("bytes") or figure.endswith("bytes"):
        return f"{value / KB:,.1f} KB"
    if figure == "peak memory":
        return f"{value / MB:.0f} MB"
    if figure == "processor at rest":
        return f"{value * 100:.2f} %"
    if figure.startswith(("round trips", "list kept")):
        return f"{value:.1f}"
    return in_seconds(value)


def in_seconds(value: float | None) -> str:
    """Seconds, or milliseconds below one."""
    if value is None:
        return "-"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"
