"""An address to be copied off the screen: whole, and nothing beside it on its lines."""

from rich.cells import chop_cells
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class UrlText(Widget):
    """Fills each line to the last cell and indents none, so that a terminal's own selection takes the address alone."""

    DEFAULT_CSS = "UrlText { width: 1fr; height: auto; padding: 0; color: $foreground; }"

    def __init__(self, url: str, *, id: str | None = None) -> None:  # noqa: A002 (Textual's word)
        super().__init__(id=id)
        self._url = url

    def show(self, url: str) -> None:
        """Replace the address."""
        self._url = url
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 (Textual's signature)
        """All there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's signature)
        """Lines of whole cells."""
        return len(chop_cells(self._url, max(2, width)))

    def render(self) -> Content:
        """The address, cut at the edge."""
        return Content("\n".join(chop_cells(self._url, max(2, self.content_size.width))))
