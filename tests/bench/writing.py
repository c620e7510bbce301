"""Parts of a made-up mail: people, the lines that servers add, texts, HTML."""

import base64
import random
from datetime import datetime
from email.utils import format_datetime, formataddr

from tests.bench.vocabulary import FIRST_NAMES, LAST_NAMES

_STYLE = " ".join(f".c{number} {{ margin: {number}px; font-family: sans-serif; }}" for number in range(60))


def person(number: int) -> str:
    """A sender with name and address."""
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number // 7 % len(LAST_NAMES)]
    return formataddr((f"{first} {last}", f"person{number}@{host(number)}"))


def host(number: int) -> str:
    """One of some domains."""
    return f"mail{number % 23}.test"


def trace(number: int, arrived: datetime) -> list[str]:
    """The lines that servers put above a mail, about 2 KB in all with the rest of the head."""
    stamp = format_datetime(arrived)
    signature = base64.b64encode(random.Random(number).randbytes(192)).decode()  # noqa: S311 (nobody checks it)
    return [
        "Return-Path: <bounce@lists.test>",
        f"Received: from mx.{host(number)} by mail.bench.test with LMTP id {number:x}; {stamp}",
        f"Received: from relay{number % 7}.test (relay{number % 7}.test [192.0.2.{number % 250}])",
        f" by mx.{host(number)} (Postfix) with ESMTPS id {number * 7919:x} for <me@bench.test>; {stamp}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host(number)}; s=mail; h=from:to:subject:date;",
        *(f" {signature[start : start + 70]}" for start in range(0, len(signature), 70)),
        f"Authentication-Results: mail.bench.test; dkim=pass header.d={host(number)}; spf=pass; dmarc=pass",
        "X-Spam-Status: No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID,SPF_PASS autolearn=ham",
    ]


def plain(text: str) -> bytes:
    """A text part from its Content-Type on."""
    return (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode() + b"\r\n"
    )


def alternative(text: str, html: str) -> bytes:
    """Text and HTML of one mail, from the Content-Type on."""
    return (
        b'Content-Type: multipart/alternative; boundary="edge"\r\n\r\n--edge\r\n'
        + plain(text)
        + b"--edge\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + html.encode()
        + b"\r\n--edge--\r\n"
    )


def folded(paragraph: str) -> str:
    """Lines of at most 74 characters."""
    lines, line = [], ""
    for word in paragraph.split(" "):
        if len(line) + len(word) > 74:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return "\r\n".join([*lines, line])


def html_of(text: str) -> str:
    """The same text in a table with links, under a style sheet of 3 KB."""
    cells = "".join(
        f'<tr><td style="padding:4px;color:#333"><p>{part}</p><a href="https://news.test/{place}">more</a></td></tr>'
        for place, part in enumerate(text.split("\r\n\r\n"))
    )
    return f"<html><head><style>{_STYLE}</style></head><body><table>{cells}</table></body></html>"
