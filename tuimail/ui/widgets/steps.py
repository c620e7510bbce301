"""What is being done, step by step, each with its sign and its word."""

from collections.abc import Sequence

from textual.content import Content

from tuimail.domain.draft import SignOutStep, SignOutStepState
from tuimail.ui.widgets.facts import Fact, Facts, fact

_SIGNS = {
    SignOutStepState.DOING: ("…", "$muted"),
    SignOutStepState.DONE: ("✓", "bold $success"),
    SignOutStepState.FAILED: ("✗", "bold $error"),
    SignOutStepState.NOT_POSSIBLE: ("-", "bold $warning"),
}
_WORDS = {
    SignOutStepState.DOING: "under way",
    SignOutStepState.DONE: "done",
    SignOutStepState.FAILED: "FAILED",
    SignOutStepState.NOT_POSSIBLE: "not possible",
}


def step_row(step: SignOutStep) -> Fact:
    """A step as a row: the sign, the title, how it ended, and why."""
    sign, style = _SIGNS[step.state]
    parts: list[tuple[str, str]] = [(step.title, ""), (f"  {_WORDS[step.state]}", style)]
    if step.words:
        parts.append((f"\n{step.words}", "$muted"))
    return fact(sign, Content.assemble(*parts), lead_style=style)


class Steps(Facts):
    """A report that grows line by line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(lead_width=3, id=id)

    def show_steps(self, steps: Sequence[SignOutStep]) -> None:
        """Replace the report by these steps."""
        self.show([step_row(step) for step in steps])
