"""What is inside of what: winmail.dat, uuencoded and yEncoded files, signatures around a mail, PGP in the text."""

import binascii
import struct
import time
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mime.corpus import assert_harmless
from tuimail.domain.errors import ServerError
from tuimail.domain.message import Message
from tuimail.mime.attachments import attachment_data
from tuimail.mime.parse import parse_message
from tuimail.mime.real_type import other_type


def texts(message: Message) -> list[str]:
    return [block.text for block in message.blocks]


def property_of(number: int, kind: int, *values: bytes) -> bytes:
    if kind in {0x1E, 0x1F, 0x0D, 0x102}:
        padded = [struct.pack("<I", len(value)) + value + b"\0" * (-len(value) % 4) for value in values]
        return struct.pack("<HHI", kind, number, len(values)) + b"".join(padded)
    return struct.pack("<HH", kind, number) + b"".join(values)


def attribute(level: int, number: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*found: bytes) -> bytes:
    return struct.pack("<I", len(found)) + b"".join(found)


NAMED = struct.pack("<HH", 0x1E, 0x8001) + b"\0" * 16 + struct.pack("<II", 0, 5) + struct.pack("<II", 1, 2) + b"x\0\0\0"
TNEF = (
    b"\x78\x9f\x3e\x22\x01\x00"
    + attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    + attribute(
        1,
        0x00069003,
        properties(
            NAMED, property_of(0x0017, 3, b"\1\0\0\0"), property_of(0x1000, 0x1F, "Grüße\r\n".encode("utf-16-le"))
        ),
    )
    + attribute(2, 0x00069002, b"\0" * 14)
    + attribute(2, 0x00018010, b"REPORT~1.PDF\0")
    + attribute(2, 0x0006800F, b"%PDF-1.4 one")
    + attribute(
        2,
        0x00069005,
        properties(
            property_of(0x3707, 0x1F, "../Bericht \u202efdp.pdf\0".encode("utf-16-le")),
            property_of(0x370E, 0x1E, b"application/pdf\0"),
        ),
    )
    + attribute(2, 0x00069002, b"\0" * 14)
    + attribute(
        2,
        0x00069005,
        properties(property_of(0x3704, 0x1E, b"m.msg\0"), property_of(0x3701, 0x0D, b"\1" * 16 + b"inner")),
    )
)


def winmail(data: bytes = TNEF, text: bytes = b"") -> bytes:
    part = b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    encoded = part + binascii.b2a_base64(data)
    if not text:
        return b"Subject: x\r\n" + encoded
    body = b"--b\r\nContent-Type: text/plain\r\n\r\n" + text + b"\r\n--b\r\n" + encoded + b"\r\n--b--\r\n"
    return b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body


def test_the_files_of_winmail_dat_can_be_saved() -> None:
    raw = winmail(text=b"hello")
    message = parse_message(raw)

    assert texts(message) == ["hello"]
    assert [(each.part, each.content_type, each.size_bytes) for each in message.attachments] == [
        ("2", "application/ms-tnef", len(TNEF)),
        ("2#1", "application/pdf", 12),
        ("2#2", "application/octet-stream", 5),
    ]
    assert message.attachments[1].name.endswith("fdp.pdf")
    assert "/" not in message.attachments[1].name
    assert attachment_data(raw, "2#1") == b"%PDF-1.4 one"
    assert attachment_data(raw, "2#2") == b"inner"


def test_a_mail_that_is_all_in_winmail_dat_is_read() -> None:
    assert texts(parse_message(winmail())) == ["Grüße"]


def test_a_text_in_outlooks_own_form_is_named() -> None:
    data = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00069003, properties(property_of(0x1009, 0x102, b"LZFu")))

    assert texts(parse_message(winmail(data))) == [
        "The text of this message is in a form of Outlook's own that cannot be read here."
    ]


@pytest.mark.parametrize("part", ["2#0", "2#3", "2#x", "2#", "1#1", "9#1"])
def test_a_file_that_is_not_there_is_refused(part: str) -> None:
    with pytest.raises(ServerError):
        attachment_data(winmail(text=b"hello"), part)


@settings(max_examples=200, deadline=1000)
@given(st.integers(0, len(TNEF)), st.binary(max_size=12), st.integers(0, 30))
def test_a_damaged_container_is_shown_all_the_same(at: int, other: bytes, gone: int) -> None:
    raw = winmail(TNEF[:at] + other + TNEF[at + gone :])
    message = parse_message(raw)

    assert_harmless(message)
    for each in message.attachments:
        assert len(attachment_data(raw, each.part)) == each.size_bytes


def test_uuencoded_files_can_be_saved_and_are_named_in_the_text() -> None:
    lines = b"".join(binascii.b2a_uu(b"GIF89a" + bytes([number]) * 39) for number in range(3))
    raw = b"Subject: x\r\n\r\nLook:\r\nbegin 644 ../a.gif\r\n" + lines.replace(b"\n", b"\r\n") + b"`\r\nend\r\nBye\r\n"
    message = parse_message(raw)
    (picture,) = message.attachments

    assert texts(message)[0] == "Look:"
    assert texts(message)[1].startswith("[File in the text: ../a.gif, about")
    assert texts(message)[2] == "Bye"
    assert (picture.part, picture.name, picture.size_bytes) == ("1#1", "a.gif", 135)
    assert attachment_data(raw, "1#1").startswith(b"GIF89a")


def test_yencoded_files_can_be_saved_and_are_named_in_the_text() -> None:
    data = bytes(range(256)) * 2
    shifted = bytes((byte + 42) % 256 for byte in data)
    for escaped in (b"=", b"\0", b"\n", b"\r"):
        shifted = shifted.replace(escaped, b"=" + bytes([escaped[0] + 64]))
    lines = b"\r\n".join(shifted[at : at + 128] for at in range(0, len(shifted), 128))
    # A line must not end within an escape; this one does not.
    assert not any(line.endswith(b"=") for line in lines.split(b"\r\n"))
    raw = (
        b"Subject: x\r\n\r\nHi\r\n=ybegin line=128 size=512 name=a b.bin\r\n" + lines + b"\r\n=yend size=512\r\nBye\r\n"
    )
    message = parse_message(raw)

    assert [(each.part, each.name, each.size_bytes) for each in message.attachments] == [("1#1", "a b.bin", 512)]
    assert attachment_data(raw, "1#1") == data
    assert texts(message) == ["Hi", "[File in the text: a b.bin, about 512 bytes; it is among the attachments]", "Bye"]


@pytest.mark.parametrize(
    "body",
    [b"begin 644 a\n" * 80_000, b"=ybegin size=1 name=a\nx\n" * 40_000, (b"begin 644 a\n" + b"MMMM\n" * 40) * 4000],
)
def test_beginnings_without_an_end_are_read_in_time(body: bytes) -> None:
    started = time.process_time()
    parse_message(b"\n" + body)

    assert time.process_time() - started < 2


INNER = (
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n"
    b"--i\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-\r\n--i--\r\n"
)


@pytest.fixture(scope="module")
def signature() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ada")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key(), serial_number=1)
    certificate = builder.not_valid_before(now).not_valid_after(now.replace(year=2027)).sign(key, hashes.SHA256())
    signed = pkcs7.PKCS7SignatureBuilder().set_data(INNER).add_signer(certificate, key, hashes.SHA256())
    return signed.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def in_pieces() -> bytes:
    """The same shape by hand, with indefinite lengths and its text in two pieces."""
    oid = bytes.fromhex("06092a864886f70d010702")
    data = bytes.fromhex("06092a864886f70d010701")
    half = len(INNER) // 2
    pieces = b"".join(b"\x04\x81" + bytes([len(piece)]) + piece for piece in (INNER[:half], INNER[half:]))
    content = b"\x30\x80" + data + b"\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
    digests = b"\x31\x80\x30\x02\x05\x00\0\0"
    return b"\x30\x80" + oid + b"\xa0\x80\x30\x80\x02\x01\x01" + digests + content + b"\0\0" * 3


def opaque(der: bytes) -> bytes:
    head = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + binascii.b2a_base64(der)


@pytest.mark.parametrize("is_in_pieces", [False, True])
def test_the_mail_inside_of_a_signature_is_read(signature: bytes, is_in_pieces: bool) -> None:
    raw = opaque(in_pieces() if is_in_pieces else signature)
    message = parse_message(raw)

    assert texts(message) == ["signed words"]
    assert message.notes == ("Signed (S/MIME); the signature was not checked.",)
    assert [each.name for each in message.attachments] == ["smime.p7m", "a.pdf"]
    assert attachment_data(raw, message.attachments[1].part) == b"%PDF-"


@settings(max_examples=200, deadline=1000)
@given(st.integers(0, 200), st.binary(max_size=8), st.integers(0, 20))
def test_a_damaged_signature_is_shown_all_the_same(at: int, other: bytes, gone: int) -> None:
    der = in_pieces()

    assert_harmless(parse_message(opaque(der[:at] + other + der[at + gone :])))


def test_signatures_around_signatures_come_to_an_end() -> None:
    layer = b"x"
    for _ in range(30):
        oid, data = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
        body = b"Content-Type: application/pkcs7-mime\r\n\r\n" + layer
        octets = b"\x04\x84" + struct.pack(">I", len(body)) + body
        content = b"\x30\x80" + data + b"\xa0\x80" + octets + b"\0\0" * 2
        layer = b"\x30\x80" + oid + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00" + content + b"\0\0" * 3
    message = parse_message(b"Content-Type: application/pkcs7-mime\r\n\r\n" + layer)

    assert "encrypted and cannot be read" in texts(message)[0]


def test_a_signed_text_is_read_without_its_armor() -> None:
    raw = (
        b"\r\nBefore\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n- -- \r\nAda\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\nAfter\r\n"
    )
    message = parse_message(raw)

    assert texts(message) == ["Before", "Hello", "-- ", "Ada", "After"]
    assert message.notes == ("Signed (PGP); the signature was not checked.",)


def test_an_encrypted_text_is_named() -> None:
    raw = b"\r\nHi\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\nBye\r\n"

    assert texts(parse_message(raw)) == ["Hi", "[Encrypted text (PGP), which cannot be read here]", "Bye"]


def test_words_about_armor_are_only_words() -> None:
    raw = b"\r\nIt begins with -----BEGIN PGP MESSAGE----- and so on.\r\n> -----BEGIN PGP SIGNED MESSAGE-----\r\n"

    assert texts(parse_message(raw))[0] == "It begins with -----BEGIN PGP MESSAGE----- and so on."


@pytest.mark.parametrize(
    ("head", "claimed", "name", "real"),
    [
        (b"MZ\x90", "application/pdf", "invoice.pdf", "application/x-msdownload"),
        (b"MZ\x90", "application/octet-stream", "setup.exe", ""),
        (b"MZ\x90", "application/octet-stream", "setup.pdf", "application/x-msdownload"),
        (b"%PDF-1.7", "application/pdf", "a.pdf", ""),
        (b"%PDF-1.7", "application/octet-stream", "a", ""),
        (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx", ""),
        (b"PK\x03\x04", "image/png", "a.png", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword", "a.doc", ""),
        (b"\xff\xd8\xff", "image/png", "a.png", ""),
        (b"\xff\xd8\xff", "application/pdf", "a.pdf", "image/jpeg"),
        (b"\n <!DOCTYPE HTML><p>", "image/png", "a.png", "text/html"),
        (b"<html>", "text/plain", "a.txt", ""),
        (b"<?xml version='1.0'?><svg>", "image/png", "a.png", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg>", "image/svg+xml", "a.svg", ""),
        (b"#!/bin/sh", "image/gif", "a.gif", "text/x-script"),
        (b"#!/bin/sh", "text/plain", "a.txt", ""),
        (b"hello", "image/gif", "a.gif", ""),
    ],
)
def test_a_file_that_is_something_else_is_told(head: bytes, claimed: str, name: str, real: str) -> None:
    assert other_type(head, claimed=claimed, name=name) == real


def test_the_real_type_of_an_attachment_is_found_in_its_encoding() -> None:
    head = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (attachment,) = parse_message(head + binascii.b2a_base64(b"MZ" + b"\0" * 300)).attachments

    assert (attachment.content_type, attachment.real_type) == ("application/pdf", "application/x-msdownload")
