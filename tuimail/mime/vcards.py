"""Contacts from vCards (RFC 6350, and RFC 2426 as it is still written). Never raises, whatever the bytes."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from tuimail.domain.address import Address, is_address
from tuimail.domain.address_book import Contacts, Group, Person
from tuimail.domain.clean import clean_line
from tuimail.mime.charset import decode_bytes

MAX_CARDS = 50_000
MAX_LINE = 10_000
"""Characters of a line that is read; pictures are longer, and are not."""
MAX_ADDRESSES = 50
MAX_MEMBERS = 1_000
_MAX_NAME = 200
_READ = "BEGIN|END|FN|N|UID|EMAIL|KIND|MEMBER|X-ADDRESSBOOKSERVER-KIND|X-ADDRESSBOOKSERVER-MEMBER"
_LINE = re.compile(
    rf"^(?:[A-Za-z0-9-]{{1,40}}\.)?(?:{_READ})[;:][^\r\n]{{0,{MAX_LINE}}}(?:\r?\n[ \t][^\r\n]{{0,{MAX_LINE}}}){{0,50}}",
    re.I | re.M,
)
_PART = re.compile(r"(?<!\\);")
_SIMPLE = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z-]+):([^\\\r\n]*)\Z")
_LEAST_PREFERRED = 101
"""Beyond what PREF can say (RFC 6350 section 5.3)."""


class _Line(Struct, frozen=True, kw_only=True):
    name: str
    raw: str
    value: str
    rank: int = _LEAST_PREFERRED


class Card(Struct, kw_only=True):
    """One vCard: a person, or a group of them."""

    name: str = ""
    parts_of_name: str = ""
    uid: str = ""
    addresses: list[tuple[int, str]] = field(default_factory=list)
    """Each behind its rank, the preferred one's being the lowest."""
    is_group: bool = False
    members: list[str] = field(default_factory=list)

    @property
    def people(self) -> tuple[Address, ...]:
        """An address each, the preferred one first."""
        name = self.name or self.parts_of_name
        ranked = sorted(self.addresses, key=lambda each: each[0])
        return tuple(Address(name=name, spec=spec) for _, spec in ranked)


def read_cards(data: bytes) -> Iterator[Card]:
    """The cards of a file, at most ``MAX_CARDS``."""
    card: Card | None = None
    count = 0
    for match in _LINE.finditer(decode_bytes(data, "utf-8").text):
        line = _read(match[0])
        if line is None:
            continue
        if line.name == "BEGIN":
            card = Card()
        elif line.name == "END" and card is not None:
            yield card
            card, count = None, count + 1
            if count >= MAX_CARDS:
                return
        elif card is not None:
            _take(card, line)


def _read(text: str) -> _Line | None:
    # Most lines are that simple, and the library needs 30 us for each.
    if simple := _SIMPLE.match(text):
        return _Line(name=simple[1].upper(), raw=simple[2], value=simple[2])
    from icalendar.parser import Contentline  # noqa: PLC0415 (80 ms, for those who keep contacts in files)

    try:
        line = Contentline.from_ical(text)  # type: ignore[no-untyped-call]  # has no annotations
        name, params, raw = line.raw_parts()
        value = line.parts()[2]
    except (ValueError, AssertionError, IndexError):
        return None
    rank = _rank({str(key).upper(): _words(given) for key, given in params.items()})
    return _Line(name=str(name).rpartition(".")[2].upper(), raw=str(raw), value=str(value), rank=rank)


def contacts_of(cards: Iterable[Card]) -> Contacts:
    """The people of all cards, and the groups with those whom they name."""
    people: list[Person] = []
    groups: list[Card] = []
    by_uid: dict[str, Address] = {}
    for card in cards:
        if card.is_group:
            groups.append(card)
            continue
        people += [Person(address=address, is_contact=True) for address in card.people]
        if card.uid and card.people:
            by_uid[card.uid] = card.people[0]
    made = [Group(name=card.name or card.parts_of_name, members=tuple(_members(card, by_uid))) for card in groups]
    return Contacts(people=tuple(people), groups=tuple(group for group in made if group.name and group.members))


def _take(card: Card, line: _Line) -> None:
    value = line.value
    match line.name:
        case "FN":
            card.name = card.name or clean_line(value)[:_MAX_NAME]
        case "N":
            # Family, given, further, before and behind (RFC 6350 section 6.2.2).
            family, given, *_ = [*(part.replace("\\", "") for part in _PART.split(line.raw)), "", ""]
            card.parts_of_name = clean_line(f"{given} {family}")[:_MAX_NAME]
        case "UID":
            card.uid = _identifier(value)
        case "EMAIL":
            spec = value.strip().removeprefix("mailto:")
            if is_address(spec) and len(card.addresses) < MAX_ADDRESSES:
                card.addresses.append((line.rank, spec))
        case "KIND" | "X-ADDRESSBOOKSERVER-KIND":
            card.is_group = value.strip().lower() == "group"
        case "MEMBER" | "X-ADDRESSBOOKSERVER-MEMBER" if len(card.members) < MAX_MEMBERS:
            card.members.append(value.strip())
        case _:
            pass


def _members(card: Card, by_uid: dict[str, Address]) -> Iterator[Address]:
    for member in card.members:
        spec = member[len("mailto:") :] if member.lower().startswith("mailto:") else ""
        if is_address(spec):
            yield Address(spec=spec)
        elif found := by_uid.get(_identifier(member)):
            yield found


def _identifier(value: str) -> str:
    return value.strip().lower().removeprefix("urn:uuid:")[:_MAX_NAME]


def _rank(params: dict[str, list[str]]) -> int:
    """Version 4 numbers what is preferred, version 3 has it as a type."""
    number = params.get("PREF", [""])[0]
    if number.isascii() and number.isdigit() and len(number) <= len("100"):
        return int(number)
    is_preferred = any(word.lower() == "pref" for word in params.get("TYPE", []))
    return 1 if is_preferred else _LEAST_PREFERRED


def _words(given: object) -> list[str]:
    values = given if isinstance(given, list) else [given]
    return [word for value in values for word in str(value).split(",")]
