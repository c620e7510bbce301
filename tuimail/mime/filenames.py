"""Names of attachments: safe to show, and safe to create in the folder the user chose."""

import re

from tuimail.domain.clean import MARK, clean_line

MAX_NAME_BYTES = 200

_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$", re.I)
_MAX_EXTENSION = 20
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/msword": ".doc",
    "application/json": ".json",
    "application/pgp-keys": ".asc",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}


def safe_file_name(name: str) -> str:
    """One path component that no file system or program takes for anything but a name; never empty."""
    last = next((piece for piece in reversed(_SEPARATORS.split(name)) if piece.strip(" .")), "")
    last = _FORBIDDEN.sub("_", clean_line(last)).replace(MARK, "_").replace("\N{TWO DOT LEADER}", "_")
    # A leading dot hides a file, a leading dash is an option to many programs; Windows drops dots at the end.
    last = last.lstrip(" .-~").rstrip(" .")
    stem, dot, extension = last.rpartition(".")
    if not stem or len(extension) > _MAX_EXTENSION:
        stem, dot, extension = last, "", ""
    if _RESERVED.match(last.partition(".")[0].strip()):
        stem = "_" + stem
    ending = (dot + extension).encode()
    short = stem.encode()[: MAX_NAME_BYTES - len(ending)].decode("utf-8", "ignore").rstrip(" .")
    return (short or "attachment") + dot + extension


def generic_name(path: str, content_type: str) -> str:
    """A name for a part that brings none."""
    usual = ".txt" if content_type.startswith("text/") else ".bin"
    return f"part-{path}{_EXTENSIONS.get(content_type, usual)}"
