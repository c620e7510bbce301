"""A mail from the server's Drafts, made a draft of ours again, whichever program wrote it."""

from tuimail.domain.address import Address, format_addresses
from tuimail.domain.body import BlockKind
from tuimail.domain.clean import clean_block
from tuimail.domain.draft import Draft, DraftKind
from tuimail.domain.ids import AccountId, DraftId
from tuimail.domain.message import Message
from tuimail.domain.own import Own
from tuimail.mime.attachments import draft_attachment
from tuimail.mime.contents import sort_parts
from tuimail.mime.flowed import from_flowed
from tuimail.mime.headers import message_ids, unfold
from tuimail.mime.parse import parse_message, words_of
from tuimail.mime.part_text import MAX_TEXT_BYTES, text_of
from tuimail.mime.quoting import cut_quotations
from tuimail.mime.structure import Part, read_structure

NO_FORMAT = "This draft had formatting, which is not kept: its words are here."
CUT = "This draft is too large to be taken over whole: the one on the server stays as it is."
"""A copy of what is here may not replace it."""


def continued(raw: bytes, *, own: Own, account: AccountId, draft_id: DraftId) -> tuple[Draft, tuple[str, ...]]:
    """The draft and, in words, what of it could not be kept. Never raises, whatever the bytes."""
    message = parse_message(raw, wants_both=False)
    structure = read_structure(raw)
    contents = sort_parts(structure.root)
    plain = [section.plain for section in contents.sections if section.plain is not None]
    notes = () if plain or not message.is_html else (NO_FORMAT,)
    texts = plain or [section.html for section in contents.sections if section.html is not None]
    if structure.notes or any(len(part.body) > MAX_TEXT_BYTES for part in texts):
        notes = (*notes, CUT)
    draft = Draft(
        id=draft_id,
        account=account,
        kind=DraftKind.REPLY if message.in_reply_to else DraftKind.NEW,
        sender=str(_sender(message, own)) if own.addresses else "",
        to=format_addresses(message.to),
        cc=format_addresses(message.cc),
        bcc=format_addresses(message.bcc),
        subject=message.subject,
        text="\n".join(_typed(part) for part in plain) if plain else _words(message),
        in_reply_to=message.in_reply_to,
        references=message.references,
        attachments=tuple(draft_attachment(part) for part in contents.attached),
    )
    return draft, notes


def _sender(message: Message, own: Own) -> Address:
    known = (own.identity(address) for address in message.sender)
    return next((mine for mine in known if mine is not None), own.addresses[0])


def _typed(part: Part) -> str:
    """The text as it stood in the composer."""
    text = clean_block(text_of(part)[0])
    params = part.type.params
    if params.get("format", "").lower() == "flowed":
        return cut_quotations(from_flowed(text, del_sp=params.get("delsp", "").lower() == "yes"))
    return text


def _words(message: Message) -> str:
    is_empty = all(block.kind is BlockKind.BLANK for block in message.blocks)
    return "" if is_empty or not message.is_html else words_of(message)


def message_id_of(raw: bytes) -> str:
    """The identifier of a mail; empty if it has none."""
    return next(iter(message_ids(unfold(read_structure(raw).root.value("message-id")))), "")
