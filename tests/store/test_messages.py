from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.store.conftest import NOW, mail
from tuimail.domain.address import Address
from tuimail.domain.clean import clean_line
from tuimail.domain.ids import MailboxId, RowId, Uid
from tuimail.store.bodies import BodyRepository
from tuimail.store.changes import ChangeRepository
from tuimail.store.columns import (
    from_seconds,
    pack_addresses,
    searchable,
    to_seconds,
    unpack_addresses,
)
from tuimail.store.db import Database
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository, SyncState
from tuimail.store.messages import MessageRepository, NewMessage, Place

SEEN = frozenset({"\\Seen"})


def test_messages_are_listed_newest_first(messages: MessageRepository, inbox: MailboxId) -> None:
    rows = messages.insert(inbox, [mail(2), mail(9), mail(5)])

    assert list(messages.ids(inbox)) == [rows[1], rows[2], rows[0]]


def test_envelope_is_what_was_inserted(messages: MessageRepository, inbox: MailboxId) -> None:
    new = mail(
        7,
        "Straße nach 東京",
        flags=frozenset({"\\Seen", "work"}),
        cc=(Address(name="Bo", spec="bo@x.test"), Address(spec="cy@x.test")),
        references=("<a@x>", "<b c@x>"),
        in_reply_to="<b c@x>",
        has_attachment=True,
        sent_at=datetime(1969, 7, 20, tzinfo=UTC),
    )

    (row,) = messages.insert(inbox, [new])
    (envelope,) = messages.envelopes([row])

    for name in NewMessage.__struct_fields__:
        if name not in {"internal_date", "gmail_id", "gmail_thread", "labels"}:
            assert getattr(envelope, name) == getattr(new, name), name
    assert (envelope.row, envelope.mailbox, envelope.pending) == (row, inbox, False)


def test_envelopes_come_in_the_order_asked_for_without_those_gone(
    messages: MessageRepository, inbox: MailboxId
) -> None:
    first, second = messages.insert(inbox, [mail(1), mail(2)])

    found = messages.envelopes([second, RowId(12345), first])

    assert [envelope.row for envelope in found] == [second, first]


def test_known_uid_is_updated_and_keeps_its_row(messages: MessageRepository, inbox: MailboxId) -> None:
    (row,) = messages.insert(inbox, [mail(1, "(unreadable)")])

    rows = messages.insert(inbox, [mail(2), mail(1, "Readable", flags=SEEN, sent_at=NOW - timedelta(days=9))])

    assert rows[1] == row
    (envelope,) = messages.envelopes([row])
    assert envelope.subject == "Readable"
    assert not envelope.is_unread
    assert len(messages.ids(inbox)) == 2


def test_row_numbers_are_never_used_again(messages: MessageRepository, inbox: MailboxId) -> None:
    used = set(messages.insert(inbox, [mail(uid, sent_at=NOW) for uid in range(1, 50)]))

    messages.remove_uids(inbox, [Uid(uid) for uid in range(1, 50)])
    again = set(messages.insert(inbox, [mail(uid, sent_at=NOW) for uid in range(1, 50)]))

    assert len(used) == len(again) == 49
    assert not used & again


def test_counter_that_comes_round_finds_free_numbers(
    db: Database, messages: MessageRepository, inbox: MailboxId
) -> None:
    before = messages.insert(inbox, [mail(uid, sent_at=NOW) for uid in range(1, 6)])
    db.run("insert or replace into facts (name, value) values ('next_row', ?)", str(1 << 20))

    after = messages.insert(inbox, [mail(uid, sent_at=NOW) for uid in range(6, 12)])

    assert len({*before, *after}) == 11


def test_flags_from_the_server_change_rows_and_counts(
    messages: MessageRepository, mailboxes: MailboxRepository, inbox: MailboxId
) -> None:
    first, second = messages.insert(inbox, [mail(1), mail(2, flags=SEEN)])
    mailboxes.note_counts(inbox, total=2, unread=1)

    changed = messages.apply_server_flags(inbox, {Uid(1): SEEN, Uid(2): SEEN, Uid(99): SEEN})

    assert changed == [first]
    found = mailboxes.get(inbox)
    assert found is not None
    assert (found.total, found.unread) == (2, 0)
    assert second not in changed


def test_places_and_uids(messages: MessageRepository, inbox: MailboxId) -> None:
    first, second = messages.insert(inbox, [mail(4), mail(3)])

    assert messages.locate(first) == Place(mailbox=inbox, uid=Uid(4))
    assert messages.locate(RowId(1)) is None
    assert list(messages.uids(inbox)) == [3, 4]
    assert messages.rows_by_uid(inbox, [Uid(3), Uid(8)]) == {3: second}


def test_removed_messages_take_bodies_changes_and_words_along(
    db: Database, messages: MessageRepository, inbox: MailboxId
) -> None:
    first, second = messages.insert(inbox, [mail(1), mail(2)])
    bodies, changes = BodyRepository(db), ChangeRepository(db)
    bodies.save(first, b"raw", now=NOW)
    changes.set_flags([first], add=SEEN, now=NOW)

    assert messages.remove_uids(inbox, [Uid(1), Uid(7)]) == [first]

    assert bodies.load(first, now=NOW) is None
    assert not bodies.save(first, b"late", now=NOW)
    assert changes.waiting() == []
    assert db.all("select rowid from words") == [(second,)]


def test_new_uidvalidity_drops_content_and_counts_lost_changes(
    db: Database, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    rows = messages.insert(inbox, [mail(1), mail(2)])
    (other,) = messages.insert(trash, [mail(3)])
    changes = ChangeRepository(db)
    changes.set_flags(rows, add=SEEN, now=NOW)
    changes.set_flags([rows[0], other], add=SEEN, now=NOW)

    lost = messages.drop_content(inbox)

    assert lost == 1
    assert [change.rows for change in changes.waiting()] == [(other,)]
    assert len(messages.ids(inbox)) == 0


def test_server_list_keeps_known_mailboxes_and_drops_others(
    mailboxes: MailboxRepository, messages: MessageRepository, inbox: MailboxId, trash: MailboxId
) -> None:
    messages.insert(trash, [mail(1)])

    mailboxes.replace_all(
        [ListedMailbox(raw_name=b"INBOX", name="INBOX", delimiter="."), ListedMailbox(raw_name=b"New", name="New")]
    )

    assert [mailbox.name for mailbox in mailboxes.list()] == ["INBOX", "New"]
    assert mailboxes.list()[0].id == inbox
    assert mailboxes.raw_name(inbox) == b"INBOX"
    assert mailboxes.get(trash) is None
    assert len(messages.ids(trash)) == 0


def test_sync_state_is_kept(mailboxes: MailboxRepository, inbox: MailboxId) -> None:
    assert mailboxes.sync_state(inbox) == SyncState()
    state = SyncState(uidvalidity=2**32 - 1, uidnext=7, highestmodseq=2**62, oldest_uid=Uid(3), is_complete=True)

    mailboxes.save_sync_state(inbox, state)

    assert mailboxes.sync_state(inbox) == state


@given(st.lists(st.builds(Address, name=st.text().map(clean_line), spec=st.text().map(clean_line))))
def test_cleaned_addresses_survive_packing(addresses: list[Address]) -> None:
    # One wholly empty address packs as none does; mail has no such thing.
    if addresses != [Address(spec="")]:
        assert list(unpack_addresses(pack_addresses(addresses))) == addresses


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_to_the_second(moment: datetime) -> None:
    assert timedelta(0) <= moment - from_seconds(to_seconds(moment)) < timedelta(seconds=1)


def test_runs_without_spaces_become_pairs() -> None:
    assert searchable("plain") == "plain"
    assert searchable("Tokyo東京都 ok").split() == ["Tokyo", "東京", "京都", "ok"]
    assert searchable("語").split() == ["語"]
