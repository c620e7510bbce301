"""An address as a picture that a camera reads; the only importer of segno, loaded when there is something to draw."""

from tuimail.ui.letters import Pixels, ascii_cells, half_blocks

QUIET = 4
"""Modules of light around it (ISO/IEC 18004 section 9.1); half of it still reads where there is no room."""


def qr_picture(address: str, *, width: int, height: int, is_ascii: bool = False) -> str:
    """Lines of text in which the light modules are drawn, so that a dark terminal shows it as printed; empty if it
    does not fit."""
    modules = _modules(address)
    for quiet in (QUIET, QUIET // 2):
        light = _light(modules, quiet)
        across, down = (2 * len(light), len(light)) if is_ascii else (len(light), (len(light) + 1) // 2)
        if across <= width and down <= height:
            return ascii_cells(light, width=2) if is_ascii else half_blocks(light)
    return ""


def _modules(address: str) -> Pixels:
    import segno  # noqa: PLC0415 (12 ms that only this screen needs)

    # The lowest level of redundancy: nothing rubs a screen off, and each level up makes it larger.
    return [[bool(module) for module in row] for row in segno.make_qr(address, error="l", boost_error=False).matrix]


def _light(modules: Pixels, quiet: int) -> Pixels:
    size = len(modules) + 2 * quiet
    edge = [[True] * size] * quiet
    side = [True] * quiet
    return [*edge, *([*side, *(not module for module in row), *side] for row in modules), *edge]
