"""The states that a draft once had: when, and the words that differ. Enter puts one back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import takewhile
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuimail.domain.clean import clean_line
from tuimail.domain.draft import Draft, DraftVersion
from tuimail.ui.fit import clock_time, list_date, plural
from tuimail.ui.widgets.dialog import Words
from tuimail.ui.widgets.hint_line import HintLine
from tuimail.ui.widgets.plain_list import PlainList

SHOWN = 160
"""Characters of the words that differ."""
_FIELDS = ("to", "cc", "bcc", "subject")
_HOUR_S = 3600


class VersionsScreen(Screen[Draft | None]):
    """Returns the state to put back, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "cancel", "Back", id="versions.back")]
    DEFAULT_CSS = """
    VersionsScreen { background: $background; }
    VersionsScreen > Words { padding: 0 2; margin: 1 0; height: auto; }
    """

    def __init__(
        self, versions: Sequence[DraftVersion], current: Draft, *, zone: tzinfo, now: Callable[[], datetime]
    ) -> None:
        """``versions``: newest first, none of them as the draft is now."""
        super().__init__()
        self._versions = tuple(versions)
        self._current = current
        self._zone = zone
        self._now = now

    def compose(self) -> ComposeResult:
        """A heading, the states, the keys."""
        heading = ("Earlier versions", "bold $primary"), ("  of this draft, at most one a minute", "$muted")
        yield Words(Content.assemble(*heading))
        yield PlainList()
        yield HintLine((("enter", "put back (ctrl+z undoes)"), ("j k", "choose"), ("escape", "back to the draft")))

    def on_mount(self) -> None:
        """Show them."""
        states = self.query_one(PlainList)
        now = self._now()
        states.add_options(
            Option(version_words(version, self._current, now=now, zone=self._zone)) for version in self._versions
        )
        states.highlighted = 0
        states.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        event.stop()
        self.dismiss(self._versions[event.option_index].draft)

    def action_cancel(self) -> None:
        """None of them."""
        self.dismiss(None)


def other_states(versions: Sequence[DraftVersion], current: Draft) -> tuple[DraftVersion, ...]:
    """Those in which something differs from the draft as it is now."""
    return tuple(version for version in versions if any(differences(version.draft, current)))


def version_words(version: DraftVersion, current: Draft, *, now: datetime, zone: tzinfo) -> Content:
    """When it was, how long it is, and what differs."""
    saved = version.saved_at
    head = f"{list_date(saved, now=now, zone=zone)}"
    if ":" not in head:
        head += f" {clock_time(saved, zone=zone)}"
    age_s = (now - saved).total_seconds()
    if 0 <= age_s < _HOUR_S:
        minutes = round(age_s / 60)
        head += f", {plural(minutes, 'minute')} ago" if minutes else ", just now"
    parts: list[tuple[str, str]] = [(head, "bold"), (f"   {plural(len(version.draft.text.split()), 'word')}", "$muted")]
    for sign, words in differences(version.draft, current):
        parts.append((f"\n  {sign:<6}", "$accent" if sign == "has" else "$muted"))
        parts.append((words, ""))
    return Content.assemble(*parts)


def differences(then: Draft, now: Draft) -> Iterator[tuple[str, str]]:
    """What the earlier state has, and what it lacks, beside the one of now."""
    for field in _FIELDS:
        before, after = clean_line(getattr(then, field)), clean_line(getattr(now, field))
        if before != after:
            yield "has", f"{field.capitalize()}: {before or '(empty)'}"
    had, has = [file.name for file in then.attachments], [file.name for file in now.attachments]
    if had != has:
        yield "has", ", ".join(clean_line(name) for name in had) or "no attachment"
    before, after = _apart(then.text, now.text)
    if before:
        yield "has", f"“{before}”"
    if after:
        yield "lacks", f"“{after}”"
    if not before and not after and then.text != now.text:
        yield "has", "the same words on other lines"


def _apart(before: str, after: str) -> tuple[str, str]:
    """The words between those that both texts begin and end with: one pass, however long they are."""
    was, now = before.split(), after.split()
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    was, now = was[same:], now[same:]
    ends = zip(reversed(was), reversed(now), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    return _short(was[: len(was) - tail]), _short(now[: len(now) - tail])


def _short(words: list[str]) -> str:
    text = clean_line(" ".join(words))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({plural(len(words), 'word')})"
