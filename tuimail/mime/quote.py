"""Drafts that begin with something: a reply, a forward, a new mail with its signature, a ``mailto:`` address."""

import re
from datetime import tzinfo
from urllib.parse import unquote

from tuimail.domain.address import Address, format_addresses, is_address
from tuimail.domain.clean import clean_block, clean_line
from tuimail.domain.draft import Draft, DraftAttachment, DraftKind
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.domain.message import Message
from tuimail.mime.attachments import draft_attachment
from tuimail.mime.contents import sort_parts
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.headers import addresses, message_ids, read_text
from tuimail.mime.quoting import attribution, forwarded, quotation
from tuimail.mime.structure import read_structure

_REPLY_PREFIX = re.compile(
    r"^(?:(?:re|aw|sv|vs|r|odp|antw|ref|rif|ynt|res)(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:\uff1a]\s*)++", re.I
)
_FORWARD_PREFIX = re.compile(r"^(?:(?:fwd?|wg|tr|i|enc|vb|vl)\s*[:\uff1a]\s*)++", re.I)
_MAX_MAILTO = 100_000
_MAX_NAME = 80
_TAKEN = frozenset({"to", "cc", "bcc", "subject", "body", "in-reply-to", "references"})


def answer(  # noqa: PLR0913 (what an answer is made of, by keyword)
    message: Message,
    *,
    kind: DraftKind,
    own: tuple[Address, ...],
    account: AccountId,
    draft_id: DraftId,
    row: RowId | None,
    signature: str,
    zone: tzinfo,
) -> Draft:
    """A reply, reply to all or forward of a message, with recipients, subject and quotation filled in."""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    if kind is DraftKind.FORWARD:
        text = f"\n\n{forwarded(message, zone)}\n"
    else:
        to, cc = _recipients(message, own, to_all=kind is DraftKind.REPLY_ALL)
        text = f"\n\n{attribution(message, zone)}\n{quotation(message)}\n"
    return Draft(
        id=draft_id,
        account=account,
        kind=kind,
        sender=str(_identity(message, own)) if own else "",
        to=format_addresses(to),
        cc=format_addresses(cc),
        subject=_subject(message.subject, kind),
        text=_signed(text, signature),
        in_reply_to="" if kind is DraftKind.FORWARD else message.message_id,
        references=_references(message),
        answers=row,
    )


def new_draft(*, own: tuple[Address, ...], account: AccountId, draft_id: DraftId, signature: str = "") -> Draft:
    """An empty draft from the account's first identity, signature in place."""
    sender = str(own[0]) if own else ""
    return Draft(id=draft_id, account=account, sender=sender, text=signature_alone(signature))


def signature_alone(signature: str) -> str:
    """A text of which only the signature stands."""
    return f"\n\n-- \n{signature.rstrip()}\n" if signature.strip() else ""


def from_mailto(
    url: str, *, own: tuple[Address, ...], account: AccountId, draft_id: DraftId, signature: str = ""
) -> tuple[Draft, tuple[str, ...]]:
    """The draft that a ``mailto:`` address asks for (RFC 6068), and a note for each thing it asked in vain."""
    rest = url[:_MAX_MAILTO].partition(":")[2] if url[:7].lower() == "mailto:" else ""
    path, _, query = rest.partition("?")
    wanted: dict[str, list[str]] = {"to": [unquote(path)]}
    refused: list[str] = []
    for pair in query.replace("&amp;", "&").split("&"):
        name, _, value = pair.partition("=")
        name = clean_line(unquote(name)).lower()
        if name in _TAKEN:
            # A plus is a plus here, unlike in forms (RFC 6068 section 5).
            wanted.setdefault(name, []).append(unquote(value))
        elif name:
            refused.append(name)
    to, cc, bcc = (_typed(wanted.get(name, [])) for name in ("to", "cc", "bcc"))
    notes = [f"The link asked for “{name[:40]}”; this was ignored." for name in dict.fromkeys(refused)]
    if bcc:
        notes.append("The link added a blind copy (Bcc); check the recipients.")
    empty = new_draft(own=own, account=account, draft_id=draft_id, signature=signature)
    body = clean_block("\n".join(wanted.get("body", [])))
    in_reply_to = message_ids(" ".join(wanted.get("in-reply-to", [])))
    draft = Draft(
        id=draft_id,
        account=account,
        sender=empty.sender,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=clean_line(" ".join(wanted.get("subject", []))),
        text=body + empty.text,
        in_reply_to=in_reply_to[0] if in_reply_to else "",
        references=message_ids(" ".join(wanted.get("references", []))),
    )
    return draft, tuple(notes)


def forward_attachments(raw: bytes) -> tuple[DraftAttachment, ...]:
    """Copies of a message's attachments, for forwarding it."""
    return tuple(draft_attachment(part) for part in sort_parts(read_structure(raw).root).attached)


def whole_mail(raw: bytes) -> DraftAttachment:
    """A message as an attachment, not a byte of it changed."""
    subject = read_text(read_structure(raw).root.value("subject"))[:_MAX_NAME]
    name = safe_file_name(f"{subject.replace('/', '-').strip() or 'message'}.eml")
    return DraftAttachment(name=name, content_type="message/rfc822", data=raw)


def list_address(message: Message) -> str:
    """Where the mailing list of a message takes mail (RFC 2369 section 3.4). Raises SendError where it does not."""
    post_to = message.lists.post_to if message.lists is not None else ""
    found = _typed([unquote(post_to[len("mailto:") :].partition("?")[0])])
    if not found:
        words = "This message names no mailing list that takes mail. r answers its sender, R everybody."
        raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.FIX_INPUT)
    return found


def _typed(values: list[str]) -> str:
    found = [address for value in values for address in addresses(value.replace("\r", " ").replace("\n", " "))]
    return format_addresses(tuple(address for address in found if is_address(address.spec)))


def _fields(message: Message, name: str) -> tuple[Address, ...]:
    """The addresses of a field that ``Message`` has no place of its own for."""
    return tuple(address for key, value in message.headers if key.lower() == name for address in addresses(value))


def _recipients(
    message: Message, own: tuple[Address, ...], *, to_all: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    if to_all and (followup := _usable(_fields(message, "mail-followup-to"))):
        return _others(followup, own) or followup, ()
    writers = _usable(message.reply_to) or _usable(message.sender)
    if writers and all(_is_own(address, own) for address in writers):
        # An answer to one's own mail goes on to those whom it went to.
        to, cc = _usable(message.to), _usable(message.cc)
        return _others(to, own) or to or writers, _others(cc, own, beside=to) if to_all else ()
    if not to_all:
        return writers, ()
    to = _others((*writers, *_usable(message.to)), own) or writers
    return to, _others(_usable(message.cc), own, beside=to)


def _usable(found: tuple[Address, ...]) -> tuple[Address, ...]:
    return tuple(address for address in found if is_address(address.spec))


def _others(
    found: tuple[Address, ...], own: tuple[Address, ...], *, beside: tuple[Address, ...] = ()
) -> tuple[Address, ...]:
    """Each address once, without the user's own and those named already."""
    seen = {address.spec.lower() for address in beside}
    kept: list[Address] = []
    for address in found:
        if address.spec.lower() not in seen and not _is_own(address, own):
            seen.add(address.spec.lower())
            kept.append(address)
    return tuple(kept)


def _is_own(address: Address, own: tuple[Address, ...]) -> bool:
    spec = address.spec.lower()
    return any(spec == mine.spec.lower() or _without_tag(spec) == mine.spec.lower() for mine in own)


def _without_tag(spec: str) -> str:
    """The address without a plus-tag (RFC 5233)."""
    local, at, domain = spec.rpartition("@")
    return local.partition("+")[0] + at + domain


def _identity(message: Message, own: tuple[Address, ...]) -> Address:
    """The own address that the mail was sent to; the first one if none can be told."""
    came_to = (
        *_fields(message, "delivered-to"),
        *_fields(message, "x-original-to"),
        *message.to,
        *message.cc,
    )
    for address in came_to:
        for mine in own:
            if address.spec.lower() == mine.spec.lower():
                return mine
        for mine in own:
            if _without_tag(address.spec.lower()) == mine.spec.lower():
                return mine
    return own[0]


def _subject(subject: str, kind: DraftKind) -> str:
    if kind is DraftKind.FORWARD:
        return f"Fwd: {_FORWARD_PREFIX.sub('', subject)}".rstrip()
    return f"Re: {_REPLY_PREFIX.sub('', subject)}".rstrip()


def _references(message: Message) -> tuple[str, ...]:
    """The parent's chain and the parent (RFC 5322 section 3.6.4)."""
    chain = message.references
    if not chain:
        parents = message_ids(" ".join(value for name, value in message.headers if name.lower() == "in-reply-to"))
        chain = parents if len(parents) == 1 else ()
    whole = (*chain, message.message_id) if message.message_id else chain
    return tuple(dict.fromkeys(whole))


def _signed(text: str, signature: str) -> str:
    # Last, since readers take all below "-- " for the signature, and may hide it (RFC 3676 section 4.3).
    return f"{text}\n-- \n{signature.rstrip()}\n" if signature.strip() else text
