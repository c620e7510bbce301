"""Waiting for the browser: the address as text, a field for the redirect address, the time left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tuimail.api.events import BrowserNeeded
from tuimail.domain.clean import clean_line
from tuimail.domain.ids import AccountId
from tuimail.domain.token import Secret
from tuimail.ui.screens.awaiting import AwaitingScreen
from tuimail.ui.widgets.countdown import Countdown
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.url_text import UrlText

OTHER_DEVICE = "other device"
"""The result where the person wants a code for another device instead."""

_FIELD_HINTS = (("enter", "use the pasted address"), ("f2", "print the address alone"), ("escape", "cancel"))
_HINTS = (("p", "print the address alone"), ("y", "copy"), ("tab", "paste field"), ("escape", "cancel"))


_SHORT = {"use the pasted address": "use what is pasted", "print the address alone": "print it"}

Hints = tuple[tuple[str, str], ...]


class PasteField(Input):
    """Takes a pasted address, also one that a narrow window broke into lines."""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.take(event.text)

    def take(self, text: str) -> None:
        """Put it where the cursor is."""
        self.replace("".join(clean_line(text).split()), *self.selection)


class LoginScreen(AwaitingScreen):
    """Posts ``Pasted`` for each address that was pasted; returns None for Esc, ``FINISHED`` after ``finish``."""

    AUTO_FOCUS = ""
    COPIED = "Copied, if your terminal allows programs to copy. If not: p prints the address alone."
    LETTERS: ClassVar[Mapping[str, str]] = {"p": "print_url", "y": "copy_url", "d": "other_device"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,f2", "print_url", "Print the address alone", id="login.print"),
        Binding("y", "copy_url", "Copy the address", id="login.copy"),
        Binding("d,f3", "other_device", "Use another device", id="login.other_device"),
        Binding("escape", "cancel", "Cancel", id="login.cancel"),
    ]
    DEFAULT_CSS = """
    LoginScreen { background: $background; }
    LoginScreen VerticalScroll { height: 1fr; padding: 1 0 0 0; scrollbar-size-vertical: 1; }
    LoginScreen VerticalScroll > Words { padding: 0 2; height: auto; margin-bottom: 1; }
    LoginScreen #head { height: 1; padding: 0 2; margin-bottom: 1; }
    LoginScreen #head Words { width: 1fr; }
    LoginScreen UrlText { margin-bottom: 1; color: $accent; }
    LoginScreen PasteField { margin: 0 2 1 2; width: 1fr; max-width: 100; background: $panel; }
    LoginScreen #progress { color: $muted; }
    LoginScreen #words { color: $warning; display: none; margin-top: 1; }
    """

    @dataclass
    class Pasted(Message):
        """The person pasted the redirect address; it holds the code, so nothing may print it."""

        account: AccountId
        url: Secret

    def __init__(self, event: BrowserNeeded, *, clock: Callable[[], float] = monotonic, every_s: float = 1.0) -> None:
        super().__init__()
        self._event = event
        self._url = clean_line(event.url)
        self._clock = clock
        self._every_s = every_s

    def compose(self) -> ComposeResult:
        """The address stands on lines of its own, from edge to edge."""
        event = self._event
        with VerticalScroll(can_focus=False):
            with Horizontal(id="head"):
                yield Words(Content.assemble(("Continue in your browser", "bold $primary")))
                yield Countdown(event.time_limit_s, clock=self._clock, every_s=self._every_s)
            if event.can_use_code:
                yield Words(code_words(event))
            yield Words(opening_words(event))
            yield UrlText(self._url)
            if event.is_remote:
                yield Words(tunnel_words(event.listening_on))
            yield Words(paste_words(event))
            yield PasteField(placeholder="the address your browser ended on", select_on_focus=False, compact=True)
            yield Words(id="words")
            yield Words(f"Waiting for the answer on {event.listening_on}.", id="progress")
        yield HintLine(self._hints(_HINTS, key="d"))

    @property
    def address(self) -> str:
        """The sign-in page."""
        return self._url

    def on_mount(self) -> None:
        """The field takes the keys at once only where the answer cannot come by itself."""
        if self._event.is_remote or not self._event.browser_opened:
            self.query_one(PasteField).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's signature)
        """No key for what the provider does not have."""
        return self._event.can_use_code if action == "other_device" else True

    def take_text(self, text: str) -> None:
        """It is the address; a burst that ends with Enter says that it is all of it."""
        field = self.query_one(PasteField)
        field.take(text)
        self.set_focus(field)
        if text.endswith(("\r", "\n")):
            self.call_later(field.action_submit)

    def action_other_device(self) -> None:
        """Go the other way."""
        self.dismiss(OTHER_DEVICE)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if typed := event.value.strip():
            self.show_words("")
            self.post_message(self.Pasted(self._event.account, Secret(typed)))
            event.input.clear()

    def on_descendant_focus(self) -> None:
        """The letters are the field's now."""
        self.query_one(HintLine).show(self._hints(_FIELD_HINTS, key="f3"))

    def on_descendant_blur(self) -> None:
        """The letters are keys again."""
        self.query_one(HintLine).show(self._hints(_HINTS, key="d"))

    def _hints(self, usual: Hints, *, key: str) -> Hints:
        if not self._event.can_use_code:
            return usual
        # One hint more wants shorter ones: the way out must fit too.
        return ((key, "other device"), *((name, _SHORT.get(words, words)) for name, words in usual))


def opening_words(event: BrowserNeeded) -> str:
    """How the person gets to the address."""
    if event.browser_opened and not event.is_remote:
        return "Your browser should show this page. If it does not, open this address in it:"
    return "Open this address in a browser, on this machine or on another:"


def code_words(event: BrowserNeeded) -> Content:
    """The way without an address to bring back; the better one where the browser is elsewhere."""
    key = "F3" if event.is_remote or not event.browser_opened else "d"
    return Content.assemble(
        (key, "bold"), " shows a code to type in on your phone or another computer; nothing has to be brought back."
    )


def tunnel_words(listening_on: str) -> Content:
    """The line for an SSH session; it is the person who knows the machine's name."""
    host, _, port = listening_on.rpartition(":")
    return Content.assemble(
        "This is a remote session. Either run this where your browser is, before you open the address:\n",
        (f"ssh -L {port}:{host}:{port} THIS-MACHINE", "bold"),
    )


def paste_words(event: BrowserNeeded) -> str:
    """What the field is for."""
    lead = "Or paste" if event.is_remote else "If the browser is elsewhere, paste"
    return (
        f"{lead} here the address it ends on. The page there may say that it cannot connect; "
        f"the address begins with http://{event.listening_on.partition(':')[0]}"
    )
