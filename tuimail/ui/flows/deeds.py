"""What takes a question or an answer on the way: leaving lists, answering invitations, running commands."""

from functools import partial

from textual.message import Message

from tuimail.api.commands import BeginDraft
from tuimail.api.events import Event
from tuimail.api.reading import (
    AnswerInvitation,
    AnswerWritten,
    CommandRan,
    FindWayOut,
    LeaveList,
    OpenLink,
    PipeMessage,
    WayOutFound,
)
from tuimail.domain.ids import CommandId, RowId
from tuimail.domain.unsubscribe import Way, WayOut
from tuimail.ui.copying import Copying
from tuimail.ui.flows.flow import Flow, Host
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.deeds.wanted import CommandWanted, InvitationAnswered, LeaveListWanted
from tuimail.ui.screens.pager import PagerScreen, text_page
from tuimail.ui.screens.question import Question


class DeedsFlow(Flow):
    """Nothing leaves the machine before a yes."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._leaving: dict[CommandId, RowId] = {}

    def take(self, event: Event) -> bool:
        """What was found, written or said."""
        match event:
            case WayOutFound(command=command, way_out=way_out) if command in self._leaving:
                self._ask(self._leaving.pop(command), way_out)
            case AnswerWritten(draft=draft):
                self.host.app.post_message(ComposeScreen.SendWanted(draft))
            case CommandRan(words=words, text=text):
                pager = PagerScreen("What the command said", text_page(text, words.split("\n")))
                self.host.app.push_screen(pager.on_copy(Copying(self.host.app, self.host.tell).put))
            case _:
                return False
        return True

    def wish(self, message: Message) -> bool:
        """What the keys want."""
        account = self.session.account
        match message:
            case LeaveListWanted(row=row):
                self._leaving[self.session.submit(FindWayOut(account=account, row=row))] = row
            case InvitationAnswered(row=row, answer=answer):
                self.session.submit(AnswerInvitation(account=account, row=row, answer=answer))
            case CommandWanted(row=row, command_line=line):
                self.session.submit(PipeMessage(account=account, row=row, command_line=line))
            case _:
                return False
        return True

    def _ask(self, row: RowId, way_out: WayOut) -> None:
        if way_out.way is Way.NONE:
            self.host.tell("This message names no way to unsubscribe.")
            return
        what = f"“{way_out.list_name}”" if way_out.list_name else "this list"
        doubt = [f"A single click is offered, and not taken. {way_out.why_not}"] if way_out.why_not else []
        match way_out.way:
            case Way.ONE_CLICK:
                words = [f"One request to {way_out.host} says that you want no more mail of {what}:", way_out.target]
                yes = f"tell {way_out.host}"
            case Way.MAIL:
                words = [*doubt, f"A mail to {way_out.host} leaves {what}. It opens in the composer; you send it."]
                yes = "write the mail"
            case _:
                words = [*doubt, f"A page of {way_out.host} leaves {what}:", way_out.target]
                yes = "open in the browser"
        question = Question("Unsubscribe?", words, yes=yes, no="stay")
        self.host.app.push_screen(question, partial(self._answered, row, way_out))

    def _answered(self, row: RowId, way_out: WayOut, yes: bool | None) -> None:
        if not yes:
            return
        session = self.session
        match way_out.way:
            case Way.ONE_CLICK:
                session.submit(LeaveList(account=session.account, row=row))
            case Way.MAIL:
                session.submit(BeginDraft(account=session.account, mailto=way_out.target))
            case _:
                session.links[session.submit(OpenLink(url=way_out.target))] = way_out.target
