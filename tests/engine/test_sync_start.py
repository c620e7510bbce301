"""What a start costs on the wire, and what is not asked twice."""

from collections.abc import Iterator

import pytest

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.cutter import Cutter
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenAccount, OpenMailbox, PauseFilling
from tuimail.api.events import FillingChanged, LinkChanged, ListChanged, ListLoaded, MailboxesListed
from tuimail.domain.account import Keep, Link, Server, Tls


@pytest.fixture
def cutter(rig: Rig) -> Iterator[Cutter]:
    """A wire to the rig's mail server that counts."""
    with Cutter(rig.imap_server.address.port) as cutter:
        address = Server(host="localhost", port=cutter.port, tls=Tls.IMPLICIT)
        # Nothing is fetched ahead, so that only the start is counted.
        rig.account = rig.make_account(imap=address, keep=Keep(days=0))
        yield cutter
        for program in rig.programs:
            program.close()


pytestmark = pytest.mark.usefixtures("cutter")


def fill(rig: Rig, count: int) -> list[int]:
    return rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(count)))


def started(rig: Rig) -> Heard:
    """A start with a stored list, which is opened as soon as there is one."""
    heard = rig.start()
    heard.submit(OpenAccount(account=ACCOUNT))
    heard.wait_for(MailboxesListed)
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    return heard


@pytest.mark.parametrize(("news", "turns"), [(0, 4), (1, 5)])
def test_a_warm_start_takes_at_most_five_round_trips(rig: Rig, cutter: Cutter, news: int, turns: int) -> None:
    fill(rig, 50)
    first = rig.signed_in()
    open_full(first, box(first))
    first.program.close()
    if news:
        rig.mail.deliver(*(letter(f"fresh {number}") for number in range(news)))
    before = cutter.connections
    rig.mail.commands.clear()

    second = started(rig)
    if news:
        second.wait_for(ListChanged, lambda event: len(event.rows) == 51)
    else:
        second.wait_for(LinkChanged, lambda event: event.state.link is Link.SYNCING)
        second.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)

    # With the handshake of TCP, which is not seen here, one more.
    assert cutter.turns[before] <= turns
    assert rig.mail.count(b"LIST") == 1


def test_a_list_is_painted_before_any_network_is_asked(rig: Rig, cutter: Cutter) -> None:
    fill(rig, 50)
    first = rig.signed_in()
    open_full(first, box(first))
    first.program.close()
    cutter.stall()

    second = rig.start()
    second.submit(OpenAccount(account=ACCOUNT))
    second.wait_for(MailboxesListed)
    loaded = second.ask(OpenMailbox(account=ACCOUNT, mailbox=box(second).id), ListLoaded)

    assert len(loaded.rows) == 50
    cutter.cut()


def test_a_filling_tells_how_far_it_is_selects_once_and_lists_seldom(rig: Rig) -> None:
    fill(rig, 3000)
    heard = rig.signed_in()
    rig.mail.commands.clear()

    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    heard.wait_for(ListChanged, lambda event: event.is_complete and len(event.rows) == 3000)
    end = heard.wait_for(FillingChanged, lambda event: event.done == event.total)

    told = [event for event in heard.events if isinstance(event, FillingChanged)]
    assert end.total == 2900
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert end.words == "older messages of Inbox"
    assert rig.mail.count(b"SELECT") <= 2
    assert rig.mail.count(b"UID SEARCH") <= 2


def test_a_paused_filling_waits_and_goes_on(rig: Rig) -> None:
    fill(rig, 3000)
    heard = rig.signed_in()
    heard.do(PauseFilling(account=ACCOUNT, is_paused=True))
    heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    paused = heard.wait_for(FillingChanged)
    assert paused.is_paused

    heard.do(PauseFilling(account=ACCOUNT, is_paused=False))
    heard.wait_for(FillingChanged, lambda event: event.done == event.total)
    assert sum(1 for event in heard.events if isinstance(event, FillingChanged) and event.is_paused) >= 1


def test_after_a_long_absence_the_newest_are_shown_first(rig: Rig) -> None:
    fill(rig, 50)
    first = rig.signed_in()
    open_full(first, box(first))
    first.program.close()
    rig.mail.deliver(*(letter(f"missed {number}", minute=100 + number // 2) for number in range(2000)))

    second = started(rig)
    newest = second.wait_for(ListChanged, lambda event: len(event.rows) > 50)
    whole = second.wait_for(ListChanged, lambda event: len(event.rows) == 2050 and event.is_complete)

    assert newest.rows[0] == whole.rows[0]
    assert not newest.is_complete
    assert len(set(whole.rows)) == 2050
