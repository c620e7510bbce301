"""What a first list does without: the flows are loaded after it; what concerns them is kept until they are there."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from textual.message import Message

from tuimail.api.events import Event
from tuimail.ui.actions import Pane
from tuimail.ui.flows.flow import Flow, Host

CATALOG = "tuimail.ui.flows.catalog"


class Catalog(Protocol):
    """What ``flows.catalog`` gives."""

    flows: tuple[Flow, ...]

    def show_help(self, pane: Pane | None) -> None:
        """Help for the screen on top."""


class Later:
    """Loads the flows once, and hands them events and wishes in the order in which they came."""

    def __init__(self, host: Host, *, downloads: str, patience_s: float) -> None:
        """``patience_s``: how long the loading waits unless it is needed, and leaves the processor to what brings the
        first rows, or brings them up to date."""
        self._host = host
        self._downloads = downloads
        self._patience_s = patience_s
        self._is_loading = False
        self._catalog: Catalog | None = None
        self._kept: list[Callable[[Catalog], None]] = []

    def begin(self) -> None:
        """The first painting is over."""
        if self._patience_s:
            self._host.app.set_timer(self._patience_s, self._load_soon)
        else:
            self._load_soon()

    def offer(self, message: Event | Message) -> None:
        """Show it to the flows, now or once they are there."""
        if isinstance(message, Event):
            self._do(lambda catalog: _tell(catalog, message))
        elif type(message).__module__.startswith("tuimail."):  # Textual's own are none of theirs
            self._do(lambda catalog: _ask(catalog, message))
            self._load_soon()

    def show_help(self, pane: Pane | None) -> None:
        """Help for a pane of the main screen, or for whatever screen is on top."""
        self._do(lambda catalog: catalog.show_help(pane))
        self._load_soon()

    def then(self, work: Callable[[], None]) -> None:
        """Do this behind everything that was offered before."""
        self._do(lambda _: work())

    def _do(self, work: Callable[[Catalog], None]) -> None:
        if self._catalog is None:
            self._kept.append(work)
        else:
            work(self._catalog)

    def _load_soon(self) -> None:
        if not self._is_loading:
            self._is_loading = True
            self._host.app.run_worker(self._load(), name="catalog")

    async def _load(self) -> None:
        # By name and on a thread: these screens cost some 60 ms that the first paint must not wait for.
        module = await asyncio.to_thread(import_module, CATALOG)
        catalog = self._catalog = module.Catalog(self._host, downloads=self._downloads)
        kept, self._kept = self._kept, []
        for work in kept:
            work(catalog)


def _tell(catalog: Catalog, event: Event) -> None:
    for flow in catalog.flows:
        if flow.take(event):
            return


def _ask(catalog: Catalog, wish: Message) -> None:
    for flow in catalog.flows:
        if flow.wish(wish):
            return
