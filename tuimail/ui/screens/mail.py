"""The main screen: turns keys into deeds, and events into what ``panes`` shows."""

from collections.abc import Callable

from textual import events, on
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tuimail.api.commands import ListAccounts, LoadRows
from tuimail.api.events import Event, ListChanged, ListLoaded, MailArrived, RowsLoaded, ServerHits, ThreadLoaded
from tuimail.api.writing import ContinueDraft
from tuimail.domain.account import SignedOut
from tuimail.domain.mailbox import MailboxRole
from tuimail.ui.actions import Action, Pane
from tuimail.ui.keymap import Prefix, key_of
from tuimail.ui.screens.deeds.acting import Acting
from tuimail.ui.screens.deeds.finding import Finding
from tuimail.ui.screens.deeds.going import Going, QuitWanted
from tuimail.ui.screens.deeds.handing import Handing
from tuimail.ui.screens.deeds.moving import Moving
from tuimail.ui.screens.deeds.narrowing import Narrowing
from tuimail.ui.screens.deeds.opening import Opening
from tuimail.ui.screens.deeds.ordering import Ordering
from tuimail.ui.screens.deeds.placing import Placing
from tuimail.ui.screens.deeds.reading import Reading
from tuimail.ui.screens.deeds.searching import Searching
from tuimail.ui.screens.deeds.wanted import LinkWanted
from tuimail.ui.screens.panes import Panes
from tuimail.ui.sentences import arrival_words
from tuimail.ui.session import Session
from tuimail.ui.state import AppState, Slot
from tuimail.ui.typed_ahead import as_if_new
from tuimail.ui.widgets.find_field import ID as FIND
from tuimail.ui.widgets.list_title import ListTitle
from tuimail.ui.widgets.mailbox_tree import MailboxTree
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.message_view import MessageView

QUIT_WITHIN_S = 2.0


class MailScreen(Panes):
    """The desk of ``ui.screens.deeds``."""

    AUTO_FOCUS = "MessageList"

    def __init__(self, session: Session, *, downloads: str, on_stand: Callable[[], None] = lambda: None) -> None:
        super().__init__(session)
        self._on_stand = on_stand
        self._was_shown = False
        self._moving, self._acting = Moving(self), Acting(self)
        self._ordering = Ordering(self)
        self._going, self._reading = Going(self), Reading(self)
        self._finding = Finding(self, put=self.put_over_reader, unfold_quotes=self._reading.forms.unfold_quotes)
        self._searching = Searching(self, self._going)
        self._narrowing = Narrowing(self, self._ordering, self._searching)
        lists = (self._going, self._ordering, self._narrowing, self._searching)
        parts = (
            self._moving,
            self._acting,
            *lists,
            self._reading,
            self._finding,
            Opening(self),
            Handing(self, self._acting, downloads),
        )
        self._deeds = {name: deed for part in parts for name, deed in part.deeds().items()}
        self._deeds |= {"list_back": self._back, "list_clear": self._clear_words}
        self._deeds |= {"open": self._open, "reader_back": self._reader_back}
        self._placing = Placing(self)
        self._quit_timer: Timer | None = None

    def on_mount(self) -> None:
        """Everything from the state."""
        self.field.display = self._empty.display = False
        self.reader.order = self.session.order
        self._render_state(None)
        self._on_stand()

    def on_unmount(self) -> None:
        """The end, by whatever way: the next start begins here."""
        self._placing.note()

    @property
    def awaits_list(self) -> bool:
        """Whether a mailbox is open whose first list has not come."""
        return self.session.state.mailbox is not None and not self.session.state.rows_known

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time, all has been styled a moment ago; Textual would do it once more before the first painting."""
        if not self._was_shown:
            event.refresh_styles = False
        self._was_shown = True

    # What deeds may do

    def change(self, state: AppState) -> None:
        """Take the state and show what is different."""
        before, self.session.state = self.session.state, state
        self._render_state(before)

    def focus_pane(self, pane: Widget) -> None:
        """Give a pane the focus; the folders of a narrow window lie over the list while they have it."""
        self._arrange(folders=pane is self.folders)
        # At once: ``focus`` lets keys that were already typed go to the pane that had it.
        self.set_focus(pane)

    @property
    def is_narrowing(self) -> bool:
        """Whether the field narrows the list, and is not for a search."""
        return self._narrowing.is_active

    @property
    def deed_names(self) -> frozenset[str]:
        """The actions that this screen can carry out."""
        return frozenset(self._deeds)

    def do(self, action: str) -> None:
        """Carry out an action by its name."""
        self._deeds[action]()

    # Events

    def take(self, event: Event, before: AppState) -> None:
        """An event was reduced from ``before``; ``session.state`` is what it led to."""
        state = self.session.state
        match event:
            case (
                ListLoaded(envelopes=envelopes, places=places)
                | ListChanged(changed=envelopes, places=places)
                | RowsLoaded(envelopes=envelopes, places=places)
                | ThreadLoaded(envelopes=envelopes, places=places)
            ) if event.account == state.account:
                self.messages.put(envelopes, places)
            case ServerHits(account=account, envelopes=envelopes) if account == state.account:
                self.messages.put(envelopes)
            case MailArrived():
                self._hear_arrival(event)
            case _:
                pass
        if isinstance(event, ListChanged) and event.has_more and event.account == state.account:
            self.messages.doubt()
        self._render_state(before)
        if state.reading is before.reading and isinstance(event, ListChanged | RowsLoaded | ThreadLoaded):
            self._reading.rows_changed()
        if isinstance(event, ListLoaded):
            self._placing.moved()
        self._ordering.hear(event)
        self._reading.hear(event)
        if isinstance(event, ListChanged) and event.mailbox == state.mailbox and event.account == state.account:
            self._hear_news()
        if state.rows is not before.rows and (state.mailbox, state.query) == (before.mailbox, before.query):
            self._reading.follow_list()
        if state.mailbox is None and state.view.mailboxes:
            self._open_first()

    def _open_first(self) -> None:
        first = self._going.first_of(self.session.state.view)
        if first is not None:
            self._going.open(first.id)
            self.session.submit(ListAccounts())

    def _hear_arrival(self, event: MailArrived) -> None:
        """New mail is told where it can be read, and that of other accounts with their name."""
        words = arrival_words(self.session.state, event)
        if words:
            self.tell(words)
            if self.session.rings:
                self.app.bell()

    def _hear_news(self) -> None:
        """Hits are looked up anew, since only the store knows which of the rows still match."""
        if self.session.state.query:
            self._searching.again()

    def _render_state(self, before: AppState | None) -> None:
        self._found_words = self._finding.words
        super()._render_state(before)
        self._searching.show()
        state = self.session.state
        if before is None or state.reading is not before.reading or not state.rows or not before.rows:
            self._reading.show()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Look the key up; a key after a prefix never falls through to its own meaning."""
        if self._finding.is_typing:
            self._finding.press(event)
            return
        if self.session.ahead.is_holding or not self.is_active:
            # From one burst with the key that asked for another screen: the app knows whose it is now.
            event.stop()
            event.prevent_default()
            self.app.post_message(as_if_new(event))
            return
        if self.focused is self.field:
            if event.is_printable and event.character:
                # Typed in one burst with the key that opened the field, and sent to the list before that was read.
                self.field.insert_text_at_cursor(event.character)
                event.stop()
                return
            (self._narrowing if self._narrowing.is_active else self._searching).press(event)
            return
        if event.key == "escape" and self._give_up():
            event.stop()
            return
        pressed = (*self._pressed, key_of(event.key, event.character))
        found = self.session.keymap.find(self.pane, pressed)
        if found is None and not self._pressed:
            return
        event.stop()
        event.prevent_default()
        self._pressed = pressed if isinstance(found, Prefix) else ()
        if isinstance(found, Action):
            self.do(found.name)
        self._render_lines()

    def press_blind(self, event: events.Key) -> None:
        """A key while the screen shows nothing but its size: only what quits does something."""
        found = self.session.keymap.find(Pane.LIST, (key_of(event.key, event.character),))
        if isinstance(found, Action) and found.name == "list_back":
            self._quit_at_second()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self._pressed = ()
        self._arrange(folders=self.folders.has_focus)
        self._render_lines()

    def _give_up(self) -> bool:
        """End what has been waited for so long that giving it up was offered."""
        wait = self._patience.long_wait
        if wait is None:
            return False
        if wait.command == self.session.state.waiting.get(Slot.READER):
            self._reading.give_up()
        else:
            self.session.cancel(wait.command)
        self.tell(f"Given up: {wait.words}.")
        return True

    def _back(self) -> None:
        if not self._clear():
            self._quit_at_second()

    def _quit_at_second(self) -> None:
        if self._quit_timer is not None:
            self.app.post_message(QuitWanted())
            return
        self.tell(f"{self.session.keymap.shown('list_back')} again quits.")
        self._quit_timer = self.set_timer(QUIT_WITHIN_S, self._forget_quit)

    def _forget_quit(self) -> None:
        self._quit_timer = None

    def _clear(self) -> bool:
        """Marks first, then the search or what the list is narrowed to, then the open message."""
        if self.messages.clear_marks() or self._searching.give_up():
            return True
        if self.session.state.query:
            self._searching.end()
            return True
        if self._narrowing.end():
            return True
        return self._reading.close()

    # Search

    def _clear_words(self) -> None:
        self._clear()

    def _reader_back(self) -> None:
        if not self._finding.end():
            self._reading.back()

    def _open(self) -> None:
        """The row under the cursor; where somebody signed out there is none, and Enter signs in."""
        mailbox, row = self.session.state.current_mailbox, self.messages.current
        if isinstance(self.session.state.view.sign_in, SignedOut):
            self.do("sign_in")
        elif row is not None and mailbox is not None and mailbox.role is MailboxRole.DRAFTS:
            self.session.submit(ContinueDraft(account=self.session.account, row=row))
        else:
            self._reading.open()

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        (self._narrowing if self._narrowing.is_active else self._searching).typed()

    @on(Input.Submitted, "#search")
    def _submitted(self) -> None:
        (self._narrowing if self._narrowing.is_active else self._searching).submitted()

    @on(Input.Changed, f"#{FIND}")
    def _find_typed(self) -> None:
        self._finding.typed()

    @on(Input.Submitted, f"#{FIND}")
    def _find_submitted(self) -> None:
        self._finding.submitted()

    # What widgets post

    @on(MessageView.Scrolled)
    def _reader_scrolled(self) -> None:
        self._reading.scrolled()

    @on(MessageView.Clicked)
    def _reader_clicked(self, click: MessageView.Clicked) -> None:
        self.focus_pane(self.reader)
        self._reading.clicked(click.row)
        reading = self.session.state.reading
        links = reading.message.links if reading is not None and reading.message is not None else ()
        for link in links:
            if link.number == click.link:
                self.app.post_message(LinkWanted(link))

    @on(MessageList.RowsWanted)
    def _load_rows(self, wish: MessageList.RowsWanted) -> None:
        session = self.session
        threaded = session.state.list_view.is_threaded
        session.submit(LoadRows(account=session.account, rows=wish.rows, threaded=threaded))

    @on(MessageList.NoUnread)
    def _none_unread(self) -> None:
        self.tell("No unread mail below.")

    @on(MessageList.Moved)
    def _cursor_moved(self) -> None:
        # The key that moved it has told of it already; a click has not.
        if self.messages.cursor != self._told_cursor:
            self._render_lines()
        self._placing.moved()

    @on(ListTitle.SortWanted)
    def _column_clicked(self, wish: ListTitle.SortWanted) -> None:
        self.do(f"sort_{wish.sort.value}")

    @on(MessageList.Opened)
    def _row_opened(self) -> None:
        self._reading.open()

    @on(MailboxTree.Opened)
    def _folder_opened(self) -> None:
        self.do("folder_open")
