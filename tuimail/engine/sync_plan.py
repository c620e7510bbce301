"""What to ask the server for so that the stored mailbox equals it: (stored state, server state) -> ordered steps."""

from msgspec import Struct

FIRST_ROWS = 100
"""Rows fetched by sequence number right after SELECT when nothing is stored: more than one screen."""


class Stored(Struct, frozen=True, kw_only=True):
    """What the store knows of a mailbox."""

    uidvalidity: int | None
    uidnext: int | None
    highestmodseq: int | None
    rows: int
    """Rows stored with a UID."""
    is_complete: bool


class OnServer(Struct, frozen=True, kw_only=True):
    """What SELECT said of the mailbox."""

    uidvalidity: int
    uidnext: int
    """0: not told."""
    exists: int
    highestmodseq: int | None
    has_told_flags: bool = False
    """Every change of flags since the stored mod-sequence came with the answer (QRESYNC)."""
    has_told_gone: bool = False
    """So did every UID that is gone."""


class DropAll(Struct, frozen=True, kw_only=True):
    """Forget every stored row: their UIDs mean nothing any more (RFC 9051 section 2.3.1.1)."""


class FetchNewest(Struct, frozen=True, kw_only=True):
    """Fetch these sequence numbers, the newest of the mailbox."""

    first: int
    last: int


class FetchNew(Struct, frozen=True, kw_only=True):
    """Fetch rows from this UID on."""

    since_uid: int


class TakeChanges(Struct, frozen=True, kw_only=True):
    """Store the changes that came with the answer to SELECT."""


class FetchFlagsSince(Struct, frozen=True, kw_only=True):
    """Fetch flags that changed since this mod-sequence (RFC 7162), and what vanished where the server tells."""

    modseq: int


class CheckFlags(Struct, frozen=True, kw_only=True):
    """Compare the flags of every stored row, those on the screen first, and with them what is gone."""


class FindGone(Struct, frozen=True, kw_only=True):
    """Compare the UIDs, if the counts still differ after the steps before."""


class Backfill(Struct, frozen=True, kw_only=True):
    """Fetch the older rows in the background, newest first."""


Step = DropAll | FetchNewest | FetchNew | TakeChanges | FetchFlagsSince | CheckFlags | FindGone | Backfill


def plan(stored: Stored, server: OnServer) -> tuple[Step, ...]:
    """The steps in their order; empty where nothing can have changed."""
    is_other = stored.uidvalidity is not None and stored.uidvalidity != server.uidvalidity
    # UIDNEXT never falls (RFC 9051 section 2.3.1.1): a server that lost mail gives its numbers out anew.
    is_other = is_other or 0 < server.uidnext < (stored.uidnext or 0)
    steps: list[Step] = []
    if is_other or stored.uidnext is None or server.exists == 0:
        # Rows may be stored before the first look: moves bring them, with UIDs that the server told.
        if is_other or (stored.rows and server.exists == 0):
            steps.append(DropAll())
        if server.exists:
            steps.append(FetchNewest(first=max(1, server.exists - FIRST_ROWS + 1), last=server.exists))
            if server.exists > FIRST_ROWS:
                steps.append(Backfill())
        return tuple(steps)
    if server.uidnext != stored.uidnext:
        steps.append(FetchNew(since_uid=stored.uidnext))
    steps += _changes(stored, server)
    if not stored.is_complete:
        steps.append(Backfill())
    return tuple(steps)


def _changes(stored: Stored, server: OnServer) -> list[Step]:
    if server.highestmodseq is None or stored.highestmodseq is None:
        return [CheckFlags(), FindGone()]
    if server.highestmodseq == stored.highestmodseq:
        # Every change of flags and every expunge raises it (RFC 7162 section 3.1.2.2).
        return [] if not stored.is_complete or stored.rows == server.exists else [FindGone()]
    if not server.has_told_flags:
        return [FetchFlagsSince(modseq=stored.highestmodseq), FindGone()]
    if server.has_told_gone and not stored.is_complete:
        return [TakeChanges()]
    return [TakeChanges(), FindGone()]
