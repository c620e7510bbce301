"""Lifelike mails in the reader, as pictures: the demo's letters, parsed and laid out as in the program."""

from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Protocol

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from tests.fakes import letters
from tests.fakes.app import without_fonts
from tests.fakes.mailbox import NOW
from tests.ui.screens.host import Host
from tuimail.domain.trust import KnownSender
from tuimail.ui.page import Page, Paper, Wishes
from tuimail.ui.stack import Reading
from tuimail.ui.stack_page import StackPages, Table
from tuimail.ui.widgets.message_view import MessageView

SIZE = (100, 30)
ZONE = timezone(timedelta(hours=1))
STRANGER = KnownSender(is_first=True, alike="lindqvist.example")


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot, as far as it is used here."""

    def __call__(self, app: App[None], *, terminal_size: tuple[int, int], run_before: "RunBefore") -> bool: ...


class RunBefore(Protocol):
    """What happens before the picture."""

    async def __call__(self, pilot: Pilot[None]) -> None: ...


class ReaderScreen(Screen[None]):
    """The reader alone."""

    def __init__(self, reading: Reading, wishes: Wishes) -> None:
        super().__init__()
        self._table = Table(reading=reading, wishes={reading.row: wishes}, envelope=letters.envelope, now=NOW)
        self.reader = MessageView()

    def compose(self) -> ComposeResult:
        yield self.reader

    def on_mount(self) -> None:
        self.reader.show(self._page)

    def _page(self, width: int) -> Page:
        return StackPages().page(self._table, Paper(width, ZONE))


class PicturedReader(Host):
    """Shows a letter; its pictures fetch no font from anywhere."""

    def __init__(self, reading: Reading, wishes: Wishes) -> None:
        super().__init__(lambda: ReaderScreen(reading, wishes))

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        return without_fonts(super().export_screenshot(title=title, simplify=simplify))


def newest(subject: str, known: KnownSender | None = None) -> Callable[[], Reading]:
    return lambda: letters.alone(letters.numbers(subject)[-1], known=known)


def first(subject: str) -> Callable[[], Reading]:
    return lambda: letters.alone(letters.numbers(subject)[0])


def whole(subject: str) -> Callable[[], Reading]:
    return lambda: letters.conversation(letters.numbers(subject))


LETTERS = {
    "receipt": newest("Order 5512"),
    "newsletter-in-one-column": newest("on waiting for kettles"),
    "newsletter-with-a-table": newest("This week at the Harbour Cinema"),
    "newsletter-in-two-columns": newest("Small Boats, great winter"),
    "newsletter-of-goods": newest("The winter list"),
    "invitation": newest("Invitation: axis review"),
    "patch-on-a-list": first("[PATCH v2] gauge"),
    "delivery-report": newest("Undelivered Mail"),
    "thread-of-twelve": whole("Which unit for the export?"),
    "japanese": newest("写真展のご案内"),
    "arabic": newest("ورشة الخط العربي"),
    "hebrew": newest("ארוחת ערב"),
    "emoji": newest("pssst"),
    "winmail.dat": newest("Public meeting on Thursday"),
    "encrypted": newest("The programme notes, between us"),
    "signed": newest("Key change"),
    "spoofed-sender": newest("Quick favour", STRANGER),
    "spoofed-colleagues": newest("ACTION REQUIRED"),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_lifelike_mail_is_shown_well(snap_compare: SnapCompare, name: str) -> None:
    app = PicturedReader(LETTERS[name](), Wishes())

    async def wait(pilot: Pilot[None]) -> None:
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZE, run_before=wait)


def test_a_quotation_in_an_answer_is_unfolded(snap_compare: SnapCompare) -> None:
    app = PicturedReader(letters.alone(letters.numbers("Which unit for the export?")[8]), Wishes(fold_quotes=False))

    async def wait(pilot: Pilot[None]) -> None:
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZE, run_before=wait)


def test_the_conversation_has_twelve_messages() -> None:
    assert len(letters.numbers("Which unit for the export?")) == 12
