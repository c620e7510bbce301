"""The files of a draft on one line; the marked one can be taken off."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tuimail.domain.clean import clean_line
from tuimail.domain.draft import DraftAttachment
from tuimail.ui.fit import size


class AttachmentList(Widget):
    """Shows names and sizes; Delete takes the marked file off. Not there while there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "mark(-1)", "Previous file", show=False, id="files.previous"),
        Binding("right,down", "mark(1)", "Next file", show=False, id="files.next"),
        Binding("delete,backspace", "remove", "Take the file off", show=False, id="files.remove"),
    ]
    DEFAULT_CSS = "AttachmentList { height: auto; padding: 0 1; border-top: solid $line; }"
    can_focus = True
    marked = reactive(0)

    class Changed(Message):
        """A file was taken off."""

    def __init__(self, files: tuple[DraftAttachment, ...]) -> None:
        super().__init__()
        self._files = files
        self.display = bool(files)

    @property
    def files(self) -> tuple[DraftAttachment, ...]:
        """The files as they are now."""
        return self._files

    def add(self, attachment: DraftAttachment) -> None:
        """One file more."""
        self._show((*self._files, attachment))

    def show(self, files: tuple[DraftAttachment, ...]) -> None:
        """Others, as an earlier state had them."""
        self._show(files)

    def action_mark(self, step: int) -> None:
        """Mark another file."""
        self.marked = max(0, min(len(self._files) - 1, self.marked + step))

    def action_remove(self) -> None:
        """Take the marked file off; the file itself is not touched."""
        self._show(self._files[: self.marked] + self._files[self.marked + 1 :])
        self.post_message(self.Changed())

    def watch_has_focus(self, focused: bool) -> None:
        """The mark is shown with the focus only."""
        super().watch_has_focus(focused)
        self.refresh(layout=True)

    def render(self) -> Content:
        """``@`` and each file; with the focus the marked one in brackets, and its key."""
        parts: list[str | tuple[str, str]] = [("@ ", "bold $accent")]
        for index, file in enumerate(self._files):
            name, room = clean_line(file.name) or "file", size(len(file.data))
            marked = self.has_focus and index == self.marked
            parts.append((f"[{name} {room}]" if marked else f" {name} {room} ", "bold reverse" if marked else ""))
        if self.has_focus:
            parts.append(("  delete takes it off", "$muted"))
        return Content.assemble(*parts)

    def _show(self, files: tuple[DraftAttachment, ...]) -> None:
        self._files = files
        self.marked = max(0, min(len(files) - 1, self.marked))
        if self.has_focus and not files:
            self.screen.focus_previous()
        self.display = bool(files)
        self.refresh(layout=True)
