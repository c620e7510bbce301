import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimail.config.edit import save_account
from tuimail.config.logs import close_log, open_log
from tuimail.config.paths import find_profile, places_under
from tuimail.config.places import line_of
from tuimail.config.remember import Remembered, recall, remember
from tuimail.domain.errors import ConfigError
from tuimail.domain.ids import AccountId
from tuimail.domain.redact import redacted

PROFILE = """\
# my accounts
default_account = "work"  # the one that opens

[accounts.work]
address = "a@x.test"  # mine
oauth.issuer = "https://id.x.test"
oauth.scopes = { read = ["r"], send = ["s"] }

[accounts.work.imap]
host = "imap.x.test"  # since 2020

[accounts.work.smtp]
host = "smtp.x.test"

[ui]
theme = "tuimail-paper"
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "tuimail.log"
    level = logging.getLogger().level
    handler = open_log(path)
    yield path
    close_log(handler)
    logging.getLogger().setLevel(level)


@pytest.mark.skipif(os.name != "posix", reason="modes are posix")
def test_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    places = places_under(tmp_path / "root")
    places.state.mkdir(parents=True, mode=0o755)
    old = os.umask(0)
    try:
        places.create()
    finally:
        os.umask(old)

    folders = [places.config, places.data, places.cache, places.state, places.runtime, places.temporary]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be made"):
        places_under(tmp_path / "file").create()


def test_xdg_variables_move_everything(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "HOME": str(tmp_path),
        **{f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")},
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    program = "from tuimail.config.paths import find_places; p = find_places(); print(p.config, p.data, p.state)"

    out = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    ).stdout

    if sys.platform.startswith("linux"):
        assert out.split() == [str(tmp_path / name / "tuimail") for name in ("config", "data", "state")]


def test_flag_wins_over_variable_over_usual_place(tmp_path: Path) -> None:
    places = places_under(tmp_path)
    environ = {"TUIMAIL_PROFILE": "/elsewhere/b.toml"}

    assert find_profile(environ, "/here/a.toml", places) == Path("/here/a.toml")
    assert find_profile(environ, None, places) == Path("/elsewhere/b.toml")
    assert find_profile({}, None, places) == tmp_path / "config" / "profile.toml"


SECRETS = [
    "Authorization: Bearer SeCrEt.tok/en+1==",
    "GET /callback?state=SeCrEt&code=SeCrEt HTTP/1.1",
    "grant_type=refresh_token&refresh_token=SeCrEt&client_id=x",
    '{"access_token": "SeCrEt", "expires_in": 3600}',
    "{'refresh_token': 'SeCrEt'}",
    "code_verifier=SeCrEt",
    "> A1 AUTHENTICATE XOAUTH2 SeCrEt=",
    "AUTH XOAUTH2 SeCrEt",
    "user=a@x.test\x01auth=Bearer SeCrEt\x01\x01",
    "client_secret = SeCrEt",
    "eyJhbGciOiJSUzI1NiJ9.SeCrEt.c2ln",
    "dXNlcj1hbGljZUBleGFtcGxlLnRlc3QBYXV0aD1CZWFyZXIgSeCrEtSeCrEt",
]


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_never_reach_the_log(log: Path, line: str) -> None:
    logging.getLogger("some.library").warning("it said %s", line)

    text = log.read_text(encoding="utf-8")

    assert "it said" in text
    assert "SeCrEt" not in text


def test_secrets_in_tracebacks_are_removed(log: Path) -> None:
    def fail() -> None:
        raise ValueError(SECRETS[0])

    try:
        fail()
    except ValueError:
        logging.getLogger("x").exception("failed")

    assert "ValueError" in log.read_text(encoding="utf-8")
    assert "SeCrEt" not in log.read_text(encoding="utf-8")


def test_ordinary_lines_stay_as_they_are() -> None:
    for line in (
        "work: connected to imap.example.test:993 in 0.2 s, 12 new",
        "refreshing the sign-in of work, status code 400",
        "/home/alice/.local/state/tuimail/tuimail.log was rotated",
    ):
        assert redacted(line) == line


@pytest.mark.skipif(os.name != "posix", reason="modes are posix")
def test_log_file_is_private(log: Path) -> None:
    old = os.umask(0)
    try:
        logging.getLogger("x").warning("hello")
    finally:
        os.umask(old)

    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    path = tmp_path / "state" / "remembered.json"
    remembered = Remembered(keychain_backend="keyring.backends.SecretService.Keyring")

    assert remember(path, remembered)

    assert recall(path) == remembered
    assert [file.name for file in path.parent.iterdir()] == ["remembered.json"]
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"keychain_backend": 3}'])
def test_broken_memory_is_a_first_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "remembered.json"
    path.write_bytes(content)

    assert recall(path) == recall(tmp_path / "gone") == Remembered()


def test_remembering_where_nothing_can_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert not remember(tmp_path / "file" / "remembered.json", Remembered())


def test_account_is_changed_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE, encoding="utf-8")

    profile = save_account(path, AccountId("work"), {"name": "Alice", "imap": {"host": "new.x.test", "port": 10993}})

    assert profile.accounts[0].imap.host == "new.x.test"
    text = path.read_text(encoding="utf-8")
    for kept in ("# my accounts", "# the one that opens", "# mine", "# since 2020", 'theme = "tuimail-paper"'):
        assert kept in text
    assert [file.name for file in tmp_path.iterdir()] == ["profile.toml"]


def test_account_is_added_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "config" / "profile.toml"

    profile = save_account(path, AccountId("g"), {"address": "a@gmail.test", "provider": "google"})

    assert profile.default == "g"
    assert path.read_text(encoding="utf-8") == '[accounts.g]\naddress = "a@gmail.test"\nprovider = "google"\n'


def test_refused_change_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"profile.toml:\d+: accounts.work.imap.port") as caught:
        save_account(path, AccountId("work"), {"imap": {"port": 99999}})

    assert ".profile-" not in caught.value.summary
    assert path.read_text(encoding="utf-8") == PROFILE
    assert [file.name for file in tmp_path.iterdir()] == ["profile.toml"]


def test_lines_are_found_by_dotted_key() -> None:
    text = PROFILE + '\n[accounts."a b"]\nsignature = """\n[ui]\naddress = 3\n"""\naddress = 1\n'

    assert line_of(text, ("accounts", "work", "imap", "host")) == 10
    assert line_of(text, ("accounts", "work", "oauth", "scopes", "read")) == 7
    assert line_of(text, ("accounts", "work", "imap", "prot")) == 9
    assert line_of(text, ("accounts", "a b", "address")) == 23
    assert line_of(text, ("nothing",)) == 1


def test_reading_the_profile_loads_no_editor_and_no_screen() -> None:
    program = (
        "import sys; import tuimail.config.load, tuimail.config.paths, tuimail.store.db, tuimail.store.messages;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'tomlkit', 'textual', 'rich', 'keyring', 'authlib', 'httpx2', 'imapclient', 'asyncio', 'ssl', 'email'}))"
    )

    out = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert out.split() == []


def test_a_missing_runtime_folder_warns_nobody() -> None:
    program = "from tuimail.config.paths import find_places; print(find_places().runtime.name)"
    environ = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}

    told = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-W", "error", "-c", program], env=environ, capture_output=True, text=True, check=False
    )

    assert (told.stdout.strip(), told.stderr) == ("tuimail", "")


def test_a_log_that_cannot_be_written_prints_nothing(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log.mkdir()

    logging.getLogger("tuimail").error("access_token=abc123")

    assert capfd.readouterr().err == ""


def test_a_thread_that_fails_is_logged_without_its_words(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=int, args=["words of a letter"])
    thread.start()
    thread.join()

    assert "a thread ended: ValueError at threading.py:" in log.read_text()
    assert "letter" not in log.read_text() + capfd.readouterr().err


def test_somebody_elses_runtime_folder_below_tmp_keeps_nothing_from_starting(tmp_path: Path) -> None:
    (tmp_path / f"runtime-{os.getuid()}").symlink_to(tmp_path)
    environ = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    environ |= {"TMPDIR": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    program = "from tuimail.config.paths import find_places; print(find_places().runtime)"

    told = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, "-W", "error", "-c", program], env=environ, capture_output=True, text=True, check=False
    )

    usual = Path(f"/run/user/{os.getuid()}/tuimail")
    assert (told.stdout.strip() in {str(tmp_path / "state" / "tuimail" / "runtime"), str(usual)}, told.stderr) == (
        True,
        "",
    )
