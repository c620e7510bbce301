"""The charset of 8-bit text that names none or a wrong one, where its bytes give it away. Never raises.

East Asian and Cyrillic text alone: it is common without a label and of no use when it is read as windows-1252, while
Western text is that nearly always. Rules on which bytes occur how often; libraries for this need megabytes.
"""

import re

MAX_BYTES = 65_536
"""Bytes that are looked at."""

_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2}")
_LEAST = 6
"""Bytes beyond ASCII below which anything is possible."""
_SURE, _MOSTLY, _OFTEN = 0.9, 0.6, 0.25
# The rows where each standard keeps its common signs, and how many of all must be there: kana, which are in every
# Japanese sentence; hangul; hanzi of level 1 with punctuation; the more frequent half of Big5.
_ROWS = (
    ("euc_jp", re.compile(rb"[\xa4\xa5][\xa1-\xfe]"), _OFTEN),
    ("cp932", re.compile(rb"[\x82\x83][\x40-\xfe]"), _OFTEN),
    ("cp949", re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"), _SURE),
    ("gb18030", re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]"), _SURE),
    ("big5", re.compile(rb"[\xa1-\xc6][\x40-\xfe]"), _SURE),
)
_CYRILLIC = ("cp1251", "koi8-r")
_COMMON_CYRILLIC = frozenset(
    "\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b\u043a\u043c\u0434\u043f\u0443"
)


def guess(data: bytes) -> str:
    """Python's name of the codec that the bytes are probably in; empty where they do not say."""
    sample = data[:MAX_BYTES]
    high = len(_HIGH.findall(sample))
    if high < _LEAST:
        return ""
    codec = _east_asian(sample, high)
    if codec and _reads(sample, codec):
        return codec
    likeliest = max(_CYRILLIC, key=lambda each: _likeness(sample, each))
    return likeliest if _likeness(sample, likeliest) > _MOSTLY else ""


def _east_asian(sample: bytes, high: int) -> str:
    pairs = _PAIR.findall(sample)
    both_high = sum(_HIGH_PAIR.match(pair) is not None for pair in pairs)
    # Western letters stand alone between plain ones, such as the sign in "20 °C".
    if len(pairs) + both_high < _SURE * high or both_high < _OFTEN * len(pairs):
        return ""
    for codec, rows, least in _ROWS:
        if sum(rows.match(pair) is not None for pair in pairs) > least * len(pairs):
            return codec
    return ""


def _reads(sample: bytes, codec: str) -> bool:
    """Whether nearly all of it can be read: the sample may end within a character, and some mail is damaged."""
    return sample.decode(codec, "replace").count("\N{REPLACEMENT CHARACTER}") * 50 <= len(sample)


def _likeness(sample: bytes, codec: str) -> float:
    """How much of all letters are common small ones of Cyrillic, if it is read like this. Western text has few."""
    letters = [char for char in sample.decode(codec, "replace") if char.isalpha()]
    return sum(char in _COMMON_CYRILLIC for char in letters) / max(1, len(letters))
