"""Drafts that begin with something: a reply, a forward, a new mail with its signature, a ``mailto:`` address."""

import re
from datetime import tzinfo
from urllib.parse import unquote

from msgspec.structs import replace

from tuimail.domain.address import Address, format_addresses, is_address
from tuimail.domain.clean import clean_block, clean_line
from tuimail.domain.draft import Answered, Draft, DraftAttachment, DraftKind
from tuimail.domain.errors import ErrorKind, Remedy, SendError
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.domain.message import Message
from tuimail.domain.own import Own
from tuimail.mime.attachments import draft_attachment
from tuimail.mime.contents import sort_parts
from tuimail.mime.filenames import safe_file_name
from tuimail.mime.headers import addresses, message_ids, read_text
from tuimail.mime.quoting import attribution, forwarded, quotation
from tuimail.mime.structure import read_structure
from tuimail.mime.subjects import answer_subject, forward_subject

_MAX_MAILTO = 100_000
_MAX_NAME = 80
_MAX_NOTES = 5
_MACHINE = re.compile(r"(?:no|do[-_.]?not|not)[-_.]?(?:reply|respond)|noreply|mailer-daemon", re.I)
"""Senders that nobody reads, and that name another address for answers."""
_NO = re.compile(r"\s*NO\b", re.I)
_NO_LIST = "This message names no mailing list."
_DELIVERY = ("delivered-to", "x-original-to")
"""Fields that servers write, the one to be believed first."""
_TAKEN = frozenset({"to", "cc", "bcc", "subject", "body", "in-reply-to", "references"})


def answer(  # noqa: PLR0913 (what an answer is made of, by keyword)
    message: Message,
    *,
    kind: DraftKind,
    own: Own,
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
        sender=str(_identity(message, own)) if own.addresses else "",
        to=format_addresses(to),
        cc=format_addresses(cc),
        subject=forward_subject(message.subject) if kind is DraftKind.FORWARD else answer_subject(message.subject),
        text=_signed(text, signature),
        in_reply_to="" if kind is DraftKind.FORWARD else message.message_id,
        references=_references(message),
        answers=row,
        answered=None if kind is DraftKind.FORWARD else _answered(message, own),
    )


def note_on_list(draft: Draft) -> str:
    """What to say where a plain answer goes to a whole list, since the list wants that; empty elsewhere."""
    answered = draft.answered
    if draft.kind is not DraftKind.REPLY or answered is None or answered.is_for_list or not answered.list_post:
        return ""
    if answered.list_post.lower() not in {address.spec.lower() for address in addresses(draft.to)}:
        return ""
    author = f" {answered.author} is its author alone." if answered.author != answered.list_post else ""
    return f"The list asks for answers to itself: {answered.list_post} is everybody on it.{author}"


def for_list(draft: Draft, message: Message) -> Draft:
    """The answer to the mailing list of the message, and to nobody else. Raises SendError where that takes no mail."""
    answered = replace(draft.answered, is_for_list=True) if draft.answered is not None else None
    return replace(draft, to=list_address(message), cc="", answered=answered)


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
    # Some write it like a web address, or end it like one.
    wanted: dict[str, list[str]] = {"to": [unquote(path.removeprefix("//").partition("#")[0])]}
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
    notes = [f"The link asked for “{name[:40]}”; this was ignored." for name in dict.fromkeys(refused)][:_MAX_NOTES]
    bad = [spec for name in ("to", "cc", "bcc") for spec in _not_addresses(wanted.get(name, []))]
    notes += [f"“{spec[:60]}” in the link is no mail address; check the recipients." for spec in bad[:_MAX_NOTES]]
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
    found = posting_address(message)
    if not found:
        is_closed = any(name.lower() == "list-post" and _NO.match(value) for name, value in message.headers)
        why = "This mailing list takes no mail." if is_closed else _NO_LIST
        words = f"{why} r answers its sender, R everybody."
        raise SendError(ErrorKind.BAD_DRAFT, words, remedy=Remedy.FIX_INPUT)
    return found


def posting_address(message: Message) -> str:
    """The address of the mailing list that a message came through; empty where it names none."""
    post_to = message.lists.post_to if message.lists is not None else ""
    return _typed([unquote(post_to[len("mailto:") :].partition("?")[0])])


def _typed(values: list[str]) -> str:
    return format_addresses(tuple(address for address in _read(values) if is_address(address.spec)))


def _not_addresses(values: list[str]) -> list[str]:
    return [address.spec for address in _read(values) if not is_address(address.spec)]


def _read(values: list[str]) -> list[Address]:
    return [address for value in values for address in addresses(value.replace("\r", " ").replace("\n", " "))]


def _fields(message: Message, name: str) -> tuple[Address, ...]:
    """The addresses of a field that ``Message`` has no place of its own for."""
    return tuple(address for key, value in message.headers if key.lower() == name for address in addresses(value))


def _recipients(message: Message, own: Own, *, to_all: bool) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    if to_all and (followup := _usable(_fields(message, "mail-followup-to"))):
        return own.without_elsewhere(_others(followup, own)) or followup, ()
    senders, to, cc = _usable(message.sender), _usable(message.to), _usable(message.cc)
    if to_all:
        to, cc = own.without_elsewhere(to), tuple(each for each in cc if each.spec.lower() not in own.elsewhere)
    # Who asks for answers to the one that he writes to means himself.
    writers = _others(_usable(message.reply_to), own) or senders or _usable(message.reply_to)
    if writers and all(own.holds(address) for address in writers):
        # An answer to one's own mail goes on to those whom it went to.
        others, copies = _others(to, own), _others(cc, own, beside=to)
        if not others:
            return copies or _once(to) or _once(writers), ()
        return others, copies if to_all else ()
    if not to_all:
        return _once(writers), ()
    authors = tuple(sender for sender in senders if sender in writers or not _MACHINE.match(sender.spec))
    everybody = _others((*writers, *authors, *to), own) or writers
    return everybody, _others(cc, own, beside=everybody)


def _answered(message: Message, own: Own) -> Answered:
    senders = _usable(message.sender)
    return Answered(
        author=senders[0].spec if senders else "",
        writers=tuple(address.spec.lower() for address in _once((*senders, *_usable(message.reply_to)))),
        list_post=posting_address(message),
        was_named=any(own.holds(address) for address in (*message.sender, *message.to, *message.cc)),
    )


def _usable(found: tuple[Address, ...]) -> tuple[Address, ...]:
    return tuple(address for address in found if is_address(address.spec))


def _others(found: tuple[Address, ...], own: Own, *, beside: tuple[Address, ...] = ()) -> tuple[Address, ...]:
    """Each address once, without the user's own and those named already."""
    return tuple(address for address in _once(found, beside=beside) if not own.holds(address))


def _once(found: tuple[Address, ...], *, beside: tuple[Address, ...] = ()) -> tuple[Address, ...]:
    named = {address.spec.lower() for address in beside}
    first = {address.spec.lower(): address for address in reversed(found)}
    return tuple(first[spec] for spec in dict.fromkeys(each.spec.lower() for each in found) if spec not in named)


def _identity(message: Message, own: Own) -> Address:
    """The own address that the mail was sent to, or from; the main one if none can be told."""
    main = own.addresses[0]
    delivered = [own.identity(address) for name in _DELIVERY for address in _fields(message, name)]
    named = [own.identity(address) for address in (*message.sender, *message.to, *message.cc)]
    # What is sent to an alias is mostly delivered to the main address, which then says nothing.
    return next((mine for mine in (*delivered, *named) if mine is not None and (mine != main or mine in named)), main)


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
