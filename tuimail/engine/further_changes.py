"""Changes of messages beside flags and moves: copies, labels, deletion for good. On the store worker."""

import re
from collections.abc import Sequence

from tuimail.api.reading import CopyMessages, DeleteMessages, SetLabels
from tuimail.domain.errors import ErrorKind, Remedy, StoreError
from tuimail.domain.ids import RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.engine.changes import ChangeDesk, target_of
from tuimail.engine.engine import Route
from tuimail.engine.job import Job
from tuimail.engine.storage import AccountStore
from tuimail.engine.undoable import Portion, Undoable

FOR_GOOD = frozenset({MailboxRole.TRASH, MailboxRole.JUNK})
"""Where messages lie that nobody misses."""
_KEYWORD = re.compile(r"[!#$&'+,./0-9:;<=>?@A-Z\[^_`a-z|}~-]{1,60}")
"""An atom (RFC 9051 section 9)."""
_UNNAMED = "The copies stay: the server has not said yet which they are. They can be deleted in their folder."


def further_changes(desk: ChangeDesk) -> dict[type, Route]:
    """The routes of these commands, carried out by ``desk``."""
    return {
        CopyMessages: lambda job: job.hand_to(desk.worker, lambda job: _copy(desk, job)),
        DeleteMessages: lambda job: job.hand_to(desk.worker, lambda job: _delete(desk, job)),
        SetLabels: lambda job: job.hand_to(desk.worker, lambda job: _label(desk, job)),
    }


def _copy(desk: ChangeDesk, job: Job) -> None:
    command = job.command
    assert isinstance(command, CopyMessages)  # noqa: S101 (the route's own type, for the checker)
    target = target_of(desk.store, command.to)
    action = Undoable()

    def act(asked: Sequence[RowId]) -> None:
        change = desk.store.changes.copy(asked, target.id, now=desk.now())
        if change is None:
            return

        def copies(store: AccountStore) -> tuple[RowId, ...]:
            mailbox, uids = desk.copied.get(change, (target.id, ()))
            return store.bulk.at(mailbox, uids)

        def undo(store: AccountStore) -> object:
            return store.changes.delete(copies(store), now=desk.now())

        def why_not(store: AccountStore) -> str:
            return "" if copies(store) else _UNNAMED

        action.note(desk.store, Portion(change=change, rows=tuple(asked), undo=undo, why_not=why_not))

    def end() -> None:
        desk.end(action)
        job.finish(f"Copied to {target.title}: {_count(action)}", can_undo=bool(action.portions))

    desk.act(job, act, action, words="copying", end=end)


def _delete(desk: ChangeDesk, job: Job) -> None:
    command = job.command
    assert isinstance(command, DeleteMessages)  # noqa: S101 (the route's own type, for the checker)
    action = Undoable()
    for mailbox in desk.store.bulk.by_mailbox(command.rows):
        known = desk.store.mailboxes.get(mailbox)
        if known is None or known.role not in FOR_GOOD:
            words = "Only what lies in Trash or Junk is deleted for good. d moves it to Trash."
            raise StoreError(ErrorKind.MESSAGE_GONE, words, remedy=Remedy.FIX_INPUT)
        action.mailboxes.add(mailbox)

    def act(asked: Sequence[RowId]) -> None:
        change = desk.store.changes.delete(asked, now=desk.now())
        if change is not None:
            portion = Portion(change=change, rows=tuple(asked), undo=_nothing, why_not=_too_late)
            action.note(desk.store, portion)

    def end() -> None:
        desk.end(action)
        job.finish(f"Deleted for good: {_count(action)}" if action.portions else "")

    desk.act(job, act, action, words="deleting", end=end)


def _nothing(_store: AccountStore) -> None:
    """How nothing is undone."""


def _too_late(_store: AccountStore) -> str:
    return "Too late: these messages are deleted for good."


def _label(desk: ChangeDesk, job: Job) -> None:
    command = job.command
    assert isinstance(command, SetLabels)  # noqa: S101 (the route's own type, for the checker)
    action = Undoable()
    is_gmail = bool(desk.store.bulk.labels(command.rows[:1]))
    add, remove = command.add, command.remove
    if not is_gmail:
        add, remove = frozenset(map(keyword, add)), frozenset(map(keyword, remove))

    def act(asked: Sequence[RowId]) -> None:
        store = desk.store
        if is_gmail:
            known = store.bulk.labels(asked)
            rows = tuple(row for row, names in known.items() if add - names or remove & names)
            set_them = store.changes.set_labels
        else:
            rows, set_them = store.bulk.unlike(asked, add=add, remove=remove), store.changes.set_flags
        change = set_them(rows, now=desk.now(), add=add, remove=remove)
        if change is not None:

            def undo(_store: AccountStore) -> object:
                return set_them(rows, now=desk.now(), add=remove, remove=add)

            action.note(store, Portion(change=change, rows=rows, undo=undo))

    def end() -> None:
        desk.end(action)
        job.finish(
            f"Labelled: {_count(action)}" if action.portions else "Labelled so already", can_undo=bool(action.portions)
        )

    desk.act(job, act, action, words="labelling", end=end)


def keyword(label: str) -> str:
    """The label as a server's keyword. Raises StoreError for what is none."""
    name = "_".join(label.split())
    if not _KEYWORD.fullmatch(name):
        words = f"“{label[:40]}” cannot be a label here: letters, digits and signs of ASCII alone."
        raise StoreError(ErrorKind.SERVER_REFUSED, words, remedy=Remedy.FIX_INPUT)
    return name


def _count(action: Undoable) -> str:
    return f"{action.count} message{'s' if action.count != 1 else ''}"
