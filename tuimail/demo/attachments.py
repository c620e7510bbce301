"""The files that demo mails carry: small, real, and made at start."""

import struct
import zlib
from collections.abc import Sequence

from tuimail.demo.writing import File

_MINUTES = """North Pier - notes of the weekly meeting

Present: Tom, Priya, Ben, Robin

1. Tide chart: the new axis goes out on Thursday.
2. The ferry operator wants the timetable as a file. Ben asks which kind.
3. Coffee machine: repaired, do not use the left button.

Next meeting: Tuesday, ten o'clock, upstairs.
"""
_SEEDS = """bed,crop,variety,sown,notes
1,broad beans,Aquadulce,2 Nov,under fleece
2,garlic,Solent Wight,18 Oct,"3 rows, 15 cm"
3,leeks,Musselburgh,4 Apr,transplanted July
4,rocket,wild,12 Sep,self-seeded again
5,rhubarb,Timperley,-,divide this winter
"""
_STATIONS = """station,high,height_m,low,depth_m
Harbour mouth,06:12,3.41,12:31,0.62
Old pier,06:19,3.38,12:40,0.66
Fish quay,06:25,3.35,12:47,0.71
Sluice,06:48,3.02,13:20,0.94
"""
_GAUGE = (
    '{"station":"Old pier","unit":"m","zero":"chart datum","readings":[["06:00",3.31],["06:10",3.36],["06:20",3.38]]}'
)
_LOG = """06:00:02 gauge old-pier: 3.31 m
06:10:02 gauge old-pier: 3.36 m
06:17:40 gauge old-pier: no answer, trying again in 60 s
06:18:41 gauge old-pier: 3.38 m
"""


def attachment(name: str) -> File:
    """The file of this name; KeyError for one that no letter knows."""
    type_, content = _FILES[name]
    return File(name=name, type=type_, content=content)


def _pdf(title: str, lines: Sequence[str]) -> bytes:
    """One A4 page of text (ISO 32000-1 section 7.5: header, body, cross-reference table, trailer)."""
    rows = "".join(f"({_escaped(line)}) '\n" for line in lines)
    text = f"BT /F1 20 Tf 56 770 Td 18 TL ({_escaped(title)}) Tj /F1 11 Tf () '\n{rows}ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    ]
    document, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(document))
        document += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(document)}\n%%EOF\n"
    return f"{document}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _png(width: int, height: int, *, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> bytes:
    """A sky: one colour running into another (PNG, colour type 2)."""
    rows = bytearray()
    for y in range(height):
        share = y / (height - 1)
        pixel = bytes(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        rows += b"\x00" + pixel * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(rows))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _tnef(name: str, content: bytes) -> bytes:
    """A file in Microsoft's envelope (MS-OXTNEF section 2.1): each attribute with level, id, length and sum."""
    renddata = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)
    attributes = (
        (1, 0x00089006, struct.pack("<I", 0x00010000)),
        (1, 0x00069007, struct.pack("<II", 1252, 0)),
        (1, 0x00078008, b"IPM.Microsoft Mail.Note\0"),
        (2, 0x00069002, renddata),
        (2, 0x00018010, name.encode("ascii") + b"\0"),
        (2, 0x0006800F, content),
    )
    stream = struct.pack("<IH", 0x223E9F78, 1)
    for level, attribute, value in attributes:
        stream += struct.pack("<BII", level, attribute, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)
    return stream


_AGENDA = """Harbour Council, public meeting

1. Berths for visitors: twelve new ones at the fish quay
2. The lamp on the north pier (it blinks, it should not)
3. Gulls
4. Any other business, which is mostly gulls
"""

_FILES = {
    "winmail.dat": ("application/ms-tnef", _tnef("agenda.txt", _AGENDA.encode())),
    "minutes.txt": ("text/plain; charset=utf-8", _MINUTES.encode()),
    "beds.csv": ("text/csv; charset=utf-8", _SEEDS.encode()),
    "stations.csv": ("text/csv; charset=utf-8", _STATIONS.encode()),
    "gauge.json": ("application/json", _GAUGE.encode()),
    "gauge.log": ("text/plain; charset=utf-8", _LOG.encode()),
    "harbour-map.png": ("image/png", b"MZ" + b"\0" * 400),
    "sunset.png": ("image/png", _png(320, 180, top=(38, 70, 110), bottom=(244, 162, 97))),
    "morning.png": ("image/png", _png(320, 180, top=(168, 200, 214), bottom=(250, 240, 220))),
    "cover-draft.png": ("image/png", _png(240, 320, top=(20, 60, 70), bottom=(90, 160, 150))),
    "ticket.pdf": (
        "application/pdf",
        _pdf(
            "Coast Line Railways",
            ["Ticket 7Q4-MK2", "Harbour - Northport, second class, any train", "Robin Vale", "Coach 4, seat 61"],
        ),
    ),
    "invoice-2041.pdf": (
        "application/pdf",
        _pdf("Invoice 2041", ["Atelier Dubois", "Tide atlas: cover and six plates", "Total: 1,480.00 EUR"]),
    ),
    "regal-masse.pdf": (
        "application/pdf",
        _pdf("Regal Flur", ["Breite 1840 mm", "Tiefe 280 mm", "Eiche, ge\xf6lt", "f\xfcnf B\xf6den"]),
    ),
    "allotment-rules.pdf": (
        "application/pdf",
        _pdf("Allotment Society", ["1. Paths stay open.", "2. No bonfires before dusk.", "3. Share the water."]),
    ),
    "statement.pdf": (
        "application/pdf",
        _pdf("Harbour Mutual", ["Statement of account", "Opening balance 2,310.44", "Closing balance 2,198.02"]),
    ),
}
