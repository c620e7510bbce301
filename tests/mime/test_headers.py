from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.address import Address, format_addresses
from tuimail.domain.clean import clean_line
from tuimail.mime.headers import addresses, decode_words, read_date, read_row

SERVER_DATE = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_row_holds_what_the_header_says() -> None:
    row = read_row(
        b'From: "Ann, X" <ann@x.test>\r\nTo: b@x.test,\r\n c@x.test\r\nCc: =?utf-8?q?J=C3=BC?= <j@x.test>\r\n'
        b"Subject: =?utf-8?b?SGVs?=\r\n =?utf-8?b?bG8=?= you\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100 (CET)\r\n"
        b"Message-ID: <1@x.test>\r\nIn-Reply-To: <0@x.test>\r\nReferences: <a@x.test>\r\n\t<0@x.test>\r\n"
        b'List-Id: "A list" <l.x.test>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nFrom: body@x.test\r\n',
        server_date=SERVER_DATE,
    )

    assert row.sender == (Address(name="Ann, X", spec="ann@x.test"),)
    assert [address.spec for address in row.to] == ["b@x.test", "c@x.test"]
    assert row.cc == (Address(name="Jü", spec="j@x.test"),)
    assert row.subject == "Hello you"
    assert row.sent_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (row.message_id, row.in_reply_to) == ("<1@x.test>", "<0@x.test>")
    assert row.references == ("<a@x.test>", "<0@x.test>")
    assert row.list_id == "l.x.test"
    assert row.has_attachment


@pytest.mark.parametrize(
    "date",
    [
        *["", "nonsense", "Mon, 99 Foo 2026", "1 Jan 99999999999 00:00 +0000", "1 Jan 1970 00:00:00 +0000", "(((("],
        *["Wed, 25 Nov 2026 10:00:00 +0000", "1 Jan 2026 25:00:00 +0000", "1 Jan 0000 10:00:00 +0000"],
    ],
)
def test_an_absurd_date_gives_way_to_that_of_the_server(date: str) -> None:
    moment = read_row(f"Date: {date}\r\n".encode(), server_date=SERVER_DATE).sent_at

    assert moment == SERVER_DATE


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0000", 10),
        ("20 Nov 2026 10:00 GMT", 10),
        ("Fri, 20 Nov 2026 10:00:00 EST", 15),
        ("Fri Nov 20 10:00:00 2026", 10),
        ("Fri, 20 Nov 2026 10:00:60 -0230", 12),
    ],
)
def test_dates_of_many_makes_are_read(text: str, hour: int) -> None:
    moment = read_date(text)

    assert moment is not None
    assert (moment.day, moment.hour, moment.tzinfo) == (20, hour, UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@x.test", [("", "a@x.test")]),
        ("Ann <a@x.test>", [("Ann", "a@x.test")]),
        ('"B, \\"C\\"" <b@x.test>, d@x.test (Dan)', [('B, "C', "b@x.test"), ("Dan", "d@x.test")]),
        ("Team: a@x.test, B <b@x.test>;", [("", "a@x.test"), ("B", "b@x.test")]),
        ("undisclosed-recipients:;", []),
        ("<@r.test,@s.test:a@x.test>", [("", "a@x.test")]),
        ("a @ x.test", [("", "a@x.test")]),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ("Ann a@x.test", [("Ann", "a@x.test")]),
        ("=?utf-8?q?a=2C_b?= <a@x.test>", [("a, b", "a@x.test")]),
        ('"=?utf-8?q?quoted?=" <a@x.test>', [("quoted", "a@x.test")]),
        ("'Ann' <a@x.test>; b@x.test", [("Ann", "a@x.test"), ("", "b@x.test")]),
        ("a@\u0430\u0440\u0440\u04cf\u0435.test", [("", "a@xn--80ak6aa92e.test")]),
        ("a@bücher.test", [("", "a@bücher.test")]),
        ("", []),
        (",,;", []),
        ("<>", []),
    ],
)
def test_address_lists_are_read_leniently(value: str, found: list[tuple[str, str]]) -> None:
    assert [(address.name, address.spec) for address in addresses(value)] == found


def test_raw_eight_bit_names_are_read() -> None:
    assert addresses("Jürgen <j@x.test>".encode())[0].name == "Jürgen"
    assert addresses("Jürgen <j@x.test>".encode("latin-1"))[0].name == "Jürgen"


@pytest.mark.parametrize(
    ("value", "specs"),
    [
        ('"a b"@x.test', ['"a b"@x.test']),
        ('<"a b"@x.test>, c@x.test', ['"a b"@x.test', "c@x.test"]),
        ('a@x.test ("b c"@bank.test)', ["a@x.test"]),
        ('"boss@bank.test"@x.test', ['"boss@bank.test"@x.test']),
        ('A <"q\\"r"@x.test>', ['"q\\"r"@x.test']),
    ],
)
def test_a_quoted_local_part_is_part_of_the_address(value: str, specs: list[str]) -> None:
    assert [address.spec for address in addresses(value)] == specs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?b?w?= =?utf-8?b?w7w=?=", "ü"),
        ("=?utf-8?b?w7?= =?utf-8?b?w=?= =?utf-8?b?YWI?=", "üab"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
        ("=?utf-8?q?why?now??=", "why?now?"),
        ("=?utf-8?q?ab =?utf-8?q?c?=", "=?utf-8?q?ab c"),
        ("=?iso-2022-jp?b?GyRCJDMbKEI=?=", "こ"),
        ("=?x-unknown?q?=FF?=", "=?x-unknown?q?=FF?="),
        ("=?x-unknown?q?plain?=", "plain"),
        ("=?utf-8*en?q?a_b?=", "a b"),
        ("=?utf-8?q?not ended", "=?utf-8?q?not ended"),
        ("x=?utf-8?q?a?=y", "xay"),
    ],
)
def test_encoded_words_are_joined_before_they_are_decoded(value: str, text: str) -> None:
    assert decode_words(value) == text


@given(st.lists(st.builds(Address, name=st.text(max_size=20).map(clean_line), spec=st.just("a@x.test")), max_size=4))
def test_formatted_addresses_read_back(people: list[Address]) -> None:
    read = addresses(format_addresses(tuple(people)))

    assert [address.spec for address in read] == [address.spec for address in people]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["From", "to", "CC", "Subject", "Date", "Message-ID", "References", "X-Other", "List-Id"]),
            st.text(st.sampled_from('ab<>@,."()=?; \t\r\n\\'), max_size=40),
        ),
        max_size=8,
    ),
    st.sampled_from(["\r\n", "\n"]),
)
def test_a_row_is_read_alike_whether_or_not_its_block_holds_raw_8_bit_text(
    fields: list[tuple[str, str]], line_end: str
) -> None:
    block = "".join(f"{name}: {value}{line_end}" for name, value in fields)
    if "\n\n" in block or "\n\r\n" in block:
        block = block.partition("\n\n")[0].partition("\n\r\n")[0] + line_end
    now = datetime(2026, 1, 1, tzinfo=UTC)

    plain = read_row(block.encode(), server_date=now)
    beside_8_bit = read_row(f"X-Odd: é{line_end}{block}".encode(), server_date=now)

    assert plain == beside_8_bit
