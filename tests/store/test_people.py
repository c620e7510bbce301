import time
from datetime import timedelta

import pytest

from tests.store.conftest import NOW, mail
from tuimail.domain.address import Address
from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.trust import KnownSender
from tuimail.store.db import Database
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository
from tuimail.store.messages import MessageRepository
from tuimail.store.people import PeopleRepository

OWN = frozenset({"me@home.test"})
ADA = Address(name="Ada Lovelace", spec="ada@engine.test")


@pytest.fixture
def people(db: Database) -> PeopleRepository:
    return PeopleRepository(db)


def gather(people: PeopleRepository) -> None:
    while people.gather_some(7, own=OWN) == 7:
        pass


def told(db: Database) -> dict[str, tuple[str, int, int]]:
    return {spec: (name, written, seen) for spec, name, written, seen in db.all(_TOLD)}


_TOLD = "select spec, name, written, seen from people"


def test_senders_are_seen_once_for_each_message(
    db: Database, messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(uid) for uid in range(1, 21)])
    gather(people)
    messages.insert(inbox, [mail(20), mail(21, sender=(Address(name="Ada", spec="Ada@Engine.test"),))])
    gather(people)

    assert told(db) == {"ada@engine.test": ("Ada", 0, 21)}


def test_who_was_written_to_is_known_by_the_folder_or_by_the_own_address(
    db: Database, messages: MessageRepository, mailboxes: MailboxRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    sent = mailboxes.add(ListedMailbox(raw_name=b"Sent", name="Sent", role=MailboxRole.SENT))
    elsewhere = Address(name="Me", spec="other@home.test")
    messages.insert(sent, [mail(1, sender=(elsewhere,), to=(ADA,), cc=(Address(spec="bo@x.test"),))])
    messages.insert(inbox, [mail(2, sender=(Address(spec="Me@home.test"),), to=(ADA,))])
    gather(people)

    assert told(db) == {"ada@engine.test": ("Ada Lovelace", 2, 0), "bo@x.test": ("", 1, 0)}


@pytest.mark.parametrize("role", [MailboxRole.JUNK, MailboxRole.DRAFTS])
def test_nobody_is_known_from_junk_and_drafts(
    role: MailboxRole, db: Database, messages: MessageRepository, mailboxes: MailboxRepository, people: PeopleRepository
) -> None:
    folder = mailboxes.add(ListedMailbox(raw_name=b"F", name="F", role=role))
    messages.insert(folder, [mail(1), mail(2, sender=(Address(spec="me@home.test"),), to=(ADA,))])
    gather(people)

    assert told(db) == {}


def test_the_first_mail_of_somebody_stays_the_first(
    messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(1), mail(2)])
    gather(people)

    assert people.known(ADA, at=NOW + timedelta(minutes=1)) == KnownSender(is_first=True)
    assert people.known(ADA, at=NOW + timedelta(minutes=2)) == KnownSender()


def test_an_older_mail_that_comes_later_is_the_first_then(
    messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(5)])
    gather(people)
    messages.insert(inbox, [mail(4)])
    gather(people)

    assert not people.known(ADA, at=NOW + timedelta(minutes=5)).is_first
    assert people.known(ADA, at=NOW + timedelta(minutes=4)).is_first


def test_whoever_was_written_to_is_no_stranger(
    messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(1, sender=(Address(spec="me@home.test"),), to=(ADA,)), mail(2)])
    gather(people)

    assert people.known(ADA, at=NOW) == KnownSender()


def test_a_stranger_whose_domain_looks_like_a_known_one_is_told(
    messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(uid) for uid in range(1, 5)])
    gather(people)

    assert people.known(Address(spec="x@mail.engime.test"), at=NOW).alike == "engine.test"
    assert people.known(Address(spec="x@en-gine.test"), at=NOW).alike == "engine.test"
    assert people.known(Address(spec="x@mail.engine.test"), at=NOW).alike == ""


def test_a_domain_that_is_hardly_known_imitates_and_is_not_imitated(
    messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    twin = Address(spec="x@engime.test")
    messages.insert(inbox, [*(mail(uid) for uid in range(1, 5)), mail(5, sender=(twin,))])
    gather(people)

    assert people.known(twin, at=NOW).alike == "engine.test"
    assert people.known(ADA, at=NOW).alike == ""


def test_messages_that_were_deleted_before_leave_nothing_waiting(
    db: Database, messages: MessageRepository, inbox: MailboxId, people: PeopleRepository
) -> None:
    messages.insert(inbox, [mail(1)])
    messages.drop_content(inbox)
    gather(people)

    assert people.gather_some(7, own=OWN) == 0
    assert told(db) == {}


def test_asking_is_quick_among_many(messages: MessageRepository, inbox: MailboxId, people: PeopleRepository) -> None:
    crowd = [mail(uid, sender=(Address(spec=f"p@site{uid % 997}x{uid}.test"),)) for uid in range(1, 3001)]
    messages.insert(inbox, crowd)
    while people.gather_some(500, own=OWN) == 500:
        pass
    started = time.process_time()
    people.known(Address(spec="stranger@elsewhere.test"), at=NOW)

    assert time.process_time() - started < 0.05
