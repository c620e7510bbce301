"""What hands a message on: to the browser, a file, a command; and what it asks of its reader: to leave, to answer."""

from collections.abc import Callable
from functools import partial

from tuimail.api.reading import ExportMessages, OpenInBrowser
from tuimail.config.home import from_home
from tuimail.domain.ids import RowId
from tuimail.domain.invitation import InvitationAnswer
from tuimail.ui.fit import plural
from tuimail.ui.screens.deeds.acting import Acting
from tuimail.ui.screens.deeds.desk import Deeds, Desk
from tuimail.ui.screens.deeds.wanted import CommandWanted, InvitationAnswered, LeaveListWanted
from tuimail.ui.screens.invitation import InvitationScreen
from tuimail.ui.screens.name_prompt import NamePrompt


class Handing:
    """For the messages that ``acting`` would act on; most of it for the first of them alone."""

    def __init__(self, desk: Desk, acting: Acting, downloads: str) -> None:
        self._desk = desk
        self._acting = acting
        self._downloads = downloads
        self._command = ""
        """As it was typed last."""

    def deeds(self) -> Deeds:
        """The actions of this group."""
        return {
            "browser": partial(self._with_row, self._browse),
            "export": self._export,
            "pipe": partial(self._with_row, self._pipe),
            "unsubscribe": partial(self._with_row, self._leave),
            "invitation": self._answer,
        }

    def _with_row(self, use: Callable[[RowId], None]) -> None:
        rows = self._acting.rows
        if rows:
            use(rows[0])
        else:
            self._desk.tell("There is no message here.")

    def _browse(self, row: RowId) -> None:
        self._desk.session.submit(OpenInBrowser(account=self._desk.session.account, row=row))

    def _export(self) -> None:
        rows, session = self._acting.rows, self._desk.session
        if not rows:
            self._desk.tell("There is no message here.")
            return

        def given(folder: str | None) -> None:
            if folder:
                target = str(from_home(folder))
                session.submit(ExportMessages(account=session.account, rows=rows, folder=target))
                self._desk.messages.clear_marks()

        words = "As they were sent, to the byte, each as a new .eml file in this folder:"
        title = f"Export {plural(len(rows), 'message')}"
        self._desk.app.push_screen(NamePrompt(title, words, name=self._downloads, yes="export"), given)

    def _pipe(self, row: RowId) -> None:
        def given(line: str | None) -> None:
            if line:
                self._command = line
                self._desk.app.post_message(CommandWanted(row, line))

        words = "It gets the message as it was sent on its input. No shell reads it: | and > mean nothing in it."
        self._desk.app.push_screen(NamePrompt("Run a command", words, name=self._command, yes="run"), given)

    def _leave(self, row: RowId) -> None:
        self._desk.app.post_message(LeaveListWanted(row))

    def _answer(self) -> None:
        reading = self._desk.session.state.reading
        message = reading.message if reading is not None else None
        invitation = message.invitation if message is not None else None
        if reading is None or invitation is None:
            self._desk.tell("No invitation is open here.")
            return
        if not invitation.can_answer:
            self._desk.tell("This invitation asks for no answer.")
            return
        row = reading.row

        def answered(answer: InvitationAnswer | None) -> None:
            if answer is not None:
                self._desk.app.post_message(InvitationAnswered(row, answer))

        self._desk.app.push_screen(InvitationScreen(invitation, zone=self._desk.session.zone), answered)
