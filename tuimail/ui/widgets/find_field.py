"""The field for words to be found in what is open."""

from textual.widgets import Input

ID = "find"


class FindField(Input):
    """A line above the message; there from the first time that it is wanted."""

    DEFAULT_CSS = "FindField { background: $panel; }"

    def __init__(self) -> None:
        super().__init__(placeholder="find in this message", compact=True, id=ID)
