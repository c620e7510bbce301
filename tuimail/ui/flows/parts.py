"""Attachments: listed, looked at, saved, opened with another program after a question."""

from functools import partial

from msgspec import Struct
from textual import message as textual

from tuimail.api.commands import Command, OpenMessage
from tuimail.api.events import (
    AttachmentPreviewed,
    Cancelled,
    Event,
    Failed,
    FileSaved,
    Finished,
    MessageLoaded,
    Progress,
)
from tuimail.api.reading import OpenAttachment, PreviewAttachment, SaveAttachment
from tuimail.config.home import from_home
from tuimail.domain.danger import danger_of
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.message import Attachment, Message
from tuimail.domain.picture import Picture
from tuimail.ui.copying import Copying
from tuimail.ui.fit import plural, size
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.screens.attachments import AttachmentsScreen, kind_words
from tuimail.ui.screens.deeds.wanted import AttachmentsWanted
from tuimail.ui.screens.nested import NestedMailScreen
from tuimail.ui.screens.pager import PagerScreen, text_page
from tuimail.ui.screens.picture import PictureScreen
from tuimail.ui.screens.question import Question

NESTED = "message/rfc822"


class _Doing(Struct, frozen=True):
    """A command for a screen of attachments."""

    screen: AttachmentsScreen
    attachment: Attachment


class PartsFlow(Flow):
    """One screen for each message whose parts are listed; mails within mails make several."""

    def __init__(self, host: Host, downloads: str) -> None:
        super().__init__(host)
        self._downloads = downloads
        self._rows: dict[AttachmentsScreen, RowId] = {}
        self._doing: dict[CommandId, _Doing] = {}
        self._saved: dict[AttachmentsScreen, int] = {}
        self._fetching: dict[CommandId, RowId] = {}

    def take(self, event: Event) -> bool:
        """What came of it."""
        if event.command in self._fetching:
            return self._hear_fetched(event, event.command)
        doing = self._doing.get(event.command) if event.command is not None else None
        if doing is None or event.command is None:
            return False
        match event:
            case Progress(words=words, done=done, total=total):
                share = f" {min(99, 100 * done // total)} %" if total else ""
                doing.screen.say_under_way(f"{words}{share}: {doing.attachment.name}")
            case AttachmentPreviewed(name=name, picture=Picture() as picture):
                self.host.app.push_screen(PictureScreen(name, picture))
            case AttachmentPreviewed(name=name, text=text, notes=notes):
                pager = PagerScreen(name, text_page(text, notes))
                self.host.app.push_screen(pager.on_copy(Copying(self.host.app, self.host.tell).put))
            case MessageLoaded(message=message):
                row = self._rows[doing.screen]
                self.host.app.push_screen(NestedMailScreen(row, message, zone=self.session.zone))
            case FileSaved():
                self._saved[doing.screen] = self._saved.get(doing.screen, 0) + 1
            case Finished() | Failed() | Cancelled():
                self._ended(event, event.command, doing.screen)
            case _:
                return False
        return True

    def wish(self, message: textual.Message) -> bool:
        """What the keys and the screen want."""
        match message:
            case AttachmentsWanted(row=row, message=None):
                self._fetching[self.session.submit(OpenMessage(account=self.session.account, row=row))] = row
            case AttachmentsWanted(row=row, message=mail) if mail is not None:
                self._list(row, mail)
            case AttachmentsScreen.SaveWanted(screen=screen, attachment=attachment):
                folder = str(from_home(screen.folder))
                command = SaveAttachment(
                    account=self.session.account, row=self._rows[screen], part=attachment.part, folder=folder
                )
                self._do(screen, attachment, command)
            case AttachmentsScreen.OpenWanted(screen=screen, attachment=attachment):
                self._ask(screen, attachment)
            case AttachmentsScreen.PreviewWanted(screen=screen, attachment=attachment):
                self._look(screen, attachment)
            case AttachmentsScreen.GiveUpWanted(screen=screen):
                for number in [each for each, doing in self._doing.items() if doing.screen is screen]:
                    self.session.cancel(number)
            case _:
                return False
        return True

    def _hear_fetched(self, event: Event, command: CommandId) -> bool:
        """A message whose attachments were asked for from the list."""
        match event:
            case MessageLoaded(message=message):
                self._list(self._fetching[command], message)
                return True
            case Finished() | Failed() | Cancelled():
                del self._fetching[command]
        return False

    def _list(self, row: RowId, message: Message) -> None:
        if not message.attachments:
            self.host.tell("This message has no attachments.")
            return
        screen = AttachmentsScreen(message.attachments, self._downloads)
        self._rows[screen] = row
        self.host.app.push_screen(screen, lambda _: self._forget(screen))

    def _forget(self, screen: AttachmentsScreen) -> None:
        self._rows.pop(screen, None)
        self._saved.pop(screen, None)

    def _look(self, screen: AttachmentsScreen, attachment: Attachment) -> None:
        account, row, part = self.session.account, self._rows[screen], attachment.part
        if attachment.content_type == NESTED:
            self._do(screen, attachment, OpenMessage(account=account, row=row, part=part))
        else:
            self._do(screen, attachment, PreviewAttachment(account=account, row=row, part=part))

    def _ask(self, screen: AttachmentsScreen, attachment: Attachment) -> None:
        danger = danger_of(attachment.name, attachment.content_type, attachment.real_type)
        words = [
            f"{attachment.name}\n{kind_words(attachment)}, {size(attachment.size_bytes)}",
            *([f"! {danger}"] if danger else []),
            "The system's own program for it gets a private copy, which goes when tuimail ends.",
        ]
        question = Question(
            "Open with another program?", words, yes="open it", no="do not open", destructive=bool(danger)
        )
        self.host.app.push_screen(question, partial(self._answered, screen, attachment))

    def _answered(self, screen: AttachmentsScreen, attachment: Attachment, yes: bool | None) -> None:
        if yes:
            command = OpenAttachment(account=self.session.account, row=self._rows[screen], part=attachment.part)
            self._do(screen, attachment, command)

    def _do(self, screen: AttachmentsScreen, attachment: Attachment, command: Command) -> None:
        self._saved.pop(screen, None) if not self._is_busy(screen) else None
        self._doing[self.session.submit(command)] = _Doing(screen, attachment)

    def _is_busy(self, screen: AttachmentsScreen) -> bool:
        return any(doing.screen is screen for doing in self._doing.values())

    def _ended(self, event: Finished | Failed | Cancelled, command: CommandId, screen: AttachmentsScreen) -> None:
        del self._doing[command]
        if self._is_busy(screen) or not screen.is_attached:
            return
        saved = self._saved.pop(screen, 0)
        match event:
            case Failed(problem=problem):
                screen.say(f"{problem.summary} {problem.detail}".strip())
            case Cancelled():
                screen.say("Given up.")
            case Finished():
                # One file is told of by the notice that comes with it.
                screen.say(f"Saved {plural(saved, 'file')} in {screen.folder}" if saved > 1 else "")
