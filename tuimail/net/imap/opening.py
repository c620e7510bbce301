"""Opening a mailbox, alone or with the list of all in one flight: what a start costs beyond the sign-in."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail import __version__
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.imap.arguments import Argument, string
from tuimail.net.imap.changes import Changes, Known, read_vanished
from tuimail.net.imap.exchange import Exchange, Take
from tuimail.net.imap.flags import FlagReader
from tuimail.net.imap.mailboxes import list_command, list_plainly, read_listing
from tuimail.net.imap.translate import ListedMailbox, Response, Status, is_number, read_count, read_status
from tuimail.net.imap.verdicts import refusal

_WANTS_ID = "unsafe login"
"""Coremail (163.com, 126.com) opens no mailbox for programs that give no name."""
_CLOSED = b"* OK [CLOSED]"
_GONE = {"NONEXISTENT", "NOPERM", "TRYCREATE"}


class Selected(Struct, frozen=True, kw_only=True):
    """A mailbox as it was when it was opened."""

    uidvalidity: int
    uidnext: int
    """0: the server does not tell."""
    exists: int
    highestmodseq: int | None
    """None: the server keeps none for this mailbox."""
    changes: Changes | None = None
    """Since the MODSEQ that was known; None where none was, or the server did not tell: ask."""


class Begun(Struct, frozen=True, kw_only=True):
    """What a start brought."""

    selected: Selected | None
    """None: not asked for, or refused."""
    refusal: ServerError | None = None
    """Why the mailbox was not opened."""
    mailboxes: list[ListedMailbox] | None = None
    """None: not asked for."""


def select(exchange: Exchange, raw: bytes, known: Known | None, *, readonly: bool) -> Selected:
    """Open a mailbox. Raises Refused."""
    begun = begin(exchange, raw, known, readonly=readonly, list_too=False)
    if begun.selected is None:
        raise begun.refusal or ServerError(ErrorKind.SERVER_REFUSED, "There is no such folder.", remedy=Remedy.TELL)
    return begun.selected


def begin(
    exchange: Exchange, raw: bytes | None, known: Known | None, *, readonly: bool = False, list_too: bool = True
) -> Begun:
    """Switch QRESYNC on, open a mailbox and list all, in one flight.

    ENABLE may be followed at once by SELECT (RFC 5161 section 3.1); SELECT and LIST answer in different words, so none
    changes what another means (RFC 9051 section 5.5). What a server refuses is asked for again in plainer words, once.
    """
    commands: dict[str, list[Argument]] = {}
    if "X-GM-EXT-1" in exchange.capabilities and not exchange.has_introduced:
        commands["id"] = _introduction(exchange)
    plain: list[Argument] = []
    if raw is not None:
        plain = [b"EXAMINE" if readonly else b"SELECT", string(raw)]
        if "QRESYNC" in exchange.capabilities and exchange.may_enable:
            commands["enable"] = [b"ENABLE", b"QRESYNC"]
            exchange.may_enable = False
        commands["select"] = plain + _parameters(exchange, known, may_resync="enable" in commands)
    if list_too:
        commands["list"] = list_command(exchange)
    reader = FlagReader()
    flown = exchange.fly(list(commands.values()), take=_of_this_mailbox(reader))
    ends = dict(zip(commands, flown.statuses, strict=True))
    if "enable" in commands:
        exchange.has_qresync = ends["enable"].verdict == "OK" and _is_enabled(flown.responses)
    selected: Selected | None = None
    refused: ServerError | None = None
    if raw is not None:
        tried = _Tried(plain=plain, full=commands["select"], known=known, status=ends["select"], flags=reader)
        try:
            selected = _opened(exchange, tried, flown.responses)
        except ServerError as error:
            if exchange.link.is_closed:
                raise
            refused = error
    mailboxes = None
    if list_too:
        mailboxes = read_listing(exchange, flown.responses) if ends["list"].verdict == "OK" else list_plainly(exchange)
    return Begun(selected=selected, refusal=refused, mailboxes=mailboxes)


class _Tried(Struct, frozen=True, kw_only=True):
    """A SELECT as it was sent, as it can be sent more plainly, and its end."""

    plain: list[Argument]
    full: list[Argument]
    known: Known | None
    status: Status
    flags: FlagReader
    """What its answer said of flags in the usual words."""


def _opened(exchange: Exchange, tried: _Tried, responses: Sequence[Response]) -> Selected:
    """The mailbox; asked for once more where the first words were not to the server's liking. Raises Refused."""
    status = tried.status
    if status.verdict == "OK":
        return _read_selected(responses, tried.known if exchange.has_qresync else None, flags=tried.flags)
    error = refusal(exchange.server.host, status)
    wants_id = _WANTS_ID in status.words.lower() and "ID" in exchange.capabilities and not exchange.has_introduced
    is_about_words = len(tried.full) > len(tried.plain) and error.kind is ErrorKind.SERVER_REFUSED
    if not wants_id and (not is_about_words or status.code in _GONE):
        raise error
    if wants_id:
        exchange.run(*_introduction(exchange))
    answer = exchange.run(*tried.plain)
    exchange.takes_parameters = wants_id
    return _read_selected(answer.responses, None, flags=FlagReader())


def _introduction(exchange: Exchange) -> list[Argument]:
    """ID (RFC 2971), of which Gmail and Coremail want the name: that and nothing more."""
    exchange.has_introduced = True
    return [b"ID", b'("name" "tuimail" "version" "%s")' % __version__.encode("ascii")]


def _parameters(exchange: Exchange, known: Known | None, *, may_resync: bool) -> list[Argument]:
    if not exchange.takes_parameters:
        return []
    if not (may_resync or exchange.has_qresync):
        return [b"(CONDSTORE)"] if "CONDSTORE" in exchange.capabilities else []
    if known is None or known.modseq < 1:
        return []
    uids = b" %d:%d" % (known.uids[0], known.uids[-1]) if known.uids else b""
    return [b"(QRESYNC (%d %d%s))" % (known.uidvalidity, known.modseq, uids)]


def _is_enabled(responses: Sequence[Response]) -> bool:
    return any(
        response.text.upper().split()[:1] == [b"ENABLED"] and b"QRESYNC" in response.text.upper().split()
        for response in responses
    )


def _read_selected(responses: Sequence[Response], known: Known | None, *, flags: FlagReader) -> Selected:
    responses = _since_closed(responses)
    told: dict[str, int] = {}
    exists = 0
    for response in responses:
        first, _, second = response.text.partition(b" ")
        if second.strip().upper() == b"EXISTS":
            exists = read_count(first)
        elif first.upper() == b"OK":
            status = read_status(response.text)
            told[status.code] = read_count(status.arguments)
    if not is_number(b"%d" % told.get("UIDVALIDITY", 0)):
        raise ServerError(
            ErrorKind.SERVER_REFUSED,
            "The server gives this folder no identity (UIDVALIDITY), so its mail cannot be kept apart.",
            remedy=Remedy.TELL,
        )
    selected = Selected(
        uidvalidity=told["UIDVALIDITY"],
        uidnext=told.get("UIDNEXT", 0),
        exists=exists,
        highestmodseq=told.get("HIGHESTMODSEQ") or None,
    )
    # Where the numbers mean other messages by now, the server says nothing about them (RFC 7162 section 3.2.5.1).
    if known is None or known.uidvalidity != selected.uidvalidity or selected.highestmodseq is None:
        return selected
    flags.read(responses)
    changes = Changes(flags=flags.flags, vanished=read_vanished(responses, known.uids), labels=flags.labels)
    return replace(selected, changes=changes)


def _of_this_mailbox(reader: FlagReader) -> Take:
    """Reads flags as they come, a hundred thousand if need be; those of the mailbox open before are forgotten."""

    def take(line: bytes) -> bool:
        if reader.take(line):
            return True
        if line[: len(_CLOSED)].upper() == _CLOSED:
            reader.flags.clear()
        return False

    return take


def _since_closed(responses: Sequence[Response]) -> Sequence[Response]:
    """Without what still concerned the mailbox that was open before (RFC 7162 section 3.2.11)."""
    for place in range(len(responses) - 1, -1, -1):
        if b"* " + responses[place].text[: len(_CLOSED) - 2].upper() == _CLOSED:
            return responses[place + 1 :]
    return responses
