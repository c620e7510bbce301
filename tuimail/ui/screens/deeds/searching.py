"""Search: as it is typed from the store, with Enter at the server too; and searches that are kept."""

import re
from typing import Protocol

from msgspec.structs import replace
from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tuimail.api.commands import DeleteSearch, SaveSearch, Search, SearchServer
from tuimail.domain.ids import AccountId, MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.ui.hits import Hits
from tuimail.ui.paced import Paced
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.going import Going
from tuimail.ui.screens.name_prompt import NamePrompt
from tuimail.ui.screens.question import Question
from tuimail.ui.state import Slot, search

PAUSE_S = 0.03
"""Letters that come closer together than this are one burst."""

NEWS_S = 0.5
"""News within this time after a search lead to one more."""

_JUST_BEGUN = re.compile(r"(?:^|[\s:(\"-])[A-Za-z0-9]$")
"""A word of one letter: as a word it is hardly ever meant, and as a beginning it finds everything."""


class SearchDesk(Desk, Protocol):
    """The main screen, as far as a search may reach."""

    @property
    def field(self) -> Input:
        """The search field."""

    def put_under_field(self, widget: Widget) -> None:
        """Add a widget between the search field and the list."""


class Searching:
    """Owns the search field and the line under it."""

    def __init__(self, desk: SearchDesk, going: Going) -> None:
        self._desk = desk
        self._going = going
        self._typing = Paced(desk.field.set_timer, PAUSE_S, self._search_typed)
        self._news = Paced(desk.field.set_timer, NEWS_S, self._search_again)
        self._line: Static | None = None
        self._shown: Hits = Hits()

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "search": self.begin,
            "search_server": self._ask_server,
            "go_starred": self._go_starred,
            "save_search": self._save,
            "delete_search": self._delete,
        }

    def begin(self) -> None:
        """Show the field, and give it the keys."""
        field, state = self._desk.field, self._desk.session.state
        if state.query and field.value.strip() != state.query:
            field.value = state.query
        field.display = True
        self._desk.focus_pane(field)

    def typed(self) -> None:
        """Other words stand in the field."""
        if self._desk.field.display:
            self._typing.occur()

    def submitted(self) -> None:
        """To the list, and ask the server."""
        self._typing.forget()
        words = self._desk.field.value.strip()
        account = self._other_account(words)
        if account is not None:
            self._go_to(account, words)
            return
        state = self._desk.session.state
        if state.hits.trouble is not None and words == state.query:
            return
        self.search(words)
        self._desk.field.display = bool(words)
        self._desk.focus_pane(self._desk.messages)
        if words:
            self._ask_server()

    def press(self, event: events.Key) -> None:
        """A key while the field has the focus."""
        if event.key in {"escape", "down"}:
            event.stop()
            if event.key == "escape":
                self.end()
            self._desk.focus_pane(self._desk.messages)

    def search(self, query: str) -> None:
        """Show what matches, or all for an empty query."""
        if query != self._desk.session.state.query:
            self._search(query)

    def again(self) -> None:
        """The same query once more, after news of the mailbox; while older mail comes in, news never end."""
        self._news.occur()

    def end(self) -> None:
        """Show all again."""
        self._typing.forget()
        self._desk.field.clear()
        self._desk.field.display = False
        self.give_up()
        self.search("")

    def give_up(self) -> bool:
        """Stop asking the server; False if it is not asked."""
        session = self._desk.session
        asking = session.state.hits.asking
        if asking is None:
            return False
        session.cancel(asking)
        self._desk.change(replace(session.state, hits=replace(session.state.hits, asking=None)))
        return True

    def show(self) -> None:
        """Bring the line under the field up to the state."""
        state = self._desk.session.state
        if not state.query and self._desk.field.display and not self._desk.field.has_focus:
            # Another folder was opened.
            self._desk.field.clear()
            self._desk.field.display = False
        if state.hits == self._shown:
            return
        self._shown, words = state.hits, state.hits.words
        if self._line is None and words:
            self._line = Static("", id="search-line", markup=False)
            self._desk.put_under_field(self._line)
        if self._line is not None:
            self._line.update(Content(f"! {words}" if state.hits.trouble else words))
            self._line.set_class(state.hits.trouble is not None, "-trouble")
            self._line.display = bool(words)

    # Asking

    def _search_typed(self) -> None:
        words = self._desk.field.value
        if not _JUST_BEGUN.search(words):
            self.search(words.strip())

    def _search_again(self) -> None:
        query = self._desk.session.state.query
        if query:
            self._search(query)

    def _search(self, query: str) -> None:
        session = self._desk.session
        state = session.state
        if state.mailbox is None:
            return
        before = state.waiting.get(Slot.LIST)
        if before is not None and state.query:
            session.cancel(before)
        if query != state.query:
            self.give_up()
        command = session.submit(Search(account=session.account, mailbox=state.mailbox, query=query))
        self._desk.change(search(session.state, query, command))

    def _ask_server(self) -> None:
        session = self._desk.session
        state = session.state
        if state.mailbox is None or not state.query:
            self._desk.tell("Search for something first.")
            return
        if state.hits.asking is None:
            command = SearchServer(account=session.account, mailbox=state.mailbox, query=state.query)
            hits = replace(state.hits, asking=session.submit(command), unasked=None, outcome="")
            self._desk.change(replace(session.state, hits=hits))

    def _go_starred(self) -> None:
        state = self._desk.session.state
        if state.with_role(MailboxRole.FLAGGED) is not None or state.mailbox is None:
            self._going.go_role(MailboxRole.FLAGGED)
        else:
            self.search("is:flagged")
            self._desk.focus_pane(self._desk.messages)

    def _other_account(self, words: str) -> AccountId | None:
        """The account that ``account:`` names, if it is not the one on screen."""
        state = self._desk.session.state
        named = [word.partition(":")[2].lower() for word in words.split() if word.lower().startswith("account:")]
        known = {str(account).lower(): account for account in state.accounts}
        account = known.get(named[0]) if len(named) == 1 else None
        return account if account != state.account else None

    def _go_to(self, account: AccountId, words: str) -> None:
        if not self._desk.session.state.accounts[account].mailboxes:
            key = self._desk.session.keymap.shown("switch_account")
            self._desk.tell(f"The account “{account}” is not open yet: {key} opens it.")
            return
        self._going.open_account(account)
        self._desk.field.value = words
        self.search(words)
        self._desk.focus_pane(self._desk.messages)

    # Kept searches

    def _save(self) -> None:
        state = self._desk.session.state
        query = state.query
        if not query:
            self._desk.tell("Search for something first.")
            return

        def named(name: str | None) -> None:
            if name:
                self._desk.session.submit(SaveSearch(account=state.account, name=name, query=query))

        prompt = NamePrompt("Save this search as a folder", f"It shows what matches “{query}”.", name=query)
        self._desk.app.push_screen(prompt, named)

    def _delete(self) -> None:
        kept = self._kept()
        if kept is None:
            self._desk.tell("Open a kept search first: they stand below the folders.")
            return
        session = self._desk.session

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            session.submit(DeleteSearch(account=session.account, mailbox=kept.id))
            if session.state.mailbox == kept.id:
                self._going.go_role(MailboxRole.INBOX)

        words = f"It searches for “{kept.query}”. No message is touched."
        question = Question(f"Delete the kept search “{kept.name}”?", words, yes="delete it", no="keep it")
        self._desk.app.push_screen(question, answered)

    def _kept(self) -> Mailbox | None:
        """The kept search under the cursor of the folder list, or the open one."""
        state = self._desk.session.state
        line = self._desk.folders.current if self._desk.folders.has_focus else None
        here: MailboxId | None = line.mailbox if line is not None and line.account == state.account else state.mailbox
        found = next((box for box in state.view.mailboxes if box.id == here), None)
        return found if found is not None and found.role is MailboxRole.SEARCH else None
