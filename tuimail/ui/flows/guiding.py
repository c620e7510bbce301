"""The part of the set-up that leads to a client id or to an app password, where one is needed."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace
from textual.app import App
from textual.message import Message

from tuimail.config.guides import Guide, bundled_guides, read_given
from tuimail.domain.account import SignInMethod
from tuimail.domain.errors import ConfigError
from tuimail.domain.setup import ClientNeed, NewAccount, Proposal
from tuimail.domain.token import Secret
from tuimail.ui.screens.question import Question
from tuimail.ui.screens.setup.guide import GuideScreen

Ready = Callable[[NewAccount, Secret | None], None]


class Guiding:
    """Shows a guide where the account needs one; calls ``ready`` with what was given, or at once."""

    def __init__(self, app: App[object], *, ready: Ready) -> None:
        self._app = app
        self._ready = ready
        self._guides: Mapping[str, Guide] = {}
        self._guide: Guide | None = None
        self._screen: GuideScreen | None = None
        self._new: NewAccount | None = None

    def begin(self, new: NewAccount, proposal: Proposal) -> None:
        """Go on with an account that stands on the screen as it shall be."""
        self._new = new
        self._guides = self._guides or bundled_guides()
        by_password = new.sign_in is SignInMethod.APP_PASSWORD
        lacks_client = not by_password and proposal.client is ClientNeed.OWN and not new.client_id
        # A provider's own guide is about its usual way; the other way of some has only general words.
        is_usual = by_password == (proposal.client is ClientNeed.NONE)
        self._guide = self._guides[(proposal.guide if is_usual else "password") or "general"]
        if by_password or lacks_client:
            self._lead(self._guide, asks_client=lacks_client)
        else:
            self._ready(new, None)

    @property
    def tests_sending(self) -> bool:
        """Whether sending is to be tried at once."""
        return self._guide is not None and self._guide.tests_sending and self._new is not None and self._new.can_send

    def wish(self, message: Message) -> bool:
        """What the screen posts, but for its pages."""
        match message:
            case GuideScreen.Given(client=client, secret=secret, login=login):
                self._take(client, Secret(secret) if secret else None, login=login)
            case GuideScreen.Left():
                if self._screen is not None and self._screen in self._app.screen_stack:
                    self._app.pop_screen()
                self._screen = None
            case _:
                return False
        return True

    def complain(self, words: str) -> bool:
        """Say it on the guide's screen, if that is shown."""
        if self._screen is None:
            return False
        self._screen.show_problem(words)
        return True

    def _lead(self, guide: Guide, *, asks_client: bool) -> None:
        if guide.ask and self._domain in guide.not_for:
            self._lead(self._guides[guide.no], asks_client=asks_client)
            return
        if guide.ask:

            def answered(yes: bool | None) -> None:
                self._lead(self._guides[guide.yes if yes else guide.no], asks_client=asks_client)

            self._app.push_screen(Question(guide.title, guide.ask, yes=guide.yes_words, no=guide.no_words), answered)
            return
        self._guide = guide
        self._screen = GuideScreen(guide, asks_client=asks_client, login=self._new.login if self._new else "")
        self._app.push_screen(self._screen)

    @property
    def _domain(self) -> str:
        return self._new.address.rpartition("@")[2].lower() if self._new is not None else ""

    def _take(self, client: str, secret: Secret | None, *, login: str) -> None:
        new = self._new
        if new is None or self._guide is None:
            return
        if new.sign_in is SignInMethod.OAUTH:
            try:
                given = read_given(self._guide, client)
            except ConfigError as error:
                self.complain(error.summary)
                return
            secret = given.secret or secret
            new = replace(new, client_id=given.client_id, has_secret=secret is not None)
        self._new = replace(new, login=login or new.login)
        self._ready(self._new, secret)
