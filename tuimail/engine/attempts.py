"""Trying servers, each as a step that is told: mail servers by their greeting, sign-in servers by their metadata."""

import threading
from collections.abc import Callable, Sequence
from ssl import SSLContext
from typing import TypeVar

from tuimail.api.setup import StepsTold
from tuimail.domain.account import Endpoints, OAuthSettings, Server
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy, TuimailError
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import Step, StepState
from tuimail.engine.finding import (
    SignInServer,
)
from tuimail.engine.job import Job
from tuimail.net.imap.connection import ImapConnection
from tuimail.net.smtp import SmtpSession, SmtpTimeouts
from tuimail.oauth.discovery import find_metadata
from tuimail.oauth.http import OAuthHttp

TRY_S = 12.0
"""For each thing said by a server that is tried."""
_TOKEN_WAYS = ("XOAUTH2", "OAUTHBEARER")
T = TypeVar("T")


class Board:
    """The steps of one command as they are told. Safe from several threads."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._steps: list[Step] = []
        self._guard = threading.Lock()

    def run(self, title: str, work: Callable[[], tuple[T, str]]) -> T | None:
        """Do a step; its value, or None where it failed. ``work`` gives words with the value, none for nothing."""
        with self._guard:
            self._job.check()
            place = len(self._steps)
            self._steps.append(Step(title=title, state=StepState.DOING))
            self._tell()
        try:
            value, words = work()
        except TuimailError as error:
            state, value = StepState.BAD, None
            words = f"{error.summary} {f'(“{error.detail}”)' if error.detail else ''}".strip()
        else:
            state = StepState.GOOD if words else StepState.NOTHING
        with self._guard:
            self._steps[place] = Step(title=title, state=state, words=words)
            self._tell()
        return value

    def _tell(self) -> None:
        self._job.emit(StepsTold(steps=tuple(self._steps)))


def ask_issuer(board: Board, context: SSLContext, issuer: str, *, is_guess: bool = False) -> SignInServer | None:
    """What the authorization server says about itself (RFC 8414, OIDC), told as a step."""

    def ask() -> tuple[SignInServer | None, str]:
        http = OAuthHttp(context, read_s=TRY_S)
        try:
            metadata = find_metadata(http, OAuthSettings(issuer=issuer, endpoints=Endpoints(), scopes=ScopeSets()))
        except TuimailError as error:
            if is_guess and error.kind in {ErrorKind.BAD_METADATA, ErrorKind.PROVIDER_UNREACHABLE}:
                return None, ""
            raise
        finally:
            http.close()
        registers = metadata.registration_endpoint is not None
        words = "registers tuimail by itself" if registers else "wants a client id of your own"
        found = SignInServer(issuer=issuer, scopes=metadata.scopes_supported, registers=registers)
        return found, f"sign-in found; {words}"

    return board.run(f"Sign-in at {issuer.removeprefix('https://')}", ask)


def try_imap(server: Server, context: SSLContext, by_token: bool | None) -> tuple[bool, str]:
    """Connect and leave; words about it. ``by_token`` None: any way to sign in will do. Raises TuimailError."""
    connection = ImapConnection.connect(server, context, timeout_s=TRY_S)
    capabilities = connection.capabilities
    connection.logout()
    ways = sorted(each.removeprefix("AUTH=") for each in capabilities if each.startswith("AUTH="))
    return _judged(ways, by_token)


def try_smtp(server: Server, context: SSLContext, by_token: bool | None) -> tuple[bool, str]:
    """As ``try_imap``."""
    with SmtpSession.connect(server, context, timeouts=SmtpTimeouts(reply_s=TRY_S)) as session:
        return _judged(session.sign_in_mechanisms, by_token)


def _judged(ways: Sequence[str], by_token: bool | None) -> tuple[bool, str]:
    """Whether one of the ways is ours; ``by_token`` None: whoever answers is good."""
    offered = clean_quote(", ".join(ways), limit=80) or "no way to sign in"
    wanted = {True: _TOKEN_WAYS, False: ("PLAIN",), None: tuple(ways)}[by_token]
    if by_token is not None and not set(ways) & set(wanted):
        kind = "tokens (XOAUTH2, OAUTHBEARER)" if by_token else "app passwords (PLAIN)"
        words = f"The server answers, but does not accept {kind}; it offers {offered}."
        raise ConfigError(ErrorKind.NO_MECHANISM, words, remedy=Remedy.FIX_INPUT)
    return True, f"certificate good; offers {offered}"
