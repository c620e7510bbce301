"""Drafts: begun, answered, kept, taken up again, thrown away."""

import secrets
from collections.abc import Callable
from datetime import tzinfo

from msgspec.structs import replace

from tuimail.api.commands import (
    AnswerKind,
    BeginAnswer,
    BeginDraft,
    DiscardDraft,
    ResumeDraft,
    SaveDraft,
)
from tuimail.api.events import DraftOpened, DraftSaved, DraftsListed
from tuimail.api.writing import ContinueDraft, ListVersions, VersionsListed
from tuimail.domain.account import Account
from tuimail.domain.address import Address, parse_typed
from tuimail.domain.draft import Draft, DraftKind, Identity
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import DraftId
from tuimail.domain.message import RawMessage
from tuimail.domain.own import Own
from tuimail.engine.attaching import AttachDesk
from tuimail.engine.connection import Connection
from tuimail.engine.consent import read_only_words
from tuimail.engine.draft_copies import DraftCopyDesk
from tuimail.engine.interrupted import InterruptedDesk
from tuimail.engine.job import Job
from tuimail.engine.messages import MessageDesk
from tuimail.engine.storage import Storage
from tuimail.engine.worker import Worker
from tuimail.mime.continued import CUT, continued, message_id_of
from tuimail.mime.parse import parse_message
from tuimail.mime.quote import (
    answer,
    for_list,
    forward_attachments,
    from_mailto,
    new_draft,
    note_on_list,
    signature_alone,
    whole_mail,
)

_KINDS = {
    AnswerKind.REPLY: DraftKind.REPLY,
    AnswerKind.REPLY_ALL: DraftKind.REPLY_ALL,
    AnswerKind.REPLY_LIST: DraftKind.REPLY,
    AnswerKind.FORWARD: DraftKind.FORWARD,
    AnswerKind.FORWARD_WHOLE: DraftKind.FORWARD,
}
_WHOLE = frozenset({AnswerKind.FORWARD, AnswerKind.FORWARD_WHOLE})
"""What takes along more than the texts."""


def own_addresses(account: Account) -> tuple[Address, ...]:
    """The user's own addresses with the account's name, the main one first."""
    return tuple(Address(name=account.name, spec=spec) for spec in account.own_addresses)


class DraftDesk:
    """The drafts of one account."""

    def __init__(
        self,
        connection: Connection,
        storage: Storage,
        *,
        messages: MessageDesk,
        parser: Worker,
        zone: tzinfo,
        on_discarded: Callable[[DraftId], None],
        copies: DraftCopyDesk,
    ) -> None:
        self._connection = connection
        self._account = connection.account
        self._storage = storage
        self._messages = messages
        self._parser = parser
        self._zone = zone
        self._on_discarded = on_discarded
        self._copies = copies
        self.interrupted = InterruptedDesk(self._account.id, storage, emit=connection.auth.around.emit)
        self.files = AttachDesk()
        self._begun: dict[DraftId, Draft] = {}
        self.other_identities: Callable[[], tuple[Identity, ...]] = tuple
        """Senders of other accounts that this user can write as, too. Any thread."""
        self.size_limit: Callable[[], int] = lambda: 0
        """The largest mail that the account's server takes; 0 where that is not known. Any thread."""

    def begin(self, job: Job) -> None:
        """Route of ``BeginDraft``; needs neither store nor network."""
        command = job.command
        assert isinstance(command, BeginDraft)  # noqa: S101 (the route's own type, for the checker)
        own = own_addresses(self._account)
        if command.mailto:
            draft, notes = from_mailto(
                command.mailto, own=own, account=self._account.id, draft_id=_new_id(), signature=self._account.signature
            )
        else:
            draft = new_draft(own=own, account=self._account.id, draft_id=_new_id(), signature=self._account.signature)
            notes = ()
        self._begun[draft.id] = draft
        self.show(job, draft, notes)
        job.finish()

    def answer(self, job: Job) -> None:
        """Route of ``BeginAnswer``."""
        job.hand_to(self._storage.worker, self._look_for_answer)

    def resume(self, job: Job) -> None:
        """Route of ``ResumeDraft``."""
        job.hand_to(self._storage.worker, self._resume)

    def go_on(self, job: Job) -> None:
        """Route of ``ContinueDraft``."""
        command = job.command
        assert isinstance(command, ContinueDraft)  # noqa: S101 (the route's own type, for the checker)
        self._messages.with_whole(job, command.row, self._look_for_kept)

    def save(self, job: Job) -> None:
        """Route of ``SaveDraft``."""
        job.hand_to(self._storage.worker, self._save)

    def discard(self, job: Job) -> None:
        """Route of ``DiscardDraft``."""
        job.hand_to(self._storage.worker, self._discard)

    def list(self, job: Job) -> None:
        """Route of ``ListDrafts``."""
        job.hand_to(self._storage.worker, self._list)

    def versions(self, job: Job) -> None:
        """Route of ``ListVersions``."""
        job.hand_to(self._storage.worker, self._list_versions)

    def show(self, job: Job, draft: Draft, notes: tuple[str, ...] = ()) -> None:
        """Hand a draft to the composer."""
        if not self._connection.account.can_send:
            notes = (*notes, read_only_words(self._connection.account))
        if kept_here := self._copies.why_none(draft):
            notes = (*notes, kept_here)
        self._copies.opened(draft.id)
        job.emit(DraftOpened(draft=draft, identities=(*self.identities, *self.other_identities()), notes=notes))

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The senders that the account can be written from."""
        known = self._account
        return tuple(
            Identity(sender=str(address), account=known.id, signature=known.signature, size_limit=self.size_limit())
            for address in own_addresses(known)
        )

    def _look_for_answer(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, BeginAnswer)  # noqa: S101 (the route's own type, for the checker)
        found = self._messages.stored(command.row)
        # A forward takes the attachments along; for an answer the texts are enough.
        if found is not None and (found.is_whole or command.kind not in _WHOLE):
            job.hand_to(self._parser, lambda job: self._answer(job, found))
        else:
            job.hand_to(self._connection.worker, self._fetch_for_answer)

    def _fetch_for_answer(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, BeginAnswer)  # noqa: S101 (the route's own type, for the checker)
        if command.kind in _WHOLE:
            found = RawMessage(raw=self._messages.whole(job, command.row))
        else:
            found = self._messages.readable(job, command.row)
        job.hand_to(self._parser, lambda job: self._answer(job, found))

    def _answer(self, job: Job, found: RawMessage) -> None:
        command = job.command
        assert isinstance(command, BeginAnswer)  # noqa: S101 (the route's own type, for the checker)
        kind = _KINDS[command.kind]
        message = parse_message(found.raw, missing=found.missing, wants_both=False)
        draft = answer(
            message,
            kind=kind,
            own=self._own(),
            account=self._account.id,
            draft_id=_new_id(),
            row=command.row,
            signature=self._account.signature,
            zone=self._zone,
        )
        match command.kind:
            case AnswerKind.REPLY_LIST:
                draft = for_list(draft, message)
            case AnswerKind.FORWARD:
                draft = replace(draft, attachments=forward_attachments(found.raw))
            case AnswerKind.FORWARD_WHOLE:
                draft = replace(
                    draft, text=signature_alone(self._account.signature), attachments=(whole_mail(found.raw),)
                )
            case _:
                pass
        self._begun[draft.id] = draft
        self.show(job, draft, tuple(filter(None, [note_on_list(draft)])))
        job.finish()

    def _own(self) -> Own:
        others = (address for each in self.other_identities() for address in parse_typed(each.sender).addresses)
        return Own(
            addresses=own_addresses(self._account),
            domains=self._account.own_domains,
            elsewhere=frozenset(address.spec.lower() for address in others),
        )

    def _look_for_kept(self, job: Job, raw: bytes) -> None:
        """A copy of a draft that is here leads to that; any other mail becomes a draft of its own."""
        command = job.command
        assert isinstance(command, ContinueDraft)  # noqa: S101 (the route's own type, for the checker)
        draft, notes = continued(raw, own=self._own(), account=self._account.id, draft_id=_new_id())
        message_id = message_id_of(raw)

        def look(job: Job) -> None:
            store = self._storage.store(self._account.id)
            place = store.messages.locate(command.row)
            uidvalidity = store.mailboxes.sync_state(place.mailbox).uidvalidity if place is not None else None
            where = (uidvalidity, place.uid) if place is not None and uidvalidity and place.uid is not None else None
            known = store.draft_copies.draft_of(message_id, where or (0, 0))
            kept = store.drafts.load(known) if known is not None else None
            if kept is None and where is not None and CUT not in notes:
                store.draft_copies.adopt(draft.id, message_id=message_id, place=where)
            self.show(job, kept or draft, () if kept else notes)
            job.finish()

        job.hand_to(self._storage.worker, look)

    def _resume(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, ResumeDraft)  # noqa: S101 (the route's own type, for the checker)
        draft = self._storage.store(self._account.id).drafts.load(command.draft)
        if draft is None:
            raise StoreError(ErrorKind.MESSAGE_GONE, "This draft is no longer there.", remedy=Remedy.TELL)
        self.show(job, draft)
        job.finish()

    def _save(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, SaveDraft)  # noqa: S101 (the route's own type, for the checker)
        drafts = self._storage.store(self._account.id).drafts
        self._storage.take_from_others(self._account.id, command.draft.id)
        # A signature or a quotation alone is nothing that anybody would miss.
        is_nothing = command.draft.is_empty or command.draft == self._begun.get(command.draft.id)
        if is_nothing and not command.begins_version:
            drafts.remove(command.draft.id)
        else:
            now = self._connection.auth.around.now()
            drafts.save(command.draft, now=now, begins_version=command.begins_version)
        self.interrupted.written(command.draft.id, is_left=command.is_left)
        job.emit(DraftSaved(draft=command.draft.id))
        if command.is_left:
            self._copies.left(command.draft.id)
        job.finish(self._copies.why_none(command.draft) if command.is_left else "")

    def _discard(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, DiscardDraft)  # noqa: S101 (the route's own type, for the checker)
        drafts = self._storage.store(self._account.id).drafts
        if drafts.discard(command.draft, now=self._connection.auth.around.now()):
            self._on_discarded(command.draft)
            self._copies.left(command.draft)
            job.finish("Draft discarded", can_undo=True)
        else:
            job.finish()

    def _list(self, job: Job) -> None:
        drafts = self._storage.store(self._account.id).drafts.list()
        job.emit(DraftsListed(account=self._account.id, drafts=drafts))
        job.finish()

    def _list_versions(self, job: Job) -> None:
        command = job.command
        assert isinstance(command, ListVersions)  # noqa: S101 (the route's own type, for the checker)
        versions = self._storage.store(self._account.id).drafts.versions(command.draft)
        job.emit(VersionsListed(draft=command.draft, versions=versions))
        job.finish()


def _new_id() -> DraftId:
    return DraftId(secrets.token_hex(16))
