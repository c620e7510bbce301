"""What servers say when they say no, and what that means to a person: one table for every protocol. Pure.

A row is found by what a protocol lets a program rely on: the ``error`` member (RFC 6749 section 5.2), the response
code of IMAP (RFC 5530), the enhanced status code of SMTP (RFC 3463). The wording of an answer decides only where a
server sends nothing else, and within a code that stands for several things. Microsoft's AADSTS numbers may change
without notice (learn.microsoft.com, reference-error-codes): they add a sentence and decide nothing.

The server's own line is never in the table: it goes into the ``detail`` of the problem.
"""

import re

from tuimail.domain.imap_answers import IMAP
from tuimail.domain.keychain_answers import KEYCHAIN
from tuimail.domain.known_answer import NO_ANSWER, OTHER, Door, KnownAnswer
from tuimail.domain.oauth_answers import OAUTH
from tuimail.domain.smtp_answers import SMTP

__all__ = ["HINTS", "NO_ANSWER", "OTHER", "TABLE", "Door", "KnownAnswer", "find", "hint"]

TABLE: tuple[KnownAnswer, ...] = (*OAUTH, *IMAP, *SMTP, *KEYCHAIN)
"""No door is in two of them; within each, the first row that fits counts."""

HINTS: tuple[tuple[str, str], ...] = (
    ("AADSTS50011", "The redirect address is not registered there: add http://localhost to the app registration."),
    ("AADSTS50076", "Your organisation asks for a second factor."),
    ("AADSTS50079", "Your organisation asks you to set up a second factor."),
    ("AADSTS50173", "The password was changed or all sessions were ended."),
    ("AADSTS53003", "Your organisation's access rules do not allow this sign-in; its administrator can help."),
    ("AADSTS65001", "The app was not given these permissions yet."),
    ("AADSTS70008", "The sign-in was not used for too long."),
    ("AADSTS90094", "Your organisation's administrator has to allow this app first: forward them this sentence."),
    ("AADSTS700016", "The client id is not known in this tenant: check tenant and client_id in the profile."),
    ("AADSTS700025", "This app registration must be used without a client secret."),
    ("AADSTS700082", "The sign-in was not used for too long."),
    ("AADSTS7000218", "Switch “Allow public client flows” on in the app registration."),
)
"""Microsoft's numbers, each with the sentence that it adds."""

_NUMBER = re.compile(r"AADSTS\d+")


def find(door: Door, code: str, words: str = "") -> KnownAnswer:
    """The row for an answer; the door's last one where nothing is known of it."""
    for row in TABLE:
        if door in row.doors and code in row.codes and (not row.words or re.search(row.words, words, re.IGNORECASE)):
            return row
    for row in TABLE:
        # A code that is not known says nothing: then the wording may.
        if door in row.doors and "" in row.codes and row.words and re.search(row.words, words, re.IGNORECASE):
            return row
    return next(row for row in TABLE if door in row.doors and OTHER in row.codes)


def hint(words: str) -> str:
    """The sentence for a number of Microsoft's in the wording, empty without one."""
    number = _NUMBER.search(words)
    return dict(HINTS).get(number.group(), "") if number else ""
