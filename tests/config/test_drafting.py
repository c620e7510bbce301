import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.config.drafting import name_for, settings_of
from tuimail.config.edit import put_back, save_account, text_of
from tuimail.config.load import load_profile
from tuimail.config.providers import bundled_presets
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.errors import ConfigError
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import NewAccount

PRESETS = bundled_presets()
IMAP = Server(host="imap.a.test", port=993, tls=Tls.IMPLICIT)
SMTP = Server(host="smtp.a.test", port=465, tls=Tls.IMPLICIT)
NAMED = [name for name in PRESETS if name != "custom" and PRESETS[name].imap.host]


def test_the_name_comes_from_the_domain_and_is_free() -> None:
    assert name_for("me@gmail.com", []) == "gmail"
    assert name_for("me@gmail.com", ["Gmail", "gmail2"]) == "gmail3"
    assert name_for("me@bücher.example", []) == "b-cher"
    assert name_for("me@日本.example", []) == "mail"


@given(st.text(max_size=80), st.lists(st.text(max_size=20)))
def test_any_address_gives_a_name_that_the_profile_takes(domain: str, taken: list[str]) -> None:
    name = name_for(f"me@{domain}", taken)

    assert name.casefold() not in {each.casefold() for each in taken}
    assert name.replace("-", "").replace("_", "").isascii()
    assert name[0].isalnum()


@pytest.mark.parametrize("name", NAMED)
def test_of_a_preset_only_what_differs_is_written(name: str, tmp_path: Path) -> None:
    preset = PRESETS[name]
    by_password = preset.sign_in == "app_password"
    scopes = (preset.unregistered_scopes or preset.oauth.scopes) if not by_password else None
    tls = Tls(preset.imap.tls or "implicit")
    imap = Server(host=preset.imap.host or "", port=preset.imap.port or (993 if tls is Tls.IMPLICIT else 143), tls=tls)
    account = NewAccount(
        id=AccountId("a"),
        address="me@a.test",
        provider=name,
        sign_in=SignInMethod(preset.sign_in),
        imap=imap,
        scopes=ScopeSets(identity=scopes.identity, read=scopes.read, send=scopes.send) if scopes else ScopeSets(),
        issuer=preset.oauth.issuer or "",
    )

    written = settings_of(account, preset)

    assert written == {"address": "me@a.test", "provider": name}
    profile = save_account(tmp_path / "profile.toml", AccountId("a"), written)
    read = profile.accounts[0].imap
    assert (read.host, read.port, read.tls) == (imap.host, imap.port, imap.tls)


hosts = st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){1,2}", fullmatch=True)
servers = st.builds(Server, host=hosts, port=st.integers(1, 65535), tls=st.sampled_from(Tls))
scope = st.text("abcdefgh:./", min_size=1, max_size=12)


@settings(max_examples=60)
@given(
    imap=servers,
    smtp=servers,
    can_send=st.booleans(),
    login=st.sampled_from(["", "me@a.test", "other"]),
    client_id=st.sampled_from(["", "client"]),
    read=st.lists(scope, min_size=1, max_size=3).map(tuple),
    send=st.lists(scope, min_size=1, max_size=3).map(tuple),
)
def test_what_is_written_is_read_back_as_it_was_meant(
    imap: Server, smtp: Server, can_send: bool, login: str, client_id: str, read: tuple[str, ...], send: tuple[str, ...]
) -> None:
    account = NewAccount(
        id=AccountId("a"), address="me@a.test", name="Ünï \"x\"", login=login, provider="custom", can_send=can_send,
        imap=imap, smtp=smtp, issuer="https://login.a.test/x", client_id=client_id, has_secret=bool(client_id),
        scopes=ScopeSets(read=read, send=send), wants_consent=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        profile = save_account(Path(folder) / "p.toml", AccountId("a"), settings_of(account, PRESETS["custom"]))

    (resolved,) = profile.accounts
    assert (resolved.imap, resolved.smtp) == (imap, smtp if can_send else None)
    assert resolved.oauth.scopes == ScopeSets(read=read, send=send if can_send else ())
    assert resolved.login == (login or "me@a.test")
    assert resolved.oauth.client_id == (client_id or None)
    assert resolved.oauth.secret_in_keychain == bool(client_id)
    assert resolved.oauth.extra == (("prompt", "consent"),)


def test_a_profile_is_put_back_as_it_was_to_the_letter(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    account = NewAccount(id=AccountId("a"), address="me@a.test", provider="fastmail")
    none = text_of(file)
    save_account(file, AccountId("a"), settings_of(account, PRESETS["fastmail"]))
    one = f"# mine  \n\n{text_of(file)}"
    file.write_text(one)
    save_account(file, AccountId("b"), settings_of(account, PRESETS["fastmail"]))

    put_back(file, before=one, after=text_of(file))
    assert file.read_text() == one
    with pytest.raises(ConfigError, match="changed meanwhile"):
        put_back(file, before=none, after="something else")
    assert file.read_text() == one
    put_back(file, before=none, after=one)
    assert not file.exists()


def test_no_text_that_is_typed_breaks_the_file(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    evil = 'x"\n[accounts.evil]\naddress = "a@b.c"\nprovider = "google'
    account = NewAccount(id=AccountId("a"), address="me@a.test", name=evil, provider="fastmail")

    with contextlib.suppress(ConfigError):
        save_account(file, AccountId("a"), settings_of(account, PRESETS["fastmail"]))

    if file.exists():
        assert [each.id for each in load_profile(file).accounts] == ["a"]


def test_an_account_with_an_app_password_anywhere_names_its_servers_alone(tmp_path: Path) -> None:
    account = NewAccount(
        id=AccountId("a"),
        address="me@a.test",
        provider="custom",
        sign_in=SignInMethod.APP_PASSWORD,
        imap=IMAP,
        smtp=SMTP,
        scopes=ScopeSets(read=("left over",)),
    )

    profile = save_account(tmp_path / "p.toml", AccountId("a"), settings_of(account, PRESETS["custom"]))

    assert profile.accounts[0].sign_in is SignInMethod.APP_PASSWORD
    assert "oauth" not in (tmp_path / "p.toml").read_text()
