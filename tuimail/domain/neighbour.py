"""What two windows of one account say to each other: the writing one is asked, and answers."""

from enum import StrEnum

from msgspec import Struct

from tuimail.domain.draft import SignOutStep
from tuimail.domain.errors import Problem
from tuimail.domain.ids import AccountId


class Wish(StrEnum):
    """What another window wants of the one that writes."""

    COMPOSE = "compose"
    SIGN_OUT = "sign out"
    LOOK = "look"
    """A mail was put into the outbox: look whether it is due."""


class Request(Struct, frozen=True, kw_only=True):
    """One question."""

    wish: Wish
    account: AccountId
    mailto: str = ""
    """COMPOSE alone."""
    here_only: bool = False
    """SIGN_OUT alone."""
    local_first: bool = False
    """SIGN_OUT alone: delete here before the provider is asked."""


class Taken(Struct, frozen=True, kw_only=True):
    """It is done, or done there from now on."""


class Refused(Struct, frozen=True, kw_only=True):
    """It was not done; nothing changed."""

    words: str


class Stepped(Struct, frozen=True, kw_only=True):
    """A sign-out's steps so far, each time whole."""

    steps: tuple[SignOutStep, ...]


class Reported(Struct, frozen=True, kw_only=True):
    """The sign-out is over."""

    steps: tuple[SignOutStep, ...]
    revoked: bool
    access_page: str = ""


Answer = Taken | Refused | Stepped | Reported


def refused(problem: Problem) -> Refused:
    """The answer for a problem: its sentence."""
    return Refused(words=problem.summary)
