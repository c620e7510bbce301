"""What is kept on this machine, thing by thing, for the screen that shows it and for whoever deletes it. Pure."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.ids import AccountId


class Kind(StrEnum):
    """What sort of thing it is; decides what deleting it does."""

    STORE = "stored mail"
    TEXTS = "mail texts"
    DRAFTS = "drafts"
    OUTBOX = "outbox"
    SET_ASIDE = "set-aside copy"
    SECRETS = "keychain entry"
    SEALED = "sealed file"
    ACTIVITY = "activity list"
    LOG = "log file"
    REMEMBERED = "remembered choices"
    TEMPORARY = "temporary file"
    RUNTIME = "lock or socket"
    PROFILE = "profile"


PURPOSES = {
    Kind.STORE: "lists, headers, flags, people and the search index: mail is there at once and without a network",
    Kind.TEXTS: "texts and small parts, read and searched without a network; fetched again when they are opened",
    Kind.DRAFTS: "what you have begun to write; it lies nowhere else",
    Kind.OUTBOX: "mail that waits to be sent; it lies nowhere else",
    Kind.SET_ASIDE: "a store that could not be read once, kept in case something is to be saved from it",
    Kind.SECRETS: "the sign-in, and the key of the stored mail",
    Kind.SEALED: "sign-ins and keys, sealed with your passphrase",
    Kind.ACTIVITY: "what was done with which account: times, kinds and outcomes, never content",
    Kind.LOG: "what the program did, for finding faults; redacted",
    Kind.REMEMBERED: "the keychain that was used, and how the windows were arranged",
    Kind.TEMPORARY: "made for your editor or viewer; removed when that is closed",
    Kind.RUNTIME: "tells windows of each other; empty",
    Kind.PROFILE: "your own file; it holds no secret",
}
DELETABLE = {
    Kind.TEXTS: "All texts that are stored are deleted. Lists, drafts and the outbox stay, and so do the words of the"
    " texts in the search index. A text is fetched again when you open it.",
    Kind.SET_ASIDE: "The copy is deleted. What was not taken over from it is gone.",
    Kind.ACTIVITY: "Every line of the activity list is deleted, of all accounts.",
    Kind.LOG: "The log file is deleted.",
    Kind.REMEMBERED: "The file is deleted; the next start looks for the keychain anew.",
    Kind.TEMPORARY: "The file is deleted, even if another program still has it open.",
}
"""What can be deleted by itself, and what that means. All else goes with a sign-out."""


class KeptThing(Struct, frozen=True, kw_only=True):
    """One row."""

    kind: Kind
    account: AccountId | None
    """None: of the whole program."""
    where: str
    """Path, or the keychain's name."""
    size_bytes: int = 0
    changed_at: datetime | None = None
    """Aware UTC; None where it has no age."""
    count: int | None = None
    """How many there are, where it is a sort of thing inside a file."""

    @property
    def purpose(self) -> str:
        """What it is for."""
        return PURPOSES[self.kind]

    @property
    def can_delete(self) -> bool:
        """Whether it can be deleted by itself."""
        return self.kind in DELETABLE and (self.size_bytes > 0 or bool(self.count))
