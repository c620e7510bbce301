"""Mails without their big parts, against the same mails whole."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.mime_server import body_structure, section
from tests.mime.corpus import corpus_mails, needs_corpus
from tuimail.domain.message import Message, RawMessage
from tuimail.domain.parts import Part
from tuimail.mime import skeleton
from tuimail.mime.attachments import attachment_data, decode_part
from tuimail.mime.parse import parse_message
from tuimail.net.imap.structure import read_structure
from tuimail.net.imap.translate import Response, parse

FILE = b"QUJD" * 19 + b"\r\n"
BIG = FILE * 2_000
MIXED = (
    b"From: Ada <ada@example.org>\r\nSubject: The plans\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="outer"\r\n\r\n'
    b'--outer\r\nContent-Type: multipart/alternative; boundary="inner"\r\n\r\n'
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee the plans.\r\n"
    b"--inner\r\nContent-Type: text/html\r\n\r\n<p>See <b>the plans</b>.\r\n--inner--\r\n"
    b"--outer\r\nContent-Type: application/pdf; name*=utf-8''Pl%C3%A4ne.pdf\r\n"
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n" + BIG + b"\r\n--outer\r\n"
    b"Content-Type: message/rfc822\r\n\r\nFrom: Bob <bob@example.org>\r\nSubject: Older plans\r\n\r\n"
    + b"x" * 9000
    + b"\r\n--outer--\r\n"
)


def told_of(raw: bytes) -> Part:
    nodes = parse(Response(body_structure(raw)))
    assert isinstance(nodes[0], list)
    root = read_structure(nodes[0])
    assert root is not None
    return root


def fetched(
    raw: bytes, *, root: Part | None = None, wrong: Mapping[str, bytes] = MappingProxyType({})
) -> RawMessage | None:
    """The mail as it is put together from what a server sends; ``wrong``: sections that it sends otherwise."""
    root = root or told_of(raw)
    wanted = skeleton.plan(root, len(raw))
    if wanted is None:
        return None
    sent = {name: section(raw, name)[:limit] for name, limit in wanted.sections.items()}
    return skeleton.build(
        root,
        wanted,
        header=section(raw, "HEADER"),
        fetched=sent | dict(wrong),
    )


def assert_same(part: Message, whole: Message) -> None:
    """Everything but the sizes of what was not fetched, and those nearly."""
    for name in Message.__struct_fields__:
        if name != "attachments":
            assert getattr(part, name) == getattr(whole, name), name
    assert len(part.attachments) == len(whole.attachments)
    for one, other in zip(part.attachments, whole.attachments, strict=True):
        assert (one.part, one.name, one.content_type, one.is_inline) == (
            other.part,
            other.name,
            other.content_type,
            other.is_inline,
        )
        assert one.size_bytes == pytest.approx(other.size_bytes, rel=0.05, abs=100)


def test_a_mail_reads_the_same_without_its_attachments() -> None:
    found = fetched(MIXED)

    assert found is not None
    assert len(found.raw) < 1500
    assert set(found.missing) == {"2", "3"}
    message = parse_message(found.raw, missing=found.missing)
    assert_same(message, parse_message(MIXED))
    assert [each.name for each in message.attachments] == ["Pläne.pdf", "Older plans.eml"]
    assert decode_part(found.raw, "2", section(MIXED, "2")) == attachment_data(MIXED, "2")


def test_a_small_mail_is_not_worth_it() -> None:
    assert fetched(MIXED.replace(BIG, FILE)) is None


def test_a_long_text_begins_and_says_how_much_there_is() -> None:
    raw = MIXED.replace(b"See the plans.", b"All of it. " * 200_000)
    found = fetched(raw)

    assert found is not None
    assert found.missing["1.1"] == 2_200_000
    message = parse_message(found.raw, missing=found.missing)
    assert message.blocks[0].text.startswith("All of it. All of it.")
    assert "This text is long: the first 262 KB of 2.2 MB are shown. Its source brings all of it." in message.notes


def test_no_mail_can_name_its_own_missing_parts() -> None:
    forged = MIXED.replace(b"Subject: The plans\r\n", b"Subject: x\r\nX-Missing: {'1.1': 9000000}\r\n")

    found = fetched(forged)

    assert found is not None
    assert set(found.missing) == {"2", "3"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("1.1", b"Another part's text, of another length."),
        ("1.1", b"--outer\r\nab"),
        ("1.1", b"\r\n--inner--\r\n"),
        ("1.1.MIME", b"Content-Type: text/html\r\n\r\n"),
        ("1.1.MIME", b"Content-Type: text/plain\r\n\r\nand more\r\n\r\n"),
        ("1.1.MIME", b"Content-Type: text/plain"),
        ("1.MIME", b"Content-Type: multipart/alternative\r\n\r\n"),
        ("1.MIME", b'Content-Type: multipart/alternative; boundary="outer"\r\n\r\n'),
        ("2.MIME", b"Content-Type: text/plain\r\n\r\n"),
        ("2.MIME", b""),
        ("3.MIME", b"Content-Type: text/plain\r\n\r\n"),
        ("3.HEADER", b"Subject: x\r\n\r\n--outer\r\n\r\nA text of the sender's choice.\r\n"),
    ],
)
def test_parts_that_do_not_fit_together_are_not_shown(name: str, content: bytes) -> None:
    assert fetched(MIXED, wrong={name: content}) is None


def test_a_structure_of_another_mail_is_not_believed() -> None:
    other = MIXED.replace(b"text/html", b"text/x-secret")

    assert fetched(MIXED, root=told_of(other)) is None
    assert fetched(MIXED, root=told_of(MIXED.replace(BIG, FILE * 500))) is None


def test_a_mail_whose_words_stand_between_its_parts_is_fetched_whole() -> None:
    raw = MIXED.replace(BIG, FILE * 500) + b"begin 644 a.gif\r\n" * 9000

    assert fetched(raw) is None


def test_a_single_big_file_leaves_its_header() -> None:
    raw = b"Subject: x\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + BIG
    found = fetched(raw)

    assert found is not None
    assert found.missing == {"1": len(BIG)}
    assert_same(parse_message(found.raw, missing=found.missing), parse_message(raw))


@needs_corpus
def test_every_mail_of_the_corpus_reads_the_same_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skeleton, "WORTH_LEAVING", 1)
    built = 0
    for path in corpus_mails():
        raw = path.read_bytes()
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        found = fetched(raw)
        if found is not None:
            built += 1
            assert_same(parse_message(found.raw, missing=found.missing), parse_message(raw))
    assert built > 40


@settings(max_examples=200, deadline=2000)
@given(
    st.sampled_from(["1.1", "1.2", "1.1.MIME", "1.2.MIME", "1.MIME", "2.MIME", "3.MIME", "3.HEADER"]),
    st.lists(
        st.sampled_from(
            [
                *[b"--outer", b"--inner", b"--", b"\r\n", b"\r\n\r\n", b"Content-Type: ", b"text/plain", b" ", b"\n"],
                *[
                    b"; boundary=",
                    b"outer",
                    b"inner",
                    b"Subject: x",
                    b"From x\n",
                    b"message/rfc822",
                    b"multipart/mixed",
                ],
            ]
        ),
        max_size=12,
    ).map(b"".join),
)
def test_nothing_that_a_server_sends_puts_words_into_another_part(name: str, content: bytes) -> None:
    found = fetched(MIXED, wrong={name: content})

    if found is not None:
        message = parse_message(found.raw, missing=found.missing)
        assert len(message.attachments) == 2
        assert set(found.missing) == {"2", "3"}
