"""Listing mailboxes with their counts."""

from collections.abc import Container, Iterable, Sequence

from msgspec.structs import replace

from tuimail.net.errors import Garbled
from tuimail.net.imap.arguments import Argument, Literal, string
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.translate import (
    ListedMailbox,
    Node,
    Response,
    parse,
    read_counts,
    read_mailbox,
)

MAX_MAILBOXES = 20_000


def list_all(exchange: Exchange) -> list[ListedMailbox]:
    """Every mailbox with its counts: in one round trip where the server can, else one more for the counts."""
    return read_listing(exchange, exchange.run(*list_command(exchange)).responses)


def next_uid(exchange: Exchange, raw: bytes) -> tuple[int, int]:
    """UIDVALIDITY and UIDNEXT of one mailbox; 0 and 1 where the server does not tell."""
    responses = exchange.run(b"STATUS", string(raw), b"(UIDVALIDITY UIDNEXT)").responses
    told = [read_counts(nodes) for nodes in _parsed(responses) if nodes and _is_word(nodes[0], b"STATUS")]
    counts = next((each[1] for each in told if each is not None), {})
    return counts.get("UIDVALIDITY", 0), counts.get("UIDNEXT", 1)


def list_command(exchange: Exchange) -> list[Argument]:
    """LIST with as much beside the names as this server gives at once (RFC 5258, 5819, 6154)."""
    command: list[Argument] = [b"LIST", b'""', b'"*"']
    roles = b"SPECIAL-USE" if "SPECIAL-USE" in exchange.capabilities else b""
    if "LIST-STATUS" in exchange.capabilities:
        return [*command, b"RETURN", b"(%s)" % b" ".join(filter(None, (roles, b"STATUS", _counts_asked(exchange))))]
    if roles and "LIST-EXTENDED" in exchange.capabilities:
        return [*command, b"RETURN", b"(%s)" % roles]
    return command


def list_plainly(exchange: Exchange) -> list[ListedMailbox]:
    """As ``list_all``, for a server that announces more of LIST than it takes."""
    listed = _read_list(exchange.run(b"LIST", b'""', b'"*"').responses)
    return _with_counts(listed, _ask_counts(exchange, listed))


def count_commands(exchange: Exchange, raws: Iterable[bytes]) -> dict[bytes, list[Argument]]:
    """What asks for the counts of these mailboxes one by one, by their names; none where LIST brings all counts."""
    if "LIST-STATUS" in exchange.capabilities:
        return {}
    counts = _counts_asked(exchange)
    names = {raw: string(raw) for raw in raws if _is_sendable(raw)}
    return {raw: [b"STATUS", name, counts] for raw, name in names.items() if not isinstance(name, Literal)}


def read_listing(
    exchange: Exchange, responses: Sequence[Response], *, counted: Container[bytes] = ()
) -> list[ListedMailbox]:
    """What LIST brought; the counts are asked for where it had none, except those that were asked for already."""
    listed = _read_list(responses)
    if "LIST-STATUS" in exchange.capabilities:
        return listed
    return _with_counts(listed, _ask_counts(exchange, (each for each in listed if each.raw not in counted)))


def _ask_counts(exchange: Exchange, listed: Iterable[ListedMailbox]) -> Iterable[list[Node]]:
    counts = _counts_asked(exchange)
    names = [string(mailbox.raw) for mailbox in listed if mailbox.selectable and _is_sendable(mailbox.raw)]
    questions = [[b"STATUS", name, counts] for name in names if not isinstance(name, Literal)]
    return _parsed(exchange.run_together(questions))


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
