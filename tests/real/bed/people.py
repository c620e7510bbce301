"""The two people of the test bed; the authorization server takes their address, with any password."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a mailbox."""

    name: str
    address: str


ALICE = Person(name="Alice Example", address="alice@example.test")
BOB = Person(name="Bob Example", address="bob@example.test")
EVERYBODY = (ALICE, BOB)
DOMAIN = "example.test"
