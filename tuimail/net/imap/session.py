"""ImapSession: one signed-in connection to an account's mail, in mail's own words."""

from collections.abc import Sequence
from datetime import datetime

from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.query import Node
from tuimail.net.errors import Garbled, Refused
from tuimail.net.imap import changes, mailboxes, opening, search, uid_ranges
from tuimail.net.imap.arguments import Argument, Literal, date_time, flag_list, label_list, number, string, uid_sets
from tuimail.net.imap.changes import Changes, Known
from tuimail.net.imap.exchange import Answer
from tuimail.net.imap.opening import Begun, Selected
from tuimail.net.imap.reading import ImapReader
from tuimail.net.imap.translate import (
    MAX_NUMBERS,
    ListedMailbox,
    Status,
    is_number,
    read_copied,
    read_found,
    read_status,
)
from tuimail.net.text import with_crlf


class ImapSession(ImapReader):
    """Commands on mailboxes and messages. All by UID, under the UIDVALIDITY that ``select`` gave."""

    selected: bytes | None = None
    """Raw name of the mailbox that is open for reading and writing."""
    uidvalidity: int = 0
    """Of the mailbox that is open; 0: none is."""

    def list_mailboxes(self) -> list[ListedMailbox]:
        """Every mailbox with its counts, in the server's order."""
        return mailboxes.list_all(self._exchange)

    def select(self, raw: bytes, *, known: Known | None = None, readonly: bool = False) -> Selected:
        """Open a mailbox by its raw name. With ``known``, ``Selected.changes`` may say what is new. Raises Refused."""
        self.selected, self.uidvalidity = None, 0
        selected = opening.select(self._exchange, raw, known, readonly=readonly)
        self.selected, self.uidvalidity = None if readonly else raw, selected.uidvalidity
        return selected

    def use(self, raw: bytes) -> int:
        """Have a mailbox open, which costs nothing where it is; its UIDVALIDITY. Raises Refused."""
        if self.selected != raw:
            self.select(raw)
        return self.uidvalidity

    def begin(
        self, raw: bytes | None, known: Known | None, *, list_too: bool = True, listed: Sequence[bytes] = ()
    ) -> Begun:
        """Open a mailbox and list all in one round trip, straight after ``sign_in``.

        What the mailbox was refused for is in ``Begun.refusal``; the list comes all the same. ``listed``: raw names
        known from before, which keep it at one round trip where a server counts mailboxes only one by one.
        """
        self.selected, self.uidvalidity = None, 0
        begun = opening.begin(self._exchange, raw, known, list_too=list_too, listed=listed)
        if begun.selected is not None:
            self.selected, self.uidvalidity = raw, begun.selected.uidvalidity
        return begun

    def changes_since(self, known: Known) -> Changes:
        """What changed in the selected mailbox after ``known.modseq``. Raises Refused without CONDSTORE."""
        return changes.changes_since(self._exchange, known)

    def uids(self, since_uid: int = 1) -> list[int]:
        """All UIDs from ``since_uid`` on, rising."""
        brief: list[Argument] = [b"RETURN", b"(ALL)"] if "ESEARCH" in self.capabilities else []
        found = self._search([*brief, b"UID", number(since_uid) + b":*"])
        # "n:*" names the last message even where its UID is below n (RFC 9051 section 6.4.9).
        return [uid for uid in found if uid >= since_uid]

    def uid_ranges(self, first: int = 1, last: int | None = None, *, exists: int) -> list[tuple[int, int]]:
        """The UIDs between these as ranges, in any order; ``exists``: how many messages the mailbox has.

        Without ESEARCH, which tells ranges itself, a large mailbox is asked part by part: a line of a million numbers
        is more than some servers send and most clients read.
        """
        return uid_ranges.find(self._exchange, first, last, exists=exists)

    def store_flags(self, uids: Sequence[int], add: frozenset[str], remove: frozenset[str]) -> None:
        """Add and remove flags; every other flag stays as it is."""
        changes = [(b"+FLAGS.SILENT", flag_list(add))] if add else []
        changes += [(b"-FLAGS.SILENT", flag_list(remove))] if remove else []
        for uid_set in uid_sets(uids):
            for action, flags in changes:
                self._exchange.run(b"UID", b"STORE", uid_set, action, flags)

    @property
    def can_move(self) -> bool:
        """Whether one command moves; else it is ``copy``, then ``remove``, and a cut may come between them."""
        return "MOVE" in self.capabilities

    def move(self, uids: Sequence[int], to_raw: bytes) -> dict[int, int]:
        """Move messages; old to new UID where the server tells."""
        return self._carry(b"MOVE", uids, to_raw)

    def copy(self, uids: Sequence[int], to_raw: bytes) -> dict[int, int]:
        """Copy messages; as ``move``."""
        return self._carry(b"COPY", uids, to_raw)

    def _carry(self, verb: bytes, uids: Sequence[int], to_raw: bytes) -> dict[int, int]:
        target = string(to_raw)
        carried: dict[int, int] = {}
        for uid_set in uid_sets(uids):
            carried |= _copied(self._exchange.run(b"UID", verb, uid_set, target))
        return carried

    def remove(self, uids: Sequence[int]) -> None:
        r"""Mark messages \Deleted and expunge them by UID.

        Without UIDPLUS the mark is all, because a plain EXPUNGE would also remove what others have marked.
        """
        for uid_set in uid_sets(uids):
            self._exchange.run(b"UID", b"STORE", uid_set, b"+FLAGS.SILENT", rb"(\Deleted)")
            if "UIDPLUS" in self.capabilities:
                self._exchange.run(b"UID", b"EXPUNGE", uid_set)

    def next_uid(self, raw: bytes) -> tuple[int, int]:
        """UIDVALIDITY and UIDNEXT of a mailbox that is not selected; 0 and 1 where the server does not tell."""
        return mailboxes.next_uid(self._exchange, raw)

    def delete(self, uids: Sequence[int]) -> None:
        r"""Delete messages for good; without UIDPLUS they are only marked ``\Deleted``, as ``move`` explains."""
        for uid_set in uid_sets(uids):
            self._exchange.run(b"UID", b"STORE", uid_set, b"+FLAGS.SILENT", rb"(\Deleted)")
            if "UIDPLUS" in self.capabilities:
                self._exchange.run(b"UID", b"EXPUNGE", uid_set)

    def store_labels(self, uids: Sequence[int], add: frozenset[str], remove: frozenset[str]) -> None:
        """Add and remove Gmail's labels."""
        changes = [(b"+X-GM-LABELS.SILENT", label_list(add))] if add else []
        changes += [(b"-X-GM-LABELS.SILENT", label_list(remove))] if remove else []
        for uid_set in uid_sets(uids):
            for action, labels in changes:
                self._exchange.run(b"UID", b"STORE", uid_set, action, labels)

    def purge(self, uids: Sequence[int]) -> None:
        r"""As ``remove``, but nothing stays. Raises Refused where others would go with them.

        Without UIDPLUS a plain EXPUNGE is all there is, and it takes everything that anybody marked \Deleted
        (RFC 4315 section 1).
        """
        is_exact = "UIDPLUS" in self.capabilities
        if not is_exact and not set(self._search([b"DELETED"])) <= set(uids):
            words = "This server cannot delete these messages without others that are marked for it."
            raise Refused(ErrorKind.SERVER_REFUSED, words, remedy=Remedy.TELL)
        self.remove(uids)
        if not is_exact:
            self._exchange.run(b"EXPUNGE")

    def append(self, raw: bytes, mail: bytes, flags: frozenset[str], *, date: datetime | None = None) -> int | None:
        """Add a message to a mailbox; its UID where the server tells."""
        arguments: list[Argument] = [b"APPEND", string(raw), flag_list(flags)]
        if date is not None:
            arguments.append(date_time(date))
        status = self._exchange.run(*arguments, Literal(with_crlf(mail))).status
        uid = status.arguments.rpartition(b" ")[2]
        return int(uid) if status.code == "APPENDUID" and is_number(uid) else None

    def find_message_id(self, message_id: str) -> list[int]:
        """UIDs of the selected mailbox's messages with this Message-ID."""
        return self._search([b"HEADER", b"MESSAGE-ID", string(message_id.encode("utf-8", "replace"))])

    def search(self, asked: Node) -> list[int]:
        """UIDs of the selected mailbox's messages for which this holds; every ``In`` was decided before."""
        brief: list[Argument] = [b"RETURN", b"(ALL)"] if "ESEARCH" in self.capabilities else []
        return self._search([*brief, *search.criteria(asked, has_gmail="X-GM-EXT-1" in self.capabilities)])

    def _search(self, criteria: Sequence[Argument]) -> list[int]:
        answer = self._exchange.run(b"UID", b"SEARCH", *criteria)
        with self._exchange.guard():
            found: set[int] = set()
            for response in answer.responses:
                found.update(read_found(response) or ())
                if len(found) > MAX_NUMBERS:
                    raise Garbled("a set of messages without an end")
        return sorted(found)


def _copied(answer: Answer) -> dict[int, int]:
    """COPYUID from the answer's end, or from an untagged OK before it, as MOVE gives it (RFC 6851 section 4.3)."""
    statuses: list[Status] = [answer.status]
    statuses += [read_status(response.text) for response in answer.responses if response.text[:3].upper() == b"OK "]
    copied: dict[int, int] = {}
    for status in statuses:
        if status.code == "COPYUID":
            copied |= read_copied(status.arguments)
    return copied
