"""What the main screen shows: folders, list, reader, and the lines around them, all from the state."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tuimail.domain.account import SignedOut
from tuimail.domain.ids import AccountId, MailboxId, RowId
from tuimail.ui.actions import BY_NAME, Pane
from tuimail.ui.compositor import LeanCompositor
from tuimail.ui.folder_lines import folder_lines
from tuimail.ui.heading import heading
from tuimail.ui.key_names import pretty
from tuimail.ui.keymap import Keys, Prefix
from tuimail.ui.patience import Patience, awaited
from tuimail.ui.sentences import (
    banner_words,
    is_outgoing,
    list_words,
    reader_title,
    row_words,
    status,
    too_small,
    undo_window_s,
)
from tuimail.ui.session import Session
from tuimail.ui.state import AppState
from tuimail.ui.widgets.banner import Banner
from tuimail.ui.widgets.find_field import FindField
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.key_choices import KeyChoices
from tuimail.ui.widgets.list_title import ListTitle
from tuimail.ui.widgets.mailbox_tree import MailboxTree
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.message_view import MessageView
from tuimail.ui.widgets.notice import Notice
from tuimail.ui.widgets.pane_title import PaneTitle
from tuimail.ui.widgets.status_bar import StatusBar

WIDE = 100
"""From this width on three panes stand side by side."""
HINTS = {
    Pane.LIST: ("open", "reply", "compose", "delete", "search", "help"),
    Pane.READER: ("reader_back", "next_message", "reply", "archive", "links", "help"),
    Pane.FOLDERS: ("folder_open", "folder_down", "folder_back", "go_folder", "compose", "help"),
}
COUNTED = {"archive", "delete", "move"}
"""Actions whose hint says for how many messages they are, before they are done."""
Folder = tuple[AccountId, MailboxId | None]


class Panes(Screen[None]):
    """Three panes side by side, or list over reader; knows no command and no event."""

    # Textual's repaints the whole screen whenever the focus moves; the widgets concerned repaint themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.session = session
        self.messages = MessageList(clock=session.clock, zone=session.zone, id="list")
        self.folders = MailboxTree(id="folders")
        self.reader = MessageView(id="reader")
        self.field = Input(placeholder="search, such as from:mara since:2w report", compact=True, id="search")
        self._notice, self._banner = Notice(), Banner()
        self._status, self._hints, self._choices = StatusBar(), HintLine(), KeyChoices()
        self._titles = {name: PaneTitle() for name in ("account", "place")}
        self._list_title = ListTitle()
        self._left, self._right = Vertical(id="left"), Vertical(id="right")
        self._empty = Static("", id="empty", markup=False)
        self._too_small = Static("", id="too-small", markup=False)
        self._pressed: Keys = ()
        self._patience = Patience(self.set_timer, self._render_lines)
        self._second: Timer | None = None
        self._empty_words = ""
        self._found_words = ""
        """What is being looked for in the message, and where in it that stands."""
        self._told_cursor = -1
        """Where the cursor was when titles, status and hints were last brought up to it."""
        self._left_at: dict[Folder, RowId] = {}
        self._listed: tuple[Folder, str] = (_folder_of(session.state), "")
        """The folder and the search whose rows the list has."""
        self.folded: set[AccountId] = set()
        """Accounts whose folders are not listed."""

    def compose(self) -> ComposeResult:
        """The panes, and what lies above and below them."""
        # Before anything is styled and laid out, which would be done again for it.
        self.set_class(self.app.size.width >= WIDE, "-wide")
        yield self._banner
        with Container(id="panes"):
            with self._left:
                yield self._titles["account"]
                yield self.folders
            with Vertical(id="middle"):
                yield self._list_title
                yield self.field
                yield self._empty
                yield self.messages
            with self._right:
                yield self._titles["place"]
                yield self.reader
        yield self._status
        yield self._hints
        yield self._notice
        yield self._choices
        self._too_small.display = False
        yield self._too_small

    def put_under_field(self, widget: Widget) -> None:
        """Add a widget between the search field and the list."""
        self.query_one("#middle").mount(widget, after=self.field)

    def put_over_reader(self, widget: Widget) -> None:
        """Add a widget above the open message."""
        self._right.mount(widget, before=self.reader)

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say something for some seconds."""
        self._notice.tell(words, undo_key=self.session.keymap.shown("undo") if can_undo else "")

    @property
    def said(self) -> str:
        """The notice on screen."""
        return self._notice.words if self._notice.display else ""

    @property
    def is_too_small(self) -> bool:
        """Whether a word about the size is all that is to be seen."""
        return self._too_small.display

    @property
    def pane(self) -> Pane:
        """The pane with the focus; the list where another widget has it."""
        # Not by ``has_focus``, which a widget learns a message later: the screen would be drawn twice.
        if self.focused is self.folders:
            return Pane.FOLDERS
        return Pane.READER if self.focused is self.reader else Pane.LIST

    # Showing the state

    def _render_state(self, before: AppState | None) -> None:
        """Everything that differs from ``before``; all of it for None."""
        state = self.session.state
        if before is not None and before.account != state.account:
            self.messages.forget()
        self.folders.show(folder_lines(state, self.folded), (state.account, state.mailbox))
        self.messages.shows_recipients = is_outgoing(state)
        self.messages.show_as(state.list_view, state.threads)
        names = state.own_accounts if state.is_joint else ()
        self.messages.show_origin(state.mailbox, state.view.mailboxes, state.hits.remote, accounts=names)
        if before is None or state.rows is not before.rows:
            self._render_rows()
        self._arrange(folders=self.folders.has_focus)
        self._banner.show(banner_words(state))
        self._render_empty(list_words(state))
        self._patience.watch(awaited(state))
        self._render_lines()

    def _render_rows(self) -> None:
        state = self.session.state
        # By what the list shows and not by the state before: a search has its rows later than its words.
        folder, query = self._listed
        self._listed = (_folder_of(state), state.query)
        is_same = self._listed == (folder, query)
        if not is_same and not query and self.messages.current is not None:
            self._left_at[folder] = self.messages.current
        begin_at = None if state.query else self._left_at.get(_folder_of(state), state.begin_at)
        self.messages.show(state.rows, keep_cursor=is_same, begin_at=begin_at)

    def _render_empty(self, words: str) -> None:
        if words != self._empty_words:
            self._empty_words = words
            self._empty.update(Content(words))
            self._empty.display = bool(words)
            # Hidden, the list would lose the focus, and with it every key.
            self.messages.styles.height = 0 if words else None

    def _render_lines(self) -> None:
        """Titles, status and hints."""
        state, session, pane = self.session.state, self.session, self.pane
        self._told_cursor = self.messages.cursor
        is_open, whose = state.reading is not None, ""
        if len(state.accounts) > 1:
            whose = session.addresses[state.account] if state.is_joint else str(state.account)
        place = f"{self.messages.cursor + 1:,} of {len(state.rows):,}" if is_open else ""
        self._titles["account"].show(session.addresses[state.account], focused=pane is Pane.FOLDERS)
        said = heading(state, whose=whose, has_field=self.field.display)
        self._list_title.show(said, focused=pane is Pane.LIST)
        self._titles["place"].show(reader_title(state), self._found_words or place, focused=pane is Pane.READER)
        marked = len(self.messages.marks)
        current = self.messages.current
        words = row_words(self.messages.envelope(current)) if current is not None else ""
        right = f"> {marked:,} marked" if marked else words
        now = session.clock()
        doing = self._patience.words
        self._status.show(status(state, now=now, doing=doing, right=right, zone=session.zone))
        self._count_down(undo_window_s(state, now))
        self._hints.show(self._current_hints())
        found = session.keymap.find(pane, self._pressed) if self._pressed else None
        choices = found.choices if isinstance(found, Prefix) else ()
        self._choices.show(pretty(self._pressed), [(pretty((key,)), action.hint) for key, action in choices])

    @property
    def is_narrowing(self) -> bool:
        """Whether the field narrows the list, and is not for a search."""
        return False

    def _count_down(self, seconds: int) -> None:
        """Tell the time again in a second, while a mail can still be taken back."""
        if self._second is not None:
            self._second.stop()
        self._second = self.set_timer(1.0, self._render_lines) if seconds else None

    def _current_hints(self) -> tuple[tuple[str, str], ...]:
        if self.field.has_focus:
            leave = (("escape", "show all"), ("ctrl+q", "quit"))
            if self.is_narrowing:
                return (("enter down", "to the list"), *leave)
            return (("enter", "ask the server too"), ("down", "to the list"), *leave)
        if isinstance(self.focused, FindField):
            return (("enter", "to the message"), ("escape", "end"), ("ctrl+q", "quit"))
        keymap = self.session.keymap
        if isinstance(self.session.state.view.sign_in, SignedOut):
            words = (("open", "sign in"), ("settings", "settings"), ("help", "help"), ("quit", "quit"))
            return tuple((keymap.shown(name), word) for name, word in words)
        names: tuple[str, ...] = HINTS[self.pane]
        count = self.messages.chosen_words if self.pane is Pane.LIST else ""
        if self.pane is Pane.READER and _asks_for_answer(self.session.state):
            names = ("reader_back", "invitation", *names[1:])
        if count:
            names = ("archive", "delete", "move", "star", "toggle_read")
            names += ("list_clear",) if self.messages.marks else ("unfold",)
        return tuple(
            (keymap.shown(name), f"{BY_NAME[name].hint} {count}" if count and name in COUNTED else BY_NAME[name].hint)
            for name in names
            if keymap.shown(name)
        )

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
        if words or self._too_small.display:
            self._too_small.update(Content(words))
            self._too_small.display = bool(words)


def _asks_for_answer(state: AppState) -> bool:
    """Whether the open message is an invitation that wants an answer."""
    message = state.reading.message if state.reading is not None else None
    return message is not None and message.invitation is not None and message.invitation.can_answer


def _folder_of(state: AppState) -> Folder:
    return (state.account, state.mailbox)
