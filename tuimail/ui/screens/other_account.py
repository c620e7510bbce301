"""The question after a sign-in that came back as somebody else."""

from tuimail.api.events import OtherAccountFound
from tuimail.ui.screens.question import Question


class OtherAccountQuestion(Question):
    """Yes keeps the sign-in for this account; no drops it, and nothing of it is stored."""

    def __init__(self, event: OtherAccountFound) -> None:
        super().__init__(
            "Another account came back",
            (
                f"Your browser was signed in as {event.found}, and this account is {event.address}.",
                "They may be two names of one mailbox. If not, say no, sign out in the browser or choose the other "
                "account there, and sign in again.",
            ),
            yes=f"use {event.found} here",
            no="drop this sign-in",
        )
