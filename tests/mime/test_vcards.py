"""vCards of many programs, and bytes that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.domain.address import is_address
from tuimail.domain.clean import is_clean_line
from tuimail.mime.vcards import MAX_ADDRESSES, MAX_MEMBERS, contacts_of, read_cards


def card(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""))


def people(*cards: str) -> list[str]:
    return [str(person.address) for person in contacts_of(read_cards("".join(cards).encode())).people]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("FN:Ann Smith", "EMAIL:ann@x.test"), ["Ann Smith <ann@x.test>"]),
        (("FN;CHARSET=UTF-8:Zoë", "EMAIL;TYPE=INTERNET;TYPE=HOME:z@x.test"), ["Zoë <z@x.test>"]),
        (("N:Smith;Ann;;Dr.;", "item1.EMAIL;type=INTERNET:ann@x.test"), ["Ann Smith <ann@x.test>"]),
        (("FN:Smith\\, Ann", "EMAIL:a@x.test"), ['"Smith, Ann" <a@x.test>']),
        (("EMAIL:a@x.test",), ["a@x.test"]),
        (("FN:A", "EMAIL:mailto:a@x.test"), ["A <a@x.test>"]),
        (("FN:A very long", "  name", "EMAIL;TYPE=work:a@", " x.test"), ["A very long name <a@x.test>"]),
        (("FN:A", "EMAIL:b@x.test", "EMAIL;TYPE=HOME,PREF:a@x.test"), ["A <a@x.test>", "A <b@x.test>"]),
        (("FN:A", "EMAIL;PREF=2:b@x.test", "EMAIL;PREF=1:a@x.test"), ["A <a@x.test>", "A <b@x.test>"]),
        (("FN:A", "EMAIL:no address", "EMAIL:a@x.test\r\nBcc:e@x.test"), ["A <a@x.test>"]),
        (("FN:\x1b]0;x\x07A\u202e", "EMAIL:a@x.test"), ['"\ufffd]0;x\ufffdA\ufffd" <a@x.test>']),
        (("PHOTO;ENCODING=b;TYPE=JPEG:" + "A" * 50_000, "FN:A", "EMAIL:a@x.test"), ["A <a@x.test>"]),
        (("FN:Nobody",), []),
    ],
)
def test_a_card_gives_its_addresses_the_preferred_one_first(lines: tuple[str, ...], found: list[str]) -> None:
    assert people(card(*lines)) == found


def test_groups_of_both_versions_name_their_members() -> None:
    ann = card("UID:urn:uuid:1", "FN:Ann", "EMAIL:old@x.test", "EMAIL;PREF=1:ann@x.test")
    bo = card("UID:2", "FN:Bo", "EMAIL:bo@x.test")
    four = card("KIND:group", "FN:Four", "MEMBER:urn:uuid:1", "MEMBER:mailto:c@x.test", "MEMBER:urn:uuid:9")
    three = card("X-ADDRESSBOOKSERVER-KIND:group", "N:Three", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2")

    found = contacts_of(read_cards("".join((four, three, ann, bo, card("KIND:group", "FN:Empty"))).encode()))

    assert [(group.name, [str(each) for each in group.members]) for group in found.groups] == [
        ("Four", ["Ann <ann@x.test>", "c@x.test"]),
        ("Three", ["Bo <bo@x.test>"]),
    ]
    assert len(found.people) == 3


def test_endless_cards_are_bounded() -> None:
    addresses = [f"EMAIL:a{number}@x.test" for number in range(1000)]
    members = [f"MEMBER:mailto:a{number}@x.test" for number in range(5000)]

    found = contacts_of(read_cards((card(*addresses) + card("KIND:group", "FN:G", *members)).encode()))

    assert len(found.people) == MAX_ADDRESSES
    assert len(found.groups[0].members) == MAX_MEMBERS


_PIECES = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "EMAIL", ";", ":", "=", '"', "\\", "\r\n", "\n ", "a@x.test", "FN:", "N:", "TYPE=",
     "PREF", "MEMBER:", "KIND:group", "UID:", "\x00", "\x1b", "\u2028", ",", "^", "item1."]
)  # fmt: skip


@settings(max_examples=400, deadline=2000)
@given(st.lists(_PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode()) | st.binary(max_size=300))
def test_whatever_the_bytes_only_clean_contacts_come_of_them(data: bytes) -> None:
    found = contacts_of(read_cards(b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n" + data))

    for address in (*(person.address for person in found.people), *(each for g in found.groups for each in g.members)):
        assert is_address(address.spec)
        assert is_clean_line(address.name)
    assert all(is_clean_line(group.name) for group in found.groups)
