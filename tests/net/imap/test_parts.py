"""Messages by part."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import ImapScript
from tests.fakes.wire_server import Peer
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.clean import is_clean_line
from tuimail.domain.errors import ErrorKind, ServerError
from tuimail.domain.parts import Part
from tuimail.net.errors import Garbled
from tuimail.net.imap.fetch import PIECE
from tuimail.net.imap.structure import MAX_PARTS, read_structure
from tuimail.net.imap.translate import Node, Response, parse

PLAIN = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "QUOTED-PRINTABLE" 120 4 NIL NIL NIL NIL)'
FILE = (
    b'("APPLICATION" "PDF" ("NAME" "old.pdf") "<c1@x.test>" "The \x1b[2Jplan" "BASE64" 5000 NIL '
    b'("ATTACHMENT" ("FILENAME*0*" "utf-8\'\'pl%C3%A4" "FILENAME*1*" "ne.pdf")) NIL NIL)'
)
NESTED = (
    b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 900 (NIL "Sub" NIL NIL NIL NIL NIL NIL NIL NIL) %s 30 NIL NIL NIL NIL)'
)
MIXED = b'(%s "MIXED" ("BOUNDARY" "b") NIL NIL NIL)'


def read(structure: bytes) -> Part | None:
    (nodes,) = parse(Response(structure))
    assert isinstance(nodes, list)
    return read_structure(nodes)


def outline(part: Part | None) -> list[tuple[str, str]]:
    return [(each.section, each.content_type) for each in part.walk()] if part is not None else []


def test_a_single_part_is_number_one() -> None:
    part = read(PLAIN)

    assert part is not None
    assert (part.section, part.content_type, part.encoding) == ("1", "text/plain", "quoted-printable")
    assert (part.params, part.size_bytes) == ((("charset", "utf-8"),), 120)


def test_sections_are_numbered_as_they_are_fetched() -> None:
    alternative = MIXED.replace(b"MIXED", b"ALTERNATIVE") % (PLAIN * 2)
    inner = NESTED % (MIXED % (PLAIN + FILE))
    part = read(MIXED % (alternative + FILE + inner + NESTED % PLAIN))

    assert outline(part) == [
        ("TEXT", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/plain"),
        ("2", "application/pdf"),
        ("3", "message/rfc822"),
        ("3.TEXT", "multipart/mixed"),
        ("3.1", "text/plain"),
        ("3.2", "application/pdf"),
        ("4", "message/rfc822"),
        ("4.1", "text/plain"),
    ]


def test_a_file_keeps_what_names_it_as_the_sender_wrote_it() -> None:
    part = read(FILE)

    assert part is not None
    assert part.disposition == "attachment"
    assert part.disposition_params == (("filename*0*", "utf-8''pl%C3%A4"), ("filename*1*", "ne.pdf"))
    assert dict(part.params)["name"] == "old.pdf"
    assert part.content_id == "c1@x.test"
    assert is_clean_line(part.description)
    assert "old.pdf" not in repr(part)


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (b"(" + PLAIN + b")", [("1", "text/plain")]),
        (b'(("TEXT" "HTML" NIL NIL NIL "7BIT" 4 1))', [("1", "text/html")]),
        (b"(" + PLAIN + PLAIN + b")", [("TEXT", "multipart/mixed"), ("1", "text/plain"), ("2", "text/plain")]),
        (b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 900)', [("1", "message/rfc822")]),
        (b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 900 NIL NIL 30)', [("1", "message/rfc822")]),
        (b'("" "" NIL NIL NIL "base64" 723)', [("1", "text/plain")]),
        (b'(NIL NIL NIL NIL NIL "base64" 723)', [("1", "text/plain")]),
        (b'("TEXT" "PLAIN" NIL NIL NIL NIL NIL NIL)', [("1", "text/plain")]),
        (b'("TEXT" "PLAIN" ("a") NIL NIL "7BIT" -4 0 NIL "inline")', [("1", "text/plain")]),
        (b'("MULTIPART" "MIXED" NIL NIL NIL "7BIT" 0)', [("1", "multipart/mixed")]),
        (b'("TEXT" "PLAIN")', []),
        (b"()", []),
        (b"(())", []),
        (b'("TEXT" ("PLAIN") NIL NIL NIL "7BIT" 4)', []),
        (MIXED % (PLAIN * MAX_PARTS), []),
    ],
)
def test_broken_structures_are_read_as_far_as_they_make_sense(
    structure: bytes, expected: list[tuple[str, str]]
) -> None:
    assert outline(read(structure)) == expected


nodes = st.recursive(
    st.sampled_from([b"NIL", b'"TEXT"', b'"MESSAGE"', b'"RFC822"', b"7", b'"\x1b[2J\xff"', PLAIN, FILE]),
    lambda inner: st.lists(inner, max_size=10).map(lambda each: b"(" + b" ".join(each) + b")"),
    max_leaves=40,
)


@given(nodes)
def test_no_structure_breaks_the_reader_or_brings_unclean_text(structure: bytes) -> None:
    try:
        parsed: list[Node] = parse(Response(b"(" + structure + b")"))
    except Garbled:
        return
    part = read_structure(parsed)

    for each in part.walk() if part is not None else ():
        pairs = each.params + each.disposition_params
        for text in (each.content_type, each.disposition, each.encoding, each.description, *sum(pairs, ())):
            assert is_clean_line(text)


def test_header_and_parts_come_in_one_command_unread(serve: Serve, certificate: Certificate) -> None:
    answer = (
        b"* 9 FETCH (UID 5 FLAGS (\\Flagged))\r\n* 8 FETCH (UID 6 BODYSTRUCTURE %s BODY[HEADER]<0> {2}\r\nno)\r\n"
        b"* 9 FETCH (UID 5 RFC822.SIZE 6000 BODYSTRUCTURE %s BODY[HEADER]<0> {14}\r\nSubject: x\r\n\r\n)\r\n"
        b"TAG OK done\r\n"
    ) % (PLAIN, MIXED % (PLAIN + FILE))
    script = ImapScript(answers={b"UID FETCH": answer})
    with session_with(serve(script).address, certificate) as session:
        parts = session.structure(5)

    assert parts is not None
    assert (parts.header, parts.size_bytes) == (b"Subject: x\r\n\r\n", 6000)
    assert outline(parts.root)[1:] == [("1", "text/plain"), ("2", "application/pdf")]
    assert "Subject" not in repr(parts)
    assert script.commands == [b"UID FETCH 5 (UID RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER]<0.262144>)"]


@pytest.mark.parametrize(
    "answer",
    [
        b"* 9 FETCH (UID 5 BODYSTRUCTURE NIL BODY[HEADER]<0> {2}\r\nno)\r\nTAG OK done\r\n",
        b"* 9 FETCH (UID 5 BODYSTRUCTURE "
        + b"(" * 60
        + b'"TEXT"'
        + b")" * 60
        + b" BODY[HEADER] {2}\r\nno)\r\nTAG OK\r\n",
        b"* 9 FETCH (UID 5 BODY[HEADER]<0> {2}\r\nno)\r\nTAG OK done\r\n",
        b"TAG NO cannot parse this one\r\n",
        b"TAG BAD what\r\n",
    ],
    ids=["nil", "deep", "missing", "no", "bad"],
)
def test_what_the_server_cannot_tell_is_none_and_the_connection_good(
    serve: Serve, certificate: Certificate, answer: bytes
) -> None:
    with session_with(serve(ImapScript(answers={b"UID FETCH": answer})).address, certificate) as session:
        assert session.structure(5) is None
        session.noop()


def test_a_message_without_an_answer_is_gone(serve: Serve, certificate: Certificate) -> None:
    other = b"* 9 FETCH (UID 6 BODYSTRUCTURE %s BODY[HEADER] {2}\r\nno)\r\nTAG OK done\r\n" % PLAIN
    with session_with(serve(ImapScript(answers={b"UID FETCH": other})).address, certificate) as session:
        for call in (lambda: session.structure(5), lambda: session.sections(5, {"1": 10})):
            with pytest.raises(ServerError) as caught:
                call()
            assert caught.value.kind is ErrorKind.MESSAGE_GONE


def test_only_sections_that_were_asked_for_are_taken(serve: Serve, certificate: Certificate) -> None:
    answer = (
        b"* 9 FETCH (UID 5 BODY[1]<0> {5}\r\nhello BODY[9] {4}\r\nevil BODY[1.MIME]<0> {3}\r\na:b BODY[2] NIL)\r\n"
        b"* 8 FETCH (UID 6 BODY[3] {4}\r\nevil)\r\nTAG OK done\r\n"
    )
    script = ImapScript(answers={b"UID FETCH": answer})
    with session_with(serve(script).address, certificate) as session:
        found = session.sections(5, {"1": 4, "1.MIME": 100, "2": 100, "3": 100})

    assert found == {"1": b"hell", "1.MIME": b"a:b", "2": b""}


@pytest.mark.parametrize("section", ["", "1]", "1 RFC822", "HEADER\r\nx", "1.", ".1", "1.2.x", "\u0661"])
def test_a_section_is_numbers_or_nothing(serve: Serve, certificate: Certificate, section: str) -> None:
    script = ImapScript()
    with session_with(serve(script).address, certificate) as session:
        with pytest.raises(ServerError):
            session.sections(5, {section: 10})
        if section:
            with pytest.raises(ServerError):
                session.part(5, section, check=lambda: None)

    assert script.commands == []


def _serve_part(content: bytes) -> Callable[[Peer, bytes, bytes], None]:
    def answer(peer: Peer, tag: bytes, text: bytes) -> None:
        match = re.search(rb"PEEK\[2\.1\]<(\d+)\.(\d+)>", text)
        assert match
        start, count = int(match[1]), int(match[2])
        piece = content[start : start + count]
        peer.send(b"* 1 FETCH (UID 4 RFC822.SIZE 9999999 BODY[2.1]<%d> {%d}\r\n" % (start, len(piece)))
        peer.send(piece + b")\r\n" + tag + b" OK done\r\n")

    return answer


def test_a_part_comes_in_pieces_with_progress(serve: Serve, certificate: Certificate) -> None:
    content = bytes(range(256)) * (PIECE // 256) + b"end"
    told: list[tuple[int, int]] = []
    script = ImapScript(answers={b"UID FETCH": _serve_part(content)})
    with session_with(serve(script).address, certificate) as session:
        part = session.part(
            4,
            "2.1",
            size_bytes=len(content),
            on_bytes=lambda done, total: told.append((done, total)),
            check=lambda: None,
        )

    assert part == content
    assert told == [(PIECE, len(content)), (len(content), len(content))]


@pytest.mark.parametrize("announced", [b"{9999999}\r\n", b"{99999999999999999999}\r\n", b"{999999999999999999999}\r\n"])
def test_a_literal_larger_than_what_was_asked_for_is_refused(
    serve: Serve, certificate: Certificate, announced: bytes
) -> None:
    answer = b"* 9 FETCH (UID 5 BODY[1]<0> " + announced
    for call in ("sections", "part"):
        with session_with(serve(ImapScript(answers={b"UID FETCH": answer})).address, certificate) as session:
            with pytest.raises(ServerError) as caught:
                session.sections(5, {"1": 100}) if call == "sections" else session.part(5, "1", check=lambda: None)
            assert caught.value.kind is ErrorKind.SERVER_UNREADABLE
