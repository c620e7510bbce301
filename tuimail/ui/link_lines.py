"""The links of a message below its text: each with its number and host, a doubtful one with its reason. Pure."""

from collections.abc import Iterable

from rich.cells import cell_len

from tuimail.domain.body import LinkTarget, Style
from tuimail.ui.fit import plural, truncate, truncate_left
from tuimail.ui.layout import EMPTY, Line, Run, Tone, wrap

MAX_TARGET = 2_048
"""Bytes of an address that a terminal is given; VTE and iTerm2 take 2,083, others keep every one in memory."""
_VISIBLE = range(0x21, 0x7F)
_LEAST_ROOM = 8


def link_lines(links: tuple[LinkTarget, ...], width: int) -> Iterable[Line]:
    """How many there are, then a line for each; why one is doubtful is never cut."""
    if not links:
        return
    yield EMPTY
    yield Line((Run(plural(len(links), "link") + ", o opens", Tone.MUTED),))
    for link in links:
        number = f"[{link.number}] "
        sign = (Run("! ", Tone.WARNING, Style.BOLD),) if link.suspicious else ()
        used = cell_len(number) + sum(cell_len(run.text) for run in sign)
        name = truncate_left(link.host, max(_LEAST_ROOM, width - used))
        host = Run(name, Tone.LINK, link=link.number)
        left = width - used - cell_len(name) - 2
        lead = (Run(number, Tone.MUTED), *sign, host)
        if not link.suspicious:
            short = truncate(link.url, left)
            yield Line((*lead, Run("  "), Run(short, Tone.MUTED, link=link.number)) if short else lead)
        elif cell_len(link.suspicious) <= left:
            yield Line((*lead, Run(f"  {link.suspicious}")))
        else:
            yield Line(lead)
            hang = " " * len(number)
            for start, end in wrap(link.suspicious, max(_LEAST_ROOM, width - len(hang))):
                yield Line((Run(hang), Run(link.suspicious[start:end])))


def targets(links: Iterable[LinkTarget]) -> dict[int, str]:
    """The links that the terminal may open by itself: nothing doubtful, nothing that could end the sequence they
    are written in."""
    return {link.number: link.url for link in links if not link.suspicious and _is_plain(link.url)}


def _is_plain(url: str) -> bool:
    scheme = url.partition(":")[0].lower()
    is_short = len(url) <= MAX_TARGET
    return is_short and scheme in {"http", "https", "mailto"} and all(ord(char) in _VISIBLE for char in url)
