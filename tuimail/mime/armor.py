"""PGP written into the text itself (RFC 9580 section 6.2 and 7): told in words, its noise left out."""

import re

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_BLOCKS = {
    "MESSAGE": "Encrypted text (PGP), which cannot be read here",
    "PUBLIC KEY BLOCK": "A public key (PGP)",
    "PRIVATE KEY BLOCK": "A private key (PGP)",
}
_HASHES = re.compile(r"\s*\n(?:[A-Za-z-]{1,40}: [^\n]{0,200}\n){0,10}\s*?\n")
_ESCAPED = re.compile(r"^- ", re.M)
SIGNED_NOTE = "Signed (PGP); the signature was not checked."


def without_armor(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it is meant to be read, and what to say of it. Linear."""
    if "-----BEGIN PGP " not in text:
        return text, ()
    notes: list[str] = []
    text, is_signed = _without_signature(text)
    if is_signed:
        notes.append(SIGNED_NOTE)
    for kind, words in _BLOCKS.items():
        text = _without_blocks(text, kind, words)
    return text, tuple(notes)


def _without_signature(text: str) -> tuple[str, bool]:
    """The text of a signed message with what stands around it; only the first one's own words count as signed."""
    start = text.find(_SIGNED)
    below = text.find(_SIGNATURE, start + len(_SIGNED)) if start >= 0 else -1
    if below < 0 or (start > 0 and text[start - 1] != "\n"):
        return text, False
    head = _HASHES.match(text, start + len(_SIGNED))
    words = _ESCAPED.sub("", text[head.end() if head else start + len(_SIGNED) : below])
    end = text.find(_SIGNATURE_END, below)
    rest = text[end + len(_SIGNATURE_END) :].lstrip("\n") if end >= 0 else ""
    return text[:start] + words + rest, True


def _without_blocks(text: str, kind: str, words: str) -> str:
    begin, end = f"-----BEGIN PGP {kind}-----", f"-----END PGP {kind}-----"
    pieces: list[str] = []
    at = 0
    while (start := text.find(begin, at)) >= 0:
        # Without its end it is no block, but somebody's words about one.
        stop = text.find(end, start)
        if stop < 0 or (start > 0 and text[start - 1] != "\n"):
            break
        pieces += [text[at:start], f"[{words}]"]
        at = stop + len(end)
    return "".join([*pieces, text[at:]])
