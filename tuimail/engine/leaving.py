"""Leaving mailing lists: which way may be gone, and the single click of RFC 8058."""

import threading

from tuimail.api.reading import FindWayOut, LeaveList, WayOutFound
from tuimail.domain.account import Account
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.domain.message import RawMessage
from tuimail.domain.trust import believed
from tuimail.domain.unsubscribe import ONE_CLICK_BODY, Way, WayOut, way_out
from tuimail.engine.job import Job
from tuimail.engine.messages import MessageDesk
from tuimail.mime.parse import parse_message
from tuimail.net.tls import make_context
from tuimail.net.web import Web


class LeavingDesk:
    """The mailing lists of one account."""

    def __init__(self, account: Account, messages: MessageDesk) -> None:
        self._account = account
        self._messages = messages

    def find(self, job: Job) -> None:
        """Route of ``FindWayOut``."""
        command = job.command
        assert isinstance(command, FindWayOut)  # noqa: S101 (the route's own type, for the checker)

        def tell(job: Job, found: RawMessage) -> None:
            job.emit(WayOutFound(account=self._account.id, row=command.row, way_out=self._way_out(found)))
            job.finish()

        self._messages.with_texts(job, command.row, tell)

    def leave(self, job: Job) -> None:
        """Route of ``LeaveList``; what was found before is not believed, but found again."""
        command = job.command
        assert isinstance(command, LeaveList)  # noqa: S101 (the route's own type, for the checker)

        def begin(job: Job, found: RawMessage) -> None:
            way = self._way_out(found)
            if way.way is not Way.ONE_CLICK:
                words = f"This list cannot be left by a single click. {way.why_not}".strip()
                raise ServerError(ErrorKind.SERVER_REFUSED, words, remedy=Remedy.TELL)
            # On a thread of its own: nobody's mail waits for a stranger's server.
            thread = threading.Thread(target=lambda: job.run(lambda job: self._post(job, way)), name="leaving")
            thread.daemon = True
            thread.start()

        self._messages.with_texts(job, command.row, begin)

    def _way_out(self, found: RawMessage) -> WayOut:
        message = parse_message(found.raw, missing=found.missing, wants_both=False)
        signatures = [value for name, value in message.headers if name.lower() == "dkim-signature"]
        checked = believed(message.authentication, self._account.checked_by)
        return way_out(message.lists, checked, signatures=signatures)

    def _post(self, job: Job, way: WayOut) -> None:
        job.progress(f"telling {way.host}")
        web = Web(make_context(self._account.ca_file))
        try:
            web.post_form(way.target, ONE_CLICK_BODY)
        finally:
            web.close()
        job.finish(f"{way.host} took it: mail of this list should end within two days")
