"""What the screens of the program say, in one place: each name is a moment a scenario waits for.

Parts of sentences, short enough to stand on one line also at 80 columns, since dialogs wrap their text.
"""

import re

from tests.real.bed.mailbox import SECRET_SUBJECT

CONSENT = "to be allowed"
CONSENT_TO_SEND = "One more permission"
SEND_IN_PLAIN_WORDS = "Send mail as you"
READ_IN_PLAIN_WORDS = "Read, sort, flag and delete your mail"
WAITING_FOR_BROWSER = "Continue in your browser"
FOREIGN_ADDRESS = "another sign-in"
NOT_GRANTED = re.compile(r"not granted|did not grant|was not given|missing", re.IGNORECASE)
DENIED = re.compile(r"did not allow|not allowed|declined|denied", re.IGNORECASE)
SIGNED_OUT = re.compile(r"signed out", re.IGNORECASE)
CANCELLED = re.compile(r"signed out|cancelled|not signed in", re.IGNORECASE)
PROVIDER_DOWN = re.compile(
    r"cannot be reached|could not be reached|unreachable|not reachable|out of order", re.IGNORECASE
)
TRY_AGAIN = "try again"
OTHER_ACCOUNT = re.compile(r"another account|signed in as|other account", re.IGNORECASE)
SIGN_IN_AGAIN = re.compile(r"signs? in again", re.IGNORECASE)
EXPIRED_BANNER = re.compile(r"(expired|revoked|ended).*[Ss]igns? in again|Enter signs in again", re.DOTALL)
OFFLINE = re.compile(r"\boffline\b", re.IGNORECASE)
ONLINE = "online"
LIST = SECRET_SUBJECT.partition(",")[0]
"""The newest seeded mail stands in the list."""
READS_ONLY = re.compile(
    r"reads? only|only reads|read-only|other (window|tuimail)|another (window|tuimail)", re.IGNORECASE
)
COMPOSER = re.compile(r"\bSubject\b")
ACTION_BAR = re.compile(r"\bsend\b.*\bdiscard\b|\bdiscard\b.*\bsend\b", re.IGNORECASE | re.DOTALL)
UNDO_WINDOW = re.compile(r"Sending in .*undoes")
SENT = re.compile(r"\bSent to\b|\bsent\b", re.IGNORECASE)
SETTINGS = "Activity"
SIGN_OUT_QUESTION = "Revoke and remove"
SIGN_OUT_DONE = "access is revoked"
FORGOTTEN = re.compile(r"Removed from this machine|nothing of alice@example\.test is left", re.IGNORECASE)
KEYCHAIN = "Your keychain is needed"
SEALING = "Choose a passphrase"
NOT_UNSEALED = "does not open the sealed file"
SEALED = "Its passphrase opens it"
BAD_CERTIFICATE = re.compile(r"certificate", re.IGNORECASE)
NO_STARTTLS = "gives no protected connection"
TOO_SMALL = "tuimail needs 80x24"

FIRST_SCREEN = "No account is set up on this machine yet."
ASSISTANT = "Your mail address."
ASK_LIST = "Ask Thunderbird's list?"
PROPOSAL = "Incoming mail"
KEEP_ACCOUNT = "Keep this account?"
PASTE_FIELD = re.compile(r"use (the pasted address|what is pasted)")
