"""A home folder with a profile, a store of made-up mail and the key of it in a keychain."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tuimail.config.paths import Places
from tuimail.domain.address import Address
from tuimail.domain.ids import AccountId, RowId, Uid
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.token import Secret, StoreKey
from tuimail.keychain.base import AccountRecord, encode, entry_for
from tuimail.keychain.child import SECRET_SERVICE
from tuimail.keychain.system import SystemKeychain
from tuimail.store.bodies import BodyRepository
from tuimail.store.db import open_store
from tuimail.store.mailboxes import ListedMailbox, MailboxRepository, SyncState
from tuimail.store.messages import MessageRepository, NewMessage

ACCOUNT = AccountId("bench")
NEWEST = "Minutes-of-the-meeting"
"""Subject of the newest mail, in one word: a terminal may draw words one by one."""
BODY = "Greetings-from-the-cache"
"""In the body of each of the newest mails."""
_BODIES = 40
_BATCH = 5_000
_KEY = StoreKey(bytes(range(32)))
_FIRST = datetime(2016, 1, 1, 9, tzinfo=UTC)
_PEOPLE = ("Ada Lovelace", "Grace Hopper", "Zoë Ångström", "田中 花子", "Alan Turing", "Radia Perlman")
_SUBJECTS = ("Minutes of the meeting", "Re: Tomorrow's train", "Your invoice", "予定の確認", "A draft to look at")

# Nothing listens there: the program stays offline, as on a train.
_NOWHERE = 9
_PROFILE = f"""\
[accounts.{ACCOUNT}]
address = "me@home.test"
provider = "custom"
[accounts.{ACCOUNT}.oauth]
authorization_endpoint = "https://127.0.0.1:{_NOWHERE}/authorize"
token_endpoint = "https://127.0.0.1:{_NOWHERE}/token"
client_id = "bench"
scopes = {{ identity = ["openid"], read = ["mail.read"], send = ["mail.send"] }}
[accounts.{ACCOUNT}.imap]
host = "127.0.0.1"
port = {_NOWHERE}
tls = "implicit"
[accounts.{ACCOUNT}.smtp]
host = "127.0.0.1"
port = {_NOWHERE}
tls = "implicit"
"""


class Home:
    """Everything that the program finds."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        base = {name: folder / name / "tuimail" for name in ("config", "data", "cache", "state", "runtime")}
        self.places = Places(**base)
        self.places.create()
        (self.places.config / "profile.toml").write_text(_PROFILE)
        self.places.remembered.write_text(json.dumps({"keychain_backend": SECRET_SERVICE}))
        _fill(self.places.store(ACCOUNT), rows)

    def environ(self) -> dict[str, str]:
        """Folders in here, and nothing of the tester's own."""
        moved = {f"XDG_{name.upper()}_HOME": str(self._folder / name) for name in ("config", "data", "cache", "state")}
        return {
            **moved,
            "XDG_RUNTIME_DIR": str(self._folder / "runtime"),
            "HOME": str(self._folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }


def keep_key() -> None:
    """Put the account's record into the keychain of this process's session bus."""
    record = AccountRecord(
        refresh=Secret("a refresh token that nobody takes"),
        store_key=_KEY,
        scopes=("openid", "mail.read", "mail.send"),
        client_id=None,
        client_secret=None,
        issuer=None,
        since=datetime.now(UTC),
    )
    SystemKeychain(SECRET_SERVICE).write(entry_for(ACCOUNT), encode(record))


def _fill(path: Path, rows: int) -> None:
    db = open_store(path, _KEY)
    mailboxes, messages, bodies = MailboxRepository(db), MessageRepository(db), BodyRepository(db)
    for name, role in (("Sent", MailboxRole.SENT), ("Archive", MailboxRole.ARCHIVE), ("Trash", MailboxRole.TRASH)):
        mailboxes.add(ListedMailbox(raw_name=name.encode(), name=name, role=role))
    inbox = mailboxes.add(ListedMailbox(raw_name=b"INBOX", name="INBOX", role=MailboxRole.INBOX))
    newest: list[RowId] = []
    for first in range(1, rows + 1, _BATCH):
        newest = messages.insert(inbox, list(_mails(first, min(first + _BATCH, rows + 1), last=rows)))
    now = datetime.now(UTC)
    for row in newest[-_BODIES:]:
        bodies.save(row, _raw(), now=now)
    mailboxes.recount(inbox)
    mailboxes.save_sync_state(inbox, SyncState(uidvalidity=1, uidnext=rows + 1, is_complete=True))
    db.close()


def _mails(first: int, end: int, *, last: int) -> Iterator[NewMessage]:
    for number in range(first, end):
        moment = _FIRST + timedelta(minutes=7 * number)
        name = _PEOPLE[number % len(_PEOPLE)]
        yield NewMessage(
            uid=Uid(number),
            flags=frozenset() if number % 7 == 0 else frozenset({"\\Seen"}),
            internal_date=moment,
            sent_at=moment,
            size_bytes=4_000 + number % 9_000,
            has_attachment=number % 11 == 0,
            sender=(Address(name=name, spec=f"person{number % 500}@mail.test"),),
            to=(Address(spec="me@home.test"),),
            subject=NEWEST if number == last else f"{_SUBJECTS[number % len(_SUBJECTS)]} {number}",
            message_id=f"<{number}@mail.test>",
        )


def _raw() -> bytes:
    """A newsletter of some 25 kB: plain text, and HTML with links and styles."""
    text = "\r\n\r\n".join(f"{BODY} Paragraph {number} of a letter that goes on for a while." for number in range(60))
    cells = "".join(
        f'<tr><td style="padding: 4px; color: #333333"><p>{BODY} Paragraph {number} with a'
        f' <a href="https://news.test/{number}">link</a> and some <b>bold</b> words.</p></td></tr>'
        for number in range(100)
    )
    return (
        "From: Ada Lovelace <ada@mail.test>\r\nTo: me@home.test\r\nSubject: A letter\r\n"
        "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="border"\r\n\r\n'
        f"--border\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        "--border\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"<html><body><table>{cells}</table></body></html>\r\n"
        "--border--\r\n"
    ).encode()
