import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mime.corpus import corpus_folder, needs_corpus
from tuimail.domain.clean import is_clean_line
from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import MAX_SET, uid_sets
from tuimail.net.imap.changes import read_vanished
from tuimail.net.imap.flags import FlagReader
from tuimail.net.imap.structure import read_structure
from tuimail.net.imap.translate import (
    Quoted,
    Response,
    attributes,
    decode_name,
    parse,
    read_copied,
    read_date,
    read_found,
    read_mailbox,
    read_numbers,
    read_status,
)

TRANSCRIPTS = (corpus_folder() or Path()) / "imap-transcripts"
"""Recorded answers of many servers, one file each; they belong to others and are not part of this project."""


@given(st.binary(max_size=300) | st.text('()"\\[]{} \0aUID', max_size=60).map(str.encode))
def test_a_reader_raises_nothing_but_garbled(data: bytes) -> None:
    response = Response(data, (b"literal",))
    for read in (
        lambda: read_mailbox(parse(response)),
        lambda: read_found(response),
        lambda: read_numbers(data),
        lambda: FlagReader().read([response]),
        lambda: read_vanished([response]),
    ):
        try:
            read()
        except Garbled:
            continue
    read_status(data)
    read_copied(data)
    read_date(data)
    assert is_clean_line(decode_name(data))


def test_strings_atoms_and_literals_keep_apart() -> None:
    nodes = parse(Response(b'a "NIL" NIL (b "c\\"d" (\x00)) BODY[HEADER.FIELDS (A B)]<0>', (b"lit",)))

    assert nodes == [b"a", b"NIL", b"NIL", [b"b", b'c"d', [b"lit"]], b"BODY[HEADER.FIELDS (A B)]<0>"]
    assert isinstance(nodes[1], Quoted)
    assert not isinstance(nodes[2], Quoted)


@pytest.mark.parametrize("piece", [b'"', b"[", b'"\\', b'"\\"', b"(", b"[(", b'a"[', b"\\"])
def test_broken_lines_of_half_a_megabyte_are_read_at_once(piece: bytes) -> None:
    with suppress(Garbled):
        parse(Response(piece * (500_000 // len(piece))))


@given(st.lists(st.integers(min_value=1, max_value=2**32 - 1), max_size=3000))
def test_uid_sets_name_exactly_what_was_given(uids: list[int]) -> None:
    sets = list(uid_sets(uids))

    assert all(len(each) <= MAX_SET + 25 for each in sets)
    named = [uid for each in sets for uid in read_numbers(each)]
    assert named == sorted(set(uids))


@given(st.text(max_size=40))
def test_a_name_for_the_eye_is_clean(text: str) -> None:
    assert is_clean_line(decode_name(text.encode("utf-8", "surrogatepass")))


def _responses(data: bytes) -> list[Response]:
    """The untagged responses of a transcript."""
    found: list[Response] = []
    while data:
        line, _, data = data.partition(b"\n")
        text, literals = line.rstrip(b"\r"), []
        while match := re.search(rb"\{(\d+)\}$", text):
            size = int(match[1])
            literals.append(data[:size])
            rest, _, data = data[size:].partition(b"\n")
            text = text[: match.start()] + b"\0" + rest.rstrip(b"\r")
        if text.startswith(b"* "):
            found.append(Response(text[2:], tuple(literals)))
    return found


@needs_corpus
def test_recorded_answers_of_many_servers_are_read() -> None:
    unread: list[str] = []
    mailboxes = rows = 0
    for path in sorted(TRANSCRIPTS.glob("*.imap")):
        for response in _responses(path.read_bytes()):
            try:
                nodes = parse(response)
            except Garbled:
                unread.append(path.name)
                continue
            if nodes and nodes[0] == b"LIST":
                mailboxes += 1
                if read_mailbox(nodes) is None:
                    unread.append(path.name)
            rows += bool(re.match(rb"\d+ FETCH", response.text))

    assert unread == []
    assert mailboxes > 40
    assert rows > 100


@needs_corpus
def test_recorded_structures_and_labels_are_read() -> None:
    unread: list[str] = []
    structures = labels = 0
    for path in sorted(TRANSCRIPTS.glob("*.imap")):
        for response in _responses(path.read_bytes()):
            if not re.match(rb"\d+ FETCH", response.text):
                continue
            pairs = attributes(response)
            if isinstance(structure := pairs.get(b"BODYSTRUCTURE"), list):
                structures += 1
                if read_structure(structure) is None:
                    unread.append(path.name)
            if isinstance(pairs.get(b"X-GM-LABELS"), list) and b"UID" in pairs:
                reader = FlagReader()
                reader.read([response])
                labels += len(reader.labels)

    assert unread == []
    assert structures >= 4
    assert labels >= 20
