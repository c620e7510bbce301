"""Completion of addresses, from the people of an account and the contacts that the profile names."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from tuimail.api.writing import AddressesFound, CompleteAddress
from tuimail.domain.address_book import AddressBook, Group, Person
from tuimail.domain.ids import AccountId
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Worker

FRESH = timedelta(minutes=5)
"""So long a book is used: who was written to a moment ago is hardly looked for at once."""

AT_ONCE = 500
"""Messages whose people are taken before an answer: what came lately. 9 ms."""


class Contacts(Struct, frozen=True, kw_only=True):
    """What the user keeps himself."""

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()


class _Made(Struct, frozen=True, kw_only=True):
    book: AddressBook
    at: datetime


class AddressRoom:
    """Makes a book for each account at the first wish and uses it for a while. The book is made and asked on
    ``parser``, so that no list waits for it."""

    def __init__(
        self,
        storage: Storage,
        parser: Worker,
        *,
        own: Mapping[AccountId, frozenset[str]],
        now: Callable[[], datetime],
        contacts: Callable[[], Contacts] = Contacts,
    ) -> None:
        """``own``: the user's addresses, lower case; ``contacts`` reads files, on ``parser``."""
        self._storage = storage
        self._parser = parser
        self._own = own
        self._now = now
        self._contacts = contacts
        self._made: dict[AccountId, _Made] = {}

    def complete(self, job: Job) -> None:
        """Route of ``CompleteAddress``."""
        command = job.command
        assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
        made = self._made.get(command.account)
        if made is not None and self._now() - made.at < FRESH:
            job.hand_to(self._parser, lambda job: _answer(job, made.book))
        else:
            job.hand_to(self._storage.worker, self._load)

    def _load(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
        people: list[Person] = []
        is_whole = True
        if self._storage.is_open(command.account):
            known = self._storage.store(command.account).people
            is_whole = known.gather_some(AT_ONCE, own=self._own[command.account]) < AT_ONCE
            people = known.everybody()
        job.hand_to(self._parser, lambda job: self._make(job, people, is_whole=is_whole))

    def _make(self, job: Job, people: list[Person], *, is_whole: bool) -> None:
        command = job.command
        assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
        contacts = self._contacts()
        book = AddressBook([*people, *contacts.people], contacts.groups, now=self._now())
        if is_whole:
            self._made[command.account] = _Made(book=book, at=self._now())
        _answer(job, book)


def _answer(job: Job, book: AddressBook) -> None:
    command = job.command
    assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
    found = book.find(command.typed, besides=command.besides)
    job.emit(AddressesFound(typed=command.typed, found=tuple(found)))
    job.finish()
