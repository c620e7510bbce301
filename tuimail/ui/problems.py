"""What the app does about a problem: one exhaustive match over its remedy. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from tuimail.api.events import AccountChanged, Event, Failed, LinkChanged, Noticed
from tuimail.domain.account import Expired
from tuimail.domain.errors import ErrorKind, Problem, Remedy, Side


class Manner(StrEnum):
    """How a problem is brought to the person."""

    NOTICE = "notice"
    """Some seconds; the status bar tells what lasts."""
    BANNER = "banner"
    """A line that stays until it is mended; the account's state carries it."""
    CONSENT = "consent"
    """The consent screen, for the permission that is missing."""
    FIELD = "field"
    """At the field, in the screen that asked."""
    KEYCHAIN = "keychain"
    """The keychain's screen, which the engine asks for by an event of its own."""
    MODAL = "modal"
    """A screen with the technical text to copy."""


def manner(problem: Problem) -> Manner:
    """How this problem is shown."""
    match problem.remedy:
        case Remedy.WAIT:
            return Manner.NOTICE
        case Remedy.SIGN_IN:
            return Manner.BANNER
        case Remedy.GRANT:
            return Manner.CONSENT
        case Remedy.FIX_INPUT:
            return Manner.FIELD
        case Remedy.UNLOCK:
            return Manner.KEYCHAIN
        case Remedy.FIX_CONFIG | Remedy.TELL | Remedy.REPORT:
            return Manner.MODAL
    assert_never(problem.remedy)


_HEADINGS: Mapping[ErrorKind, str] = {
    ErrorKind.BAD_PROFILE: "The profile",
    ErrorKind.NO_CLIENT_ID: "The profile",
    ErrorKind.TLS_FAILED: "No safe connection",
    ErrorKind.NO_MECHANISM: "No safe connection",
    ErrorKind.SERVER_REFUSED: "The server said no",
    ErrorKind.PROVIDER_REFUSED: "Sign-in was refused",
    ErrorKind.LOGIN_REFUSED: "Sign-in was refused",
    ErrorKind.MESSAGE_GONE: "No longer there",
    ErrorKind.SEND_REFUSED: "Not sent",
    ErrorKind.SEND_UNKNOWN: "It may have been sent",
    ErrorKind.BAD_DRAFT: "Not sent",
    ErrorKind.STORE_KEY_WRONG: "The mail on this machine",
    ErrorKind.STORE_DAMAGED: "The mail on this machine",
    ErrorKind.STORE_NEWER: "The mail on this machine",
    ErrorKind.STORE_BUSY: "Another window",
    ErrorKind.DISK: "The files on this machine",
    ErrorKind.UNFORESEEN: "A fault in tuimail",
}


def heading(problem: Problem) -> str:
    """The title of the modal: what it is about."""
    return _HEADINGS.get(problem.kind, "That did not work")


def problem_in(event: Event) -> Problem | None:
    """The problem that an event tells of, in whatever manner it is shown."""
    match event:
        case Failed(problem=problem):
            return problem
        case Noticed(problem=problem):
            return problem
        case AccountChanged(state=Expired(problem=problem)):
            return problem
        case LinkChanged(state=link):
            return link.problem
        case _:
            return None


_SIDES: Mapping[Side, str] = {
    Side.YOU: "This is on your side: you can change it.",
    Side.ADMINISTRATOR: "This is on your administrator's side: forward them these lines.",
    Side.PROVIDER: "This is on the provider's side.",
    Side.NETWORK: "This is the network, or a server that does not answer; your sign-in stays as it is.",
}


def side_words(problem: Problem) -> str:
    """Whose side it is on; empty where nobody knows."""
    return _SIDES[problem.side] if problem.side is not None else ""


def closing_words(problem: Problem) -> str:
    """What the modal says under the problem."""
    match problem.remedy:
        case Remedy.FIX_CONFIG:
            return "This is set in the profile. Change it there and start tuimail again."
        case Remedy.REPORT:
            return "This should not happen. The log has the details; it holds no mail and no secrets."
        case _:
            return ""
