"""Completion finds who is meant."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.address import Address
from tuimail.domain.address_book import LIMIT, AddressBook, Group, Person

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def person(name: str, spec: str, *, written: int = 0, seen: int = 1, days: int = 1, contact: bool = False) -> Person:
    last = NOW - timedelta(days=days)
    return Person(address=Address(name=name, spec=spec), written=written, seen=seen, last=last, is_contact=contact)


def found(book: AddressBook, typed: str) -> list[str]:
    return [hit.address.spec if isinstance(hit, Person) else hit.name for hit in book.find(typed)]


def test_people_written_to_come_before_those_who_only_wrote() -> None:
    book = AddressBook([person("", "ann.loud@x.test", seen=500), person("", "ann.dear@x.test", written=3)], now=NOW)

    assert found(book, "ann") == ["ann.dear@x.test", "ann.loud@x.test"]


def test_lately_comes_before_long_ago() -> None:
    book = AddressBook(
        [person("", "old@x.test", written=4, days=2000), person("", "olga@x.test", written=3, days=2)], now=NOW
    )

    assert found(book, "ol") == ["olga@x.test", "old@x.test"]


def test_the_beginning_of_a_word_beats_its_middle_and_letters_in_order_come_last() -> None:
    book = AddressBook(
        [
            person("Marianne Weber", "m.weber@x.test", written=50),
            person("Ann Case", "case@x.test"),
            person("Alan Nunn", "nunn@x.test", written=9),
        ],
        now=NOW,
    )

    assert found(book, "ann") == ["case@x.test", "m.weber@x.test", "nunn@x.test"]


def test_name_and_address_are_looked_through_and_marks_do_not_count() -> None:
    book = AddressBook([person("Jürgen Møller", "jm@fjord.test")], now=NOW)

    assert (
        found(book, "jurgen") == found(book, "JÜR") == found(book, "fjo") == found(book, "jm@fj") == ["jm@fjord.test"]
    )
    assert found(book, "jurgen fjord") == ["jm@fjord.test"]


def test_an_address_is_offered_once_with_the_name_from_the_contacts() -> None:
    people = [person("ANN C.", "ann@x.test", written=2), person("Ann Case", "Ann@x.test", seen=0, contact=True)]

    (hit,) = AddressBook(people, now=NOW).find("ann")

    assert isinstance(hit, Person)
    assert (hit.address.name, hit.written, hit.is_contact) == ("Ann Case", 2, True)


def test_groups_are_found_by_their_name() -> None:
    team = Group(name="Allotment", members=(Address(spec="a@x.test"), Address(spec="b@x.test")))
    book = AddressBook([person("Al", "al@x.test")], (team,), now=NOW)

    assert found(book, "al") == ["Allotment", "al@x.test"]


def test_who_is_there_already_is_not_offered_again() -> None:
    book = AddressBook([person("Ann", "ann@x.test")], now=NOW)

    assert book.find("ann", besides=frozenset({"ann@x.test"})) == []


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=20))
def test_nothing_typed_breaks_it(typed: str, names: list[str]) -> None:
    book = AddressBook([person(name, f"p{place}@x.test") for place, name in enumerate(names)], now=NOW)

    assert len(book.find(typed)) <= LIMIT
