"""Completion of addresses, from the people of an account and the contacts that the profile names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tuimail.api.events import Noticed
from tuimail.api.writing import AddressesFound, CompleteAddress
from tuimail.domain.address_book import AddressBook, Contacts, Person
from tuimail.domain.ids import AccountId
from tuimail.engine.job import Job
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Worker

FRESH = timedelta(minutes=5)
"""So long a book is used: who was written to a moment ago is hardly looked for at once."""

LOOK_AGAIN = timedelta(seconds=10)
"""So often, at most, it is seen whether the user's own contacts changed."""

AT_ONCE = 500
"""Messages whose people are taken before an answer: what came lately. 9 ms."""


class _Made(Struct, frozen=True, kw_only=True):
    book: AddressBook
    people: Sequence[Person]
    contacts: Contacts
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
        self._told: set[str] = set()
        self._looked_at = now()

    def complete(self, job: Job) -> None:
        """Route of ``CompleteAddress``."""
        command = job.command
        assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
        made = self._made.get(command.account)
        if made is not None and self._now() - made.at < FRESH:
            job.hand_to(self._parser, lambda job: self._answer(job, made))
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

    def _answer(self, job: Job, made: _Made) -> None:
        """From a book that is there, unless the contacts are others now."""
        if self._now() - self._looked_at >= LOOK_AGAIN and self._look(job) != made.contacts:
            self._make(job, made.people, is_whole=True)
        else:
            _find(job, made.book)

    def _make(self, job: Job, people: Sequence[Person], *, is_whole: bool) -> None:
        command = job.command
        assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
        contacts = self._look(job)
        book = AddressBook([*people, *contacts.people], contacts.groups, now=self._now())
        if is_whole:
            self._made[command.account] = _Made(book=book, people=people, contacts=contacts, at=self._now())
        _find(job, book)

    def _look(self, job: Job) -> Contacts:
        self._looked_at = self._now()
        contacts = self._contacts()
        for words in contacts.problems:
            if words not in self._told:
                self._told.add(words)
                job.emit(Noticed(words=words))
        return contacts


def _find(job: Job, book: AddressBook) -> None:
    command = job.command
    assert isinstance(command, CompleteAddress)  # noqa: S101 (the route's own type, for the checker)
    found = book.find(command.typed, besides=command.besides)
    job.emit(AddressesFound(typed=command.typed, found=tuple(found)))
    job.finish()
