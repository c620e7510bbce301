"""A program that writes two mails, keeps one and sends the other, and says what was confirmed to it.

Run as a program, with the folder that ``Kit.leave_in`` furnished; whoever runs it may end it anywhere.
"""

import os
import pickle
import sys
from datetime import UTC
from pathlib import Path
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from tests.journeys.conftest import Heard
from tuimail.api.commands import BeginDraft, Command, OpenAccount, SaveDraft, Send, SendNow
from tuimail.api.events import DraftOpened, Failed, Finished, LinkChanged, MailboxesListed, Noticed
from tuimail.config.model import Profile, UiSettings
from tuimail.config.paths import places_under
from tuimail.domain.account import Account, Link
from tuimail.domain.errors import ErrorKind
from tuimail.domain.ids import DraftId
from tuimail.domain.token import Secret, StoreKey
from tuimail.keychain.base import ACTIVITY_ENTRY, Keychain, decode, entry_for
from tuimail.keychain.memory import MemoryKeychain
from tuimail.program import Program, Setting

KEPT = DraftId("k" * 32)
SENT = DraftId("s" * 32)
WORDS = ("One", "One two", "One two three")
"""What the kept draft says after each save."""
_KIT = "kit"
_MOST_TRIES = 40


class Kit(Struct, frozen=True, kw_only=True):
    """What the program needs beside its home."""

    account: Account
    secrets: dict[str, str]
    """The keychain."""

    @classmethod
    def of(cls, account: Account, keychain: Keychain) -> Self:
        """The account with everything that the keychain has of it."""
        names = (entry_for(account.id), ACTIVITY_ENTRY)
        kept = {name: keychain.read(name) for name in names}
        return cls(account=account, secrets={name: value.reveal() for name, value in kept.items() if value})

    @property
    def store_key(self) -> StoreKey:
        """Of the account's store."""
        return decode(Secret(self.secrets[entry_for(self.account.id)])).store_key

    def leave_in(self, folder: Path) -> None:
        """For the program that is run on this folder."""
        (folder / _KIT).write_bytes(pickle.dumps(self))

    def setting(self, folder: Path) -> Setting:
        """What the program is started with."""
        places = places_under(folder / "home")
        profile = Profile(
            path=places.config / "profile.toml",
            default=self.account.id,
            accounts=(self.account,),
            ui=UiSettings(send_delay_s=0.0),
        )
        keychain = MemoryKeychain()
        for entry, value in self.secrets.items():
            keychain.write(entry, Secret(value))
        return Setting(profile=profile, places=places, environ={}, zone=UTC, keychain=lambda: keychain)


def confirm(what: str) -> None:
    """Say that it is kept; in one call, so that it is said or not."""
    os.write(1, f"{what}\n".encode())


def course(heard: Heard) -> None:
    """Type, keep, leave, send."""
    account = heard.account
    heard.submit(OpenAccount(account=account))
    heard.wait_for(LinkChanged, lambda event: event.state.link is Link.ONLINE)
    heard.wait_for(MailboxesListed, lambda event: bool(event.mailboxes))
    begun = heard.ask(BeginDraft(account=account), DraftOpened).draft
    for words in WORDS:
        draft = replace(begun, id=KEPT, to="bob@example.org", subject="Kept", text=words)
        until_done(heard, SaveDraft(account=account, draft=draft, is_left=words == WORDS[-1]))
        confirm(words)
    draft = replace(begun, id=SENT, to="bob@example.org", subject="Sent", text="Off it goes.")
    until_done(heard, SaveDraft(account=account, draft=draft))
    confirm("written")
    until_done(heard, Send(account=account, draft=draft))
    confirm("queued")
    while not any(isinstance(event, Noticed) and event.words.startswith("Sent to") for event in heard.events):
        heard.do(SendNow(account=account))
    confirm("sent")


def until_done(heard: Heard, command: Command) -> None:
    """Ask for it until it is done; what goes wrong is said once each time."""
    for _ in range(_MOST_TRIES):
        ended = heard.do(command)
        if isinstance(ended, Finished):
            return
        assert isinstance(ended, Failed)
        assert ended.problem.kind is ErrorKind.DISK, ended.problem
        confirm(f"refused: {ended.problem.summary}")
    raise AssertionError(command)


def main() -> None:
    """The whole course on a furnished folder."""
    folder = Path(sys.argv[1])
    kit = pickle.loads((folder / _KIT).read_bytes())  # noqa: S301 (of the test that runs this)
    program = Program(kit.setting(folder), kit.account.id)
    course(Heard(program))
    program.close()


if __name__ == "__main__":
    main()
