"""The lists of several accounts as one: rows that name their account, merged by date. Pure.

A row number grows with its message's date (see ``store.messages``), so whole lists can be merged without a look at any
message. The account's place in the profile stands in the lowest bits, where it decides between equal dates alone.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Sequence

from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.mailbox import ROLE_TITLES, Mailbox, MailboxRole

ALL_ACCOUNTS = AccountId("*")
"""Stands for all accounts together; no account of a profile can have this name."""
SHARED = (
    MailboxRole.INBOX,
    MailboxRole.DRAFTS,
    MailboxRole.SENT,
    MailboxRole.ARCHIVE,
    MailboxRole.JUNK,
    MailboxRole.TRASH,
)
"""The mailboxes that all accounts together have: one for each of these purposes, its id the place here, from one."""
_BITS = 8
MOST = 1 << _BITS
"""So many accounts can be told apart."""
_BLOCK = 1024
"""Rows compared or merged at a time: other threads have their turn between two of them."""


def joined(row: int, place: int) -> RowId:
    """The row among those of all accounts."""
    return RowId(row << _BITS | place)


def parted(row: int) -> tuple[RowId, int]:
    """The row in its own account, and that account's place."""
    return RowId(row >> _BITS), row & MOST - 1


def joined_rows(rows: "array[int]", place: int) -> "array[int]":
    """``joined`` for a whole list: 4 ms for 100,000 rows."""
    if sys.byteorder != "little":
        return array("q", [joined(row, place) for row in rows])
    # A shift by one byte, done to all numbers at once; the highest byte only repeats the sign.
    data, shifted = rows.tobytes(), bytearray(len(rows) * rows.itemsize)
    shifted[0 :: rows.itemsize] = bytes((place,)) * len(rows)
    for byte in range(1, rows.itemsize):
        shifted[byte :: rows.itemsize] = data[byte - 1 :: rows.itemsize]
    result = array("q")
    result.frombytes(bytes(shifted))
    return result


def merged(lists: Sequence["array[int]"]) -> "array[int]":
    """All rows of lists that each fall, falling."""
    longest = max(lists, key=len, default=array("q"))
    others = [rows for rows in lists if rows is not longest and len(rows)]
    if not others:
        return longest[:]
    result, starts = array("q"), [0] * len(others)
    for start in range(0, len(longest), _BLOCK):
        block = longest[start : start + _BLOCK].tolist()
        is_last = start + _BLOCK >= len(longest)
        for number, rows in enumerate(others):
            end = len(rows) if is_last else _first_below(rows, block[-1])
            block += rows[starts[number] : end]
            starts[number] = end
        result.extend(sorted(block, reverse=True))
    return result


def remerged(whole: "array[int]", before: "array[int]", after: "array[int]") -> "array[int]":
    """The merged list after one of its lists, ``before``, became ``after``: no slower than what changed is long."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    gone, come = before[head : len(before) - tail], after[head : len(after) - tail]
    if not gone and not come:
        return whole
    start = _first_below(whole, before[head - 1]) if head else 0
    end = _first_below(whole, before[len(before) - tail] + 1) if tail else len(whole)
    between = sorted({*whole[start:end]} - {*gone} | {*come}, reverse=True)
    return whole[:start] + array("q", between) + whole[end:]


def shared_mailboxes(accounts: Sequence[Sequence[Mailbox]]) -> tuple[Mailbox, ...]:
    """The mailboxes of all accounts together, with the sums of their counts; given the mailboxes of each."""
    found = []
    for number, role in enumerate(SHARED, start=1):
        boxes = [box for mailboxes in accounts for box in mailboxes if box.role is role]
        if boxes:
            total, unread = sum(box.total for box in boxes), sum(box.unread for box in boxes)
            name = ROLE_TITLES[role]
            found.append(Mailbox(id=MailboxId(number), name=name, role=role, total=total, unread=unread))
    return tuple(found)


def shared_role(mailbox: MailboxId) -> MailboxRole | None:
    """The purpose of a mailbox of all accounts together."""
    return SHARED[mailbox - 1] if 1 <= mailbox <= len(SHARED) else None


def shared_id(role: MailboxRole) -> MailboxId:
    """The mailbox of all accounts together for a purpose; 0 where they have none."""
    return MailboxId(SHARED.index(role) + 1 if role in SHARED else 0)


def _first_below(rows: "array[int]", row: int) -> int:
    """Where the rows that are smaller begin, in a falling list."""
    return bisect_left(rows, 1 - row, key=lambda each: -each)


def _common(left: "array[int]", right: "array[int]") -> int:
    """How many rows both begin with."""
    most = min(len(left), len(right))
    for start in range(0, most, _BLOCK):
        end = min(most, start + _BLOCK)
        if left[start:end] != right[start:end]:
            return next(place for place in range(start, end) if left[place] != right[place])
    return most
