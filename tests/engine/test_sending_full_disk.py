"""A disk that is full while somebody writes and sends: nothing is said kept that is not, and it mends by itself."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, write
from tests.engine.test_sending import emptied
from tests.fakes.wire_server import Peer
from tests.journeys.conftest import Heard
from tuimail.api.commands import BeginDraft, ListDrafts, OpenAccount, ResumeDraft, SaveDraft, Send, SendNow
from tuimail.api.events import DraftOpened, DraftSaved, DraftsListed, Failed, Finished, Noticed, OutboxChanged
from tuimail.domain.draft import Draft, OutboxState
from tuimail.domain.errors import ErrorKind

_ROOM = 4096
"""Files may grow so far and no further: less than any change of the store needs."""


class Disk:
    """This process's limit on the size of files, as a disk without room."""

    def __init__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """From here on nothing can be written."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, self._before[1]))

    def clear(self) -> None:
        """There is room again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    @contextmanager
    def filled(self) -> Iterator[None]:
        """Full for a while."""
        self.fill()
        yield
        self.clear()


@pytest.fixture
def disk() -> Iterator[Disk]:
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    disk = Disk()
    yield disk
    disk.clear()
    signal.signal(signal.SIGXFSZ, before)


def draft_of(heard: Heard) -> Draft:
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    return replace(draft, to="bob@example.org", subject="Bees", text="They swarm.")


def last_outbox(heard: Heard) -> OutboxChanged | None:
    return next((event for event in reversed(heard.events) if isinstance(event, OutboxChanged)), None)


def test_a_draft_that_could_not_be_kept_is_not_called_kept(rig: Rig, disk: Disk) -> None:
    heard = rig.signed_in()
    draft = draft_of(heard)
    heard.do(SaveDraft(account=ACCOUNT, draft=draft))
    since = len(heard.events)

    with disk.filled():
        ended = heard.do(SaveDraft(account=ACCOUNT, draft=replace(draft, text="They swarm and swarm.")))
    told = [event for event in heard.events[since:] if isinstance(event, DraftSaved)]
    kept = heard.ask(ListDrafts(account=ACCOUNT), DraftsListed).drafts
    again = heard.do(SaveDraft(account=ACCOUNT, draft=replace(draft, text="They swarm on.")))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.DISK
    assert "disk is full" in ended.problem.summary
    assert told == []
    assert [each.text for each in kept] == ["They swarm."]
    assert isinstance(again, Finished)
    assert heard.ask(ResumeDraft(account=ACCOUNT, draft=draft.id), DraftOpened).draft.text == "They swarm on."


def test_a_mail_that_could_not_be_queued_stays_a_draft_and_goes_out_once_there_is_room(rig: Rig, disk: Disk) -> None:
    heard = rig.signed_in()
    draft = draft_of(heard)
    heard.do(SaveDraft(account=ACCOUNT, draft=draft))

    with disk.filled():
        ended = heard.do(Send(account=ACCOUNT, draft=draft))
    kept = heard.ask(ListDrafts(account=ACCOUNT), DraftsListed).drafts
    mails = list(rig.smtp.mails)
    heard.do(Send(account=ACCOUNT, draft=draft))
    heard.do(SendNow(account=ACCOUNT))

    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.DISK
    assert (kept, mails) == ((draft,), [])
    assert len(rig.smtp.mails) == 1


@pytest.mark.parametrize("command", [b"MAIL", b"DATA"])
def test_a_disk_that_fills_on_the_way_keeps_the_last_dot_back(rig: Rig, disk: Disk, command: bytes) -> None:
    rig.account = rig.make_account(save_sent=False)
    heard = rig.signed_in()

    def fill(peer: Peer, _line: bytes) -> None:
        disk.fill()
        del rig.smtp.answers[command]
        peer.send(b"354 go on\r\n" if command == b"DATA" else b"250 fine\r\n")
        peer.wait_for_end()

    rig.smtp.answers[command] = fill
    write(heard)
    told = heard.wait_for(Noticed, lambda event: event.problem is not None)
    disk.clear()
    heard.do(SendNow(account=ACCOUNT))
    waiting = last_outbox(heard)
    heard.do(SendNow(account=ACCOUNT))

    assert told.problem is not None
    assert told.problem.kind is ErrorKind.DISK
    assert waiting is not None
    assert [(item.state, "disk is full" in item.words) for item in waiting.items] == [(OutboxState.QUEUED, True)]
    emptied(heard)
    assert len(rig.smtp.mails) == 1


def test_a_mail_that_was_taken_is_sent_even_where_that_could_not_be_noted_at_once(rig: Rig, disk: Disk) -> None:
    rig.account = rig.make_account(save_sent=False)
    heard = rig.signed_in()

    def take_and_fill(peer: Peer, _line: bytes) -> None:
        peer.send(b"354 go on\r\n")
        while peer.line() != b".":
            pass
        rig.smtp.mails.append(b"taken")
        disk.fill()
        peer.send(b"250 taken\r\n")

    rig.smtp.answers[b"DATA"] = take_and_fill
    write(heard)
    heard.wait_for(Noticed, lambda event: event.problem is not None and event.problem.kind is ErrorKind.DISK)
    shown = last_outbox(heard)
    disk.clear()
    heard.do(SendNow(account=ACCOUNT))
    emptied(heard)

    assert shown is not None
    assert [item.state for item in shown.items] == [OutboxState.SENDING]
    assert len(rig.smtp.mails) == 1


def test_the_same_draft_is_not_queued_twice(rig: Rig) -> None:
    rig.send_delay_s = 60.0
    heard = rig.signed_in()
    draft = draft_of(heard)
    assert isinstance(heard.do(Send(account=ACCOUNT, draft=draft)), Finished)

    again = heard.do(Send(account=ACCOUNT, draft=draft))
    heard.do(SendNow(account=ACCOUNT))

    assert isinstance(again, Failed)
    assert "already" in again.problem.summary
    assert len(rig.smtp.mails) == 1


def test_a_store_that_cannot_be_opened_is_told_as_that_and_opens_once_it_can_be(rig: Rig, disk: Disk) -> None:
    rig.signed_in().program.close()

    with disk.filled():
        heard = rig.start()
        opened = heard.do(OpenAccount(account=ACCOUNT))
        draft = draft_of(heard)
        refused = heard.do(SaveDraft(account=ACCOUNT, draft=draft))
    kept = heard.do(SaveDraft(account=ACCOUNT, draft=draft))

    for ended in (opened, refused):
        assert isinstance(ended, Failed)
        assert "disk is full" in ended.problem.summary
    assert isinstance(kept, Finished)
    assert heard.ask(ListDrafts(account=ACCOUNT), DraftsListed).drafts == (draft,)
