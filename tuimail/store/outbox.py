"""Mail on its way, from the user's word to the server's: nothing is sent twice, and nothing is called sent untrue.

RFC 1047 explains why a cut between the last dot and its answer leaves a mail that may or may not have gone.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import Draft, OutboxItem, OutboxState, without_recipients
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.ids import AccountId, DraftId, OutboxId
from tuimail.store.columns import from_seconds, to_seconds
from tuimail.store.db import Columns, Database
from tuimail.store.drafts import DraftRepository, draft_from_json, draft_to_json

MAYBE_SENT = "The connection ended before the server confirmed this mail. It may have been sent: look into Sent."
"""Said of a mail that was found in its last phase after a crash."""
ON_ITS_WAY = "This mail is on its way already: look into the outbox."


class SendPhase(StrEnum):
    """How far a mail that is being sent has come."""

    WAITING = "waiting"
    CONNECTING = "connecting"
    ENVELOPE = "envelope"
    """MAIL and RCPT."""
    DATA = "data"
    """The mail's bytes, the last dot not among them."""
    ENDING = "ending"
    """The last dot is, or may be, on its way: whoever finds this phase cannot know whether the mail went."""


class RecipientState(StrEnum):
    """What the server said about one recipient."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    """Of a mail that went out."""
    REFUSED = "refused"


class Recipient(Struct, frozen=True, kw_only=True):
    """One address of the envelope."""

    address: str
    state: RecipientState = RecipientState.WAITING
    words: str = ""
    """The server's, cleaned, where it refused, or said later."""


class Later(Struct, frozen=True, kw_only=True):
    """What the server wants to be asked again about."""

    recipients: Mapping[str, str]
    """With its words."""
    send_at: datetime


class NewOutboxMail(Discreet, frozen=True, kw_only=True):
    """A finished mail to be queued."""

    hidden: ClassVar[tuple[str, ...]] = ("mail", "subject")

    mail: bytes
    """As it goes out, byte for byte, at every attempt."""
    message_id: str
    subject: str
    sender: str
    """The envelope's."""
    recipients: tuple[str, ...]
    draft: Draft
    """What to edit again."""
    send_at: datetime
    """The end of the time in which it can be taken back."""
    wants_copy: bool
    """Whether we have to file a copy in Sent."""


class OutboxMail(Discreet, frozen=True, kw_only=True):
    """A queued mail with all that sending it needs."""

    hidden: ClassVar[tuple[str, ...]] = ("mail", "subject")

    id: OutboxId
    state: OutboxState
    phase: SendPhase
    mail: bytes
    message_id: str
    subject: str
    sender: str
    recipients: tuple[Recipient, ...]
    attempts: int
    words: str
    queued_at: datetime
    send_at: datetime
    wants_copy: bool

    @property
    def remaining(self) -> tuple[str, ...]:
        """The recipients that the next attempt is for."""
        return tuple(one.address for one in self.recipients if one.state is RecipientState.WAITING)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The recipients who have it."""
        return _accepted(self.recipients)


class OutboxRepository:
    """The outbox of one account. Every method is one transaction: what it noted is on disk when it returns."""

    def __init__(self, db: Database, account: AccountId) -> None:
        self._db = db
        self._account = account

    def recover(self) -> list[OutboxId]:
        """After a start, by the process that holds the account's lock: mails found half sent become ``queued``
        again, or ``unknown`` if the last dot may have gone; returns the unknown ones."""
        with self._db.transaction():
            unknown = self._db.all(
                "update outbox set state = ?, words = ? where state = ? and phase = ? returning id",
                OutboxState.UNKNOWN, MAYBE_SENT, OutboxState.SENDING, SendPhase.ENDING,
            )  # fmt: skip
            self._db.run(
                "update outbox set state = ?, phase = ? where state = ?",
                OutboxState.QUEUED, SendPhase.WAITING, OutboxState.SENDING,
            )  # fmt: skip
            return [OutboxId(item) for (item,) in unknown]

    def queue(self, new: NewOutboxMail, *, now: datetime) -> OutboxId:
        """Put a mail into the outbox and take its draft off the drafts, in one step.

        Raises ``SendError`` where it lies there already: two windows, or a key pressed twice.
        """
        content, files = draft_to_json(new.draft)
        with self._db.transaction():
            self._db.run("delete from drafts where id = ?", new.draft.id)
            if self.holds(new.draft.id):
                raise SendError(ErrorKind.SEND_REFUSED, ON_ITS_WAY, remedy=Remedy.TELL)
            item = self._db.insert(
                "insert into outbox (state, phase, queued_at, send_at, message_id, subject, sender, draft, wants_copy,"
                " mail) values (?, ?, ?, ?, ?, ?, ?, ?, ?, x'')",
                OutboxState.QUEUED, SendPhase.WAITING, to_seconds(now), _ceiling(new.send_at), new.message_id,
                new.subject, new.sender, content, new.wants_copy,
            )  # fmt: skip
            self._db.run("insert into outbox_mails (item, mail) values (?, ?)", item, new.mail)
            self._db.run_many(
                "insert into outbox_recipients (item, place, address, state) values (?, ?, ?, ?)",
                [(item, place, address, RecipientState.WAITING) for place, address in enumerate(new.recipients)],
            )
            self._db.run_many(
                "insert into outbox_files (item, digest, data) values (?, ?, ?)",
                [(item, digest, data) for digest, data in files.items()],
            )
        return OutboxId(item)

    def holds(self, draft: DraftId) -> bool:
        """Whether the draft's mail lies here."""
        return bool(self._db.value("select count(*) from outbox where json_extract(draft, '$.id') = ?", draft))

    def items(self) -> tuple[OutboxItem, ...]:
        """Everything in the outbox for the screen, newest first; sent mails that wait for their copy among them."""
        found = self._db.all("select id, subject, state, words, send_at, queued_at from outbox order by id desc")
        return tuple(_item(self._db, self._account, columns) for columns in found)

    def count_unsent(self) -> int:
        """How many mails have not, or perhaps not, gone out."""
        return int(self._db.value("select count(*) from outbox where state <> ?", OutboxState.SENT))

    def load(self, item: OutboxId) -> OutboxMail | None:
        """One mail with its bytes, None once it is gone."""
        columns = self._db.one(
            "select state, phase, coalesce(m.mail, o.mail), message_id, subject, sender, attempts, words, queued_at,"
            " send_at, wants_copy from outbox o left join outbox_mails m on m.item = o.id where o.id = ?", item,
        )  # fmt: skip
        if columns is None:
            return None
        state, phase, mail, message_id, subject, sender, attempts, words, queued_at, send_at, wants_copy = columns
        return OutboxMail(
            id=item,
            state=OutboxState(state),
            phase=SendPhase(phase),
            mail=bytes(mail),
            message_id=message_id,
            subject=subject,
            sender=sender,
            recipients=_recipients(self._db, item),
            attempts=attempts,
            words=words,
            queued_at=from_seconds(queued_at),
            send_at=from_seconds(send_at),
            wants_copy=bool(wants_copy),
        )

    def draft(self, item: OutboxId) -> Draft | None:
        """The draft that the mail was made from."""
        content = self._db.value("select draft from outbox where id = ?", item)
        if content is None:
            return None
        files = self._db.all("select digest, data from outbox_files where item = ?", item)
        return draft_from_json(content, {bytes(digest): bytes(data) for digest, data in files})

    def next_due(self) -> tuple[OutboxId, datetime] | None:
        """The queued mail that goes out next, and when."""
        columns = self._db.one(
            "select id, send_at from outbox where state = ? order by send_at, id limit 1", OutboxState.QUEUED
        )
        return (OutboxId(columns[0]), from_seconds(columns[1])) if columns else None

    def begin(self, item: OutboxId) -> OutboxMail | None:
        """Take a queued mail for sending; from now on it cannot be taken back. None if it is queued no longer."""
        taken = self._db.run(
            "update outbox set state = ?, phase = ?, attempts = attempts + 1, words = '' where id = ? and state = ?",
            OutboxState.SENDING, SendPhase.CONNECTING, item, OutboxState.QUEUED,
        )  # fmt: skip
        return self.load(item) if taken else None

    def note_phase(self, item: OutboxId, phase: SendPhase) -> None:
        """Note how far it has come. ENDING must be noted before the last dot is written."""
        self._db.run("update outbox set phase = ? where id = ? and state = ?", phase, item, OutboxState.SENDING)

    def sent(self, item: OutboxId, refused: Mapping[str, str], *, later: Later | None = None) -> None:
        """The server took the mail. ``refused``: recipients it did not take, with its words.

        Without refused ones the mail leaves the outbox, at once or when its copy is filed; else it is held for them.
        It is queued again where the server wants some ``later``.
        """
        delayed = later.recipients if later else {}
        with self._db.transaction():
            for one in _recipients(self._db, item):
                if one.state is RecipientState.WAITING:
                    _note_recipient(self._db, item, _judged(one.address, refused, delayed))
            still_refused = _refused(_recipients(self._db, item))
            if later and delayed:
                words = f"Sent to the others. The server wants these later: {_listed(delayed)}"
                self.put_back(item, words=words, send_at=later.send_at)
            elif still_refused:
                words = f"Sent to the others. Not accepted for {_listed(dict(still_refused))}"
                _set_state(self._db, item, state=OutboxState.HELD, words=words)
            else:
                _set_state(self._db, item, state=OutboxState.SENT)
                _drop_when_finished(self._db, item)

    def put_back(self, item: OutboxId, *, words: str, send_at: datetime) -> None:
        """A temporary failure before the last dot: queued again for later."""
        _set_state(self._db, item, state=OutboxState.QUEUED, words=words)
        self._db.run("update outbox set send_at = ? where id = ?", _ceiling(send_at), item)

    def hold(self, item: OutboxId, *, words: str, refused: Mapping[str, str] | None = None) -> None:
        """The server refused it: it stays until the user decides."""
        with self._db.transaction():
            for address, reason in (refused or {}).items():
                one = Recipient(address=address, state=RecipientState.REFUSED, words=reason)
                _note_recipient(self._db, item, one)
            _set_state(self._db, item, state=OutboxState.HELD, words=words)

    def mark_unknown(self, item: OutboxId, *, words: str = MAYBE_SENT) -> None:
        """The connection ended after the last dot and before its answer."""
        _set_state(self._db, item, state=OutboxState.UNKNOWN, words=words)

    def found(self, item: OutboxId) -> None:
        """It lies in Sent, so it went out, and needs no copy."""
        self._db.run("delete from outbox where id = ? and state = ?", item, OutboxState.UNKNOWN)

    def retry(self, item: OutboxId, *, now: datetime) -> bool:
        """The user's word to send a held or unknown mail again, to those who did not get it. False: not possible.

        One that waits for its next attempt is tried at once.
        """
        with self._db.transaction():
            is_possible = self._db.run(
                "update outbox set state = ?, phase = ?, words = '', send_at = ? where id = ?"
                " and (state in (?, ?) or state = ? and attempts > 0)",
                OutboxState.QUEUED, SendPhase.WAITING, to_seconds(now), item, *_AT_REST, OutboxState.QUEUED,
            )  # fmt: skip
            if is_possible:
                self._db.run(
                    "update outbox_recipients set state = ?, words = '' where item = ? and state = ?",
                    RecipientState.WAITING, item, RecipientState.REFUSED,
                )  # fmt: skip
            return bool(is_possible)

    def send_now(self, *, now: datetime) -> None:
        """End the waiting of everything that is queued."""
        self._db.run(
            "update outbox set send_at = ? where state = ? and send_at > ?",
            to_seconds(now), OutboxState.QUEUED, to_seconds(now),
        )  # fmt: skip

    def take_back(self, item: OutboxId, *, now: datetime) -> Draft | None:
        """Make a queued, held or unknown mail a kept draft again; None if it is being sent or gone.

        Those who have it already are no longer among its recipients.
        """
        with self._db.transaction():
            draft = self.draft(item)
            has_it = frozenset(_accepted(_recipients(self._db, item)))
            if draft is not None and has_it:
                draft = without_recipients(draft, has_it)
            taken = self._db.run(
                "delete from outbox where id = ? and state in (?, ?, ?)", item, OutboxState.QUEUED, *_AT_REST
            )
            if draft is None or not taken:
                return None
            DraftRepository(self._db).save(draft, now=now)
            return draft

    def discard(self, item: OutboxId) -> bool:
        """Drop a held or unknown mail; False if it is neither."""
        return bool(self._db.run("delete from outbox where id = ? and state in (?, ?)", item, *_AT_REST))

    def wanting_copy(self) -> list[OutboxId]:
        """Mails that went out, to some recipient at least, and whose copy is not yet filed; oldest first."""
        found = self._db.all(
            "select id from outbox where wants_copy and state in (?, ?) and exists"
            " (select 1 from outbox_recipients r where r.item = outbox.id and r.state = ?) order by id",
            OutboxState.SENT, OutboxState.HELD, RecipientState.ACCEPTED,
        )  # fmt: skip
        return [OutboxId(item) for (item,) in found]

    def copied(self, item: OutboxId) -> None:
        """The copy lies in Sent, or was given up."""
        with self._db.transaction():
            self._db.run("update outbox set wants_copy = 0 where id = ?", item)
            _drop_when_finished(self._db, item)


_AT_REST = (OutboxState.HELD, OutboxState.UNKNOWN)


def _item(db: Database, account: AccountId, columns: Columns) -> OutboxItem:
    item, subject, state, words, send_at, queued_at = columns
    recipients = _recipients(db, item)
    return OutboxItem(
        id=OutboxId(item),
        account=account,
        subject=subject,
        recipients=tuple(one.address for one in recipients),
        state=OutboxState(state),
        words=words,
        send_at=from_seconds(send_at) if state == OutboxState.QUEUED else None,
        queued_at=from_seconds(queued_at),
        refused=_refused(recipients),
        accepted=_accepted(recipients),
    )


def _set_state(db: Database, item: OutboxId, *, state: OutboxState, words: str = "") -> None:
    db.run("update outbox set state = ?, phase = ?, words = ? where id = ?", state, SendPhase.WAITING, words, item)


def _note_recipient(db: Database, item: OutboxId, recipient: Recipient) -> None:
    db.run(
        "update outbox_recipients set state = ?, words = ? where item = ? and address = ?",
        recipient.state, recipient.words, item, recipient.address,
    )  # fmt: skip


def _recipients(db: Database, item: int) -> tuple[Recipient, ...]:
    found = db.all("select address, state, words from outbox_recipients where item = ? order by place", item)
    return tuple(
        Recipient(address=address, state=RecipientState(state), words=words) for address, state, words in found
    )


def _drop_when_finished(db: Database, item: OutboxId) -> None:
    db.run("delete from outbox where id = ? and state = ? and not wants_copy", item, OutboxState.SENT)


def _ceiling(moment: datetime) -> int:
    """Whole seconds, never earlier than the moment: the time to take a mail back is not cut short."""
    seconds = to_seconds(moment)
    return seconds + 1 if from_seconds(seconds) < moment else seconds


def _judged(address: str, refused: Mapping[str, str], delayed: Mapping[str, str]) -> Recipient:
    if address in refused:
        return Recipient(address=address, state=RecipientState.REFUSED, words=refused[address])
    if address in delayed:
        return Recipient(address=address, words=delayed[address])
    return Recipient(address=address, state=RecipientState.ACCEPTED)


def _refused(recipients: tuple[Recipient, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one.address, one.words) for one in recipients if one.state is RecipientState.REFUSED)


def _accepted(recipients: tuple[Recipient, ...]) -> tuple[str, ...]:
    return tuple(one.address for one in recipients if one.state is RecipientState.ACCEPTED)


def _listed(recipients: Mapping[str, str]) -> str:
    return "; ".join(f"{address}: {words}" for address, words in recipients.items())
