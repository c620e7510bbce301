"""What leaves the message: links, attachments, and words for the clipboard."""

import asyncio
import re
from functools import partial
from pathlib import Path

from tuimail.api.commands import BeginDraft
from tuimail.api.reading import OpenLink, SaveAttachment
from tuimail.domain.body import LinkTarget
from tuimail.domain.message import Message
from tuimail.ui import clipboard
from tuimail.ui.screens.attachments import AttachmentsScreen, SaveWish
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.picker import Choice, Picker
from tuimail.ui.screens.question import Question

LINK_KEYS = 9
_CODE_WORDS = re.compile(r"\b(code|pin|otp|passcode|verification|einmal|bestätigung)", re.I)
_CODE = re.compile(r"(?<![\w.,/-])(\d{4,8}|[A-Z0-9]{3}-[A-Z0-9]{3})(?![\w/-]|[.,]\d)")


class Opening:
    """Acts on the parts of the open message; every target is shown whole before anything opens."""

    def __init__(self, desk: Desk, downloads: str) -> None:
        self._desk = desk
        self._downloads = downloads

    def deeds(self) -> Deeds:
        """The actions of this group."""
        numbered = {f"link_{number}": partial(self._open_number, number) for number in range(1, LINK_KEYS + 1)}
        return {**numbered, "links": self._list_links, "attachments": self._list_attachments, "copy": self._copy}

    @property
    def _message(self) -> Message | None:
        reading = self._desk.session.state.reading
        return reading.message if reading else None

    # Links

    def _list_links(self) -> None:
        message = self._message
        if message is None or not message.links:
            self._desk.tell("This message has no links.")
            return
        choices = [
            Choice(value=link, title=f"{link.number}  {_title(link)}", detail=link.url) for link in message.links
        ]
        self._desk.app.push_screen(Picker("Open a link", choices), self._listed)

    def _listed(self, link: LinkTarget | None) -> None:
        if link is None:
            return
        # The list showed the whole target; only a doubtful one is asked about again.
        if link.suspicious:
            self._ask(link)
        else:
            self._open(link)

    def _open_number(self, number: int) -> None:
        message = self._message
        link = next((each for each in message.links if each.number == number), None) if message else None
        if link is None:
            self._desk.tell(f"This message has no link {number}.")
        else:
            self._ask(link)

    def _ask(self, link: LinkTarget) -> None:
        words = [link.url, *([f"! {link.suspicious}"] if link.suspicious else [])]

        def answered(yes: bool | None) -> None:
            if yes:
                self._open(link)

        title = f"Open {link.host or 'this address'}?"
        doubtful = bool(link.suspicious)
        question = Question(title, words, yes="open in the browser", no="do not open", destructive=doubtful)
        self._desk.app.push_screen(question, answered)

    def _open(self, link: LinkTarget) -> None:
        session = self._desk.session
        scheme = link.url.partition(":")[0].lower()
        if scheme == "mailto":
            session.submit(BeginDraft(account=session.account, mailto=link.url))
        elif scheme in {"http", "https"}:
            session.links[session.submit(OpenLink(url=link.url))] = link.url
        else:
            self._desk.tell("Only web and mail addresses open from here.")

    # Attachments

    def _list_attachments(self) -> None:
        reading = self._desk.session.state.reading
        message = self._message
        if reading is None or message is None:
            self._desk.tell("Open the message first: Enter.")
            return
        if not message.attachments:
            self._desk.tell("This message has no attachments.")
            return
        session, row = self._desk.session, reading.row

        def chosen(wish: SaveWish | None) -> None:
            if wish is None:
                return
            folder = str(Path(wish.folder).expanduser())
            for attachment in wish.attachments:
                session.submit(SaveAttachment(account=session.account, row=row, part=attachment.part, folder=folder))

        self._desk.app.push_screen(AttachmentsScreen(message.attachments, self._downloads), chosen)

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
        self._desk.app.copy_to_clipboard(text)
        self._desk.app.run_worker(self._hand_over(text), exclusive=True, group="clipboard")

    async def _hand_over(self, text: str) -> None:
        args = clipboard.program()
        if args is not None and await asyncio.to_thread(clipboard.copy, text, args):
            self._desk.tell(f"Copied with {args[0]}.")
        else:
            self._desk.tell("Handed to the terminal (OSC 52). If nothing was copied, the terminal forbids it.")


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


def _title(link: LinkTarget) -> str:
    return f"! {link.host}" if link.suspicious else link.host
