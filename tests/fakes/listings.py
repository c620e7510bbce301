"""A made-up account whose lists can be sorted, narrowed and shown in conversations."""

from array import array
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tests.fakes.mailbox import INBOX, WORK, FakeMailbox
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId, MailboxId, RowId
from tuimail.domain.listing import ListView, SortBy, ThreadPlace
from tuimail.domain.message import Envelope

NEWEST = 1_000_000
BAD_WORDS = Problem(kind=ErrorKind.BAD_QUERY, summary="“sinde:” is no word of a search.", remedy=Remedy.FIX_INPUT)


def row(number: int) -> RowId:
    """The row of the message that stands at this place in the usual order."""
    return RowId(NEWEST - number)


class FakeListings(FakeMailbox):
    """``conversations``: places in the usual order, the first message first; all others stand alone."""

    def __init__(self, count: int = 12, conversations: tuple[tuple[int, ...], ...] = ((10, 0), (8, 1))) -> None:
        super().__init__(count)
        self.envelopes = {
            number: replace(each, size_bytes=(number % 7 + 1) * 1_500) for number, each in self.envelopes.items()
        }
        self.conversations = [[row(number) for number in each] for each in conversations]
        self.view = ListView()
        self.views: dict[MailboxId, ListView] = {}

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        match command:
            case c.OpenMailbox(view=ListView(narrow=narrow)) if "sinde:" in narrow:
                yield e.Failed(command=number, problem=BAD_WORDS)
                return
            case c.OpenMailbox(account=account, mailbox=mailbox, view=asked):
                view = self.view = asked or self.views.get(mailbox, ListView())
                self.views[mailbox] = replace(view, narrow="")
                listed = self.listed() if mailbox == INBOX else array("q")
                yield e.ListLoaded(
                    command=number,
                    account=account,
                    mailbox=mailbox,
                    view=view,
                    rows=listed,
                    envelopes=self._known(listed[:60]),
                    places=self.places(listed[:60]) if view.is_threaded else {},
                )
            case c.LoadRows(account=account, rows=rows, threaded=True):
                yield e.RowsLoaded(
                    command=number, account=account, envelopes=self._known(rows), places=self.places(rows)
                )
            case c.LoadThread(account=account, mailbox=mailbox, row=wanted):
                rows = tuple(self.conversation(wanted))
                yield e.ThreadLoaded(
                    command=number,
                    account=account,
                    mailbox=mailbox,
                    head=max(rows),
                    rows=rows,
                    envelopes=self._known(rows),
                    places=self.places(rows),
                )
            case c.MoveMessages(account=account, rows=moved, heads=heads):
                gone = {*moved, *(each for head in heads for each in self.conversation(head))}
                self.rows = array("q", (each for each in self.rows if each not in gone))
                yield self.changed()
                yield e.Finished(command=number, words=f"Moved {len(gone)}.", can_undo=True)
                return
            case _:
                yield from super().__call__(command, number)
                return
        yield e.Finished(command=number)

    def arrive(self, subject: str, *, answers: RowId | None = None) -> e.ListChanged:
        """News: a message on top, in a conversation or alone."""
        new = replace(self.envelopes[row(0)], row=RowId(max(self.rows) + 1), subject=subject)
        self.envelopes[new.row] = new
        self.rows = array("q", (new.row, *self.rows))
        for each in self.conversations:
            if answers in each:
                each.append(new.row)
        return replace(self.changed((new.row,)), new_mail=1)

    def changed(self, rows: Iterable[int] = ()) -> e.ListChanged:
        """The list as it is now."""
        listed = self.listed()
        shown = (*rows, *listed[:60])
        return e.ListChanged(
            account=WORK,
            mailbox=INBOX,
            view=self.view,
            rows=listed,
            changed=self._known(shown),
            places=self.places(shown) if self.view.is_threaded else {},
        )

    def listed(self) -> "array[int]":
        """The rows in the order of the view."""
        view = self.view
        if view.is_threaded:
            heads = sorted({max(self.conversation(RowId(each))) for each in self.rows}, reverse=not view.is_reversed)
            if not view.is_unfolded:
                return array("q", heads)
            return array("q", (each for head in heads for each in self.conversation(head)))
        known = [each for each in self.rows if view.narrow.lower() in self.envelopes[RowId(each)].subject.lower()]
        falling = (view.sort in {SortBy.DATE, SortBy.SIZE}) != view.is_reversed
        return array("q", sorted(known, key=lambda each: _key(self.envelopes[RowId(each)], view.sort), reverse=falling))

    def conversation(self, wanted: RowId) -> list[RowId]:
        """All of a message's conversation that is there, in reading order."""
        found = next((each for each in self.conversations if wanted in each), [wanted])
        return [each for each in found if each in self.rows] or [wanted]

    def places(self, rows: Iterable[int]) -> dict[int, ThreadPlace]:
        """How rows stand in their conversations."""
        places = {}
        for each in rows:
            members = self.conversation(RowId(each))
            known = self._known(members)
            places[each] = ThreadPlace(
                head=max(members),
                count=len(members),
                unread=sum(envelope.is_unread for envelope in known),
                people=tuple(dict.fromkeys(envelope.sender[0].short for envelope in known)),
                depth=members.index(RowId(each)) if each in members else 0,
            )
        return places

    def _known(self, rows: Iterable[int]) -> tuple[Envelope, ...]:
        return tuple(self.envelopes[RowId(each)] for each in rows if each in self.envelopes)


def _key(envelope: Envelope, by: SortBy) -> tuple[object, ...]:
    match by:
        case SortBy.SENDER:
            return (envelope.sender[0].short.lower(), -envelope.row)
        case SortBy.SUBJECT:
            return (envelope.subject.lower(), -envelope.row)
        case SortBy.SIZE:
            return (envelope.size_bytes, envelope.row)
        case SortBy.DATE:
            return (envelope.row,)
