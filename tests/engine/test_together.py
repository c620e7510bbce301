"""All accounts as one, on two scripted servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.conftest import ACCOUNT
from tests.engine.two_accounts import OTHER, TwoAccounts
from tests.fakes.certificates import Certificate
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tuimail.api.commands import (
    AnswerKind,
    BeginAnswer,
    LoadRows,
    MoveMessages,
    OpenMailbox,
    OpenMessage,
    Search,
    SearchServer,
    SetFlags,
    SignOut,
    Undo,
)
from tuimail.api.events import (
    DraftOpened,
    Event,
    Failed,
    Finished,
    ListChanged,
    ListLoaded,
    MailArrived,
    MailboxesListed,
    MessageLoaded,
    RowsLoaded,
    ServerHits,
)
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.listing import ListView
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.together import ALL_ACCOUNTS, SHARED, parted

INBOX = MailboxId(1 + SHARED.index(MailboxRole.INBOX))
TRASH = MailboxId(1 + SHARED.index(MailboxRole.TRASH))
STAR = frozenset({"\\Flagged"})


@pytest.fixture
def two(tmp_path: Path, certificate: Certificate) -> Iterator[TwoAccounts]:
    with ExitStack() as servers:
        rig = TwoAccounts(tmp_path, certificate, servers)
        yield rig
        for program in rig.programs:
            program.close()


@pytest.fixture
def heard(two: TwoAccounts) -> Heard:
    """Both are online; their four letters alternate by date, the newest at ``other``."""
    two.mail.deliver(letter("First", minute=1), letter("Third", minute=3))
    two.other_mail.deliver(letter("Second", minute=2), letter("Fourth", minute=4))
    heard = two.both_signed_in()
    for account in (ACCOUNT, OTHER):
        _wait_for_two(heard, account)
    return heard


def _wait_for_two(heard: Heard, account: AccountId) -> None:
    if newest_count(heard, account) != 2:
        heard.wait_for(MailboxesListed, lambda event: event.account == account and _total(event) == 2)


def _total(event: MailboxesListed) -> int:
    return sum(box.total for box in event.mailboxes if box.role is MailboxRole.INBOX)


def newest_count(heard: Heard, account: str) -> int:
    listed = [event for event in heard.events if isinstance(event, MailboxesListed) and event.account == account]
    return _total(listed[-1]) if listed else 0


def opened(heard: Heard, *, mailbox: MailboxId = INBOX, view: ListView | None = None, count: int = 4) -> ListLoaded:
    """The list of all accounts, once it has so many rows."""
    loaded = heard.ask(OpenMailbox(account=ALL_ACCOUNTS, mailbox=mailbox, view=view), ListLoaded)
    if len(loaded.rows) != count:
        heard.wait_for(ListChanged, lambda event: event.account == ALL_ACCOUNTS and len(event.rows) == count)
        loaded = heard.ask(OpenMailbox(account=ALL_ACCOUNTS, mailbox=mailbox, view=view), ListLoaded)
    return loaded


def subjects(event: ListLoaded) -> list[str]:
    return [each.subject for each in event.envelopes]


def rows_of(event: ListLoaded, *names: str) -> tuple[RowId, ...]:
    by_subject = {each.subject: each.row for each in event.envelopes}
    return tuple(by_subject[name] for name in names)


def wait_until(looks: Callable[[], bool], heard: Heard) -> None:
    """Wait for events until something holds."""
    while not looks():
        heard.wait_for(Event)


def test_all_inboxes_are_one_list_newest_first(heard: Heard) -> None:
    loaded = opened(heard)

    assert subjects(loaded) == ["Fourth", "Third", "Second", "First"]
    assert [parted(row)[1] for row in loaded.rows] == [1, 0, 1, 0]
    assert {each.mailbox for each in loaded.envelopes} == {INBOX}


def test_the_counts_of_all_are_the_sums_of_theirs(heard: Heard) -> None:
    opened(heard)

    listed = [event for event in heard.events if isinstance(event, MailboxesListed) and event.account == ALL_ACCOUNTS]

    inbox = next(box for box in listed[-1].mailboxes if box.role is MailboxRole.INBOX)
    assert (inbox.total, inbox.unread) == (4, 4)


def test_a_reversed_list_of_all_has_the_oldest_first(heard: Heard) -> None:
    opened(heard)

    loaded = opened(heard, view=ListView(is_reversed=True))

    assert subjects(loaded) == ["First", "Second", "Third", "Fourth"]


def test_rows_are_loaded_and_opened_in_their_own_accounts(heard: Heard) -> None:
    loaded = opened(heard)
    fourth, first = rows_of(loaded, "Fourth", "First")

    heard.do(LoadRows(account=ALL_ACCOUNTS, rows=(fourth, first)))
    message = heard.ask(OpenMessage(account=ALL_ACCOUNTS, row=fourth), MessageLoaded)

    answers = [event for event in heard.events if isinstance(event, RowsLoaded)]
    assert {each.subject: each.row for event in answers for each in event.envelopes} == {
        "Fourth": fourth,
        "First": first,
    }
    assert {event.account for event in answers} == {ALL_ACCOUNTS}
    assert (message.account, message.row, message.message.subject) == (ALL_ACCOUNTS, fourth, "Fourth")


def test_flags_reach_the_server_of_each_row_and_the_list_shows_them(two: TwoAccounts, heard: Heard) -> None:
    loaded = opened(heard)

    ended = heard.do(SetFlags(account=ALL_ACCOUNTS, rows=rows_of(loaded, "Fourth", "First"), add=STAR))

    assert isinstance(ended, Finished)
    assert ended.can_undo
    wait_until(lambda: two.mail.count(b"UID STORE") > 0 and two.other_mail.count(b"UID STORE") > 0, heard)
    changed = [event for event in heard.events if isinstance(event, ListChanged) and event.account == ALL_ACCOUNTS]
    assert {each.subject for event in changed for each in event.changed if each.is_flagged} == {"Fourth", "First"}


def test_moving_by_purpose_and_undoing_it_happens_in_all_accounts_concerned(heard: Heard) -> None:
    loaded = opened(heard)
    rows = rows_of(loaded, "Third", "Second")

    heard.do(MoveMessages(account=ALL_ACCOUNTS, rows=rows, to=MailboxRole.TRASH))
    left = opened(heard, count=2)
    trash = opened(heard, mailbox=TRASH, count=2)
    heard.do(Undo(account=ALL_ACCOUNTS))

    assert subjects(left) == ["Fourth", "First"]
    assert subjects(trash) == ["Third", "Second"]
    assert subjects(opened(heard)) == ["Fourth", "Third", "Second", "First"]


def test_undo_in_one_account_takes_back_what_was_done_to_both_at_once(heard: Heard) -> None:
    loaded = opened(heard)
    heard.do(MoveMessages(account=ALL_ACCOUNTS, rows=rows_of(loaded, "Third", "Second"), to=TRASH))

    heard.do(Undo(account=OTHER))

    assert subjects(opened(heard)) == ["Fourth", "Third", "Second", "First"]


def test_new_mail_of_either_joins_the_list_and_is_told_with_its_account(two: TwoAccounts, heard: Heard) -> None:
    opened(heard)

    two.other_mail.deliver(letter("Fifth", minute=5))

    changed = heard.wait_for(ListChanged, lambda event: event.account == ALL_ACCOUNTS and len(event.rows) == 5)
    assert [each.subject for each in changed.changed] == ["Fifth"]
    assert changed.rows[0] == changed.changed[0].row
    arrived = heard.wait_for(MailArrived)
    assert (arrived.account, arrived.count) == (OTHER, 1)


def test_a_search_finds_in_all_accounts(heard: Heard) -> None:
    opened(heard)

    found = heard.ask(Search(account=ALL_ACCOUNTS, mailbox=INBOX, query="from:ada"), ListLoaded)
    one = heard.ask(Search(account=ALL_ACCOUNTS, mailbox=INBOX, query="account:other from:ada"), ListLoaded)

    assert subjects(found) == ["Fourth", "Third", "Second", "First"]
    assert subjects(one) == ["Fourth", "Second"]


def test_words_that_make_no_sense_fail_once(heard: Heard) -> None:
    opened(heard)

    ended = heard.do(Search(account=ALL_ACCOUNTS, mailbox=INBOX, query="since:nonsense"))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.BAD_QUERY


def test_an_ended_search_shows_the_list_again(heard: Heard) -> None:
    opened(heard)
    heard.ask(Search(account=ALL_ACCOUNTS, mailbox=INBOX, query="subject:third"), ListLoaded)

    again = heard.ask(Search(account=ALL_ACCOUNTS, mailbox=INBOX, query=""), ListLoaded)

    assert subjects(again) == ["Fourth", "Third", "Second", "First"]


def test_all_servers_are_searched(two: TwoAccounts, heard: Heard) -> None:
    for mail in (two.mail, two.other_mail):
        mail.answers[b"UID SEARCH"] = b"* SEARCH\r\nTAG OK done\r\n"
    opened(heard)

    found = heard.ask(SearchServer(account=ALL_ACCOUNTS, mailbox=INBOX, query="subject:f"), ServerHits)

    assert found.account == ALL_ACCOUNTS
    assert [mail.count(b"UID SEARCH") for mail in (two.mail, two.other_mail)] == [1, 1]


def test_an_answer_is_written_in_the_account_of_its_message(heard: Heard) -> None:
    loaded = opened(heard)
    (fourth,) = rows_of(loaded, "Fourth")

    answer = BeginAnswer(account=ALL_ACCOUNTS, row=fourth, kind=AnswerKind.REPLY)

    assert heard.ask(answer, DraftOpened).draft.account == OTHER


def test_the_mail_of_an_account_that_signs_out_leaves_the_list(heard: Heard) -> None:
    opened(heard)

    heard.submit(SignOut(account=OTHER, here_only=True))

    changed = heard.wait_for(ListChanged, lambda event: event.account == ALL_ACCOUNTS and len(event.rows) == 2)
    assert {parted(row)[1] for row in changed.rows} == {0}


def test_the_view_of_an_account_of_its_own_is_not_that_of_all(heard: Heard) -> None:
    boxes = next(
        event for event in reversed(heard.events) if isinstance(event, MailboxesListed) and event.account == OTHER
    ).mailboxes
    inbox = next(box.id for box in boxes if box.role is MailboxRole.INBOX)
    opened(heard, view=ListView(is_reversed=True))

    own = heard.ask(OpenMailbox(account=OTHER, mailbox=inbox), ListLoaded)

    assert own.view == ListView()
    assert subjects(own) == ["Fourth", "Second"]
