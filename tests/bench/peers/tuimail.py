"""tuimail: signed in beforehand, its record in a real keychain; its access token comes from the token endpoint."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from tests.bench.peers.base import Keys, Peer, Where
from tests.bench.tokens import SCOPES
from tests.real.bed.programs import installed_tuimail
from tuimail.config.paths import Places
from tuimail.domain.ids import AccountId
from tuimail.domain.token import Secret, StoreKey
from tuimail.keychain.base import AccountRecord, encode, entry_for
from tuimail.keychain.child import SECRET_SERVICE
from tuimail.keychain.system import SystemKeychain
from tuimail.store import db as store_db

_KEY = StoreKey(bytes(range(32)))
_PACKAGE = Path(store_db.__file__).parents[1]
_DAYS = 30
"""Texts of so many days are fetched ahead; the 90 that are usual take two minutes more to fill a home, and no start."""
_PROFILE = """\
[accounts.{account}]
address = "{where.address}"
provider = "custom"
ca_file = "ca.pem"
[accounts.{account}.keep]
days = {days}
[accounts.{account}.oauth]
authorization_endpoint = "https://localhost:{where.token_port}/authorize"
token_endpoint = "https://localhost:{where.token_port}/token"
client_id = "bench"
scopes = {{ identity = ["openid"], read = ["mail.read"], send = ["mail.send"] }}
[accounts.{account}.imap]
host = "localhost"
port = {where.imap_port}
tls = "implicit"
[accounts.{account}.smtp]
host = "localhost"
port = {where.imap_port}
tls = "implicit"
"""


class Tuimail(Peer):
    """The program under test."""

    name = "tuimail"
    keys = Keys(
        page_down="\x06",
        first="\x1b[H",
        last="G",
        flag="s",
        find="/",
        found="",
        clear="\x1b",
        quit="\x11",
    )

    def __init__(self, bus: dict[str, str]) -> None:
        """``bus``: the variables of the session whose keychain holds the records."""
        self._bus = bus

    @property
    def is_there(self) -> bool:
        return True

    def set_up(self, home: Path, where: Where) -> None:
        places = _places(home)
        places.create()
        self.point(home, where)
        places.remembered.write_text(json.dumps({"keychain_backend": SECRET_SERVICE}))
        record = AccountRecord(
            refresh=Secret(f"refresh-{where.address.partition('@')[0]}"),
            store_key=_KEY,
            scopes=SCOPES,
            client_id=None,
            client_secret=None,
            issuer=None,
            since=datetime.now(UTC),
        )
        SystemKeychain(SECRET_SERVICE).write(entry_for(_account(where)), encode(record))

    def point(self, home: Path, where: Where) -> None:
        config = _places(home).config
        (config / "profile.toml").write_text(_PROFILE.format(account=_account(where), where=where, days=_DAYS))
        (config / "ca.pem").write_bytes(where.ca_file.read_bytes())

    def command(self, home: Path) -> list[str]:  # noqa: ARG002 (its folders come from the environment)
        return installed_tuimail()

    def environ(self, home: Path) -> dict[str, str]:
        # So that the program and this benchmark come from the same checkout, whatever is installed.
        source = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
        return {**super().environ(home), **self._bus, **source}

    def is_complete(self, home: Path, where: Where) -> bool:
        return stored_rows(home, where) >= where.size

    def is_at_rest(self, home: Path, where: Where) -> bool:
        return texts_missing(home, where) == 0

    def kept_under(self, where: Where) -> str | None:
        # Another schema, or another idea of what is stored, makes another home.
        sources = sorted([*_PACKAGE.glob("store/*"), *_PACKAGE.glob("engine/sync*"), *_PACKAGE.glob("net/imap/*.py")])
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.is_file())).hexdigest()[:12]
        return f"{self.name}-{where.size}-{where.identity}-{digest}"


def stored_rows(home: Path, where: Where) -> int:
    """How many messages of the inbox lie in the store."""
    return _counted(home, where, "select count(*) from messages")


def texts_missing(home: Path, where: Where) -> int:
    """How many recent messages have no text in the search index yet."""
    since = datetime.now(UTC) - timedelta(days=_DAYS)
    recent = "select count(*) from messages where has_words = 0 and sent_at >= ?"
    return _counted(home, where, recent, int(since.timestamp()))


def _counted(home: Path, where: Where, question: str, *values: int) -> int:
    """The answer of the store beside the running program, as WAL allows; 0 while there is none."""
    path = _places(home).store(_account(where))
    if not path.exists():
        return 0
    connection = apsw.Connection(os.fspath(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(2_000)
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{_KEY.reveal().hex()}")
        ((number,),) = connection.execute(question, values).fetchall()
        return number if isinstance(number, int) else 0
    except (apsw.SQLError, apsw.NotADBError):
        # Being made just now.
        return 0
    finally:
        connection.close()


def _account(where: Where) -> AccountId:
    return AccountId(f"bench{where.size}")


def _places(home: Path) -> Places:
    return Places(**{name: home / name / "tuimail" for name in ("config", "data", "cache", "state", "runtime")})
