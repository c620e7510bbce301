"""Drafts, the checks before sending, and the outbox's states."""

import re
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.address import Address, format_addresses, in_ascii, parse_typed
from tuimail.domain.clean import clean_line
from tuimail.domain.discreet import Discreet
from tuimail.domain.ids import AccountId, DraftId, OutboxId, RowId


class DraftKind(StrEnum):
    """Why the draft was begun."""

    NEW = "new"
    REPLY = "reply"
    REPLY_ALL = "reply all"
    FORWARD = "forward"


class DraftAttachment(Discreet, frozen=True, kw_only=True):
    """A file of a draft: read when it is attached, so that the mail is what the user saw."""

    name: str
    content_type: str
    data: bytes

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("size_bytes", len(self.data))]


class Answered(Discreet, frozen=True, kw_only=True):
    """Whom the message that is answered came from and through, for the questions before the answer goes."""

    hidden: ClassVar[tuple[str, ...]] = ("author", "writers", "list_post")

    author: str
    """The address in From."""
    writers: tuple[str, ...] = ()
    """The addresses in From and Reply-To, lower case."""
    list_post: str = ""
    """Where its mailing list takes mail; empty if it came through none, or it takes none."""
    is_for_list: bool = False
    """The list was chosen."""
    was_named: bool = True
    """Whether the user was among its visible recipients."""


class Draft(Discreet, frozen=True, kw_only=True):
    """What the composer holds: fields as typed, not yet checked. Reprs never show content (it may reach a log)."""

    id: DraftId
    account: AccountId
    kind: DraftKind = DraftKind.NEW
    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    answers: RowId | None = None
    """The stored message that this answers or forwards; it gets its flag once the mail is sent."""
    answers_in: AccountId | None = None
    """The account of that message; None: the draft's own."""
    attachments: tuple[DraftAttachment, ...] = ()
    answered: Answered | None = None
    """None where nothing is answered, or it is no longer known."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("id", self.id), ("kind", self.kind.value)]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that would be missed."""
        return not (self.to or self.cc or self.bcc or self.subject or self.text.strip() or self.attachments)


class DraftVersion(Discreet, frozen=True, kw_only=True):
    """A state that a draft once had."""

    hidden: ClassVar[tuple[str, ...]] = ("draft",)

    saved_at: datetime
    draft: Draft


class Identity(Discreet, frozen=True, kw_only=True):
    """One of the user's own addresses. A mail from it is kept by its account and leaves through it."""

    hidden: ClassVar[tuple[str, ...]] = ("sender", "signature")

    sender: str
    """The address with the name, formatted."""
    account: AccountId
    signature: str = ""
    """The text only, without its "-- " line."""
    size_limit: int = 0
    """The largest mail that its server takes, in bytes; 0 where that is not known."""


class FieldProblem(Struct, frozen=True, kw_only=True):
    """Something to mend before sending, at the field it concerns."""

    field: str
    """``from``, ``to``, ``cc``, ``bcc``, ``subject``, ``text`` or ``attachments``."""
    words: str
    is_question: bool = False
    """True: sending is possible once the user says yes; False: it must be mended."""


class OutgoingMail(Discreet, frozen=True, kw_only=True):
    """A draft whose every field was checked: addresses parsed, nothing that could become a header of its own."""

    draft: DraftId
    account: AccountId
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    text: str
    in_reply_to: str
    references: tuple[str, ...]
    answers: RowId | None
    kind: DraftKind
    attachments: tuple[DraftAttachment, ...]
    answered: Answered | None = None

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("draft", self.draft)]

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody it goes to, each address once, Bcc included."""
        return tuple({address.spec.lower(): address for address in (*self.to, *self.cc, *self.bcc)}.values())


def written_as(draft: Draft, identity: Identity) -> Draft:
    """The draft with this identity as its sender; what it answers stays the message that it was."""
    if identity.account == draft.account:
        return replace(draft, sender=identity.sender)
    home = draft.answers_in or draft.account
    elsewhere = None if draft.answers is None or home == identity.account else home
    return replace(draft, sender=identity.sender, account=identity.account, answers_in=elsewhere)


def without_recipients(draft: Draft, specs: frozenset[str]) -> Draft:
    """The draft to those alone who are not among these addresses, which are as an envelope has them."""

    def is_kept(address: Address) -> bool:
        return not {address.spec, in_ascii(address.spec)} & specs

    def others(typed: str) -> str:
        addresses = parse_typed(typed).addresses
        kept = tuple(filter(is_kept, addresses))
        return typed if kept == addresses else format_addresses(kept)

    return replace(draft, to=others(draft.to), cc=others(draft.cc), bcc=others(draft.bcc))


def signed_anew(text: str, *, before: str, after: str) -> str:
    """The text with the one signature in place of the other, where it ends in it; what was written by hand stays."""
    head, found = _without_signature(text, before)
    if not found:
        return text
    return f"{head.rstrip(chr(10))}\n\n{_signature_block(after)}" if after.strip() else head


def _without_signature(text: str, signature: str) -> tuple[str, bool]:
    if not signature.strip():
        return text, "\n-- \n" not in text
    head = text.rstrip().removesuffix(_signature_block(signature).rstrip())
    return head, len(head) < len(text.rstrip())


def _signature_block(signature: str) -> str:
    return f"-- \n{signature.rstrip()}\n"


_MESSAGE_ID = re.compile(r"^<[^\s<>\x00-\x1f\x7f]+>$")


def check_draft(draft: Draft) -> OutgoingMail | list[FieldProblem]:
    """The mail that this draft means, or everything that must be mended first, in the order of the fields."""
    problems: list[FieldProblem] = []
    fields: dict[str, tuple[Address, ...]] = {}
    for field, typed in (("from", draft.sender), ("to", draft.to), ("cc", draft.cc), ("bcc", draft.bcc)):
        parsed = parse_typed(typed)
        fields[field] = parsed.addresses
        problems += [FieldProblem(field=field, words=words) for words in parsed.problems]
    if not problems and len(fields["from"]) != 1:
        problems.append(FieldProblem(field="from", words="Write from exactly one address."))
    if not problems and not (fields["to"] or fields["cc"] or fields["bcc"]):
        problems.append(FieldProblem(field="to", words="Add somebody to send this to."))
    if problems:
        return problems
    return _outgoing(draft, sender=fields["from"][0], to=fields["to"], cc=fields["cc"], bcc=fields["bcc"])


def as_kept(draft: Draft, *, sender: Address) -> OutgoingMail:
    """The draft as a mail for the server's Drafts, whatever is still missing; what is no address yet stays out."""
    own = parse_typed(draft.sender).addresses
    to, cc, bcc = (parse_typed(typed).addresses for typed in (draft.to, draft.cc, draft.bcc))
    return _outgoing(draft, sender=own[0] if own else sender, to=to, cc=cc, bcc=bcc)


def _outgoing(
    draft: Draft, *, sender: Address, to: tuple[Address, ...], cc: tuple[Address, ...], bcc: tuple[Address, ...]
) -> OutgoingMail:
    return OutgoingMail(
        draft=draft.id,
        account=draft.account,
        sender=sender,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=clean_line(draft.subject),
        text=draft.text,
        in_reply_to=draft.in_reply_to if _MESSAGE_ID.match(draft.in_reply_to) else "",
        references=tuple(ref for ref in draft.references if _MESSAGE_ID.match(ref)),
        answers=draft.answers,
        kind=draft.kind,
        attachments=draft.attachments,
        answered=draft.answered,
    )


class OutboxState(StrEnum):
    """Where a mail on its way stands; UNKNOWN: it may or may not have been taken (RFC 1047)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    UNKNOWN = "unknown"


class OutboxItem(Struct, frozen=True, kw_only=True):
    """A mail on its way, as the outbox shows it."""

    id: OutboxId
    account: AccountId
    subject: str
    recipients: tuple[str, ...]
    state: OutboxState
    words: str = ""
    """The reason for its state, in words; the server's own words where it refused."""
    send_at: datetime | None = None
    """QUEUED: when it goes out, aware UTC; until then it can be taken back."""
    queued_at: datetime
    refused: tuple[tuple[str, str], ...] = ()
    """Recipients that the server did not take, each with its words; *send again* goes to them alone."""
    accepted: tuple[str, ...] = ()
    """Recipients that have it already, where others have not."""


class SignOutStepState(StrEnum):
    """How a step of a sign-out ended."""

    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    NOT_POSSIBLE = "not possible"


class SignOutStep(Struct, frozen=True, kw_only=True):
    """One line of the sign-out report."""

    title: str
    state: SignOutStepState
    words: str = ""


class SignOutPreview(Struct, frozen=True, kw_only=True):
    """What the sign-out question says before anything is done."""

    account: AccountId
    address: str
    drafts: int
    unsent: int
    changes: int
    """Changes of messages that the server does not know yet."""
    can_revoke: bool
    provider: str
    access_page: str | None
    ends_other_machines: bool
    """Revoking ends the access of other machines with the same client id, too."""
    is_counted: bool = True
    """False: mail of the account lies here and cannot be opened now, so that nobody knows what would be lost."""


class ActivityEntry(Struct, frozen=True, kw_only=True):
    """One line of the activity list: what, for which account, how it ended; never content."""

    at: datetime
    account: AccountId
    what: str
    outcome: str
