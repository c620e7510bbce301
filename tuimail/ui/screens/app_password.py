"""Asks for an app password: what it is, what is lost with it, where it is made; tried before it is kept."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from tuimail.domain.account import PasswordRequest
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId
from tuimail.domain.token import AppPassword
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.facts import Fact, Facts, fact
from tuimail.ui.widgets.hint_line import HintLine

FINISHED = "finished"
"""The result where the sign-in itself ended; None where the person gave it up."""

LABEL_WIDTH = 13


class AppPasswordScreen(ModalScreen[str | None]):
    """Posts ``Given`` for each password typed, and stays open until one works. What is typed is never shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "decline", "Cancel", id="app_password.cancel"),
    ]
    DEFAULT_CSS = """
    AppPasswordScreen { align: center middle; background: $background 70%; }
    AppPasswordScreen Input { margin-bottom: 1; background: $panel; }
    AppPasswordScreen #trouble { color: $warning; display: none; }
    AppPasswordScreen #progress { color: $muted; display: none; }
    """

    @dataclass
    class Given(Message):
        """A password to try."""

        account: AccountId
        password: AppPassword

    def __init__(self, request: PasswordRequest) -> None:
        super().__init__()
        self._request = request

    def compose(self) -> ComposeResult:
        """Words, the field, facts, keys."""
        request = self._request
        with Dialog(wide=True):
            yield title("App password", tail=request.address)
            yield Words(opening_words(request))
            yield Input(password=True, placeholder="app password", id="password", compact=True)
            yield Words(id="trouble")
            yield Words(id="progress")
            yield Words(lost_words(request))
            yield Facts(_facts(request), lead_width=LABEL_WIDTH)
        yield HintLine((("enter", "try and keep it"), ("escape", "not now")))

    def on_mount(self) -> None:
        """The field has the keys; why it is asked for again stands below it."""
        self.query_one(Input).focus()
        if self._request.problem is not None:
            self.show_problem(self._request.problem)

    def show_problem(self, problem: Problem) -> None:
        """The last one was not taken: why, in words and in the server's."""
        said = f" It said: “{problem.detail}”" if problem.detail else ""
        self.query_one("#trouble", Words).show(f"! {problem.summary}{said}")
        self.query_one("#progress", Words).show("")
        self.query_one(Input).disabled = False
        self.query_one(Input).focus()

    def show_progress(self, words: str) -> None:
        """What is being tried."""
        if self.query(Input):
            self.query_one("#progress", Words).show(words)

    def finish(self) -> None:
        """It works and is kept."""
        if self.is_attached:
            self.pop_until_active()
            self.dismiss(FINISHED)

    def action_decline(self) -> None:
        """Leave without it."""
        self.dismiss(None)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.query_one("#trouble", Words).show("")
            self.show_progress("Trying it…")
            self.post_message(self.Given(self._request.account, AppPassword(event.value)))
            event.input.clear()
            event.input.disabled = True


def opening_words(request: PasswordRequest) -> str:
    """What to type in, and where it comes from."""
    where = f" Make one at {request.page}" if request.page else " Make one in the settings of your account there"
    return (
        f"{request.provider} gives out passwords for one program each.{where} and paste it here, never the password of"
        " the account itself."
    )


def lost_words(request: PasswordRequest) -> str:
    """Why this is the weaker way."""
    return (
        "It is the weaker way to sign in: it opens all of the mailbox, does not expire, and tuimail cannot end it at"
        f" {request.provider}. Signing out deletes it here; only you can end it there."
    )


def _facts(request: PasswordRequest) -> list[Fact]:
    return [
        fact("Connects to", ", ".join(f"{host} ({purpose})" for purpose, host in request.hosts)),
        fact("Password", f"kept in {request.kept_in}, never in a readable file; sent over TLS only"),
    ]
