"""Opening a mailbox, alone or with the list of all in one flight: what a start costs beyond the sign-in."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail import __version__
from tuimail.domain.errors import ErrorKind, Remedy, ServerError
from tuimail.net.imap.arguments import Argument, string
from tuimail.net.imap.changes import Changes, Known, changes_command, read_vanished
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.flags import FlagReader
from tuimail.net.imap.mailboxes import count_commands, list_command, list_plainly, read_listing
from tuimail.net.imap.translate import ListedMailbox, Response, Status, is_number, read_count, read_status
from tuimail.net.imap.verdicts import refusal

_WANTS_ID = "unsafe login"
"""Coremail (163.com, 126.com) opens no mailbox for programs that give no name."""
_CLOSED = b"OK [CLOSED]"
"""What comes before it concerned the mailbox open before (RFC 7162 section 3.2.11)."""
_NUMBERING = b"OK [UIDVALIDITY "
"""The same, of servers without CLOSED: an answer to SELECT has it before any message's flags."""
_MOST_COUNTS = 100
"""Mailboxes counted one by one in a flight: so many that neither direction fills up and blocks."""
_PLAIN = 2
"""Arguments of a SELECT without parameters."""
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
    exchange: Exchange,
    raw: bytes | None,
    known: Known | None,
    *,
    readonly: bool = False,
    list_too: bool = True,
    listed: Sequence[bytes] = (),
) -> Begun:
    """Switch QRESYNC on, open a mailbox and list all, in one flight.

    ENABLE may be followed at once by SELECT (RFC 5161 section 3.1), and SELECT by what asks for UIDs; LIST answers in
    words of its own, so that none changes what another means (RFC 9051 section 5.5). What a server refuses is asked
    for again in plainer words, once.
    """
    commands: dict[str, list[Argument]] = {}
    if "X-GM-EXT-1" in exchange.capabilities and not exchange.has_introduced:
        commands["id"] = _introduction(exchange)
    if raw is not None:
        commands |= _opening(exchange, [b"EXAMINE" if readonly else b"SELECT", string(raw)], known)
    if list_too:
        commands["list"] = list_command(exchange)
    counts = count_commands(exchange, listed[:_MOST_COUNTS]) if list_too else {}
    flags = _FlagsSince(_NUMBERING if "changes" in commands else _CLOSED)
    flown = exchange.fly([*commands.values(), *counts.values()], take=flags.take)
    ends = dict(zip(commands, flown.statuses[: len(commands)], strict=True))
    if "enable" in commands:
        exchange.has_qresync = ends["enable"].verdict == "OK" and _is_enabled(flown.responses)
    selected: Selected | None = None
    refused: ServerError | None = None
    if raw is not None:
        try:
            selected = _opened(exchange, commands["select"], status=ends["select"], responses=flown.responses)
        except ServerError as error:
            if exchange.link.is_closed:
                raise
            refused = error
    if selected is not None and known is not None and _is_told(exchange, ends, selected=selected, known=known):
        with exchange.guard():
            told = flags.read(flown.responses)
            vanished = read_vanished(_since(flown.responses, _CLOSED), known.uids) if exchange.has_qresync else None
        selected = replace(selected, changes=Changes(flags=told.flags, vanished=vanished, labels=told.labels))
    mailboxes = None
    if list_too:
        is_listed = ends["list"].verdict == "OK"
        mailboxes = read_listing(exchange, flown.responses, counted=counts) if is_listed else list_plainly(exchange)
    return Begun(selected=selected, refusal=refused, mailboxes=mailboxes)


def _opening(exchange: Exchange, plain: list[Argument], known: Known | None) -> dict[str, list[Argument]]:
    """The commands that open a mailbox and bring what is new in it, as far as this server can."""
    commands: dict[str, list[Argument]] = {}
    if "QRESYNC" in exchange.capabilities and exchange.may_enable:
        commands["enable"] = [b"ENABLE", b"QRESYNC"]
        exchange.may_enable = False
    resyncs = exchange.has_qresync or "enable" in commands
    if not exchange.takes_parameters or not (resyncs or "CONDSTORE" in exchange.capabilities):
        return commands | {"select": plain}
    if not resyncs:
        commands["select"] = [*plain, b"(CONDSTORE)"]
        if known is not None and known.modseq > 0:
            # Gmail, for one. Where the numbers mean other messages by now, the answer is dropped.
            commands["changes"] = [*changes_command(exchange, known)]
        return commands
    if known is None or known.modseq < 1:
        return commands | {"select": plain}
    uids = b" %d:%d" % (known.uids[0], known.uids[-1]) if known.uids else b""
    return commands | {"select": [*plain, b"(QRESYNC (%d %d%s))" % (known.uidvalidity, known.modseq, uids)]}


def _opened(exchange: Exchange, command: list[Argument], *, status: Status, responses: Sequence[Response]) -> Selected:
    """The mailbox; asked for once more where the first words were not to the server's liking. Raises Refused."""
    if status.verdict == "OK":
        return _read_selected(responses)
    error = refusal(exchange.server.host, status)
    wants_id = _WANTS_ID in status.words.lower() and "ID" in exchange.capabilities and not exchange.has_introduced
    plain = command[:_PLAIN]
    is_about_words = command != plain and error.kind is ErrorKind.SERVER_REFUSED
    if not wants_id and (not is_about_words or status.code in _GONE):
        raise error
    if wants_id:
        exchange.run(*_introduction(exchange))
    answer = exchange.run(*plain)
    exchange.takes_parameters = wants_id
    return _read_selected(answer.responses)


def _is_told(exchange: Exchange, ends: dict[str, Status], *, selected: Selected, known: Known) -> bool:
    """Whether the flight told what is new. Where numbers mean other messages now, none is (RFC 7162 section 3.2.5)."""
    if known.uidvalidity != selected.uidvalidity or selected.highestmodseq is None or ends["select"].verdict != "OK":
        return False
    return (exchange.has_qresync and known.modseq > 0) or ("changes" in ends and ends["changes"].verdict == "OK")


def _introduction(exchange: Exchange) -> list[Argument]:
    """ID (RFC 2971), of which Gmail and Coremail want the name: that and nothing more."""
    exchange.has_introduced = True
    return [b"ID", b'("name" "tuimail" "version" "%s")' % __version__.encode("ascii")]


def _is_enabled(responses: Sequence[Response]) -> bool:
    return any(
        response.text.upper().split()[:1] == [b"ENABLED"] and b"QRESYNC" in response.text.upper().split()
        for response in responses
    )


def _read_selected(responses: Sequence[Response]) -> Selected:
    told: dict[str, int] = {}
    exists = 0
    for response in _since(responses, _CLOSED):
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
    return Selected(
        uidvalidity=told["UIDVALIDITY"],
        uidnext=told.get("UIDNEXT", 0),
        exists=exists,
        highestmodseq=told.get("HIGHESTMODSEQ") or None,
    )


class _FlagsSince:
    """Reads flags as they come, a hundred thousand if need be; those before ``mark`` are of the mailbox open before."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._reader = FlagReader()

    def take(self, line: bytes) -> bool:
        """Whether this line was a plain FETCH of flags."""
        if self._reader.take(line):
            return True
        if line[2:].upper().startswith(self._mark):
            self._reader.flags.clear()
        return False

    def read(self, responses: Sequence[Response]) -> FlagReader:
        """All flags, those among ``responses`` included."""
        self._reader.read(_since(responses, self._mark))
        return self._reader


def _since(responses: Sequence[Response], mark: bytes) -> Sequence[Response]:
    """What came after the last response that begins with ``mark``; all where none does."""
    for place in range(len(responses) - 1, -1, -1):
        if responses[place].text.upper().startswith(mark):
            return responses[place + 1 :]
    return responses
