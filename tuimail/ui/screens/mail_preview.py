"""What the recipients will see of a draft, as the reader shows a mail."""

from collections.abc import Iterable
from datetime import tzinfo

from tuimail.api.writing import MailPreviewed
from tuimail.ui import header_area
from tuimail.ui.fit import size
from tuimail.ui.layout import EMPTY, Line, Tone
from tuimail.ui.page import Page, Paper, Section, Wishes, message_section
from tuimail.ui.screens.pager import PagerScreen


class MailPreview(PagerScreen):
    """Read only; the mail on it was built as it would go out now, and read back."""

    def __init__(self, event: MailPreviewed, *, zone: tzinfo) -> None:
        self._event = event
        self._zone = zone
        super().__init__("What the recipients will see", self._page)

    def _page(self, width: int) -> Page:
        paper = Paper(width, self._zone)
        mail = message_section(self._event.message, Wishes(fold_quotes=False), paper)
        return Page(Section(tuple(preview_head(self._event, paper.text_width))), mail)


def preview_head(event: MailPreviewed, width: int) -> Iterable[Line]:
    """What stands on nobody's screen: the size, who gets it unseen, what is still to mend."""
    yield from header_area.words(f"{size(event.size_bytes)} on its way, all included.", width, Tone.MUTED)
    if event.unseen:
        people = ", ".join(map(str, event.unseen))
        yield from header_area.words(f"Also goes to, unseen by the others: {people}", width)
    for words in event.to_mend:
        yield from header_area.words(f"! {words}", width, Tone.WARNING)
    yield EMPTY
