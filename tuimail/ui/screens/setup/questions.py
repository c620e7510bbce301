"""What the assistant asks before it goes on; Enter takes the answer that tells nobody anything."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tuimail.domain.setup import Proposal
from tuimail.ui.screens.question import Question
from tuimail.ui.widgets.choices import Choice


class SpellingQuestion(Question):
    """Asked before anybody is: misspelt domains belong to those who wait for misspellers. Esc gives no answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", id="spelling.back")]

    def __init__(self, address: str, meant: str) -> None:
        typed, known = _domain(address), _domain(meant)
        words = f"{typed} is one slip away from {known}. Nobody has been asked yet."
        super().__init__(f"Did you mean {known}?", words, yes=f"use {meant}", no=f"look for {address}")

    def action_back(self) -> None:
        """Back to the address."""
        self.dismiss(None)

    def _choices(self) -> tuple[Choice, ...]:
        return (
            Choice(key="enter", action="yes", words=self._yes),
            Choice(key="n", action="no", words=self._no),
            Choice(key="escape", action="back", words="change it"),
        )


def list_question(proposal: Proposal) -> Question:
    """Whether a third party may learn the domain."""
    domain = _domain(proposal.address)
    words = (
        f"Neither {domain} nor its DNS says where its mail is, so the servers have to be filled in by hand; your"
        " provider's help pages name them.",
        "Or Thunderbird's public list of providers (autoconfig.thunderbird.net) is asked. It then learns that somebody"
        f" here has mail at {domain}, and nothing else.",
    )
    return Question("Ask Thunderbird's list?", words, yes="ask the list", no="fill in by hand", destructive=True)


def outside_question(proposal: Proposal) -> Question:
    """Whether servers are used that only unsigned DNS named."""
    domain, hosts = _domain(proposal.address), ", ".join(proposal.outside)
    words = (
        f"The DNS of {domain} sends you to {hosts}, outside of {domain}. DNS is not signed: whoever stands between"
        " could write anything there. Go on only if you know that your mail is there."
    )
    return Question("Is your mail at another domain?", words, yes="use them", no="do not use them", destructive=True)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
