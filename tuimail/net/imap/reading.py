"""ImapReader: everything that is read of the selected mailbox's messages, by UID. Never marks anything as read."""

from collections.abc import Callable, Mapping, Sequence

from tuimail.net.imap import fetch, flags, sections, structure
from tuimail.net.imap.connection import ImapConnection
from tuimail.net.imap.rows import SLICE, FetchedRow, OnRows, fetch_newest, fetch_rows, stream_rows
from tuimail.net.imap.structure import Parts

OnBytes = Callable[[int, int], None]
"""Takes how many bytes are there, and of how many as far as is known."""


class ImapReader(ImapConnection):
    """Rows, flags, structures and contents of messages."""

    def newest_rows(self, first_seq: int, last_seq: int) -> list[FetchedRow]:
        """Rows by sequence number, for the first screen of a mailbox whose UIDs nobody knows yet; rising by UID."""
        return fetch_newest(self._exchange, first_seq, last_seq)

    def rows(self, uids: Sequence[int]) -> list[FetchedRow]:
        """Rows of these UIDs in rising order; messages that are gone are missing. 200 to 500 at a time."""
        return fetch_rows(self._exchange, uids)

    def rows_in(self, uids: Sequence[int], on_slice: OnRows, *, size: int = SLICE) -> bool:
        """Rows of these UIDs, or of a ``range``, in slices from the greatest UID down; whether all were handed on.

        The next slice is on its way while ``on_slice`` works. Where that returns False, it still gets what is under
        way; where it raises, that is read and dropped. The connection stays good.
        """
        return stream_rows(self._exchange, uids, on_slice, size=size)

    def flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Flags by UID; a ``range`` asks for all between its ends in one command."""
        return flags.fetch_flags(self._exchange, uids)

    def structure(self, uid: int) -> Parts | None:
        """Header and parts of a message in one command; None where the server cannot tell: fetch the whole ``body``.

        Raises ServerError of kind MESSAGE_GONE.
        """
        return structure.fetch_structure(self._exchange, uid)

    def sections(self, uid: int, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """So many bytes at most of each of these sections, such as ``1.2`` and ``1.2.MIME``, in one command.

        What the server has not is missing. Raises ServerError of kind MESSAGE_GONE.
        """
        return sections.fetch_sections(self._exchange, uid, wanted)

    def part(
        self,
        uid: int,
        section: str,
        *,
        size_bytes: int = 0,
        on_bytes: OnBytes | None = None,
        check: Callable[[], None],
    ) -> bytes:
        """One part's content as transferred, in pieces; ``size_bytes`` from the structure makes progress tell a total.

        ``check`` may raise between pieces to give up; the connection stays good.
        """
        return fetch.fetch_section(self._exchange, uid, section, size_bytes=size_bytes, on_bytes=on_bytes, check=check)

    def body(self, uid: int, *, on_bytes: OnBytes | None = None, check: Callable[[], None]) -> bytes:
        """The whole message as stored, as ``part`` does it."""
        return fetch.fetch_section(self._exchange, uid, "", on_bytes=on_bytes, check=check)
