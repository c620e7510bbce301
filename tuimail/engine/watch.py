"""New mail without a key press: a second connection per account that sits in IDLE on the inbox.

Where the server offers NOTIFY (RFC 5465) it tells of all mailboxes at once; where it has no IDLE it is asked every
minute. The loop is the whole life of its thread; it ends when it is closed and sleeps while the account is offline or
signed out.
"""

import ssl
import threading
import time
from collections.abc import Callable

from tuimail.domain.errors import Remedy, TuimailError
from tuimail.engine.auth import AuthDesk
from tuimail.engine.connection import open_signed_in
from tuimail.engine.pace import next_connection
from tuimail.engine.timers import Timers
from tuimail.engine.worker import WorkerClosedError, log_crash
from tuimail.net.imap.news import MailboxStatus, News
from tuimail.net.imap.session import ImapSession

_INBOX = b"INBOX"
RENEW_S = 540
"""IDLE is begun again this often: address translation forgets silent connections after about ten minutes."""
SETTLED_S = 60.0
"""A connection that lived this long was no failure, whatever ended it."""
PROBE_S = 5.0
"""What a connection may take to prove that it survived a sleep of the machine."""


class Watch:
    """The watching thread of one account."""

    def __init__(
        self,
        auth: AuthDesk,
        *,
        context: ssl.SSLContext,
        timers: Timers,
        on_news: Callable[[News], None],
        on_trouble: Callable[[], None],
    ) -> None:
        """``on_news`` is called on this thread for every sign of news, and after each reconnect; ``on_trouble`` when
        the connection broke."""
        self._auth = auth
        self._context = context
        self._timers = timers
        self._on_news = on_news
        self._on_trouble = on_trouble
        self._session: ImapSession | None = None
        self._rounds = 0
        self._starts = 0
        self._stop = threading.Event()
        self._go = threading.Event()
        self._wake = threading.Event()
        self.tells_all = False
        """Whether the server tells of every mailbox by itself."""
        self._thread = threading.Thread(target=self._loop, name=f"watch {auth.account.id}", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Watch from now on, as soon as a connection can be made. Any thread."""
        self._starts += 1
        self._go.set()
        self._wake.set()

    def pause(self) -> None:
        """Stop watching and close the connection. Any thread."""
        self._go.clear()
        session = self._session
        if session is not None:
            session.close()

    def probe(self) -> None:
        """Find out whether the connection still lives: it proves it within seconds, or is made anew. Any thread."""
        session, rounds = self._session, self._rounds
        self._wake.set()
        if session is None:
            return

        def give_up() -> None:
            if self._session is session and self._rounds == rounds:
                session.close()

        session.wake()
        self._timers.after(PROBE_S, give_up)

    def close(self, left_s: float) -> None:
        """End the thread."""
        self._stop.set()
        self.pause()
        self.start()
        self._thread.join(min(left_s, 0.2))

    def _loop(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._go.wait()
            if self._stop.is_set():
                return
            self._wake.clear()
            starts = self._starts
            begun_s = time.monotonic()
            try:
                self._watch_all()
            except TuimailError as error:
                failures = 1 if time.monotonic() - begun_s > SETTLED_S else failures + 1
                self._on_trouble()
                # A missing sign-in ends the watch until somebody signs in again, unless that was meanwhile.
                if error.remedy in {Remedy.SIGN_IN, Remedy.GRANT} and self._starts == starts:
                    self._go.clear()
                else:
                    self._rest(failures)
            except WorkerClosedError:
                return
            except Exception as error:  # noqa: BLE001 (the crash barrier of this thread)
                failures += 1
                log_crash(self._thread.name, error)
                self._rest(failures)
            finally:
                self.tells_all = False
                if self._session is not None:
                    self._session.close()
                    self._session = None

    def _rest(self, failures: int) -> None:
        """Wait before the next attempt; ``start``, called when the other connection is up, ends it."""
        self._wake.wait(next_connection(failures, random=self._auth.around.random()))

    def _watch_all(self) -> None:
        self._session = session = open_signed_in(self._auth, self._context)
        inbox = session.select(_INBOX, readonly=True)
        self.tells_all = session.notify()
        # What came before there was anybody to tell of it shows in these numbers.
        status = MailboxStatus(
            raw=_INBOX,
            total=inbox.exists,
            uidvalidity=inbox.uidvalidity,
            uidnext=inbox.uidnext,
            highestmodseq=inbox.highestmodseq,
        )
        self._on_news(News(statuses=(status,)))
        while self._go.is_set() and not self._stop.is_set():
            session.watch(RENEW_S, self._take)
            self._rounds += 1

    def _take(self, news: News) -> None:
        self.tells_all = self.tells_all and not news.has_overflowed
        self._on_news(news)
