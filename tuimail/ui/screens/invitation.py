"""How an invitation is answered: yes, perhaps, no."""

from datetime import datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuimail.domain.invitation import Invitation, InvitationAnswer
from tuimail.ui.fit import full_date
from tuimail.ui.widgets.choices import Choice, Choices
from tuimail.ui.widgets.dialog import Dialog, Words, title
from tuimail.ui.widgets.hint_line import HintLine

_CHOICES = (
    Choice(key="a", action="answer('accepted')", words="accept"),
    Choice(key="t", action="answer('tentative')", words="perhaps"),
    Choice(key="d", action="answer('declined')", words="decline"),
    Choice(key="escape", action="leave", words="no answer"),
)


class InvitationScreen(ModalScreen[InvitationAnswer | None]):
    """Says who hears of it before anything is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer('accepted')", "Accept", id="invitation.accept"),
        Binding("t", "answer('tentative')", "Perhaps", id="invitation.tentative"),
        Binding("d", "answer('declined')", "Decline", id="invitation.decline"),
        Binding("q,escape", "leave", "No answer", id="invitation.leave"),
    ]
    DEFAULT_CSS = "InvitationScreen { align: center middle; background: $background 70%; }"

    def __init__(self, invitation: Invitation, *, zone: tzinfo) -> None:
        super().__init__()
        self._invitation = invitation
        self._zone = zone

    def compose(self) -> ComposeResult:
        """What, when, who hears; then the answers."""
        invitation = self._invitation
        start = invitation.start
        when = full_date(start, zone=self._zone) if isinstance(start, datetime) else str(start or "")
        organiser = invitation.organiser
        with Dialog():
            yield title("Answer the invitation")
            yield Words("\n".join(line for line in (invitation.title, when, invitation.place) if line))
            if organiser is not None:
                yield Words(f"The answer goes to {organiser} by mail, and can be taken back as any mail.")
            yield Choices(_CHOICES)
        yield HintLine(tuple((choice.key, choice.words) for choice in _CHOICES))

    def action_answer(self, answer: str) -> None:
        """One of the three."""
        self.dismiss(InvitationAnswer(answer))

    def action_leave(self) -> None:
        """None of them."""
        self.dismiss(None)
