"""Large letters and pictures of black and white cells, drawn with half blocks, or with ASCII where need be. Pure."""

from collections.abc import Sequence

Pixels = Sequence[Sequence[bool]]

_HEIGHT = 7
# Five columns a letter, the lowest bit on top: the usual 5x7 font of small displays, whose zero has a stroke.
_COLUMNS = {
    "0": "3E5149453E", "1": "00427F4000", "2": "7249494946", "3": "2141494D33", "4": "1814127F10",
    "5": "2745454539", "6": "3C4A494931", "7": "4121110907", "8": "3649494936", "9": "464949291E",
    "A": "7C1211127C", "B": "7F49494936", "C": "3E41414122", "D": "7F4141413E", "E": "7F49494941",
    "F": "7F09090901", "G": "3E41415173", "H": "7F0808087F", "I": "00417F4100", "J": "2040413F01",
    "K": "7F08142241", "L": "7F40404040", "M": "7F021C027F", "N": "7F0408107F", "O": "3E4141413E",
    "P": "7F09090906", "Q": "3E4151215E", "R": "7F09192946", "S": "2649494932", "T": "03017F0103",
    "U": "3F4040403F", "V": "1F2040201F", "W": "3F4038403F", "X": "6314081463", "Y": "0304780403",
    "Z": "6159494D43", "-": "0008080800",
}  # fmt: skip
_ADVANCE = 6


def can_draw(text: str) -> bool:
    """Whether there is a large form of each letter."""
    return all(char in _COLUMNS for char in text.upper())


def broken(text: str, width: int) -> list[str]:
    """The code in lines of so many cells at most, behind a hyphen if there is one, else in even parts."""
    most = max(1, (width + 1) // _ADVANCE)
    if len(text) <= most:
        return [text]
    head, hyphen, tail = text.partition("-")
    if hyphen and len(head) < most and len(tail) <= most:
        return [f"{head}-", tail]
    count = -(-len(text) // most)
    size = -(-len(text) // count)
    return [text[start : start + size] for start in range(0, len(text), size)]


def large(text: str) -> Pixels:
    """The text in large letters; upper and lower case look alike."""
    columns = [column for char in text.upper() for column in (*bytes.fromhex(_COLUMNS[char]), 0)][:-1]
    return [[bool(column >> row & 1) for column in columns] for row in range(_HEIGHT)]


def half_blocks(pixels: Pixels) -> str:
    """Two rows in each line of text; what is True is drawn."""
    rows = [*pixels, [False] * len(pixels[0])] if len(pixels) % 2 else list(pixels)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(_HALVES[upper, lower] for upper, lower in zip(*pair, strict=True)) for pair in pairs)


def ascii_cells(pixels: Pixels, *, width: int) -> str:
    """A row in each line, each cell so many signs wide."""
    return "\n".join("".join(("#" if cell else " ") * width for cell in row) for row in pixels)


_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
