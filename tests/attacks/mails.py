"""Mails whose every field holds something that a terminal, a parser of markup or a layout might act on."""

from base64 import b64encode
from collections.abc import Iterator

PAYLOADS = {
    "clipboard": "\x1b]52;c;cHduZWQ=\x07",
    "title": "\x1b]0;pwned\x1b\\",
    "screen": "\x1b[2J\x1b[1;1H\x1b[?1049lpwned",
    "query": '\x1bP$q"p\x1b\\\x1b[c\x1b[6n',
    "eight bits": "\x9b2J\x9d52;c;cHduZWQ=\x9c\x90x\x9c",
    "order": "abc\u202efdp.exe\u2066x\u2069\u200f\u061c",
    "markup": "[@click=app.quit]x[/] [/] [/b] [bold red]hi[/bold red] [link=http://e.test]l[/link] RE: [ext] [/x]",
    "invisible": "a\u200b\u200c\u200d\u2060\ufeff\u2028\u2029\u3164" * 40,
    "stack": "a" + "\u0301" * 3000 + "b" + "\u1161" * 3000,
    "word": "W" * 20_000,
    "emoji": "👩‍👩‍👧‍👦👍🏽1️⃣☺️a️" * 20,
    "control": "a\x00b\x07\x08\x0b\x0c\x0e\x7f\x1fz",
    "wide": "漢字かな" * 400,
    "right to left": "שלום עולם مرحبا " * 6,
}
_IN_SEVEN_BITS = {"clipboard", "eight bits"}
_SHORT = 600
_MARK_ON = 300


def hostile_mails() -> Iterator[bytes]:
    """Each payload encoded, as HTML with character references, and raw; then the charsets that make controls."""
    for name, payload in PAYLOADS.items():
        yield _encoded(payload)
        yield _html(payload)
        yield _raw(payload)
        if name in _IN_SEVEN_BITS:
            yield _utf_7(name, payload)
    yield b"From: a@b.test\r\nSubject: latin \x9b2J\r\n\r\n\x9b2J \x9d52;c;cHduZWQ=\x9c \x1b[31m"
    yield (
        b"From: a@b.test\r\nSubject: =?unicode_escape?q?=5Cx1b]0;x?=\r\n"
        b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\x1b]52;c;cHduZWQ=\\x07"
    )
    yield (
        b"From: a@b.test\r\nSubject: =?iso-2022-jp?b?GyRCGyhCG10wO3gH?=\r\n"
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B\x1b(B\x1b]52;c;x\x07 \x1b[2J"
    )


def _encoded(payload: str) -> bytes:
    word = _words(payload[:_SHORT])
    octets = payload.encode()
    name = "".join(f"%{octet:02x}" for octet in payload[:80].encode())
    return (
        f"{_head(word)}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
        "--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".encode()
        + octets
        + b"\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(octets)
        + "\r\n--B\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\nx\r\n--B--\r\n".encode()
    )


def _html(payload: str) -> bytes:
    short = payload[:_MARK_ON]
    references = "".join(f"&#{ord(char)};" for char in payload[:2000])
    page = (
        f"<html><head><title>{short}</title></head><body><h1>{short}</h1><p>{references}</p>"
        f"<a href='https://x.test/{short}'>{short}</a><img alt='{short}' src='https://t.test/x.gif'>"
        f"<table border=1><tr><th>{short}</th><td>{short}</td></tr></table><pre>{short}</pre>"
        f"<p style='mso-list:l0 level1'><span style='mso-list:Ignore'>{references[:120]}</span>item</p>"
        f"<table><tr><td>{references[:15]}</td><td>{'words ' * 20}</td></tr></table>"
        f"<table><tr><td>{short}<br>a</td><td>b<br>c</td></tr></table></body></html>"
    )
    head = f"{_head(_words(short))}MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return head.encode() + page.encode()


def _raw(payload: str) -> bytes:
    short = payload[:_MARK_ON]
    return (
        f'From: "{short}" <evil@example.test>\r\nTo: {short}\r\nSubject: {short}\r\nDate: {short}\r\n'
        f"Message-ID: <{short}>\r\nReply-To: {short} <q@q.test>\r\nList-Id: {short}\r\n"
        f'Content-Type: text/plain; charset="{short[:40]}"; name="{short}"\r\n\r\n{payload}'
    ).encode()


def _utf_7(name: str, payload: str) -> bytes:
    head = f"From: a@b.test\r\nSubject: seven {name}\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n"
    return head.encode() + payload[:2000].encode("utf-7")


def _head(word: str) -> str:
    return (
        f"From: {word} <evil@example.test>\r\nTo: {word} <robin@example.org>\r\nCc: {word} <c@x.test>\r\n"
        f"Reply-To: {word} <d@y.test>\r\nSubject: {word}\r\nMessage-ID: <{len(word)}@x.test>\r\n"
        f"Date: Tue, 1 Jul 2025 10:00:00 +0000 ({word})\r\nList-Id: {word} <l.x.test>\r\n"
        f"List-Unsubscribe: <https://x.test/{word}>\r\nX-Mailer: {word}\r\n"
    )


def _words(text: str) -> str:
    """Encoded words of twelve characters each, folded."""
    pieces = [text[start : start + 12] for start in range(0, len(text), 12)]
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece.encode()).decode()}?=" for piece in pieces)
