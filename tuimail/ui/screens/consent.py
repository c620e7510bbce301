"""The consent screen: what tuimail wants to be allowed, in plain words, before anything leaves the machine."""

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tuimail.domain.account import ConsentRequest
from tuimail.domain.scope import PermissionLine
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.facts import Fact, Facts, fact
from tuimail.ui.widgets.hint_line import HintLine

LABEL_WIDTH = 13


class Consent(StrEnum):
    """The person's answer."""

    NO = "no"
    BROWSER = "browser"
    CODE = "code"
    """Yes, with a code on another device."""


class ConsentScreen(ModalScreen[Consent]):
    """Shows a request and returns how the person agrees, if so. Enter is the yes: nothing here destroys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "agree", "Agree and sign in", id="consent.agree"),
        Binding("d", "agree_by_code", "Agree, and use another device", id="consent.other_device"),
        Binding("b", "agree_by_browser", "Agree and open the browser", id="consent.browser"),
        Binding("escape", "decline", "Decline", id="consent.decline"),
    ]
    DEFAULT_CSS = "ConsentScreen { align: center middle; background: $background 70%; }"

    def __init__(self, request: ConsentRequest) -> None:
        super().__init__()
        self._request = request

    def compose(self) -> ComposeResult:
        """Words, choices, keys."""
        request = self._request
        with Dialog(wide=True, scrolls_by_key=True):
            yield title(_heading(request), tail=request.address)
            yield Words(_introduction(request))
            yield Facts([permission_row(line) for line in request.lines], lead_width=2)
            if request.one_permission:
                yield Words(one_permission_words(request.provider))
            yield Facts(_facts(request), lead_width=LABEL_WIDTH)
        yield HintLine(_hints(request))

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(Dialog).focus()

    def action_agree(self) -> None:
        """Say yes; over SSH the browser is elsewhere, so that a code is the shorter way."""
        self.dismiss(Consent.CODE if _prefers_code(self._request) else Consent.BROWSER)

    def action_agree_by_code(self) -> None:
        """Say yes, and sign in on another device."""
        if self._request.can_use_code:
            self.dismiss(Consent.CODE)

    def action_agree_by_browser(self) -> None:
        """Say yes, and sign in with a browser."""
        self.dismiss(Consent.BROWSER)

    def action_decline(self) -> None:
        """Say no; nothing was sent and nothing changes."""
        self.dismiss(Consent.NO)


def _prefers_code(request: ConsentRequest) -> bool:
    return request.can_use_code and request.is_remote


def _hints(request: ConsentRequest) -> tuple[tuple[str, str], ...]:
    if _prefers_code(request):
        return (("enter", "agree, show a code"), ("b", "with a browser"), ("up down", "scroll"), ("escape", "decline"))
    codes = (("d", "other device"),) if request.can_use_code else ()
    return (("enter", f"agree, {_next_words(request)}"), *codes, ("up down", "scroll"), ("escape", "decline"))


def _next_words(request: ConsentRequest) -> str:
    if request.is_played:
        return "the demo signs in by itself"
    return "show the address" if request.is_remote else "open the browser"


def one_permission_words(provider: str) -> str:
    """Said where reading and sending cannot be granted apart."""
    return (
        f"{provider} has one permission for reading and sending, so both are asked for together. "
        "tuimail sends only what you write and send."
    )


def permission_row(line: PermissionLine) -> Fact:
    """A permission with its reason and the price of a no."""
    words = Content.assemble(
        (line.title, "bold"), f"\n{_capital(line.reason)}.", (f"\nWithout it {_decapital(line.without)}.", "$muted")
    )
    return fact("•", words, lead_style="bold $accent")


def _heading(request: ConsentRequest) -> str:
    if request.dropped:
        return "Fewer permissions"
    return "One more permission" if request.already else "Sign in"


def _introduction(request: ConsentRequest) -> str:
    if request.is_played:
        return (
            f"tuimail asks to be allowed this at {request.provider}. Elsewhere you would now give your password and"
            " your answer to the provider, in your browser. The demo has nobody to ask and agrees for you."
        )
    return (
        f"tuimail asks to be allowed this at {request.provider}. You give your password and your answer to"
        f" {request.provider} alone, in your browser: tuimail never sees the password."
    )


def _facts(request: ConsentRequest) -> list[Fact]:
    rows = []
    if request.already:
        held = ", ".join(_decapital(line.title) for line in request.already)
        rows.append(fact("You granted", f"✓ {held}"))
    if request.dropped:
        back = ", ".join(_decapital(line.title) for line in request.dropped)
        rows.append(fact("Given back", f"{back}. {_end_words(request)}"))
    hosts = ", ".join(f"{host} ({purpose})" for purpose, host in request.hosts)
    rows += [
        fact("Connects to", hosts),
        fact("It gets", f"a token, a key for this alone: kept in {request.kept_in}, never in a readable file"),
        fact("Signing out", request.sign_out),
    ]
    return rows


def _end_words(request: ConsentRequest) -> str:
    if request.ends_earlier:
        return f"The earlier sign-in is ended at {request.provider} at once."
    return f"{request.provider} may keep the earlier sign-in on its list until you sign out; tuimail no longer uses it."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _decapital(words: str) -> str:
    return words[:1].lower() + words[1:]
