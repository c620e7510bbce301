"""What an open composer asks for while it is written in: people, files, earlier versions, a preview."""

from collections.abc import Mapping

from textual.message import Message

from tuimail.api.commands import AttachFile, Command
from tuimail.api.events import Event, Failed, FileAttached, Progress
from tuimail.api.writing import (
    AddressesFound,
    CompleteAddress,
    ListVersions,
    MailPreviewed,
    PreviewMail,
    VersionsListed,
)
from tuimail.domain.errors import Problem
from tuimail.domain.ids import CommandId, DraftId
from tuimail.ui.copying import Copying
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mail_preview import MailPreview


class WritingAids(Flow):
    """Asks the engine for the composers, which belong to the flow of writing, and hands them what comes."""

    def __init__(self, host: Host, composers: Mapping[DraftId, ComposeScreen]) -> None:
        super().__init__(host)
        self._composers = composers
        self._asked: dict[CommandId, DraftId] = {}

    def take(self, event: Event) -> bool:
        """Answers go to the composer that asked, if it is still there."""
        match event:
            case FileAttached(draft=draft, attachment=attachment):
                if composer := self._composers.get(draft):
                    composer.attached(attachment)
            case AddressesFound(typed=typed, found=found):
                if composer := self._asker(event):
                    composer.offer(typed, found)
            case Progress(words=words, done=done, total=total) if (composer := self._asker(event)) is not None:
                composer.show_progress(f"{words} {min(99, 100 * done // total)} %" if total else words)
            case VersionsListed(draft=draft, versions=versions):
                if composer := self._composers.get(draft):
                    composer.choose_version(versions, self.session.clock)
            case MailPreviewed(draft=draft):
                composer = self._composers.get(draft)
                if composer is not None and composer.is_current:
                    screen = MailPreview(event, zone=self.session.zone)
                    self.host.app.push_screen(screen.on_copy(Copying(self.host.app, self.host.tell).put))
            case _:
                return False
        return True

    def wish(self, message: Message) -> bool:
        """What composers ask."""
        match message:
            case ComposeScreen.AttachWanted(draft=draft, path=path):
                self._ask(AttachFile(account=draft.account, draft=draft.id, path=path), draft.id)
            case ComposeScreen.CompletionWanted(draft=draft, typed=typed, besides=besides):
                self._ask(CompleteAddress(account=draft.account, typed=typed, besides=besides), draft.id)
            case ComposeScreen.VersionsWanted(draft=draft):
                self._ask(ListVersions(account=draft.account, draft=draft.id), draft.id)
            case ComposeScreen.PreviewWanted(draft=draft):
                self._ask(PreviewMail(account=draft.account, draft=draft), draft.id)
            case _:
                return False
        return True

    def ended(self, event: Event) -> bool:
        """A question of ours came to its end; True if that was all there was to say about it."""
        draft = self._asked.pop(event.command, None) if event.command is not None else None
        if draft is None or not isinstance(event, Failed):
            return False
        self._say(draft, event.problem)
        return True

    def _ask(self, command: Command, draft: DraftId) -> None:
        self._asked[self.session.submit(command)] = draft

    def _asker(self, event: Event) -> ComposeScreen | None:
        draft = self._asked.get(event.command) if event.command is not None else None
        return self._composers.get(draft) if draft is not None else None

    def _say(self, draft: DraftId, problem: Problem) -> None:
        if composer := self._composers.get(draft):
            composer.show_words(problem.summary)
        else:
            self.host.tell(problem.summary)
