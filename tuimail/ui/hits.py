"""What is known of the search on screen beside its rows, and how events change it. Pure."""

from array import array
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from tuimail.api.events import Cancelled, Failed, Finished, ListLoaded, ServerHits
from tuimail.domain.discreet import Discreet
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import CommandId
from tuimail.ui.fit import plural

_KNOWN = 16
"""Searches remembered, so that a late failure of one is not told apart from the field."""


class Ended(Struct, frozen=True, kw_only=True):
    """A command of the search that failed, told at the field and nowhere else."""

    command: CommandId
    words: str


class Hits(Discreet, frozen=True, kw_only=True):
    """Of one query in one mailbox; another one begins anew."""

    hidden: ClassVar[tuple[str, ...]] = ("remote",)

    is_known: bool = False
    """The store has answered these words."""
    has_more: bool = False
    """The first hits are here, the rest is still looked for."""
    remote: "array[int]" = field(default_factory=lambda: array("q"))
    """Rows that the server alone found, newest first."""
    asking: CommandId | None = None
    """The server is being asked."""
    outcome: str = ""
    """How that ended."""
    trouble: Ended | None = None
    """Why the words make no sense."""
    unasked: Ended | None = None
    """Why the server could not be asked."""
    searches: tuple[CommandId, ...] = ()
    """The newest searches in the store, those for earlier words among them."""

    def is_told(self, event: Failed) -> bool:
        """Whether the failure stands at the field, or did while its words stood there."""
        if event.problem.kind is ErrorKind.BAD_QUERY and event.command in self.searches:
            return True
        return self.unasked is not None and event.command == self.unasked.command

    @property
    def words(self) -> str:
        """The line under the field."""
        if self.trouble:
            return self.trouble.words
        if self.asking is not None:
            return "asking the server… Esc gives up"
        return self.unasked.words if self.unasked else self.outcome


def searched(hits: Hits, command: CommandId) -> Hits:
    """A search was submitted."""
    return replace(hits, searches=(*hits.searches, command)[-_KNOWN:])


def with_remote(hits: Hits, found: "array[int]") -> "array[int]":
    """The store's hits, and behind them what the server found beyond."""
    if not hits.remote:
        return found
    known = set(found)
    return found + array("q", [row for row in hits.remote if row not in known])


def after_list(hits: Hits, event: ListLoaded) -> Hits:
    """The store's hits came."""
    return replace(hits, is_known=True, has_more=event.has_more, trouble=None)


def after_server(hits: Hits, event: ServerHits) -> Hits:
    """The server's hits came."""
    if event.command != hits.asking:
        return hits
    found = plural(len(event.rows), "more message") if event.rows else ""
    outcome = f"The server found {found}, marked “server”." if found else "The server found nothing else."
    if event.has_more:
        outcome += " Older ones are left out: search for another word, too."
    return replace(hits, remote=event.rows, outcome=outcome)


def after_end(hits: Hits, event: Finished | Failed | Cancelled, searching: CommandId | None) -> Hits:
    """A command ended; ``searching`` is the search in the store."""
    if event.command is None:
        return hits
    if event.command == hits.asking:
        hits = replace(hits, asking=None)
        if isinstance(event, Failed):
            return replace(hits, unasked=Ended(command=event.command, words=event.problem.summary))
        return hits
    if event.command == searching and isinstance(event, Failed) and event.problem.kind is ErrorKind.BAD_QUERY:
        return replace(hits, trouble=Ended(command=event.command, words=event.problem.summary), has_more=False)
    return hits
