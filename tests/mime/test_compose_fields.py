"""Any text in any field: the mail says exactly what was meant, in lines that every server takes, and ends once."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.mime.test_compose import DATE, PLAIN, built
from tuimail.domain.address import Address
from tuimail.domain.clean import clean_line
from tuimail.domain.draft import DraftAttachment
from tuimail.mime.attachments import attachment_data
from tuimail.mime.compose import build
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.parse import parse_message
from tuimail.net.envelope import for_the_wire

_USUAL_LINE = 78
_HOSTILE = st.sampled_from(
    ["", "Team: a@x.test, b@x.test;", "a@x.test", "<evil@x.test>", 'O"Brien', "back\\slash", "(comment)", "Last, First",
     "=?utf-8?q?a=0D=0ABcc:_e@x?=", "x\r\nBcc: evil@x.test", "\r\n.\r\n", "undisclosed-recipients:;", "a" * 1200, " ",
     "ü" * 600, "a " * 500, "\u202eevil", "\x00", "日本語" * 100, "e\u0301" * 60, "👩‍👩‍👧" * 30]
)  # fmt: skip
_ANY = st.one_of(st.text(max_size=200), _HOSTILE)
_LOCAL = st.from_regex(r"[a-z][a-z0-9.+_-]{0,30}[a-z0-9]", fullmatch=True).filter(lambda local: ".." not in local)
_SPECS = st.builds(lambda local, host: f"{local}@{host}.test", _LOCAL, st.sampled_from(["x", "example", "bücher"]))
_PEOPLE = st.lists(st.builds(Address, name=_ANY, spec=_SPECS), max_size=3).map(tuple)
_IDS = st.lists(st.from_regex(r"<[a-z0-9]{1,200}@[a-z]{1,20}>", fullmatch=True), max_size=6, unique=True).map(tuple)


def lines_of(data: bytes) -> list[bytes]:
    return data.split(b"\r\n")


def read_elsewhere(data: bytes) -> EmailMessage:
    """As the standard library reads it."""
    return message_from_bytes(data, policy=policy.default)


@settings(max_examples=200, deadline=5000)
@given(sender=_ANY, to=_PEOPLE, cc=_PEOPLE, bcc=_PEOPLE, subject=_ANY, ids=_IDS)
def test_any_text_in_any_field_is_read_back_as_it_was_meant(
    sender: str, to: tuple[Address, ...], cc: tuple[Address, ...], bcc: tuple[Address, ...], subject: str,
    ids: tuple[str, ...],
) -> None:  # fmt: skip
    mail = replace(
        PLAIN,
        sender=Address(name=sender, spec="ann@example.test"),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        references=ids,
        in_reply_to=ids[-1] if ids else "",
        text="x\n",
    )
    data = built(mail).data
    message = parse_message(data)

    assert tuple(map(meant, message.sender)) == (meant(mail.sender),)
    assert tuple(map(meant, message.to)) == tuple(map(meant, to))
    assert tuple(map(meant, message.cc)) == tuple(map(meant, cc))
    assert message.bcc == ()
    assert message.subject == clean_line(subject)
    assert (message.references, message.in_reply_to) == (ids, mail.in_reply_to)
    assert_fit_for_the_wire(data)


def meant(address: Address) -> Address:
    """As it is read: the name without what none can hold or begins with, the domain as it goes over the wire."""
    return Address(name=clean_line(address.name).strip("\"' "), spec=address.spec.replace("bücher", "xn--bcher-kva"))


def assert_fit_for_the_wire(data: bytes) -> None:
    header = data.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 and line.isascii() for line in lines_of(data))
    # Longer than usual only where there is no place to fold: an address, an identifier, a word of the field's.
    assert all(len(line) <= _USUAL_LINE or line.strip().count(b" ") <= 1 for line in lines_of(header)), header
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert b"\0" not in data
    assert f"\r\n{for_the_wire(data).decode('latin-1')}.\r\n".count("\r\n.\r\n") == 1


@settings(max_examples=100, deadline=5000)
@given(to=_PEOPLE, cc=_PEOPLE, subject=_ANY)
def test_another_program_reads_the_same_addresses(
    to: tuple[Address, ...], cc: tuple[Address, ...], subject: str
) -> None:
    read = read_elsewhere(built(replace(PLAIN, to=to, cc=cc, subject=subject)).data)

    for name, people in (("To", to), ("Cc", cc)):
        told = [each.addr_spec for each in read[name].addresses] if name in read else []
        assert told == [meant(each).spec for each in people]
    assert {name.lower() for name in read} <= {
        *("date", "from", "to", "cc", "subject", "message-id"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }


@settings(max_examples=30, deadline=5000)
@given(bcc=_PEOPLE, keeps=st.booleans())
def test_blind_copies_are_in_drafts_alone(bcc: tuple[Address, ...], *, keeps: bool) -> None:
    assume(bcc)
    hidden = tuple(Address(name=each.name, spec=f"hidden.{each.spec}") for each in bcc)
    mail = build(replace(PLAIN, bcc=hidden), date=DATE, message_id="<a@example.test>", keeps_bcc=keeps)

    assert (b"hidden." in mail.data) is keeps
    assert (b"\r\nBcc:" in mail.data) is keeps
    assert all(any(meant(each).spec == spec for spec in mail.recipients) for each in hidden)


@settings(max_examples=50, deadline=5000)
@given(names=st.lists(st.one_of(st.text(max_size=250), _HOSTILE), min_size=1, max_size=3))
@example(names=["naïve file.txt"])
@example(names=["%41%.txt", "a*=utf-8''b.txt", "semi;colon=.txt"])
@example(names=["x" * 190 + ".pdf", "日" * 60 + ".pdf", "a" * 60 + " " + "ü" * 40])
def test_names_of_files_arrive_here_and_elsewhere(names: list[str]) -> None:
    files = tuple(
        DraftAttachment(name=name, content_type="application/pdf", data=f"{place}".encode())
        for place, name in enumerate(names)
    )
    data = built(replace(PLAIN, text="x", attachments=files)).data
    safe = [safe_file_name(name) for name in names]

    assert [part.name for part in parse_message(data).attachments] == safe
    assert [part.get_filename() for part in read_elsewhere(data).iter_attachments()] == safe
    assert_fit_for_the_wire(data)


@settings(max_examples=100, deadline=5000)
@given(
    lines=st.lists(st.one_of(st.text(max_size=200), st.sampled_from([".", "..", "From x", "-- ", "", "a" * 1500]))),
    end=st.sampled_from(["\n", "\r\n", "\r", ""]),
    flowed=st.booleans(),
)
@example(lines=["é" + "x" * 69, "From here" + "y" * 80], end="", flowed=False)
def test_no_text_ends_the_mail_early_or_makes_a_line_too_long(lines: list[str], end: str, *, flowed: bool) -> None:
    text = end.join(lines)
    data = build(replace(PLAIN, text=text), date=DATE, message_id="<a@example.test>", flowed=flowed).data

    assert_fit_for_the_wire(data)
    assert not any(line.startswith(b"From ") for line in lines_of(data))
    if b"quoted-printable" in data.partition(b"\r\n\r\n")[0]:
        assert all(len(line) <= 76 for line in lines_of(data))  # RFC 2045 section 6.7


@settings(max_examples=30, deadline=5000)
@given(st.binary(max_size=400), st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n.\r\n"]))
def test_a_forwarded_mail_keeps_its_bytes_and_stays_inside(piece: bytes, end: bytes) -> None:
    inner = b"Subject: inner" + end + end + piece + end + b"."
    mail = replace(PLAIN, attachments=(DraftAttachment(name="mail.eml", content_type="message/rfc822", data=inner),))
    data = built(mail).data

    assert attachment_data(data, "2") == inner
    assert [part.name for part in parse_message(data).attachments] == ["mail.eml"]
    assert f"\r\n{for_the_wire(data).decode('latin-1')}.\r\n".count("\r\n.\r\n") == 1
    assert all(len(line) <= 998 for line in lines_of(data))
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
