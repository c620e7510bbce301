"""The main screen: folders, list and reader. Shows the state it is given and turns keys into deeds."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tuimail.api.commands import ListAccounts, LoadRows
from tuimail.api.events import Event, ListChanged, ListLoaded, RowsLoaded
from tuimail.domain.mailbox import MailboxRole
from tuimail.ui.actions import BY_NAME, Action, Pane
from tuimail.ui.deeds.acting import Acting
from tuimail.ui.deeds.going import Going, QuitWanted
from tuimail.ui.deeds.moving import Moving
from tuimail.ui.deeds.opening import Opening
from tuimail.ui.deeds.reading import Reading
from tuimail.ui.keymap import Keys, Prefix, key_of, pretty
from tuimail.ui.sentences import banner_words, counts, is_outgoing, list_words, row_words, status, too_small
from tuimail.ui.session import Session
from tuimail.ui.state import AppState, close_message
from tuimail.ui.widgets.banner import Banner
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.key_choices import KeyChoices
from tuimail.ui.widgets.mailbox_tree import MailboxTree
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.message_view import MessageView
from tuimail.ui.widgets.notice import Notice
from tuimail.ui.widgets.pane_title import PaneTitle
from tuimail.ui.widgets.status_bar import StatusBar

WIDE = 100
"""From this width on three panes stand side by side."""
PATIENCE_S = 0.3
"""A shorter wait is not worth a word."""
SEARCH_AFTER_S = 0.08
QUIT_WITHIN_S = 2.0
HINTS = {
    Pane.LIST: ("open", "reply", "compose", "delete", "search", "help"),
    Pane.READER: ("reader_back", "next_message", "reply", "archive", "links", "help"),
    Pane.FOLDERS: ("folder_open", "folder_down", "folder_back", "go_folder", "compose", "help"),
}


class MailScreen(Screen[None]):
    """The desk of ``ui.deeds``: three panes, status, hints."""

    AUTO_FOCUS = "MessageList"

    def __init__(self, session: Session, *, downloads: str) -> None:
        super().__init__()
        self.session = session
        self.messages = MessageList(clock=session.clock, zone=session.zone, id="list")
        self.folders = MailboxTree(id="folders")
        self.reader = MessageView(id="reader")
        self._field = Input(placeholder="search sender, recipients, subject", compact=True, id="search")
        self._notice, self._banner = Notice(), Banner()
        self._status, self._hints, self._choices = StatusBar(), HintLine(), KeyChoices()
        self._titles = {name: PaneTitle() for name in ("account", "mailbox", "place")}
        self._left, self._right = Vertical(id="left"), Vertical(id="right")
        self._empty = Static("", id="empty", markup=False)
        self._too_small = Static("", id="too-small", markup=False)
        self._moving, self._acting = Moving(self), Acting(self)
        self._going, self._reading = Going(self), Reading(self)
        parts = (self._moving, self._acting, self._going, self._reading, Opening(self, downloads))
        self._deeds = {name: deed for part in parts for name, deed in part.deeds().items()}
        self._deeds |= {"search": self._begin_search, "list_back": self._back, "list_clear": self._clear_words}
        self._pressed: Keys = ()
        self._waited: Timer | None = None
        self._doing = self._empty_words = ""
        self._search_timer: Timer | None = None
        self._quit_timer: Timer | None = None
        self._show_reader_next = False

    def compose(self) -> ComposeResult:
        """The panes, and what lies above and below them."""
        yield self._banner
        with Container(id="panes"):
            with self._left:
                yield self._titles["account"]
                yield self.folders
            with Vertical(id="middle"):
                yield self._titles["mailbox"]
                yield self._field
                yield self._empty
                yield self.messages
            with self._right:
                yield self._titles["place"]
                yield self.reader
        yield self._status
        yield self._hints
        yield self._notice
        yield self._choices
        yield self._too_small

    def on_mount(self) -> None:
        """Everything from the state."""
        self._field.display = self._empty.display = False
        self._render_state(None)

    # What deeds may do

    def change(self, state: AppState) -> None:
        """Take the state and show what is different."""
        before, self.session.state = self.session.state, state
        self._render_state(before)

    def focus_pane(self, pane: Widget) -> None:
        """Give a pane the focus; the folders of a narrow window lie over the list while they have it."""
        self._arrange(folders=pane is self.folders)
        pane.focus()

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say something for some seconds."""
        self._notice.tell(words, undo_key=self.session.keymap.shown("undo") if can_undo else "")

    @property
    def said(self) -> str:
        """The notice on screen."""
        return self._notice.words if self._notice.display else ""

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
            case ListLoaded(envelopes=envelopes) | ListChanged(changed=envelopes) if event.account == state.account:
                self.messages.put(envelopes)
            case RowsLoaded(account=account, envelopes=envelopes) if account == state.account:
                self.messages.put(envelopes)
            case _:
                pass
        self._render_state(before)
        if isinstance(event, ListChanged) and state.rows is event.rows:
            self._follow_list(event)
        if state.mailbox is None and state.view.mailboxes:
            self._open_first()

    def _open_first(self) -> None:
        state = self.session.state
        first = state.with_role(MailboxRole.INBOX) or next(
            (box for box in state.view.mailboxes if box.selectable), None
        )
        if first is not None:
            self._going.open(first.id)
            self.session.submit(ListAccounts())

    def _follow_list(self, event: ListChanged) -> None:
        """The open message left the list: the reader goes on with the next one, or closes with an unread pane."""
        reading = self.session.state.reading
        if event.new_mail:
            self.tell(f"{event.new_mail} new")
        if reading is None or reading.row in event.rows:
            return
        current = self.messages.current
        if self.reader.has_focus and current is not None:
            self._reading.open_row(current)
        else:
            self.change(close_message(self.session.state))
            if self.reader.has_focus:
                self.focus_pane(self.messages)

    # Showing the state

    def _render_state(self, before: AppState | None) -> None:
        state = self.session.state
        self.folders.show(state.view.mailboxes, state.mailbox)
        self.messages.shows_recipients = is_outgoing(state)
        if before is None or state.rows is not before.rows:
            same = before is not None and before.mailbox == state.mailbox and before.query == state.query
            self.messages.show(state.rows, keep_cursor=same)
        self._arrange(folders=self.folders.has_focus)
        if before is None or state.reading != before.reading or not state.rows or not before.rows:
            self._reading.show()
        self._banner.show(banner_words(state))
        self._render_empty(list_words(state))
        self._render_waiting(state)
        self._render_lines()

    def _render_empty(self, words: str) -> None:
        if words != self._empty_words:
            self._empty_words = words
            self._empty.update(Content(words))
            self._empty.display = bool(words)
            # Hidden, the list would lose the focus, and with it every key.
            self.messages.styles.height = 0 if words else None

    def _render_waiting(self, state: AppState) -> None:
        """What is being waited for appears once the wait is worth a word, and goes with it."""
        progress = next(iter(state.doing.values()), None)
        words = ""
        if progress is not None:
            share = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
            words = f"{progress.words}{share}"
        elif state.reading is not None and state.reading.message is None and state.reading.problem is None:
            words = "fetching the message"
        if not words:
            self._doing = ""
            if self._waited is not None:
                self._waited.stop()
                self._waited = None
        elif self._doing or self._waited is not None:
            self._doing = words if self._doing else ""
        else:
            self._waited = self.set_timer(PATIENCE_S, self._say_waiting)

    def _say_waiting(self) -> None:
        self._doing = "…"
        self._render_waiting(self.session.state)
        self._render_lines()

    def _render_lines(self) -> None:
        """Titles, status and hints."""
        state, session, pane = self.session.state, self.session, self.pane
        mailbox, is_open = state.current_mailbox, state.reading is not None
        name = mailbox.title if mailbox else ""
        name = f"{name}: {state.query}" if state.query else name
        place = f"{self.messages.cursor + 1:,} of {len(state.rows):,}" if is_open else ""
        self._titles["account"].show(session.addresses[state.account], focused=pane is Pane.FOLDERS)
        self._titles["mailbox"].show(name, counts(state), focused=pane is Pane.LIST)
        self._titles["place"].show("Message" if is_open else "", place, focused=pane is Pane.READER)
        marked = len(self.messages.marked)
        current = self.messages.current
        words = row_words(self.messages.envelope(current)) if current is not None else ""
        right = f"> {marked:,} marked" if marked else words
        self._status.show(status(state, doing=self._doing, right=right, zone=session.zone))
        self._hints.show(self._current_hints())
        found = session.keymap.find(pane, self._pressed) if self._pressed else None
        choices = found.choices if isinstance(found, Prefix) else ()
        self._choices.show(pretty(self._pressed), [(pretty((key,)), action.hint) for key, action in choices])

    def _current_hints(self) -> tuple[tuple[str, str], ...]:
        if self._field.has_focus:
            return (("Enter", "to the list"), ("Esc", "show all"), ("↓", "to the list"), ("Ctrl+Q", "quit"))
        keymap = self.session.keymap
        names = HINTS[self.pane]
        if self.messages.marked and self.pane is Pane.LIST:
            names = ("archive", "delete", "move", "star", "toggle_read", "list_clear")
        return tuple((keymap.shown(name), BY_NAME[name].hint) for name in names if keymap.shown(name))

    # Keys

    @property
    def pane(self) -> Pane:
        """The pane with the focus; the list where another widget has it."""
        if self.folders.has_focus:
            return Pane.FOLDERS
        return Pane.READER if self.reader.has_focus else Pane.LIST

    def on_key(self, event: events.Key) -> None:
        """Look the key up; a key after a prefix never falls through to its own meaning."""
        if self._field.has_focus:
            self._search_key(event)
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

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self._pressed = ()
        self._arrange(folders=self.folders.has_focus)
        self._render_lines()

    def _back(self) -> None:
        if self._clear():
            return
        if self._quit_timer is not None:
            self.app.post_message(QuitWanted())
            return
        self.tell(f"{self.session.keymap.shown('list_back')} again quits.")
        self._quit_timer = self.set_timer(QUIT_WITHIN_S, self._forget_quit)

    def _forget_quit(self) -> None:
        self._quit_timer = None

    def _clear(self) -> bool:
        """Marks first, then the search, then the open message."""
        if self.messages.clear_marks():
            return True
        if self.session.state.query:
            self._end_search()
            return True
        return self._reading.close()

    # Search

    def _clear_words(self) -> None:
        self._clear()

    def _begin_search(self) -> None:
        self._field.display = True
        self._field.focus()

    def _search_key(self, event: events.Key) -> None:
        if event.key in {"escape", "down"}:
            event.stop()
            if event.key == "escape":
                self._end_search()
            self.focus_pane(self.messages)

    def _end_search(self) -> None:
        self._stop_search_timer()
        self._field.clear()
        self._field.display = False
        self._going.search("")

    @on(Input.Changed, "#search")
    def _typed(self) -> None:
        self._stop_search_timer()
        if self._field.display:
            self._search_timer = self.set_timer(SEARCH_AFTER_S, self._search)

    @on(Input.Submitted, "#search")
    def _submitted(self) -> None:
        self._stop_search_timer()
        self._search()
        self._field.display = bool(self.session.state.query)
        self.focus_pane(self.messages)

    def _search(self) -> None:
        self._going.search(self._field.value.strip())

    def _stop_search_timer(self) -> None:
        if self._search_timer is not None:
            self._search_timer.stop()
            self._search_timer = None

    # What widgets post

    @on(MessageList.RowsWanted)
    def _load_rows(self, wish: MessageList.RowsWanted) -> None:
        self.session.submit(LoadRows(account=self.session.account, rows=wish.rows))

    @on(MessageList.Moved)
    def _cursor_moved(self) -> None:
        self._render_lines()

    @on(MessageList.Opened)
    def _row_opened(self) -> None:
        self._reading.open()

    @on(MailboxTree.Opened)
    def _folder_opened(self, opened: MailboxTree.Opened) -> None:
        self._going.open(opened.mailbox)

    def _arrange(self, *, folders: bool) -> None:
        # By display and not by classes: a class on the screen restyles every widget, 40 ms for opening a message.
        is_wide = self.size.width >= WIDE
        self._left.display = is_wide or folders
        self._right.display = is_wide or self.session.state.reading is not None

    def on_resize(self, event: events.Resize) -> None:
        """Three panes, or list over reader, or a word about the size."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self._arrange(folders=self.folders.has_focus)
        words = too_small(event.size.width, event.size.height)
        self._too_small.update(Content(words))
        self._too_small.display = bool(words)
