"""The Textual app: screens, themes and the engine's events. Holds no mail logic."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.message import Message

from tuimail.api.commands import BeginDraft, ListOutbox
from tuimail.api.engine import Engine
from tuimail.api.events import Event, Finished
from tuimail.config.columns import DEFAULT_COLUMNS, Column
from tuimail.config.themes import ThemeSpec
from tuimail.domain.account import Account
from tuimail.domain.ids import AccountId
from tuimail.ui import palette
from tuimail.ui.arrivals import Arrivals, opening
from tuimail.ui.bridge import Reported, poster
from tuimail.ui.crash import QuietApp
from tuimail.ui.external_editor import ExternalEditor
from tuimail.ui.glyphs import glyph_filters
from tuimail.ui.keymap import keymap
from tuimail.ui.later import Later
from tuimail.ui.patience import WORTH_A_WORD_S
from tuimail.ui.problems import problem_in
from tuimail.ui.screens.deeds.going import DetailsWanted, HelpWanted, PaletteWanted, QuitWanted, WishHeard
from tuimail.ui.screens.mail import MailScreen
from tuimail.ui.session import Session
from tuimail.ui.start import ComposeMail, StartMode
from tuimail.ui.state import AppState, begin, opening_account, reduce
from tuimail.ui.terminal import driver_class, end_even_if_stuck, on_ending_signals, shows_targets
from tuimail.ui.themes import as_textual, use_themes
from tuimail.ui.typed_ahead import Typed

FEW_COLORS = {None, "standard"}
"""Rich's words for a terminal of 16 colours or none."""
_END_S = 2.0
"""For saving and leaving in order once a signal came; Textual's writer may be stuck at a terminal that is gone."""


class TuimailApp(QuietApp[None]):
    """Shows one account's mail; everything else lies over it."""

    # Absolute, since a relative one is looked for beside the file of a subclass.
    CSS_PATH = [str(Path(__file__).with_name(name)) for name in ("app.tcss", "notices.tcss")]  # noqa: RUF012 (Textual's)
    TITLE = "tuimail"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True, show=False),
        Binding("question_mark,f1", "help", "Help", id="app.help", show=False),
        Binding("f8", "details", "The newest problem", id="app.details", show=False),
    ]
    animation_level = "none"

    def __init__(  # noqa: PLR0913 (called once, by the composition root)
        self,
        engine: Engine,
        *,
        accounts: tuple[Account, ...],
        default: AccountId,
        themes: tuple[ThemeSpec, ...],
        theme: str,
        keys: str,
        clock: Callable[[], datetime],
        zone: tzinfo,
        start: StartMode,
        arrivals: Arrivals | None = None,
        downloads: str = "~/Downloads",
        editor: ExternalEditor | None = None,
        seen_after_s: float = 1.0,
        columns: tuple[Column, ...] = DEFAULT_COLUMNS,
        patience_s: float = 0.0,
    ) -> None:
        """``patience_s``: after which all that lies over the list is loaded, unless it is wanted before."""
        super().__init__(driver_class=driver_class())
        self._engine = engine
        self.session = Session(
            engine,
            begin(accounts, default),
            keymap=keymap(keys),
            clock=clock,
            zone=zone,
            addresses={account.id: account.address for account in accounts},
            editor=editor,
            seen_after_s=seen_after_s,
        )
        self._themes = themes
        self._start = start
        self._later = Later(self, downloads=downloads, patience_s=patience_s)
        self._mail = MailScreen(self.session, downloads=downloads, on_stand=self._begin)
        self._mail.messages.columns = columns
        self._arrivals = arrivals or opening(engine, default)
        if self._arrivals.command is not None:
            self.session.state = opening_account(self.session.state, default, self._arrivals.command)
        self._glyphs = glyph_filters(sys.__stderr__.encoding if sys.__stderr__ else None)
        use_themes(self, themes, theme)

    @property
    def state(self) -> AppState:
        """What is on screen."""
        return self.session.state

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own but the one for colours of the terminal, which no theme names, and ours over every line."""
        return [each for each in (*super().get_line_filters(), *self._glyphs) if not isinstance(each, ANSIToTruecolor)]

    def get_default_screen(self) -> MailScreen:
        """The main screen itself, instead of an empty one below it that would be composed, styled and drawn too."""
        return self._mail

    def on_mount(self) -> None:
        """Show the main screen, ask for the account, and load the rest after the first paint."""
        if not self.is_headless and (self.no_color or self.console.color_system in FEW_COLORS):
            self._do_with_few_colors()
        self._mail.reader.shows_targets = not self.is_headless and shows_targets(os.environ)
        self.session.submit(ListOutbox(account=self.state.account))
        if isinstance(self._start, ComposeMail):
            self.session.submit(BeginDraft(account=self.state.account, mailto=self._start.mailto))
        self.session.ahead.on_free = self._press_held_later
        self.call_after_refresh(self._later.begin)
        on_ending_signals(self._end_by_signal)

    @property
    def is_home(self) -> bool:
        """Whether the main screen is on top."""
        return self.screen is self._mail

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say something for some seconds, on whatever screen is shown."""
        if self.is_home:
            self._mail.tell(words, can_undo=can_undo)
        else:
            self.notify(words, markup=False)

    def go_home(self) -> None:
        """Close what lies over the main screen."""
        if not self.is_home:
            self._mail.pop_until_active()

    async def on_event(self, event: events.Event) -> None:
        """Every event of the terminal's; what was typed is looked at first."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self._intercepts(event):
            return
        await super().on_event(event)

    def _intercepts(self, event: Typed) -> bool:
        """Keys that would act unseen, in a window that is too small, do nothing; others wait for what they are for."""
        key = event.key if isinstance(event, events.Key) else ""
        if key == "ctrl+q":
            return False
        if self.is_home and self._mail.is_too_small:
            if isinstance(event, events.Key):
                self._mail.press_blind(event)
            return True
        ahead = self.session.ahead
        if not ahead.is_holding or not (self.is_home or ahead.is_opened):
            return False
        if key == "escape" and ahead.awaited is not None:
            self.session.cancel(ahead.awaited)
            ahead.drop()
            self.tell("Given up: no composer was opened.")
        else:
            ahead.keep(event)
            self.set_timer(WORTH_A_WORD_S, self._tell_held)
        return True

    def _tell_held(self) -> None:
        if self.session.ahead.awaited is not None:
            self.tell("What you type waits for the composer; Esc gives it up.")

    def _press_held_later(self) -> None:
        self.call_later(self._press_held)

    async def _press_held(self) -> None:
        for event in self.session.ahead.take():
            await super().on_event(event)

    # The engine's events and the screens' wishes

    def _begin(self) -> None:
        """The main screen stands unpainted: what is stored comes at once, and is there when it is first painted."""
        self._arrivals.hand_over(self._hear, poster(self), awaited=lambda: self._mail.awaits_list)

    @on(Reported)
    def _arrived(self, message: Reported) -> None:
        self._hear(message.event)

    def _hear(self, event: Event) -> None:
        before = self.session.state
        self.session.state = reduce(before, event)
        self.session.problem = problem_in(event) or self.session.problem
        self.session.ahead.hear(event)
        self._mail.take(event, before)
        self._later.offer(event)
        if isinstance(event, Finished) and event.words:
            # Later, when a screen that the flows close at this event has gone.
            self.call_later(self.tell, event.words, can_undo=event.can_undo)

    @on(Message)
    def _posted(self, message: Message) -> None:
        match message:
            case Reported():
                return
            case WishHeard():
                self._later.then(self.session.ahead.granted)
            case HelpWanted():
                self.action_help()
            case PaletteWanted():
                self.action_command_palette()
            case _:
                self._later.offer(message)

    def action_details(self) -> None:
        """The newest problem, in the server's own words."""
        self._later.offer(DetailsWanted())

    async def action_quit(self) -> None:
        """Quit, asking only where a mail is on its way."""
        self.post_message(QuitWanted())

    def action_help(self) -> None:
        """Help for the screen on top."""
        self._later.show_help(self._mail.pane if self.is_home else None)

    def action_command_palette(self) -> None:
        """Everything that can be done on the screen on top, and the themes."""
        if self.is_home:
            entries = palette.actions_of(self._mail, self.session.keymap)
        else:
            entries = palette.actions_on(self.app, self.screen.active_bindings.values())
        entries += palette.themes(self.available_themes, partial(setattr, self, "theme"))
        self.search_commands(entries, placeholder="What to do…")

    def _do_with_few_colors(self) -> None:
        for each in self._themes:
            self.register_theme(as_textual(each, few_colors=True))
        self.refresh_css()

    def _end_by_signal(self) -> None:
        self.post_message(QuitWanted(is_firm=True))
        end_even_if_stuck(self._engine, after_s=_END_S)
