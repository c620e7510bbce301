import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.domain.address import Address
from tuimail.domain.clean import clean_block, clean_line
from tuimail.domain.draft import DraftAttachment, DraftKind, OutgoingMail
from tuimail.domain.errors import SendError
from tuimail.domain.ids import AccountId, DraftId
from tuimail.mime.attachments import attachment_data
from tuimail.mime.compose import BuiltMail, build, new_message_id
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.parse import parse_message

DATE = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
PLAIN = OutgoingMail(
    draft=DraftId("d"),
    account=AccountId("work"),
    sender=Address(name="Ann", spec="ann@example.test"),
    to=(Address(spec="bob@example.test"),),
    cc=(),
    bcc=(Address(spec="hidden@example.test"),),
    subject="Hello",
    text="Hi\n",
    in_reply_to="",
    references=(),
    answers=None,
    kind=DraftKind.NEW,
    attachments=(),
)


def built(mail: OutgoingMail) -> BuiltMail:
    return build(mail, date=DATE, message_id="<abc@example.test>")


def header_of(mail: BuiltMail) -> bytes:
    return mail.data.partition(b"\r\n\r\n")[0]


def test_a_plain_mail_has_exactly_the_usual_fields() -> None:
    names = [line.partition(b":")[0].decode() for line in header_of(built(PLAIN)).split(b"\r\n")]

    assert names == [
        *["Date", "From", "To", "Subject", "Message-ID", "MIME-Version"],
        *["Content-Type", "Content-Transfer-Encoding"],
    ]


def test_blind_copies_are_recipients_and_nowhere_in_the_data() -> None:
    mail = built(PLAIN)

    assert mail.recipients == ("bob@example.test", "hidden@example.test")
    assert b"hidden" not in mail.data
    assert b"bcc" not in mail.data.lower()


def test_the_date_carries_the_zone_of_the_writer() -> None:
    assert b"Date: Sat, 21 Nov 2026 09:30:00 -0330\r\n" in built(PLAIN).data


def test_message_ids_stand_on_the_domain_of_the_sender() -> None:
    assert new_message_id("bücher.test", "r4nd0m") == "<r4nd0m@xn--bcher-kva.test>"


def test_lines_with_encoded_words_are_short() -> None:
    header = header_of(built(replace(PLAIN, subject="ü" * 300, to=(Address(name="ü" * 40, spec="b@example.test"),))))

    assert all(len(line) <= 76 for line in header.split(b"\r\n"))


def test_very_long_identifiers_are_neither_encoded_nor_split() -> None:
    long_ids = tuple(f"<{letter * 300}@example.test>" for letter in "abcdefgh")
    mail = built(replace(PLAIN, in_reply_to=long_ids[-1], references=long_ids))

    message = parse_message(mail.data)

    assert message.references == long_ids
    assert message.in_reply_to == long_ids[-1]
    assert b"=?" not in header_of(mail)


def test_a_very_long_chain_keeps_its_first_and_its_newest_identifiers() -> None:
    chain = tuple(f"<{number}@example.test>" for number in range(200))

    kept = parse_message(built(replace(PLAIN, references=chain)).data).references

    assert kept[0] == chain[0]
    assert kept[1:] == chain[-39:]


def test_a_name_beyond_ascii_stands_in_the_header_as_it_is() -> None:
    mail = built(replace(PLAIN, to=(Address(name="Jürgen", spec="jürgen@bücher.test"),)))

    assert mail.recipients[0] == "jürgen@xn--bcher-kva.test"
    assert "<jürgen@xn--bcher-kva.test>".encode() in header_of(mail)
    assert [to.spec for to in parse_message(mail.data).to] == ["jürgen@xn--bcher-kva.test"]


def test_an_ascii_address_keeps_the_header_ascii_whatever_the_names() -> None:
    mail = built(replace(PLAIN, to=(Address(name="Jürgen", spec="j@bücher.test"),), bcc=(Address(spec="ü@x.test"),)))

    assert header_of(mail).isascii()


def test_an_international_domain_goes_out_in_ascii() -> None:
    mail = built(replace(PLAIN, to=(Address(spec="info@bücher.test"),)))

    assert mail.recipients[0] == "info@xn--bcher-kva.test"


def test_an_identifier_with_a_line_end_is_refused() -> None:
    with pytest.raises(SendError):
        build(PLAIN, date=DATE, message_id="<a@example.test>\r\nBcc: x@example.test")


@pytest.mark.parametrize("text", ["trailing  \nspace", "tab\t\n", "é " * 200, "日本語" * 100, ".\n..\n", "From here\n"])
def test_texts_come_back_as_they_were(text: str) -> None:
    mail = built(replace(PLAIN, text=text))
    lines = [block.text for block in parse_message(mail.data).blocks]

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert not re.search(rb"^From ", mail.data.partition(b"\r\n\r\n")[2], re.M)


@pytest.mark.parametrize("mail", [b"Subject: x\r\n\r\ny", b"Subject: x\r\n\r\n\xe9\r\n", b"", b"\r\n" * 3])
def test_a_message_is_attached_as_it_is(mail: bytes) -> None:
    attachment = DraftAttachment(name="m.eml", content_type="message/rfc822", data=mail)
    data = built(replace(PLAIN, attachments=(attachment,))).data

    assert b"Content-Type: message/rfc822" in data
    assert attachment_data(data, "2") == mail


@pytest.mark.parametrize("mail", [b"a: b\n\nc", b"a: b\r\n\r\nc\rd", b"a: b\r\n\r\n\0", b"a: b\r\n\r\n" + b"x" * 999])
def test_a_message_that_the_way_would_change_is_attached_as_a_file(mail: bytes) -> None:
    attachment = DraftAttachment(name="m.eml", content_type="message/rfc822", data=mail)
    data = built(replace(PLAIN, attachments=(attachment,))).data

    assert b"message/rfc822" not in data  # in base64 it may not be called so (RFC 2046 section 5.2.1)
    assert attachment_data(data, "2") == mail


_NAMES = st.text(max_size=60)
_ATTACHMENTS = st.builds(
    DraftAttachment, name=st.text(max_size=150), content_type=st.text(max_size=20), data=st.binary(max_size=200)
)


@settings(max_examples=200, deadline=2000)
@given(_NAMES, st.text(max_size=300), st.text(max_size=500), st.lists(_ATTACHMENTS, max_size=2))
def test_what_is_composed_is_what_is_read(name: str, subject: str, text: str, files: list[DraftAttachment]) -> None:
    sender = Address(name=clean_line(name), spec="ann@example.test")
    mail = built(replace(PLAIN, sender=sender, subject=subject, text=text, attachments=tuple(files)))
    message = parse_message(mail.data)

    assert message.sender[0].spec == sender.spec
    assert message.sender[0].name.strip("\"' ") == sender.name.strip("\"' ")
    assert message.subject == clean_line(subject)
    assert message.sent_at == DATE.astimezone(UTC)
    assert [part.name for part in message.attachments] == [safe_file_name(file.name) for file in files]
    assert [attachment_data(mail.data, part.part) for part in message.attachments] == [file.data for file in files]
    shown = "".join(block.text for block in message.blocks if "has no text" not in block.text)
    assert _letters(shown) == _letters(clean_block(text.encode("utf-8", "replace").decode()))


def _letters(text: str) -> str:
    """What a text says, apart from white space, quotation marks and the numbers of links."""
    return "".join(re.sub(r" \[\d+\]|>", "", text).split())


@settings(max_examples=200, deadline=2000)
@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=100))
def test_nothing_typed_becomes_a_field_or_a_long_line(name: str, subject: str, file_name: str) -> None:
    attachment = DraftAttachment(name=file_name, content_type=file_name, data=b"x")
    to = (Address(name=name, spec="bob@example.test"),)
    data = built(replace(PLAIN, to=to, subject=subject, text="x", attachments=(attachment,))).data
    header = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0] for line in header if not line.startswith(b" ")]

    known = [b"Date", b"From", b"To", b"Subject", b"Message-ID", b"MIME-Version", b"Content-Type"]
    assert names == [known_name for known_name in known if known_name != b"Subject" or clean_line(subject)]
    assert all(line.isascii() and len(line) <= 998 for line in data.split(b"\r\n"))
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")


@given(st.text(max_size=400))
def test_a_safe_name_is_one_plain_component(name: str) -> None:
    safe = safe_file_name(name)

    assert safe
    assert not set(safe) & set('/\\:*?"<>|\0')
    assert safe[0] not in ".-"
    assert len(safe.encode()) <= 200
    assert clean_line(safe) == safe
    assert safe_file_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.doc", "b.doc"),
        ("/absolute/x.txt", "x.txt"),
        (".bashrc", "bashrc"),
        ("--rf.txt", "rf.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("report.pdf. .", "report.pdf"),
        ("gpj\u202eexe.pdf", "gpj_exe.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_dangerous_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_flowed_text_says_so_and_is_read_as_typed() -> None:
    paragraph = "Words of one paragraph that is longer than any line may be, typed without a line end. " * 4
    mail = build(replace(PLAIN, text=f"{paragraph.strip()}\n"), date=DATE, message_id="<a@example.test>", flowed=True)

    assert b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n" in mail.data
    assert max(len(line) for line in mail.data.partition(b"\r\n\r\n")[2].split(b"\r\n")) < 78
    assert parse_message(mail.data).blocks[0].text == paragraph.strip()
