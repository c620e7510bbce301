"""A mail domain that looks like a slip of the finger for a well-known one. Pure."""

from collections.abc import Collection

_SLIPS_OF_COM = frozenset({"con", "cm", "co", "om", "comm", "vom", "xom", "cpm", "ocm", "cmo", "cim", "com.com"})
_LEAST = 5
"""Letters of a name that is compared: with fewer, one letter makes another name."""
_REAL = frozenset({"mail.com", "email.com"})
"""Providers of their own, one letter away from another."""


def meant(domain: str, known: Collection[str]) -> str:
    """The known domain that was probably meant; empty where the domain is known, or like none.

    Only what is one slip away counts, and the ending must be the same: ``hotmail.be`` is no ``hotmail.de``.
    """
    if domain in known or domain in _REAL:
        return ""
    name, _, ending = domain.partition(".")
    ending = "com" if ending in _SLIPS_OF_COM else ending
    if f"{name}.{ending}" in known:
        return f"{name}.{ending}"
    for each in known:
        other, _, its_ending = each.partition(".")
        if its_ending == ending and len(other) >= _LEAST and is_one_slip(name, other):
            return each
    return ""


def is_one_slip(typed: str, word: str) -> bool:
    """Whether one letter is missing, too many or another one, or two neighbours changed places."""
    if abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    same = next((place for place, (one, other) in enumerate(zip(typed, word, strict=False)) if one != other), None)
    if same is None:
        return True
    rest, its_rest = typed[same:], word[same:]
    swapped = rest[:2] == its_rest[:2][::-1] and rest[2:] == its_rest[2:]
    return swapped or rest[1:] == its_rest[1:] or rest[1:] == its_rest or rest == its_rest[1:]
