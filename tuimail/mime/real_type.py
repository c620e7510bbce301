"""What a file is by its first bytes, where that is another thing than its sender says.

A table of our own: the kinds that mail carries or disguises are few, and the libraries for this know thousands.
"""

import re

HEAD_BYTES = 1024
"""Bytes to look at."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (0, b"\0asm", "application/wasm"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"#!", "text/x-script"),
)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,200}(?:<!--.{0,400}?-->\s{0,200})?<(?:!doctype\s+html|html|head|script)\b", re.I | re.S
)
_PICTURE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--.{0,400}?-->\s{0,200})?<svg\b", re.I | re.S
)
_BY_ENDING = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "txt": "text/plain",
    "csv": "text/csv",
    "ics": "text/calendar",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "rtf": "application/rtf",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "html": "text/html",
    "htm": "text/html",
    "exe": "application/x-msdownload",
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "application/x-octet-stream", "application/binary"})
# A type that many formats are made of, and what all of these are called with.
_HOLDS = {
    "application/zip": (
        "zip",
        "officedocument",
        "opendocument",
        "java",
        "epub",
        "android",
        "xps",
        "macroenabled",
        "archive",
    ),
    "application/x-ole-storage": ("ms", "outlook", "word", "excel", "powerpoint", "visio", "ole"),
    "application/gzip": ("gzip", "compress", "tar", "tgz"),
    "application/x-msdownload": ("msdownload", "dosexec", "executable", "msdos", "exe"),
    "application/x-elf": ("elf", "executable", "sharedlib", "object"),
    "application/x-mach-binary": ("mach", "executable", "java"),
    "application/ogg": ("ogg", "opus", "vorbis"),
    "application/ms-tnef": ("tnef",),
    "application/rtf": ("rtf", "word"),
    "application/vnd.rar": ("rar",),
    "application/x-7z-compressed": ("7z",),
    "application/x-bzip2": ("bzip",),
    "application/x-tar": ("tar",),
    "video/mp4": ("mp4", "quicktime", "m4a", "heic", "heif", "avif", "3gpp"),
    "text/x-script": ("text/", "script", "x-sh", "python", "perl"),
    "text/html": ("html", "xml", "text/"),
    "image/svg+xml": ("svg", "xml", "text/"),
}


def type_of(head: bytes) -> str:
    """The type that the first bytes give away; empty where they give none away."""
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            return kind
    if _PAGE.match(head):
        return "text/html"
    return "image/svg+xml" if _PICTURE.match(head) else ""


def other_type(head: bytes, *, claimed: str, name: str) -> str:
    """What the bytes are, if that is another thing than type and name say; empty if they agree, or nothing is known."""
    real = type_of(head)
    by_name = _BY_ENDING.get(name.rpartition(".")[2].lower(), "")
    said = [kind for kind in (claimed.lower(), by_name) if kind not in _SAYS_NOTHING]
    if not real or not said:
        return ""
    return "" if all(_agrees(kind, real) for kind in said) else real


def _agrees(said: str, real: str) -> bool:
    main, _, sub = said.partition("/")
    if real.partition("/")[0] == main and main in {"image", "audio", "video"} and real != "image/svg+xml":
        # image/pjpeg, image/x-png and the like: nothing that opens one can be harmed by another.
        return True
    return said == real or any(
        word in (said if word.endswith("/") else sub) for word in _HOLDS.get(real, (real.partition("/")[2],))
    )
