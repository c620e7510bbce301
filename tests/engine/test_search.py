"""Search as the screen asks for it: from the store, at the server, and kept."""

import threading

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import letter
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import DeleteSearch, OpenAccount, OpenMailbox, SaveSearch, Search, SearchServer, SetFlags
from tuimail.api.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    ListChanged,
    ListLoaded,
    MailboxesListed,
    Progress,
    ServerHits,
)
from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.ids import CommandId, MailboxId, RowId
from tuimail.domain.listing import ListView, SortBy
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.engine.search import FIRST_HITS

ASKED = b"UID SEARCH RETURN (ALL) TEXT"


def searching(query: str, mailbox: Mailbox) -> Search:
    return Search(account=ACCOUNT, mailbox=mailbox.id, query=query)


def at_server(query: str, mailbox: Mailbox) -> SearchServer:
    return SearchServer(account=ACCOUNT, mailbox=mailbox.id, query=query)


def subjects(loaded: ListLoaded | ServerHits) -> list[str]:
    return [envelope.subject for envelope in loaded.envelopes]


@pytest.fixture
def heard(rig: Rig) -> Heard:
    rig.mail.deliver(letter("kettle"), letter("cups", minute=1), letter("kettle again", minute=2))
    rig.mail.deliver(letter("old kettle", minute=3), letter("boat", minute=4), box=b"Sent")
    return rig.signed_in()


@pytest.fixture
def inbox(heard: Heard) -> Mailbox:
    found = box(heard)
    open_full(heard, found)
    return found


def test_hits_come_newest_first(heard: Heard, inbox: Mailbox) -> None:
    loaded = heard.ask(searching("kettle", inbox), ListLoaded)

    assert subjects(loaded) == ["kettle again", "kettle"]
    assert (loaded.query, loaded.has_more, loaded.mailbox) == ("kettle", False, inbox.id)


def test_the_newest_hits_do_not_wait_for_all(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    rig.mail.deliver(*(letter(f"ship {number}", minute=10 + number) for number in range(FIRST_HITS + 5)))
    heard.wait_for(ListChanged, lambda event: len(event.rows) == FIRST_HITS + 8)

    number = heard.submit(searching("ship", inbox))
    first = heard.wait_for(ListLoaded, lambda event: event.command == number)
    second = heard.wait_for(ListLoaded, lambda event: event.command == number)

    assert (len(first.rows), first.has_more) == (FIRST_HITS, True)
    assert (len(second.rows), second.has_more) == (FIRST_HITS + 5, False)
    assert second.rows[:FIRST_HITS] == first.rows


def test_a_search_that_makes_no_sense_says_so(heard: Heard, inbox: Mailbox) -> None:
    ended = heard.do(searching("form:ada", inbox))

    assert isinstance(ended, Failed)
    assert (ended.problem.kind, ended.problem.remedy) == (ErrorKind.BAD_QUERY, Remedy.FIX_INPUT)
    assert "did you mean from:?" in ended.problem.summary


def test_an_empty_search_shows_all_again(heard: Heard, inbox: Mailbox) -> None:
    loaded = heard.ask(searching("  ", inbox), ListLoaded)

    assert (len(loaded.rows), loaded.query) == (3, "")


def test_a_given_up_search_ends_as_cancelled_or_done(heard: Heard, inbox: Mailbox) -> None:
    numbers = [heard.submit(searching(query, inbox)) for query in ("k", "ke", "ket")]
    for number in numbers[:-1]:
        heard.program.engine.cancel(number)

    ended: dict[CommandId | None, type[Event]] = {}
    while not ended.keys() >= set(numbers):
        event = heard.wait_for(Event, lambda event: isinstance(event, Finished | Cancelled | Failed))
        ended[event.command] = type(event)
    assert ended[numbers[-1]] is Finished
    assert Failed not in ended.values()


def test_the_server_finds_what_the_store_does_not_know(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    rig.mail.answers[ASKED] = b"* ESEARCH UID ALL 1:2\r\nTAG OK done\r\n"

    hits = heard.ask(at_server("kettle", inbox), ServerHits)

    assert subjects(hits) == ["cups"]
    assert hits.query == "kettle"


def test_hits_that_were_never_fetched_are_stored_and_shown(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    rig.mail.answers[ASKED] = b"* ESEARCH UID ALL 1\r\nTAG OK done\r\n"

    hits = heard.ask(at_server("in:sent kettle", inbox), ServerHits)

    assert subjects(hits) == ["old kettle"]
    assert hits.envelopes[0].mailbox == box(heard, MailboxRole.SENT).id
    assert subjects(heard.ask(searching("in:all kettle", inbox), ListLoaded)) == [
        "old kettle",
        "kettle again",
        "kettle",
    ]


def test_a_refusal_of_the_server_is_said(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    rig.mail.answers[ASKED] = b"TAG NO [BADCHARSET] not these letters\r\n"

    ended = heard.do(at_server("kettle", inbox))

    assert isinstance(ended, Failed)
    assert "not these letters" in ended.problem.summary
    assert "Only stored mail was searched." in ended.problem.summary
    assert ended.problem.remedy is Remedy.WAIT


def test_offline_the_server_is_not_asked(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    heard.program.close()
    rig.mail.answers[b"AUTHENTICATE"] = b"TAG NO [UNAVAILABLE] not now\r\n"
    again = rig.start()
    again.submit(OpenAccount(account=ACCOUNT))
    again.wait_for(MailboxesListed)

    ended = again.do(at_server("kettle", inbox))

    assert isinstance(ended, Failed)
    assert ended.problem.summary == "Offline: only stored mail was searched."
    assert subjects(again.ask(searching("kettle", inbox), ListLoaded)) == ["kettle again", "kettle"]


def test_a_server_that_searches_for_long_can_be_left(rig: Rig, heard: Heard, inbox: Mailbox) -> None:
    is_asked, may_go_on = threading.Event(), threading.Event()

    def ponder(peer: Peer, tag: bytes, _text: bytes) -> None:
        is_asked.set()
        may_go_on.wait(10)
        peer.send(tag + b" OK done\r\n")

    rig.mail.answers[ASKED] = ponder
    number = heard.submit(at_server("kettle", inbox))
    heard.wait_for(Progress, lambda event: event.command == number and "asking the server" in event.words)
    assert is_asked.wait(10)

    heard.program.engine.cancel(number)

    heard.wait_for(Cancelled, lambda event: event.command == number)
    may_go_on.set()
    rig.mail.answers[ASKED] = b"* ESEARCH UID ALL 2\r\nTAG OK done\r\n"
    assert subjects(heard.ask(at_server("kettle", inbox), ServerHits)) == ["cups"]


def kept(heard: Heard, name: str) -> Mailbox:
    listed = heard.wait_for(MailboxesListed, lambda event: any(each.name == name for each in event.mailboxes))
    return next(each for each in listed.mailboxes if each.name == name)


def test_a_kept_search_opens_as_a_folder_and_follows_changes(heard: Heard) -> None:
    open_full(heard, box(heard))
    heard.submit(SaveSearch(account=ACCOUNT, name="Kettles", query="kettle is:unread"))
    search = kept(heard, "Kettles")
    assert (search.role, search.query) == (MailboxRole.SEARCH, "kettle is:unread")

    loaded = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=search.id), ListLoaded)
    assert subjects(loaded) == ["kettle again", "kettle"]
    heard.submit(SetFlags(account=ACCOUNT, rows=(RowId(loaded.rows[0]),), add=frozenset({"\\Seen"})))

    changed = heard.wait_for(ListChanged, lambda event: event.mailbox == search.id)
    assert list(changed.rows) == [loaded.rows[1]]
    counted = heard.wait_for(MailboxesListed, lambda event: event.mailboxes[-1].unread == 1)
    assert counted.mailboxes[-1].name == "Kettles"


def test_a_search_within_a_kept_search_narrows_it(heard: Heard) -> None:
    open_full(heard, box(heard))
    heard.submit(SaveSearch(account=ACCOUNT, name="Kettles", query="kettle"))
    search = kept(heard, "Kettles")

    assert subjects(heard.ask(searching("again", search), ListLoaded)) == ["kettle again"]
    assert subjects(heard.ask(searching("in:inbox cups", search), ListLoaded)) == ["cups"]


def test_a_kept_search_survives_a_restart_and_can_be_forgotten(rig: Rig, heard: Heard) -> None:
    open_full(heard, box(heard))
    assert isinstance(heard.do(SaveSearch(account=ACCOUNT, name="Kettles", query="kettle")), Finished)
    heard.program.close()
    again = rig.reopened()
    search = next(each for each in listed(again) if each.role is MailboxRole.SEARCH)
    if not search.unread:
        again.wait_for(MailboxesListed, lambda event: event.mailboxes[-1].unread == 2)

    ended = again.do(DeleteSearch(account=ACCOUNT, mailbox=search.id))

    assert isinstance(ended, Finished)
    assert "no message was touched" in ended.words
    assert all(each.role is not MailboxRole.SEARCH for each in listed(again))
    opened = again.do(OpenMailbox(account=ACCOUNT, mailbox=search.id))
    assert isinstance(opened, Failed)


def listed(heard: Heard) -> tuple[Mailbox, ...]:
    return [event for event in heard.events if isinstance(event, MailboxesListed)][-1].mailboxes


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "kettle", "needs a name"),
        ("Kettles", "", "no search to keep"),
        ("Kettles", "is:blue", "is not known"),
        ("kettles", "kettle", "already"),
    ],
)
def test_what_cannot_be_kept_is_explained(heard: Heard, name: str, query: str, words: str) -> None:
    heard.do(SaveSearch(account=ACCOUNT, name="Kettles", query="kettle"))

    ended = heard.do(SaveSearch(account=ACCOUNT, name=name, query=query))

    assert isinstance(ended, Failed)
    assert words in ended.problem.summary
    assert ended.problem.kind is ErrorKind.BAD_QUERY


def test_another_account_is_named_in_words(heard: Heard, inbox: Mailbox) -> None:
    ended = heard.do(searching("account:nobody kettle", inbox))

    assert isinstance(ended, Failed)
    assert "There is no account “nobody”" in ended.problem.summary
    assert subjects(heard.ask(searching(f"account:{ACCOUNT} kettle", inbox), ListLoaded)) == ["kettle again", "kettle"]
    assert heard.do(searching("kettle", Mailbox(id=MailboxId(-99), name=""))) is not None


@pytest.mark.usefixtures("inbox")
def test_a_kept_search_is_sorted_and_narrowed_like_a_folder(heard: Heard) -> None:
    heard.do(SaveSearch(account=ACCOUNT, name="Kettles", query="kettle"))
    listed = heard.wait_for(MailboxesListed, lambda event: any(box.query for box in event.mailboxes))
    kept = next(box for box in listed.mailboxes if box.query)
    oldest = ListView(sort=SortBy.DATE, is_reversed=True, is_threaded=True)

    first = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=kept.id, view=oldest), ListLoaded)
    narrowed = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=kept.id, view=ListView(narrow="again")), ListLoaded)

    assert subjects(first) == ["kettle", "kettle again"]
    assert first.view == ListView(is_reversed=True)
    assert subjects(narrowed) == ["kettle again"]
