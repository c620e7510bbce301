"""Answers to invitations: mails that carry an iTIP reply to the organiser (RFC 5546, RFC 6047)."""

import secrets
from collections.abc import Callable
from datetime import datetime

from tuimail.api.reading import AnswerInvitation, AnswerWritten
from tuimail.domain.account import Account
from tuimail.domain.address import Address
from tuimail.domain.draft import Draft, DraftKind
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.ids import DraftId
from tuimail.domain.invitation import Invitation
from tuimail.domain.message import RawMessage
from tuimail.engine.drafts import own_addresses
from tuimail.engine.job import Job
from tuimail.engine.messages import MessageDesk
from tuimail.mime.invite_reply import invitation_reply, reply_attachment, reply_subject, reply_text
from tuimail.mime.parse import attachment_data, decode_part, parse_message


class InvitationDesk:
    """The invitations of one account."""

    def __init__(self, account: Account, messages: MessageDesk, *, now: Callable[[], datetime]) -> None:
        self._account = account
        self._messages = messages
        self._now = now

    def answer(self, job: Job) -> None:
        """Route of ``AnswerInvitation``."""
        command = job.command
        assert isinstance(command, AnswerInvitation)  # noqa: S101 (the route's own type, for the checker)
        self._messages.with_texts(job, command.row, self._look)

    def _look(self, job: Job, found: RawMessage) -> None:
        command = job.command
        assert isinstance(command, AnswerInvitation)  # noqa: S101 (the route's own type, for the checker)
        message = parse_message(found.raw, missing=found.missing, wants_both=False)
        invitation = message.invitation
        if invitation is None or not invitation.can_answer or invitation.organiser is None:
            words = "This message holds no invitation that can be answered."
            raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.TELL)
        part, organiser, message_id = invitation.part, invitation.organiser, message.message_id

        def write(job: Job, calendar: bytes) -> None:
            attendee = invited(invitation, own_addresses(self._account))
            reply = invitation_reply(calendar, attendee=attendee, answer=command.answer, now=self._now())
            draft = Draft(
                id=DraftId(secrets.token_hex(16)),
                account=self._account.id,
                kind=DraftKind.REPLY,
                sender=str(attendee),
                to=str(organiser),
                subject=reply_subject(invitation, command.answer),
                text=reply_text(invitation, attendee=attendee, answer=command.answer),
                in_reply_to=message_id,
                references=(*message.references, message_id) if message_id else message.references,
                answers=command.row,
                attachments=(reply_attachment(reply),),
            )
            job.emit(AnswerWritten(draft=draft))
            job.finish()

        if part not in found.missing:
            write(job, attachment_data(found.raw, part))
            return

        def fetch(job: Job) -> None:
            data = self._messages.part(job, command.row, part, known=found)
            write(job, decode_part(found.raw, part, data))

        job.hand_to(self._messages.fetcher, fetch)


def invited(invitation: Invitation, own: tuple[Address, ...]) -> Address:
    """Which of the own addresses was invited; the first where none is named, as behind a mailing list."""
    named = {attendee.address.spec.lower() for attendee in invitation.attendees}
    return next((address for address in own if address.spec.lower() in named), own[0])
