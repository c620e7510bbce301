import pytest

from tuimail.domain.body import Block, BlockKind
from tuimail.domain.errors import ServerError
from tuimail.domain.message import Message
from tuimail.mime.attachments import attachment_data
from tuimail.mime.parse import clean_source, parse_message


def kinds(blocks: tuple[Block, ...]) -> list[BlockKind]:
    return [block.kind for block in blocks]


def texts(message: Message) -> list[str]:
    return [block.text for block in message.blocks]


def multipart(subtype: str, *parts: str, params: str = "") -> bytes:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"From: a@x.test\r\nContent-Type: multipart/{subtype}; boundary=b{params}\r\n\r\n{body}--b--\r\n".encode()


PLAIN = "Content-Type: text/plain\r\n\r\none two three four"
HTML = "Content-Type: text/html\r\n\r\n<p>one two <b>three</b> four five"


def test_the_plain_form_is_shown_and_the_html_is_kept_beside_it() -> None:
    message = parse_message(multipart("alternative", PLAIN, HTML))

    assert not message.is_html
    assert texts(message) == ["one two three four"]
    assert [block.text for block in message.other_blocks] == ["one two three four five"]


def test_the_html_is_shown_where_the_plain_form_is_a_stub() -> None:
    message = parse_message(multipart("alternative", "Content-Type: text/plain\r\n\r\nView online", HTML * 3))

    assert message.is_html
    assert [block.text for block in message.other_blocks] == ["View online"]


def test_the_html_is_shown_on_request() -> None:
    assert parse_message(multipart("alternative", PLAIN, HTML), prefer_html=True).is_html


def test_links_of_both_forms_share_their_numbers() -> None:
    plain = "Content-Type: text/plain\r\n\r\nsee http://b.test/ and http://a.test/"
    html = "Content-Type: text/html\r\n\r\nsee <a href='http://a.test/'>a</a> <a href='http://c.test/'>c</a>"
    message = parse_message(multipart("alternative", plain, html))

    assert [link.url for link in message.links] == ["http://b.test/", "http://a.test/", "http://c.test/"]
    assert texts(message) == ["see http://b.test/ [1] and http://a.test/ [2]"]
    assert [block.text for block in message.other_blocks] == ["see a [2] c [3]"]


def test_flowed_text_is_joined_and_del_sp_takes_the_space_away() -> None:
    head = b"Content-Type: text/plain; format=flowed"
    body = b"a \r\nb\r\n> q \r\n> r\r\n-- \r\nsig\r\n"

    assert texts(parse_message(head + b"\r\n\r\n" + body)) == ["a b", "q r", "-- ", "sig"]
    assert texts(parse_message(head + b"; delsp=yes\r\n\r\n" + body))[:2] == ["ab", "qr"]


def test_quotes_carry_their_depth_and_the_signature_its_kind() -> None:
    message = parse_message(b"\r\nme\r\n> one\r\n>> two\r\n> > two\r\n\r\n\r\n\r\nme\r\n-- \r\nAnn\r\n")

    assert [block.quote for block in message.blocks] == [0, 1, 2, 2, 0, 0, 0, 0]
    assert kinds(message.blocks)[-4:] == [BlockKind.BLANK, BlockKind.TEXT, BlockKind.SIGNATURE, BlockKind.SIGNATURE]


@pytest.mark.parametrize(
    ("header", "data", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"\xe4\x80", "ä€"),
        ("text/plain; charset=gb2312", "中文".encode("gb18030"), "中文"),
        ("text/plain; charset=utf-8", b"caf\xe9", "café"),
        ("text/plain", "naïve".encode(), "naïve"),
        ("text/plain; charset=x-unknown", "naïve".encode(), "naïve"),
        ("text/plain; charset=us-ascii", b"\x93q\x94", "“q”"),
        ("text/plain; charset=unicode_escape", b"\\x1b[2J", "\\x1b[2J"),
        ('text/plain; charset="charset=utf-8"', "ü".encode(), "ü"),
        ("text/plain; charset=windows-874", "ไทย".encode("cp874"), "ไทย"),
        ("text/plain; charset=utf-7", b"+AOQ-", "ä"),
        ("text/html", b"<meta charset=koi8-r><p>\xc1", "\u0430"),
    ],
)
def test_text_is_read_whatever_its_charset(header: str, data: bytes, text: str) -> None:
    assert texts(parse_message(f"Content-Type: {header}\r\n\r\n".encode() + data)) == [text]


@pytest.mark.parametrize(
    ("header", "data", "note"),
    [
        (
            b"text/plain; charset=utf-8",
            b"caf\xe9 noir",
            "The text is not in the character set it claims; it was read as windows-1252.",
        ),
        (b"text/plain", b"caf\xe9", "The text does not name its character set; it was read as windows-1252."),
        (
            b"text/plain; charset=utf-8",
            "üüüüü".encode() + b"\xe9",
            "Some characters could not be read and are shown as �.",
        ),
    ],
)
def test_a_guessed_charset_is_noted(header: bytes, data: bytes, note: str) -> None:
    assert parse_message(b"Content-Type: " + header + b"\r\n\r\n" + data).notes == (note,)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("x-uue", b"begin 644 a\r\n%:&5L;&\\ \r\nend\r\n"),
        ("base64;", b"aGVs\r\nbG8"),
        ("8bits", b"hello"),
        ("quoted printable", b"h=65llo="),
        ("7-bit", b"hello"),
        ('"base64"', b"aGVsbG8="),
    ],
)
def test_odd_transfer_encodings_are_understood(encoding: str, data: bytes) -> None:
    message = parse_message(f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + data)

    assert texts(message) == ["hello"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('Content-Disposition: attachment; filename="a b.pdf"', "a b.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''%e2%82%ac.pdf", "€.pdf"),
        ("Content-Disposition: attachment; filename*0*=utf-8''%e2%82; filename*1*=%ac; filename*2=.pdf", "€.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?q?=E2=82=AC.pdf?=", "€.pdf"),
        ("Content-Type: application/pdf; name=unquoted name.pdf", "unquoted name.pdf"),
        ('Content-Disposition: attachment; filename="/etc/passwd"', "passwd"),
        ("Content-Type: application/pdf", "part-2.pdf"),
        ('Content-Disposition: attachment; filename="missing.pdf', "missing.pdf"),
    ],
)
def test_attachments_have_their_names(header: str, name: str) -> None:
    kind = "" if header.startswith("Content-Type") else "Content-Type: application/pdf\r\n"
    raw = multipart("mixed", PLAIN, f"{kind}{header}\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=")
    (attachment,) = parse_message(raw).attachments

    assert (attachment.part, attachment.name, attachment.size_bytes) == ("2", name, 5)
    assert attachment_data(raw, "2") == b"hello"


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(ServerError):
        attachment_data(b"\r\nx", "9")


NESTED = "Content-Type: message/rfc822\r\n\r\nFrom: c@x.test\r\nSubject: inner\r\n\r\nold text"
CALENDAR = (
    "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Lunch\\, early\r\nDTSTART;TZID=Europe/Berlin:20261121T120000\r\nDTEND:20261121T130000Z\r\n"
    "LOCATION:Ca\r\n fe\r\nORGANIZER;CN=A:mailto:a@x.test\r\nEND:VEVENT\r\nEND:VCALENDAR"
)
DELIVERY = "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.test\r\n\r\nStatus: 5.1.1"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (multipart("mixed", NESTED), "Attached message: inner.eml"),
        (multipart("mixed", NESTED), "Subject: inner"),
        (multipart("mixed", NESTED.replace("rfc822", "global")), "Subject: inner"),
        (multipart("mixed", CALENDAR), "This message has no text beside the invitation."),
        (multipart("report", PLAIN, DELIVERY), "Status: 5.1.1"),
        (multipart("encrypted", "Content-Type: application/octet-stream\r\n\r\nx"), "encrypted and cannot be read"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx", "encrypted and cannot be read"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno boundary here", "no boundary here"),
        (b"Content-Type: multipart/mixed\r\n\r\n--guess\r\n\r\nfound\r\n--guess--\r\n", "found"),
        (b"Subject: no blank line\r\nThis is the text\r\nof it", "This is the text"),
        (b"Content-Type: image/png\r\n\r\nx", "no text, only attachments"),
        (b"Content-Type: text/x-odd\r\n\r\nodd text", "odd text"),
        (b"From x\r\nSubject: mbox\r\n\r\ntext", "text"),
        (b"Subject: cr\r\rold mac", "old mac"),
    ],
)
def test_every_kind_of_message_shows_something(raw: bytes, words: str) -> None:
    assert words in "\n".join(texts(parse_message(raw)))


def test_a_signed_message_is_read_and_its_signature_not_believed() -> None:
    signature = "Content-Type: application/pgp-signature\r\n\r\nx"
    message = parse_message(multipart("signed", PLAIN, signature, params="; protocol=application/pgp-signature"))

    assert texts(message) == ["one two three four"]
    assert message.notes == ("Signed (PGP); the signature was not checked.",)


def test_pictures_of_a_page_are_inline_attachments() -> None:
    picture = "Content-Type: image/png\r\nContent-ID: <p>\r\n\r\nx"
    message = parse_message(multipart("related", HTML, picture))

    assert [attachment.is_inline for attachment in message.attachments] == [True]


def test_uuencoded_files_in_the_text_are_named_instead_of_shown() -> None:
    body = b"Hi\r\nbegin 644 a.gif\r\n" + b"M" + b"A" * 60 + b"\r\n`\r\nend\r\nBye\r\n"

    assert texts(parse_message(b"\r\n" + body))[1].startswith("[File in the text: a.gif")


def test_the_source_is_shown_without_controls() -> None:
    assert clean_source(b"Subject: \x1b[2Jx\r\n\r\n\xff") == "Subject: �[2Jx\n\nÿ"
