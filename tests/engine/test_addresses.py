"""Completion knows who was written to and who wrote, in this account alone."""

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.engine.test_together import wait_until
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.events import Noticed
from tuimail.api.writing import AddressesFound, CompleteAddress
from tuimail.domain.address_book import Group, Person


def offered(heard: Heard, typed: str, *, besides: frozenset[str] = frozenset()) -> list[str]:
    """Addresses, or names of groups."""
    found = heard.ask(CompleteAddress(account=ACCOUNT, typed=typed, besides=besides), AddressesFound).found
    return [each.address.spec if isinstance(each, Person) else Group.__name__ for each in found]


def test_who_wrote_is_offered_by_name_and_by_address(rig: Rig) -> None:
    rig.mail.deliver(letter("Bees"))
    heard = rig.signed_in()
    open_full(heard, box(heard))

    wait_until(lambda: offered(heard, "ada") == ["ada@example.org"], heard)

    assert offered(heard, "exam") == ["ada@example.org"]
    assert offered(heard, "ada", besides=frozenset({"ada@example.org"})) == []
    assert offered(heard, "nobody") == []


def test_contacts_of_the_profile_are_offered_and_what_is_missing_is_told(rig: Rig) -> None:
    cards = rig.folder / "contacts.vcf"
    cards.write_text("BEGIN:VCARD\nFN:Bo Miller\nEMAIL:bo@x.test\nEND:VCARD\n", encoding="utf-8")
    rig.contacts = (cards, rig.folder / "nowhere")
    heard = rig.signed_in()

    heard.submit(CompleteAddress(account=ACCOUNT, typed="x"))

    assert "nowhere cannot be read: No such file" in heard.wait_for(Noticed).words
    assert offered(heard, "mill") == ["bo@x.test"]
