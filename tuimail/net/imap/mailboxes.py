"""Listing and opening mailboxes."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import Argument, Literal, string
from tuimail.net.imap.exchange import Answer, Exchange
from tuimail.net.imap.translate import (
    ListedMailbox,
    Node,
    Response,
    is_number,
    parse,
    read_counts,
    read_mailbox,
    read_status,
)

MAX_MAILBOXES = 20_000
_MAX_DIGITS = 19


class Selected(Struct, frozen=True, kw_only=True):
    """A mailbox as it was when it was opened."""

    uidvalidity: int
    uidnext: int
    """0: the server does not tell."""
    exists: int
    highestmodseq: int | None
    """None: the server keeps none for this mailbox."""


def list_all(exchange: Exchange) -> list[ListedMailbox]:
    """Every mailbox with its counts: in one round trip where the server can, else one more for the counts."""
    capabilities = exchange.capabilities
    counts = _counts_asked(exchange)
    command: list[Argument] = [b"LIST", b'""', b'"*"']
    roles = b"SPECIAL-USE" if "SPECIAL-USE" in capabilities else b""
    if "LIST-STATUS" in capabilities:
        command += [b"RETURN", b"(%s)" % b" ".join(filter(None, (roles, b"STATUS", counts)))]
        return _read_list(exchange.run(*command).responses)
    if roles and "LIST-EXTENDED" in capabilities:
        command += [b"RETURN", b"(%s)" % roles]
    listed = _read_list(exchange.run(*command).responses)
    names = [(mailbox, string(mailbox.raw)) for mailbox in listed if mailbox.selectable and _is_sendable(mailbox.raw)]
    questions = [[b"STATUS", name, counts] for _, name in names if not isinstance(name, Literal)]
    return _with_counts(listed, _parsed(exchange.run_together(questions)))


def select(exchange: Exchange, raw: bytes, *, readonly: bool) -> Selected:
    """Open a mailbox. QRESYNC is switched on before the first."""
    name = string(raw)
    if "QRESYNC" in exchange.capabilities and not exchange.has_qresync:
        exchange.run(b"ENABLE", b"QRESYNC")
        exchange.has_qresync = True
    command: list[Argument] = [b"EXAMINE" if readonly else b"SELECT", name]
    if "CONDSTORE" in exchange.capabilities and not exchange.has_qresync:
        command.append(b"(CONDSTORE)")
    return _read_selected(exchange.run(*command))


def _counts_asked(exchange: Exchange) -> bytes:
    modseq = b" HIGHESTMODSEQ" if exchange.capabilities & {"CONDSTORE", "QRESYNC"} else b""
    return b"(MESSAGES UNSEEN UIDNEXT UIDVALIDITY%s)" % modseq


def _is_sendable(raw: bytes) -> bool:
    return not any(byte in raw for byte in b"\x00\r\n")


def _parsed(responses: Iterable[Response]) -> Iterable[list[Node]]:
    """Each response on its own: one that cannot be read never costs the others."""
    for response in responses:
        try:
            yield parse(response)
        except Garbled:
            continue


def _read_list(responses: Iterable[Response]) -> list[ListedMailbox]:
    parsed = list(_parsed(responses))
    listed: dict[bytes, ListedMailbox] = {}
    for nodes in parsed:
        if nodes and _is_word(nodes[0], b"LIST") and len(listed) < MAX_MAILBOXES:
            mailbox = read_mailbox(nodes)
            if mailbox is not None:
                listed.setdefault(mailbox.raw, mailbox)
    return _with_counts(list(listed.values()), parsed)


def _with_counts(listed: list[ListedMailbox], parsed: Iterable[list[Node]]) -> list[ListedMailbox]:
    counts: dict[bytes, dict[str, int]] = {}
    for nodes in parsed:
        if nodes and _is_word(nodes[0], b"STATUS"):
            told = read_counts(nodes)
            if told is not None:
                counts[told[0]] = told[1]
    return [_counted(mailbox, counts.get(mailbox.raw, {})) for mailbox in listed]


def _counted(mailbox: ListedMailbox, counts: dict[str, int]) -> ListedMailbox:
    if not counts:
        return mailbox
    return replace(
        mailbox,
        total=counts.get("MESSAGES", 0),
        unread=counts.get("UNSEEN", 0),
        uidvalidity=counts.get("UIDVALIDITY", 0),
        uidnext=counts.get("UIDNEXT", 0),
        highestmodseq=counts.get("HIGHESTMODSEQ") or None,
    )


def _is_word(node: Node, word: bytes) -> bool:
    return isinstance(node, bytes) and node.upper() == word


def _read_selected(answer: Answer) -> Selected:
    told: dict[str, int] = {}
    exists = 0
    for response in answer.responses:
        first, _, second = response.text.partition(b" ")
        if second.strip().upper() == b"EXISTS" and first.isdigit() and len(first) <= _MAX_DIGITS:
            exists = int(first)
        elif first.upper() == b"OK":
            status = read_status(response.text)
            if status.arguments.isdigit() and len(status.arguments) <= _MAX_DIGITS:
                told[status.code] = int(status.arguments)
    if not is_number(b"%d" % told.get("UIDVALIDITY", 0)):
        raise ServerError(
            ErrorKind.SERVER_REFUSED,
            "The server gives this folder no identity (UIDVALIDITY), so its mail cannot be kept apart.",
            remedy=Remedy.TELL,
        )
    return Selected(
        uidvalidity=told["UIDVALIDITY"],
        uidnext=told.get("UIDNEXT", 0),
        exists=exists,
        highestmodseq=told.get("HIGHESTMODSEQ") or None,
    )
