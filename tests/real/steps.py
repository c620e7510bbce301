"""Steps that several scenarios take, in the keys of the default keymap."""

import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import made_mail
from tests.real.bed.oidc import IssuedToken
from tests.real.bed.people import ALICE, BOB, Person
from tests.real.bed.terminal import Size, Terminal
from tests.real.mini_client import MiniClient

SIGN_IN_DEADLINE_S = 90.0
_letters = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is typed into the composer."""

    to: str
    subject: str
    text: str


def sign_in(desk: Desk, *, size: Size | None = None) -> Terminal:
    """Start the program, agree, and wait until the browser's yes has brought the list."""
    terminal = desk.start(size=size)
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    terminal.keys("Enter")
    terminal.wait_for(words.LIST, deadline_s=SIGN_IN_DEADLINE_S)
    return terminal


def sign_in_again(desk: Desk, terminal: Terminal) -> None:
    """From the settings screen, while the program runs; ends in the list."""
    visits = len(desk.browser.visits())
    open_settings(terminal)
    terminal.keys("Enter")
    terminal.wait_for(words.CONSENT)
    terminal.keys("Enter")
    desk.browser.wait_for_visit(visits + 1)
    terminal.wait_for(words.SETTINGS)
    terminal.keys("Escape")
    terminal.wait_for(words.LIST, deadline_s=SIGN_IN_DEADLINE_S)


def quit_program(terminal: Terminal) -> None:
    """Leave with ctrl+q, and see that it ends well."""
    terminal.keys("C-q")
    assert terminal.wait_for_exit() == 0


def letter_to(person: Person) -> Letter:
    """A letter unlike any other."""
    number = next(_letters)
    return Letter(to=person.address, subject=f"Letter {number} from the terminal", text=f"This is letter {number}.")


def write(terminal: Terminal, letter: Letter) -> None:
    """Open the composer and fill it in; the letter is not sent yet."""
    terminal.keys("c")
    terminal.wait_for(words.COMPOSER)
    terminal.type(letter.to)
    # To, Cc, Bcc, Subject, text: Tab always moves on, also with a completion open.
    terminal.keys("Tab", "Tab", "Tab")
    terminal.type(letter.subject)
    terminal.keys("Tab")
    terminal.type(letter.text)
    terminal.wait_for(letter.to, letter.subject, letter.text)


def send(terminal: Terminal) -> None:
    """From the composer's text: the action bar, and send."""
    terminal.keys("Escape")
    # A terminal turns Esc and a quick letter into alt+letter, so the bar must be open first.
    terminal.wait_for(words.ACTION_BAR)
    terminal.keys("y")


def grant_sending(desk: Desk, terminal: Terminal) -> None:
    """Agree to the further permission that the first send asks for."""
    visits = len(desk.browser.visits())
    terminal.wait_for(words.CONSENT_TO_SEND, words.SEND_IN_PLAIN_WORDS)
    terminal.keys("Enter")
    desk.browser.wait_for_visit(visits + 1)


def open_settings(terminal: Terminal) -> str:
    """The settings screen, as text."""
    terminal.keys(",")
    return terminal.wait_for(words.SETTINGS)


def sign_out(terminal: Terminal, *, answer: str = "r") -> None:
    """Sign out from settings; returns when the question is answered."""
    open_settings(terminal)
    terminal.keys("x")
    terminal.wait_for(words.SIGN_OUT_QUESTION)
    terminal.keys(answer)


def post(bed: Bed, subject: str) -> None:
    """The outside world writes to Alice."""
    message = made_mail(subject, "Fresh from the post office.\n", hours_ago=-0.5)
    with smtplib.SMTP("127.0.0.1", bed.postfix.ports.outside, timeout=20) as server:
        server.send_message(message, BOB.address, ALICE.address)


def delivered(bed: Bed, subject: str) -> EmailMessage | None:
    """The mail of this subject in Bob's INBOX, once it lies there."""
    return next((message for message in bed.bob.messages() if message["Subject"] == subject), None)


def account_entries(desk: Desk) -> list[str]:
    """The keychain's entries that belong to the account; the key of the activity list is no account's."""
    services = [attributes.get("service", "") for attributes in desk.keyring.items()]
    return [service for service in services if service.startswith("tuimail/account/")]


def refreshes(bed: Bed) -> list[str]:
    """How each refresh at the token endpoint ended, in order."""
    return [event.event for event in bed.provider.events() if event.grant_type == "refresh_token"]


def still_good(client: MiniClient, tokens: list[IssuedToken]) -> list[str]:
    """The kinds of those old tokens that a server still takes; none after a sign-out."""
    accepted = []
    for token in tokens:
        if token.kind == "AccessToken":
            if client.try_imap(ALICE, token.value).accepted or client.try_smtp(ALICE, token.value).accepted:
                accepted.append(token.kind)
        elif client.refresh(token.value).get("error") != "invalid_grant":
            accepted.append(token.kind)
    return accepted


def leaks(desk: Desk, secrets: list[str]) -> dict[str, list[str]]:
    """Which of these texts lie readable in which files of the home folder; empty is good."""
    found = {secret: desk.home.files_holding(secret) for secret in secrets}
    return {secret: files for secret, files in found.items() if files}


def first_of(terminal: Terminal, *wanted: str, deadline_s: float = SIGN_IN_DEADLINE_S) -> str:
    """Which of these texts came onto the screen first."""
    screen = terminal.wait_for(re.compile("|".join(re.escape(one) for one in wanted)), deadline_s=deadline_s)
    return next(one for one in wanted if one in screen)
