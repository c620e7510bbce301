"""The keychain cannot be used: what is wrong, and the three ways on. The weaker ones are never preselected."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tuimail.api.commands import ChooseKeychain, KeychainChoice
from tuimail.api.events import KeychainNeeded
from tuimail.domain.token import Secret
from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine

MIN_PASSPHRASE = 8
"""Characters of a new passphrase; scrypt makes each guess dear, and this keeps the guesses many."""

_HINTS = (("enter", "try again"), ("f", "sealed file"), ("m", "this run only"), ("escape", "not now"))
_FORM_HINTS = (("enter", "use this passphrase"), ("tab", "next field"), ("escape", "back to the choices"))


class PassphraseField(Input):
    """Tab moves on before the next key is looked at, so that fast typing lands in the next field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next field", show=False, priority=True, id="passphrase.next"),
    ]


class NewPassphraseField(PassphraseField):
    """The first of two: Enter moves on to the second."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.focus_next", "Next field", show=False, priority=True, id="passphrase.again"),
    ]


class KeychainScreen(ModalScreen[ChooseKeychain | None]):
    """Returns the choice, or None for "not now"."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try the keychain again", id="keychain.retry"),
        Binding("f", "sealed_file", "Use a sealed file", id="keychain.file"),
        Binding("m", "memory", "Memory for this run", id="keychain.memory"),
        Binding("escape", "back", "Back", id="keychain.back"),
    ]
    DEFAULT_CSS = """
    KeychainScreen { align: center middle; background: $background 70%; }
    KeychainScreen #form { height: auto; display: none; }
    KeychainScreen Input { margin-bottom: 1; background: $panel; }
    KeychainScreen #trouble { color: $error; display: none; }
    """

    def __init__(self, event: KeychainNeeded) -> None:
        super().__init__()
        self._event = event

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        problem = self._event.problem
        with Dialog():
            yield title("Your keychain is needed")
            yield Words(problem.summary)
            if problem.detail:
                yield Words(f"Its own words: “{problem.detail}”", classes="muted")
            yield Words("It keeps your sign-ins and the key of the mail stored on this machine.")
            yield Choices(self._choices())
            with Vertical(id="form"):
                yield Words(self._form_words())
                if self._event.sealed_file_exists:
                    yield PassphraseField(password=True, placeholder="passphrase", id="first", compact=True)
                else:
                    yield NewPassphraseField(password=True, placeholder="passphrase", id="first", compact=True)
                    yield PassphraseField(password=True, placeholder="the same once more", id="second", compact=True)
                yield Words(id="trouble")
        yield HintLine(_HINTS)

    def on_mount(self) -> None:
        """At the passphrase at once, where that is what is needed."""
        if self._event.passphrase_wanted:
            self._show_form(True)

    def action_retry(self) -> None:
        """Ask the keychain once more."""
        self.dismiss(ChooseKeychain(choice=KeychainChoice.RETRY))

    def action_memory(self) -> None:
        """Keep everything in memory, for this run alone."""
        self.dismiss(ChooseKeychain(choice=KeychainChoice.MEMORY))

    def action_sealed_file(self) -> None:
        """Ask for the file's passphrase."""
        self._show_form(True)

    def action_back(self) -> None:
        """From the passphrase to the choices, from the choices away."""
        if self.query_one("#form").display:
            self._show_form(False)
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _submit(self) -> None:
        typed = [field.value for field in self.query(Input)]
        if trouble := passphrase_trouble(typed):
            words = self.query_one("#trouble", Words)
            words.show(f"! {trouble}")
            for field in self.query(Input):
                field.clear()
            self.query_one("#first", Input).focus()
            return
        self.dismiss(ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=Secret(typed[0])))

    def _show_form(self, shown: bool) -> None:
        self.query_one("#form").display = shown
        self.query_one(Choices).display = not shown
        self.query_one(HintLine).show(_FORM_HINTS if shown else _HINTS)
        (self.query_one("#first", Input) if shown else self.query_one(Choices)).focus()

    def _choices(self) -> tuple[Choice, ...]:
        file_then = "Encrypted; its passphrase is asked for at each start."
        return (
            Choice(key="r", action="retry", words="Unlock it and try again", then="The best place. Unlock it first."),
            Choice(key="f", action="sealed_file", words="Use a file sealed with a passphrase", then=file_then),
            Choice(
                key="m", action="memory", words="Keep it in memory for this run", then="You sign in again next time."
            ),
        )

    def _form_words(self) -> str:
        if self._event.sealed_file_exists:
            return "There is a sealed file from before. Its passphrase opens it."
        return (
            f"Choose a passphrase of {MIN_PASSPHRASE} characters or more. "
            "It is stored nowhere: if it is lost, you sign in again."
        )


def passphrase_trouble(typed: list[str]) -> str:
    """What is wrong with a passphrase typed once (an existing file) or twice (a new one); empty if nothing."""
    if not typed[0]:
        return "Type the passphrase."
    if len(typed) == 1:
        return ""
    if len(typed[0]) < MIN_PASSPHRASE:
        return f"A new passphrase has {MIN_PASSPHRASE} characters or more."
    return "" if typed[0] == typed[1] else "The two are not the same. Type both again."
