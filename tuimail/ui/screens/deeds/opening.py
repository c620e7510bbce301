"""What leaves the message: links, attachments, and words for the clipboard."""

import re
from functools import partial

from tuimail.domain.message import Message
from tuimail.ui.copying import Copying
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.wanted import AttachmentsWanted, LinksWanted, LinkWanted
from tuimail.ui.screens.picker import Choice, Picker

LINK_KEYS = 9
_CODE_WORDS = re.compile(r"\b(code|pin|otp|passcode|verification|einmal|bestätigung)", re.I)
_CODE = re.compile(r"(?<![\w.,/-])(\d{4,8}|[A-Z0-9]{3}-[A-Z0-9]{3})(?![\w/-]|[.,]\d)")


class Opening:
    """Acts on the parts of the open message."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self) -> Deeds:
        """The actions of this group."""
        numbered = {f"link_{number}": partial(self._open_number, number) for number in range(1, LINK_KEYS + 1)}
        return {**numbered, "links": self._list_links, "attachments": self._list_attachments, "copy": self._copy}

    @property
    def _message(self) -> Message | None:
        reading = self._desk.session.state.reading
        return reading.message if reading else None

    def _list_links(self) -> None:
        message = self._message
        if message is None or not message.links:
            self._desk.tell("This message has no links.")
        else:
            self._desk.app.post_message(LinksWanted(message))

    def _open_number(self, number: int) -> None:
        message = self._message
        link = next((each for each in message.links if each.number == number), None) if message else None
        if link is None:
            self._desk.tell(f"This message has no link {number}.")
        else:
            self._desk.app.post_message(LinkWanted(link))

    def _list_attachments(self) -> None:
        reading, row = self._desk.session.state.reading, self._desk.messages.current
        if reading is not None and self._desk.reader.has_focus:
            self._desk.app.post_message(AttachmentsWanted(reading.row, reading.message))
        elif row is not None:
            is_open = reading is not None and reading.row == row
            self._desk.app.post_message(AttachmentsWanted(row, reading.message if reading and is_open else None))
        else:
            self._desk.tell("There is no message here.")

    # The clipboard

    def _copy(self) -> None:
        selected = self._desk.app.screen.get_selected_text()
        if selected:
            self._put(selected)
            return
        message = self._message
        if message is None:
            return
        self._desk.app.push_screen(Picker("Copy", copyable(message)), self._chosen)

    def _chosen(self, text: str | None) -> None:
        if text:
            self._put(text)

    def _put(self, text: str) -> None:
        Copying(self._desk.app, self._desk.tell).put(text)


def copyable(message: Message) -> list[Choice[str]]:
    """What of a message may be wanted on the clipboard: codes, addresses, links, all of the text."""
    text = "\n".join(block.text for block in message.blocks)
    choices = [Choice(value=code, title=code, detail="one-time code") for code in codes(text)]
    people = dict.fromkeys(address.spec for address in (*message.sender, *message.reply_to, *message.to, *message.cc))
    choices += [Choice(value=spec, title=spec, detail="address") for spec in people]
    choices += [Choice(value=link.url, title=link.url, detail="link") for link in message.links]
    return [*choices, Choice(value=text, title="The whole text")]


def codes(text: str) -> list[str]:
    """What looks like a one-time code, near a word that says so."""
    found: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if any(_CODE_WORDS.search(near) for near in lines[max(0, number - 2) : number + 2]):
            found += _CODE.findall(line)
    return list(dict.fromkeys(found))
