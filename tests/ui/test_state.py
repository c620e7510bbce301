"""``reduce``: what each event changes, and that stale answers change nothing."""

from array import array

from tests.fakes.mailbox import INBOX, SENT, SIGNED_IN, WORK, account, envelopes, mailboxes, message
from tuimail.api import events as e
from tuimail.domain.account import SignedOut
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId, RowId
from tuimail.ui.state import AppState, begin, close_message, open_mailbox, open_message, reduce, search

ROW = RowId(1_000_000)
FIRST, SECOND = CommandId(1), CommandId(2)


def opened() -> AppState:
    return open_mailbox(begin((account(), account("home")), WORK), INBOX, FIRST)


def listed(command: CommandId | None, *rows: int, query: str = "") -> e.ListLoaded:
    return e.ListLoaded(command=command, account=WORK, mailbox=INBOX, rows=array("q", rows), query=query)


def loaded(command: CommandId) -> e.MessageLoaded:
    return e.MessageLoaded(command=command, account=WORK, row=ROW, message=message(envelopes()[0]))


def test_the_rows_of_the_open_mailbox_are_taken() -> None:
    state = reduce(opened(), listed(FIRST, 3, 2, 1))

    assert state.rows == array("q", [3, 2, 1])
    assert state.rows_known


def test_rows_of_another_mailbox_or_account_are_not() -> None:
    elsewhere = e.ListLoaded(command=FIRST, account=WORK, mailbox=SENT, rows=array("q", [9]))
    other = e.ListLoaded(command=FIRST, account=AccountId("home"), mailbox=INBOX, rows=array("q", [9]))

    assert reduce(opened(), elsewhere) == opened()
    assert reduce(opened(), other) == opened()


def test_the_answer_to_an_older_search_is_stale() -> None:
    state = search(opened(), "boat", SECOND)

    assert reduce(state, listed(FIRST, 1)).rows == array("q")
    assert reduce(state, listed(SECOND, 5, query="boat")).rows == array("q", [5])


def test_news_of_the_mailbox_does_not_disturb_a_search() -> None:
    state = reduce(search(opened(), "boat", SECOND), listed(SECOND, 5, query="boat"))
    news = e.ListChanged(account=WORK, mailbox=INBOX, rows=array("q", [9, 5]), new_mail=1)

    assert reduce(state, news).rows == array("q", [5])


def test_a_message_is_shown_only_to_who_waits_for_it() -> None:
    state = open_message(opened(), ROW, SECOND)

    stale, right = reduce(state, loaded(FIRST)), reduce(state, loaded(SECOND))
    assert stale.reading is not None
    assert stale.reading.message is None
    assert right.reading is not None
    assert right.reading.message is not None
    assert reduce(close_message(state), loaded(SECOND)).reading is None


def test_a_failure_to_open_stands_in_the_reader() -> None:
    problem = Problem(kind=ErrorKind.OFFLINE, summary="No connection.", remedy=Remedy.WAIT)
    state = reduce(open_message(opened(), ROW, SECOND), e.Failed(command=SECOND, problem=problem))

    assert state.reading is not None
    assert state.reading.problem == problem


def test_progress_lasts_until_its_command_ends() -> None:
    state = reduce(opened(), e.Progress(command=SECOND, words="fetching", done=1, total=2))
    assert state.doing[SECOND].words == "fetching"

    assert reduce(state, e.Finished(command=SECOND)).doing == {}


def test_signing_out_empties_the_account_and_no_other() -> None:
    state = reduce(opened(), e.MailboxesListed(account=AccountId("home"), mailboxes=mailboxes()))
    state = reduce(state, e.MailboxesListed(account=WORK, mailboxes=mailboxes()))
    state = reduce(state, e.AccountChanged(account=WORK, state=SIGNED_IN))
    state = reduce(reduce(state, listed(FIRST, 1)), e.AccountChanged(account=WORK, state=SignedOut()))

    assert state.view.mailboxes == ()
    assert state.rows == array("q")
    assert len(state.accounts[AccountId("home")].mailboxes) == len(mailboxes())
