"""The one gate for outside text: mail, server words, folder names, file names, provider messages.

Whatever passes carries no escape sequence, control, bidi control or invisible character, so that a terminal
shows what is meant and nothing acts on it. Textual passes ESC, CSI, OSC and C1 through in every widget
(measured with 8.2.8), so this module is the only protection and has no way round it.
"""

import re
import unicodedata
from functools import lru_cache

MARK = "\N{REPLACEMENT CHARACTER}"
"""Stands where something was taken out, so that a cleaned text never looks untouched."""

MAX_COMBINING = 8
"""Combining marks kept on one character: more than any script uses, fewer than it takes to cover other rows."""

_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Everything that could need work; most text has none of it and returns at once.
_SUSPECT = re.compile(
    r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Characters that well-meaning mail is full of and that mean nothing on a terminal: dropped without a mark.
_SILENT = frozenset("\xad\u200b\u2060\ufeff")
_JOINERS = frozenset("\u200c\u200d")
_VARIATION = frozenset(chr(code) for code in range(0xFE00, 0xFE10))
_COMBINING_RUN = re.compile(rf"[^\x00-\x7f]{{{MAX_COMBINING},}}")
_BLACK_FLAG = "\U0001f3f4"


def clean_block(text: str) -> str:
    """Text of several lines: keeps newlines and tabs, takes everything else out that a terminal might act on."""
    # Header fields are mostly this, and a hundred thousand of them are read in one go.
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    if _SUSPECT.search(text):
        text = _without_suspects(text)
    if not text.isascii() and _COMBINING_RUN.search(text):
        text = _without_stacks(text)
    return text


def clean_line(text: str) -> str:
    """Text of one line: as ``clean_block``, with every run of white space made one space, and none at the ends."""
    return " ".join(clean_block(text).split())


def clean_quote(text: str, *, limit: int = 200) -> str:
    """Words of a server or provider, for showing inside our own sentence: one line, cut to ``limit`` characters."""
    line = clean_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_clean_line(text: str) -> bool:
    """Whether the text may be shown on one line as it is."""
    return clean_line(text) == text


def _without_suspects(text: str) -> str:
    kept: list[str] = []
    for index, char in enumerate(text):
        if not _SUSPECT.match(char) or _is_wanted(text, index):
            kept.append(char)
        elif char not in _SILENT and (not kept or kept[-1] != MARK):
            kept.append(MARK)
    return "".join(kept)


def _is_wanted(text: str, index: int) -> bool:
    """Whether an invisible character does its proper work here: joining letters or emoji, or choosing a glyph."""
    char = text[index]
    before = text[index - 1] if index else ""
    after = text[index + 1] if index + 1 < len(text) else ""
    if char in _VARIATION:
        return bool(before) and not before.isspace() and not _SUSPECT.match(before)
    if char in _JOINERS:
        return (_joins(before) or before in _VARIATION) and _joins(after)
    # Tag characters spell the region of a flag; anywhere else they hide text.
    if "\U000e0020" <= char <= "\U000e007f":
        start = text.rfind(_BLACK_FLAG, max(0, index - 8), index)
        return start >= 0 and all("\U000e0020" <= tag <= "\U000e007f" for tag in text[start + 1 : index])
    return False


@lru_cache(maxsize=4096)
def _joins(char: str) -> bool:
    if not char:
        return False
    # Arabic to Tibetan and the Indic blocks use joiners within words; symbols and modifiers make emoji sequences.
    return "\u0600" <= char <= "\u18ff" or "\ua800" <= char <= "\uabff" or unicodedata.category(char) in {"So", "Sk"}


def _without_stacks(text: str) -> str:
    kept: list[str] = []
    stacked = 0
    for char in text:
        stacked = stacked + 1 if _stacks(char) else 0
        if stacked <= MAX_COMBINING:
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _stacks(char: str) -> bool:
    # Vowels and finals of Korean syllables take no cell of their own either, though they are letters.
    is_jamo = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    return is_jamo or unicodedata.category(char).startswith("M")
