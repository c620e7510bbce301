"""Addresses as people type and paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.address import Address, format_addresses, in_ascii, parse_typed, piece_around, tidied
from tuimail.domain.clean import clean_line


def read(text: str) -> list[str]:
    typed = parse_typed(text)
    assert typed.problems == ()
    return [str(address) for address in typed.addresses]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , ;\n", []),
        ("a@x.test", ["a@x.test"]),
        ("a@x.test,", ["a@x.test"]),
        ("a@x.test, b@x.test; c@x.test\nd@x.test\r\n", ["a@x.test", "b@x.test", "c@x.test", "d@x.test"]),
        ("a@x.test b@x.test\tc@x.test", ["a@x.test", "b@x.test", "c@x.test"]),
        ("a@x.test\uff1bb@x.test\uff0cc@x.test", ["a@x.test", "b@x.test", "c@x.test"]),
        ("Ann <a@x.test>, Bo<b@x.test>", ["Ann <a@x.test>", "Bo <b@x.test>"]),
        ('"Smith, Ann" <a@x.test>', ['"Smith, Ann" <a@x.test>']),
        ('"A \\"B\\" <C>" <a@x.test>', ['"A \\"B\\" <C>" <a@x.test>']),
        ("'Smith, Ann' <a@x.test>; 'b@x.test'  <b@x.test>", ['"Smith, Ann" <a@x.test>', "b@x.test"]),
        ("O'Neill, <a@x.test>".replace(",", ""), ["O'Neill <a@x.test>"]),
        ("“Ann” <a@x.test>", ["Ann <a@x.test>"]),
        ("Ann Smith (a@x.test)", ["Ann Smith <a@x.test>"]),
        ("a@x.test (Ann Smith), b@x.test (Miller, Bo)", ["Ann Smith <a@x.test>", '"Miller, Bo" <b@x.test>']),
        ("Ann [mailto:a@x.test]", ["Ann <a@x.test>"]),
        ("mailto:a@x.test", ["a@x.test"]),
        ("<mailto:a@x.test?subject=x>", ["a@x.test"]),
        ("Ann <a@x.test<mailto:a@x.test>>", ["Ann <a@x.test>"]),
        ("a@x.test<mailto:a@x.test>", ["a@x.test"]),
        ("Ann Smith\ta@x.test\nBo\tMiller\tb@x.test", ["Ann Smith <a@x.test>", "Bo Miller <b@x.test>"]),
        ("team: a@x.test, Bo <b@x.test>;", ["a@x.test", "Bo <b@x.test>"]),
        ("team: a@x.test;, c@x.test", ["a@x.test", "c@x.test"]),
        ("undisclosed-recipients:;", []),
        ("To: a@x.test; Cc: b@x.test", ["a@x.test", "b@x.test"]),
        ('"odd name"@x.test', ['"odd name"@x.test']),
        ("ann@münchen.test, 用户@例子.测试", ["ann@münchen.test", "用户@例子.测试"]),
    ],
)
def test_every_way_of_writing_addresses_is_read(text: str, found: list[str]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("ann", "ann"),
        ("a@x.test, bo", "bo"),
        ("bo a@x.test", "bo a@x.test"),
        ("a@@x.test", "a@@x.test"),
        ("a@x..test", "a@x..test"),
        ("Ann <nobody>", "Ann <nobody>"),
        ("a@x.test>", "a@x.test>"),
        ("Smith, Ann <a@x.test>", "Smith"),
        ("a@x.test\x1b[2J", "a@x.test\ufffd[2J"),
        ("https://x.test/a@b", "https://x.test/a@b"),
    ],
)
def test_what_is_no_address_is_named(text: str, bad: str) -> None:
    assert f"“{bad}” is not a mail address." in parse_typed(text).problems


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("a@x.test\n b@x.test\n\n", "a@x.test, b@x.test"),
        ("Smith, Ann <a@x.test>; Miller, Bo <b@x.test>;", '"Smith, Ann" <a@x.test>, "Miller, Bo" <b@x.test>'),
        ("- a@x.test\n• b@x.test\n1. c@x.test\n2) d@x.test", "a@x.test, b@x.test, c@x.test, d@x.test"),
        ("Ann\ta@x.test\r\nBo\tb@x.test\r\n", "Ann <a@x.test>, Bo <b@x.test>"),
        ("Ann, a word, b@x.test", ""),
        ("", ""),
    ],
)
def test_a_pasted_list_becomes_a_line_where_all_of_it_is_one(pasted: str, line: str) -> None:
    assert tidied(pasted) == line


@pytest.mark.parametrize(
    ("spec", "ascii_form"),
    [
        ("a@x.test", "a@x.test"),
        ("a@MÜNCHEN.test", "a@xn--mnchen-3ya.test"),
        ("a@straße.test", "a@xn--strae-oqa.test"),
        ("ä@例子.测试", "ä@xn--fsqu00a.xn--0zwm56d"),
        ("a@" + "ü" * 70 + ".test", "a@" + "ü" * 70 + ".test"),
    ],
)
def test_a_domain_goes_to_the_wire_as_what_it_is(spec: str, ascii_form: str) -> None:
    assert in_ascii(spec) == ascii_form


_NAMES = st.text(max_size=30).map(clean_line)


@given(
    st.lists(
        st.builds(Address, name=_NAMES, spec=st.sampled_from(["a@x.test", '"b c"@x.test', "ä@ü.test"])), max_size=4
    )
)
def test_what_is_shown_in_a_field_is_read_back(addresses: list[Address]) -> None:
    assert list(parse_typed(format_addresses(tuple(addresses))).addresses) == addresses


@given(st.text(alphabet="ab@x.t<>\"'(),;: \t\\[]", max_size=60))
def test_anything_typed_is_read_and_each_place_has_its_piece(text: str) -> None:
    typed = parse_typed(text)

    assert tidied(text) == format_addresses(typed.addresses) or typed.problems or tidied(text) == ""
    for at in range(len(text) + 1):
        start, end = piece_around(text, at)
        assert 0 <= start <= end <= len(text)


def test_reading_a_huge_paste_takes_no_time() -> None:
    for text in (
        "a@x.test, " * 20_000,
        "<" * 100_000,
        "(" * 100_000,
        '"' + "a" * 100_000,
        "'a" * 50_000,
        ":" * 100_000,
    ):
        parse_typed(text)
        tidied(text)
