"""What the recipients of a draft will see: the mail is built as if it went out now, and read back like any other."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from tuimail.api.writing import MailPreviewed, PreviewMail
from tuimail.domain.account import Account
from tuimail.domain.address import Address
from tuimail.domain.draft import OutgoingMail, as_kept, check_draft
from tuimail.engine.job import Job
from tuimail.engine.worker import Worker
from tuimail.mime.compose import build, new_message_id
from tuimail.mime.parse import parse_message


class PreviewDesk:
    """Of one account; needs neither store nor network."""

    def __init__(self, account: Account, *, parser: Worker, now: Callable[[], datetime], zone: tzinfo) -> None:
        self._account = account
        self._parser = parser
        self._now = now
        self._zone = zone

    def preview(self, job: Job) -> None:
        """Route of ``PreviewMail``."""
        job.hand_to(self._parser, self._preview)

    def _preview(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, PreviewMail)  # noqa: S101 (the route's own type, for the checker)
        checked = check_draft(command.draft)
        to_mend: tuple[str, ...] = ()
        if isinstance(checked, OutgoingMail):
            mail = checked
        else:
            own = Address(name=self._account.name, spec=self._account.address)
            mail = as_kept(command.draft, sender=own)
            to_mend = tuple(problem.words for problem in checked)
        built = build(
            mail,
            date=self._now().astimezone(self._zone),
            message_id=new_message_id(mail.sender.domain, "preview"),
            flowed=self._account.flowed,
            markdown=self._account.markdown,
        )
        seen = {address.spec.lower() for address in (*mail.to, *mail.cc)}
        job.emit(
            MailPreviewed(
                draft=command.draft.id,
                message=parse_message(built.data),
                unseen=tuple(address for address in mail.bcc if address.spec.lower() not in seen),
                size_bytes=len(built.data),
                to_mend=to_mend,
            )
        )
        job.finish()
