"""What the assistant asked and tried, each step with its sign and its word."""

from collections.abc import Sequence

from textual.content import Content

from tuimail.domain.setup import Step, StepState
from tuimail.ui.widgets.facts import Fact, Facts, fact

_SIGNS = {
    StepState.DOING: ("…", "$muted"),
    StepState.GOOD: ("✓", "bold $success"),
    StepState.NOTHING: ("-", "$muted"),
    StepState.BAD: ("✗", "bold $warning"),
}


class SetupSteps(Facts):
    """A report that grows line by line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(lead_width=3, id=id)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Replace the report by these steps."""
        self.show([_row(step) for step in steps])


def _row(step: Step) -> Fact:
    sign, style = _SIGNS[step.state]
    words = step.words or step.state.value
    return fact(sign, Content.assemble((step.title, ""), (f"  {words}", "$muted")), lead_style=style)
