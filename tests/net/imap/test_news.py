"""News of all mailboxes, told while somebody waits."""

import threading
from collections.abc import Callable

import pytest

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import ImapScript
from tests.fakes.wire_server import Peer
from tests.net.conftest import Serve, after
from tests.net.imap.conftest import session_with
from tuimail.net.imap.idle import APART_S
from tuimail.net.imap.news import MAX_STATUSES, MailboxStatus, News, read_news
from tuimail.net.imap.session import ImapSession
from tuimail.net.imap.translate import Response

NOTIFY = b"IMAP4rev1 IDLE NOTIFY"
Reply = Callable[[Peer, bytes, bytes], None]


class Listener:
    """Keeps what it hears, and wakes the session after the last that it waits for."""

    def __init__(self, session: ImapSession, is_last: Callable[[News], bool]) -> None:
        self.heard: list[News] = []
        self._session = session
        self._is_last = is_last

    def __call__(self, news: News) -> None:
        self.heard.append(news)
        if self._is_last(news):
            self._session.wake()


def _idle(*news: bytes) -> Reply:
    def answer(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"+ idling\r\n")
        for each in news:
            peer.send(each)
        peer.line()
        peer.send(tag + b" OK done\r\n")

    return answer


def test_notify_asks_for_the_selected_mailbox_and_all_others(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(capabilities=NOTIFY)
    with session_with(serve(script).address, certificate) as session:
        assert session.notify()

    assert script.commands == [
        b"NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) "
        b"(personal (MessageNew MessageExpunge FlagChange MailboxName))"
    ]


def test_a_server_that_knows_fewer_events_is_asked_for_fewer(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        capabilities=NOTIFY,
        answers={
            b"NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) (personal (MessageNew MessageExpunge))": (
                b"TAG OK done\r\n"
            ),
            b"NOTIFY": b"TAG NO [BADEVENT (MessageNew MessageExpunge)] only those\r\n",
        },
    )
    with session_with(serve(script).address, certificate) as session:
        assert session.notify()

    assert len(script.commands) == 3


@pytest.mark.parametrize(("capabilities", "commands"), [(b"IMAP4rev1 IDLE", 0), (NOTIFY, 3)])
def test_without_notify_there_is_none(
    serve: Serve, certificate: Certificate, capabilities: bytes, commands: int
) -> None:
    script = ImapScript(capabilities=capabilities, answers={b"NOTIFY": b"TAG BAD what\r\n"})
    with session_with(serve(script).address, certificate) as session:
        assert not session.notify()
        session.noop()

    assert len(script.commands) == commands + 1


def test_news_of_other_mailboxes_comes_without_leaving_idle(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        capabilities=NOTIFY,
        answers={
            b"IDLE": _idle(
                b"* STATUS Sent (MESSAGES 4 UIDNEXT 9 UNSEEN 1)\r\n",
                b"* STATUS Sent (UNSEEN 0 HIGHESTMODSEQ 7)\r\n* 5 EXISTS\r\n",
            )
        },
    )
    with session_with(serve(script).address, certificate) as session:
        listener = Listener(session, lambda news: news.selected_changed)
        session.watch(60, listener)
        session.noop()

    statuses = [status for news in listener.heard for status in news.statuses]
    assert statuses[-1] == MailboxStatus(raw=b"Sent", unread=0, highestmodseq=7) or statuses[-1].total == 4
    assert script.commands == [b"IDLE", b"NOOP"]


def test_what_comes_together_is_told_together() -> None:
    texts = [
        b"STATUS a (MESSAGES 4)",
        b"STATUS b (UNSEEN 2)",
        b"STATUS a (MESSAGES 5)",
        b"STATUS broken (",
        b"STATUS ((x) y)",
        b'LIST () "/" new',
        b"OK [NOTIFICATIONOVERFLOW] too much",
        b"OK still here",
        b"7 EXPUNGE",
        b"FLAGS ()",
    ]
    news = read_news(Response(text) for text in texts)

    assert [(status.raw, status.total, status.unread) for status in news.statuses] == [
        (b"a", 5, None),
        (b"b", None, 2),
        (b"broken", None, None),
    ]
    assert news.selected_changed
    assert news.mailboxes_changed
    assert news.has_overflowed
    assert not read_news([Response(b"OK still here"), Response(b"FLAGS ()")])


def test_statuses_of_endless_mailboxes_are_not_kept() -> None:
    news = read_news(Response(b"STATUS m%d (MESSAGES 4)" % number) for number in range(MAX_STATUSES + 100))

    assert len(news.statuses) == MAX_STATUSES


def test_after_an_overflow_the_open_mailbox_is_asked_for_again(serve: Serve, certificate: Certificate) -> None:
    rounds: list[int] = []

    def idle(peer: Peer, tag: bytes, text: bytes) -> None:
        rounds.append(1)
        overflow = b"* OK [NOTIFICATIONOVERFLOW] too much\r\n"
        _idle(overflow if len(rounds) == 1 else b"* 4 EXISTS\r\n")(peer, tag, text)

    script = ImapScript(capabilities=NOTIFY, answers={b"IDLE": idle})
    with session_with(serve(script).address, certificate) as session:
        listener = Listener(session, lambda news: news.selected_changed)
        session.watch(60, listener)

    assert [news.has_overflowed for news in listener.heard] == [True, False]
    assert script.commands == [
        b"IDLE",
        b"NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))",
        b"IDLE",
    ]


def test_a_flood_of_news_is_told_now_and_then(serve: Serve, certificate: Certificate) -> None:
    is_enough = threading.Event()
    flooded: list[int] = []
    told: list[News] = []

    def flood(peer: Peer, tag: bytes, _text: bytes) -> None:
        peer.send(b"+ idling\r\n")
        while not is_enough.is_set():
            peer.send(b"".join(b"* STATUS m%d (MESSAGES %d)\r\n" % (number, number) for number in range(500)))
            flooded.append(500)
        peer.line()
        peer.send(tag + b" OK done\r\n")

    def hear(news: News) -> None:
        told.append(news)
        if len(told) == 4:
            is_enough.set()
            session.wake()

    with session_with(serve(ImapScript(capabilities=NOTIFY, answers={b"IDLE": flood})).address, certificate) as session:
        session.watch(60, hear)
        session.noop()

    assert len(told) == 5
    assert sum(flooded) > 5_000
    assert all(len(news.statuses) <= 500 for news in told)


def test_a_wake_ends_the_watch_of_a_silent_server(serve: Serve, certificate: Certificate) -> None:
    began = threading.Event()
    heard: list[News] = []

    def idle(peer: Peer, tag: bytes, text: bytes) -> None:
        began.set()
        _idle()(peer, tag, text)

    with session_with(serve(ImapScript(capabilities=NOTIFY, answers={b"IDLE": idle})).address, certificate) as session:
        waker = after(began, session.wake)
        session.watch(60, heard.append)
        waker.join()
        session.noop()

    assert heard == []


def test_news_between_two_tellings_is_not_lost(serve: Serve, certificate: Certificate) -> None:
    told = threading.Event()

    def idle(peer: Peer, tag: bytes, _: bytes) -> None:
        peer.send(b"+ idling\r\n* STATUS a (MESSAGES 1)\r\n")
        told.wait(5)
        peer.send(b"* STATUS b (MESSAGES 1)\r\n")
        peer.line()
        peer.send(tag + b" OK done\r\n")

    def hear(news: News) -> None:
        raws.extend(status.raw for status in news.statuses)
        told.set()
        if b"b" in raws:
            session.wake()

    raws: list[bytes] = []
    with session_with(serve(ImapScript(capabilities=NOTIFY, answers={b"IDLE": idle})).address, certificate) as session:
        session.watch(60, hear)

    assert raws == [b"a", b"b"]
    assert APART_S < 1
