"""What is done with messages: answer, archive, delete, move, junk, star, read."""

from collections.abc import Callable
from functools import partial

from tuimail.api.commands import AnswerKind, BeginAnswer, MoveMessages, SetFlags, Undo
from tuimail.api.reading import CopyMessages, DeleteMessages, SetLabels
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Envelope, Flag
from tuimail.domain.together import parted
from tuimail.ui.fit import plural
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.folder_picker import FolderPicker
from tuimail.ui.screens.name_prompt import NamePrompt
from tuimail.ui.screens.question import Question


class Acting:
    """Changes of messages: of the marked ones, of the open one, or of the one under the cursor."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "reply": partial(self._answer, AnswerKind.REPLY),
            "reply_all": partial(self._answer, AnswerKind.REPLY_ALL),
            "reply_list": partial(self._answer, AnswerKind.REPLY_LIST),
            "forward": partial(self._answer, AnswerKind.FORWARD),
            "forward_whole": partial(self._answer, AnswerKind.FORWARD_WHOLE),
            "archive": self._archive,
            "delete": partial(self._move_to_role, MailboxRole.TRASH, "Trash"),
            "junk": self._junk,
            "move": partial(self._pick_folder, "Move", self._move_to),
            "copy_to": partial(self._pick_folder, "Copy", self._copy_to),
            "label": self._label,
            "delete_for_good": self._delete_for_good,
            "star": partial(self._toggle, Flag.FLAGGED),
            "toggle_read": partial(self._toggle, Flag.SEEN),
            "undo": self._undo,
        }

    @property
    def rows(self) -> tuple[RowId, ...]:
        """What an action is for."""
        messages, reading = self._desk.messages, self._desk.session.state.reading
        if reading is not None and self._desk.reader.has_focus:
            return (reading.row,)
        return messages.chosen

    def _answer(self, kind: AnswerKind) -> None:
        rows = self.rows
        if rows:
            session = self._desk.session
            session.submit(BeginAnswer(account=session.account, row=rows[0], kind=kind))
        else:
            self._desk.tell("There is no message here.")

    def _archive(self) -> None:
        state = self._desk.session.state
        has_archive = state.with_role(MailboxRole.ARCHIVE) is not None
        self._move_to_role(MailboxRole.ARCHIVE if has_archive else MailboxRole.ALL, "an archive")

    def _junk(self) -> None:
        mailbox = self._desk.session.state.current_mailbox
        if mailbox is not None and mailbox.role is MailboxRole.JUNK:
            self._move_to_role(MailboxRole.INBOX, "Inbox")
        else:
            self._move_to_role(MailboxRole.JUNK, "Junk")

    def _move_to_role(self, role: MailboxRole, called: str) -> None:
        state = self._desk.session.state
        current = state.current_mailbox
        if state.view.mailboxes and state.with_role(role) is None:
            self._desk.tell(f"This account has no folder for {called}. Move picks a folder.")
        elif current is not None and current.role is role:
            self._desk.tell(f"This is {current.title} already.")
        else:
            self._move(role)

    def _pick_folder(self, verb: str, then: Callable[[AccountId, MailboxId, tuple[RowId, ...]], None]) -> None:
        rows = self.rows
        if not rows:
            self._desk.tell("There is no message here.")
            return

        state = self._desk.session.state
        owners = {state.account_of(row) for row in rows}
        # Of one account alone, its own folders are at hand; what all have in common is for rows of several.
        owner = owners.pop() if len(owners) == 1 else state.account

        def picked(mailbox: MailboxId | None) -> None:
            if mailbox is not None:
                then(owner, mailbox, rows)

        count = self._desk.messages.chosen_words
        title = f"{verb} {count or plural(len(rows), 'message')} to"
        here = state.mailbox if owner == state.account else None
        choices = tuple(box for box in state.accounts[owner].mailboxes if box.selectable and box.id != here)
        self._desk.app.push_screen(FolderPicker(title, choices), picked)

    def _move_to(self, owner: AccountId, to: MailboxId, rows: tuple[RowId, ...]) -> None:
        state = self._desk.session.state
        if state.is_joint and owner != state.account:
            self._move_within(owner, to, rows)
        else:
            self._move(to, rows)

    def _copy_to(self, owner: AccountId, to: MailboxId, rows: tuple[RowId, ...]) -> None:
        """As a move, of rows of all accounts that are all one account's to a folder of its own."""
        state, heads = self._desk.session.state, self._heads(rows)
        if state.is_joint and owner != state.account:
            rows, heads = (tuple(parted(row)[0] for row in each) for each in (rows, heads))
        self._desk.session.submit(CopyMessages(account=owner, rows=rows, to=to, heads=heads))
        self._desk.messages.clear_marks()

    def _label(self) -> None:
        rows = self.rows
        if not rows:
            self._desk.tell("There is no message here.")
            return

        def given(text: str | None) -> None:
            add, remove = labels_in(text or "")
            if add or remove:
                session = self._desk.session
                heads = self._heads(rows)
                session.submit(SetLabels(account=session.account, rows=rows, add=add, remove=remove, heads=heads))
                self._desk.messages.clear_marks()

        known = sorted({each for envelope in self._desk.messages.known_of(rows) for each in envelope.keywords})
        words = "Labels to add, parted by commas; one that begins with a minus is taken away."
        words += f" There: {', '.join(known)}." if known else ""
        count = self._desk.messages.chosen_words or plural(len(rows), "message")
        self._desk.app.push_screen(NamePrompt(f"Label {count}", words, name="", yes="label"), given)

    def _delete_for_good(self) -> None:
        rows, mailbox = self.rows, self._desk.session.state.current_mailbox
        if not rows:
            self._desk.tell("There is no message here.")
            return
        if mailbox is None or mailbox.role not in {MailboxRole.TRASH, MailboxRole.JUNK}:
            self._desk.tell("Only what lies in Trash or Junk is deleted for good.")
            return
        heads = self._heads(rows)

        def answered(yes: bool | None) -> None:
            if yes:
                session = self._desk.session
                session.submit(DeleteMessages(account=session.account, rows=rows, heads=heads))
                self._desk.messages.clear_marks()

        count = self._desk.messages.chosen_words or plural(len(rows), "message")
        words = "They go from the server, too, and nobody can bring them back."
        question = Question(f"Delete {count} for good?", words, yes="delete for good", no="keep", destructive=True)
        self._desk.app.push_screen(question, answered)

    def _move_within(self, account: AccountId, to: MailboxId, rows: tuple[RowId, ...]) -> None:
        """Rows of all accounts that are all one account's, to a folder of its own."""
        own, heads = (tuple(parted(row)[0] for row in each) for each in (rows, self._heads(rows)))
        self._desk.session.submit(MoveMessages(account=account, rows=own, to=to, heads=heads))
        self._desk.messages.clear_marks()

    def _move(self, to: MailboxId | MailboxRole, rows: tuple[RowId, ...] = ()) -> None:
        rows = rows or self.rows
        if not rows:
            self._desk.tell("There is no message here.")
            return
        session = self._desk.session
        session.submit(MoveMessages(account=session.account, rows=rows, to=to, heads=self._heads(rows)))
        self._desk.messages.clear_marks()

    def _toggle(self, flag: Flag) -> None:
        rows = self.rows
        known = self._desk.messages.known_of(rows)
        if not known:
            self._desk.tell("There is no message here.")
            return
        session = self._desk.session
        # Of several the whole lot gets what any of them lacks; only where all have it, it goes.
        here = frozenset({flag.value})
        all_have = all(self._has(envelope, flag) for envelope in known)
        add, remove = (frozenset[str](), here) if all_have else (here, frozenset[str]())
        session.submit(SetFlags(account=session.account, rows=rows, add=add, remove=remove, heads=self._heads(rows)))
        self._desk.messages.clear_marks()

    def _has(self, envelope: Envelope, flag: Flag) -> bool:
        place = self._desk.messages.place(envelope.row)
        if flag is Flag.SEEN and place is not None and self._desk.messages.is_folded(envelope.row):
            return place.unread == 0
        return flag in envelope.flags

    def _heads(self, rows: tuple[RowId, ...]) -> tuple[RowId, ...]:
        """Those that stand for their whole conversation; of the open message nothing but itself is meant."""
        return () if self._desk.reader.has_focus else self._desk.messages.standing_for_more(rows)

    def _undo(self) -> None:
        self._desk.session.submit(Undo(account=self._desk.session.account))


def labels_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a typed line adds, and what it takes away."""
    names = [name.strip() for name in text.split(",")]
    add = frozenset(name.removeprefix("+").strip() for name in names if not name.startswith("-"))
    remove = frozenset(name.removeprefix("-").strip() for name in names if name.startswith("-"))
    return add - {""}, remove - {""}
