"""Links of messages: listed with their whole targets, asked about, opened or copied."""

from functools import partial

from textual.message import Message

from tuimail.api.commands import BeginDraft
from tuimail.api.reading import OpenLink
from tuimail.domain.body import LinkTarget
from tuimail.ui.copying import Copying
from tuimail.ui.flows.flow import Flow
from tuimail.ui.screens.deeds.wanted import LinksWanted, LinkWanted
from tuimail.ui.screens.links import LinksScreen
from tuimail.ui.screens.question import Question


class LinksFlow(Flow):
    """Every target is shown whole before anything opens."""

    def wish(self, message: Message) -> bool:
        """A list of links, or one of them."""
        match message:
            case LinksWanted(message=mail):
                copying = Copying(self.host.app, self.host.tell)
                self.host.app.push_screen(LinksScreen(mail.links, copied=copying.put), self._listed)
            case LinkWanted(link=link):
                self._ask(link)
            case _:
                return False
        return True

    def _listed(self, link: LinkTarget | None) -> None:
        if link is None:
            return
        # The list showed the whole target; only a doubtful one is asked about again.
        if link.suspicious:
            self._ask(link)
        else:
            self._open(link)

    def _ask(self, link: LinkTarget) -> None:
        words = [link.url, *([f"! {link.suspicious}"] if link.suspicious else [])]
        mailto = link.url[:7].lower() == "mailto:"
        title = f"Write to {link.host or 'this address'}?" if mailto else f"Open {link.host or 'this address'}?"
        yes = "write a mail" if mailto else "open in the browser"
        question = Question(title, words, yes=yes, no="do not", destructive=bool(link.suspicious))
        self.host.app.push_screen(question, partial(self._answered, link))

    def _answered(self, link: LinkTarget, yes: bool | None) -> None:
        if yes:
            self._open(link)

    def _open(self, link: LinkTarget) -> None:
        session = self.session
        scheme = link.url.partition(":")[0].lower()
        if scheme == "mailto":
            session.submit(BeginDraft(account=session.account, mailto=link.url))
        elif scheme in {"http", "https"}:
            session.links[session.submit(OpenLink(url=link.url))] = link.url
        else:
            self.host.tell("Only web and mail addresses open from here.")
