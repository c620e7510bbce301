from pathlib import Path

import pytest

from tuimail.config.load import load_profile
from tuimail.config.model import Profile
from tuimail.config.providers import bundled_presets
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy

FULL = """\
default_account = "work"

[accounts.work]
address  = "alice@example.test"
login    = "alice@login.test"
name     = "Alice Example"
provider = "custom"
sign_in  = "oauth"
ca_file  = "ca.pem"
aliases  = ["alice.work@example.test"]
signature = "Alice"

[accounts.work.oauth]
issuer    = "https://localhost:21000"
client_id = "bed-native"
redirect_path = "/callback"
redirect_host = "127.0.0.1"
scopes = { identity = ["openid", "email", "offline_access"], read = ["mail.read"], send = ["mail.send"] }
extra = { prompt = "consent" }

[accounts.work.imap]
host = "localhost"
port = 21004
tls  = "implicit"

[accounts.work.smtp]
host = "localhost"
port = 21006
tls  = "implicit"

[ui]
theme = "tuimail-dark"
keys  = "default"
"""

SHORT = """\
[accounts.me]
address = "a@example.test"
oauth.issuer = "https://id.example.test"
oauth.scopes = { read = ["r"], send = ["s"] }
imap.host = "imap.example.test"
smtp.host = "smtp.example.test"
"""


def load(folder: Path, text: str) -> Profile:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def refuse(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    assert caught.value.remedy is Remedy.FIX_CONFIG
    return caught.value


def test_an_alias_can_be_a_whole_domain(tmp_path: Path) -> None:
    text = SHORT.replace("oauth.issuer", 'aliases = ["b@example.test", "*@Own.test"]\noauth.issuer', 1)

    account = load(tmp_path, text).accounts[0]

    assert account.own_addresses == ("a@example.test", "b@example.test")
    assert account.own_domains == {"own.test"}
    assert "is not a mail address" in refuse(tmp_path, SHORT.replace("a@example.test", "*@own.test")).summary


def test_full_profile_becomes_an_account(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()

    profile = load(tmp_path, FULL)

    account = profile.accounts[0]
    assert profile.default == account.id == "work"
    assert account.login == "alice@login.test"
    assert account.own_addresses == ("alice@example.test", "alice.work@example.test")
    assert account.ca_file == str(tmp_path / "ca.pem")
    assert account.provider == "localhost"
    assert account.oauth.scopes.send == ("mail.send",)
    assert account.oauth.extra == (("prompt", "consent"),)
    assert account.imap == Server(host="localhost", port=21004, tls=Tls.IMPLICIT)
    assert account.smtp == Server(host="localhost", port=21006, tls=Tls.IMPLICIT)
    assert profile.ui.send_delay_s == 5


def test_short_profile_gets_the_defaults(tmp_path: Path) -> None:
    account = load(tmp_path, SHORT).accounts[0]

    assert account.login == "a@example.test"
    assert account.imap.port == 993
    assert account.smtp is not None
    assert account.smtp.port == 465
    assert (account.oauth.redirect_host, account.oauth.redirect_path) == ("127.0.0.1", "/callback")
    assert account.oauth.client_id is None


def test_starttls_has_ports_of_its_own(tmp_path: Path) -> None:
    account = load(tmp_path, SHORT + 'imap.tls = "starttls"\nsmtp.tls = "starttls"\n').accounts[0]

    assert account.imap.port == 143
    assert account.smtp is not None
    assert account.smtp.port == 587


def test_account_without_send_scope_is_read_only(tmp_path: Path) -> None:
    account = load(tmp_path, SHORT.replace(', send = ["s"]', "")).accounts[0]

    assert account.smtp is None
    assert not account.oauth.scopes.can_send


def test_presets_fill_what_the_profile_leaves_out(tmp_path: Path) -> None:
    text = '[accounts.g]\naddress = "a@gmail.test"\nprovider = "google"\noauth.client_id = "x"\n'

    account = load(tmp_path, text).accounts[0]

    assert account.provider == "Google"
    assert account.imap.host == "imap.gmail.com"
    assert not account.oauth.scopes.separate
    assert not account.save_sent
    assert account.auth_host == "accounts.google.com"


def test_every_oauth_preset_makes_an_account(tmp_path: Path) -> None:
    presets = bundled_presets()
    names = [name for name, preset in presets.items() if preset.sign_in == "oauth" and preset.imap.host]

    for name in names:
        account = load(tmp_path, f'[accounts.x]\naddress = "a@x.test"\nprovider = "{name}"\n').accounts[0]
        assert account.smtp is not None

    assert {"google", "microsoft", "fastmail", "yandex", "mailru", "comcast"} <= set(names)


def test_fastmail_asks_for_other_scopes_where_it_registers_the_client(tmp_path: Path) -> None:
    text = '[accounts.f]\naddress = "a@x.test"\nprovider = "fastmail"\n'

    unregistered = load(tmp_path, text).accounts[0]
    registered = load(tmp_path, text + 'oauth.client_id = "x"\n').accounts[0]

    assert unregistered.oauth.scopes.read == ("urn:ietf:params:oauth:scope:mail",)
    assert registered.oauth.scopes.separate


@pytest.mark.parametrize(
    ("server", "has_codes", "rotates"),
    [
        ('issuer = "https://accounts.google.com"', False, False),
        (
            'authorization_endpoint = "https://accounts.google.com/o/oauth2/v2/auth"\n'
            'token_endpoint = "https://oauth2.googleapis.com/token"',
            False,
            False,
        ),
        (
            'issuer = "https://accounts.google.com"\n'
            'device_authorization_endpoint = "https://oauth2.googleapis.com/device/code"',
            True,
            False,
        ),
        ('issuer = "https://api.fastmail.com"', True, True),
        ('issuer = "https://id.x.test"', True, None),
    ],
)
def test_what_is_known_of_an_authorization_server_counts_for_a_custom_provider_too(
    tmp_path: Path, server: str, has_codes: bool, rotates: bool | None
) -> None:
    text = (
        f'[accounts.g]\naddress = "a@x.test"\n[accounts.g.oauth]\n{server}\nclient_id = "c"\n'
        'scopes = { read = ["https://mail.google.com/"] }\n[accounts.g.imap]\nhost = "imap.gmail.com"\n'
    )

    oauth = load(tmp_path, text).accounts[0].oauth

    assert (oauth.device_code, oauth.rotates) == (has_codes, rotates)


def test_own_issuer_replaces_the_endpoints_of_the_preset(tmp_path: Path) -> None:
    text = '[accounts.f]\naddress = "a@x.test"\nprovider = "fastmail"\noauth.issuer = "https://id.x.test"\n'

    account = load(tmp_path, text).accounts[0]

    assert account.oauth.issuer == "https://id.x.test"
    assert account.oauth.endpoints.token is None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("imap.host =", "imap.hots =", 5, "accounts.me.imap.hots is not a known key; did you mean host?"),
        ("address =", "adress =", 2, "accounts.me.adress is not a known key; did you mean address?"),
        ("[accounts.me]", "[acounts.me]", 1, "acounts is not a known key; did you mean accounts?"),
        ("imap.host = ", "imap.tls = 'none'\nimap.host = ", 5, "accounts.me.imap.tls"),
        ("imap.host = ", "imap.port = '993'\nimap.host = ", 5, "expected a whole number, got text"),
        ("imap.host = ", "imap.port = 70000\nimap.host = ", 5, "between 1 and 65535"),
        ("imap.host = ", "imap.port = 0\nimap.host = ", 5, "between 1 and 65535"),
        ('"imap.example.test"', '"imap.example.test:993"', 5, "host name alone"),
        ("imap.host", "#", 1, "accounts.me.imap.host is missing"),
        ("smtp.host", "#", 1, "accounts.me.smtp.host is missing"),
        ("a@example.test", "a@exa mple", 2, "not a mail address"),
        ("https://id.example.test", "http://id.example.test", 3, "must begin with https://"),
        ("https://id.example.test", "https://u:p@id.example.test", 3, "of the form https://host/path"),
        ("https://id.example.test", "https://[", 3, "not an address"),
        ("https://id.example.test", "https://id.ex\u0430mple.test", 3, "of the form https://host/path"),
        ("oauth.issuer", "oauth.client_id", 1, "name the issuer"),
        ('read = ["r"]', "read = []", 4, "oauth.scopes.read is missing"),
        ('read = ["r"]', 'read = ["r r"]', 4, "is not a scope"),
        ('read = ["r"]', 'raed = ["r"]', 4, "did you mean read?"),
        ("oauth.issuer", "oauth.extra = {state = 'x'}\noauth.issuer", 3, "state is a parameter that tuimail sets"),
        ("oauth.issuer", "oauth.extra = {Redirect_URI = 'x'}\noauth.issuer", 3, "that tuimail sets itself"),
        (
            "oauth.issuer",
            "oauth.authorization_endpoint = 'https://id.example.test/auth?redirect_uri=https://evil.example/'\noauth.issuer",
            3,
            "oauth.authorization_endpoint may not set redirect_uri: tuimail sets it itself",
        ),
        ("oauth.issuer", "oauth.client_secret = 'x'\noauth.issuer", 3, 'client_secret_in = "keychain"'),
        ("oauth.issuer", "password = 'x'\noauth.issuer", 3, "a secret never belongs in this file"),
        ("oauth.issuer", "oauth.redirect_host = '0.0.0.0'\noauth.issuer", 3, "accounts.me.oauth.redirect_host"),
        ("oauth.issuer", "oauth.redirect_path = 'x?y'\noauth.issuer", 3, "redirect_path"),
        ("oauth.issuer", "provider = 'gogle'\noauth.issuer", 3, "did you mean google?"),
        ("oauth.issuer", "ca_file = 'gone.pem'\noauth.issuer", 3, "there is no file"),
        ("oauth.issuer", "ca_file = '~nobody-here/ca.pem'\noauth.issuer", 3, "there is no file"),
        ("oauth.issuer", 'login = "a\\u0001b"\noauth.issuer', 3, "one line of plain text"),
        ("[accounts.me]", "default_account = 'you'\n[accounts.me]", 1, "default_account names no account"),
        ("[accounts.me]", "[accounts.'m/e']", 1, "letters, digits"),
        ("[accounts.me]", "accounts = 3\n[ui]", 1, "there is no account"),
        ("[accounts.me]", "[ui]\nthem = 'x'\n[accounts.me]", 2, "did you mean theme?"),
        ("[accounts.me]", "[ui]\nkeys = 'vi'\n[accounts.me]", 2, "ui.keys must be default or mutt"),
        ("[accounts.me]", "[ui]\nsend_delay_s = -1\n[accounts.me]", 2, "ui.send_delay_s: expected"),
        ("[accounts.me]", "[ui]\nsend_delay_s = nan\n[accounts.me]", 2, "ui.send_delay_s: expected"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_line_and_key(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    error = refuse(tmp_path, SHORT.replace(old, new))

    assert error.kind is ErrorKind.BAD_PROFILE
    assert f"profile.toml:{line}: " in error.summary
    assert words in error.summary


def test_a_refused_secret_is_not_repeated(tmp_path: Path) -> None:
    error = refuse(tmp_path, SHORT + 'oauth.client_secret = "hunter2"\n')

    assert "hunter2" not in f"{error.summary} {error.detail} {error.__cause__!r}"


@pytest.mark.parametrize("provider", ["icloud", "gmx", "webde", "zoho", "yahoo", "aol"])
def test_providers_without_oauth_for_individuals_take_app_passwords(tmp_path: Path, provider: str) -> None:
    (account,) = load(tmp_path, f'[accounts.a]\naddress = "a@example.test"\nprovider = "{provider}"\n').accounts

    assert account.uses_password
    assert account.can_send
    assert not account.can_revoke
    assert account.password_page


def test_an_app_password_is_a_second_road_by_one_line(tmp_path: Path) -> None:
    lines = (
        '[accounts.a]\naddress = "a@gmail.com"\nprovider = "google"\nsign_in = "app_password"\noauth.client_id = "x"\n'
    )
    (account,) = load(tmp_path, lines).accounts

    assert account.sign_in is SignInMethod.APP_PASSWORD
    assert account.password_page == "https://myaccount.google.com/apppasswords"  # noqa: S105 (an address)
    assert str(account.smtp) == "smtp.gmail.com:465"


def test_an_app_password_needs_hosts_and_no_oauth_table(tmp_path: Path) -> None:
    lines = '[accounts.a]\naddress = "a@example.test"\nsign_in = "app_password"\nimap.host = "imap.example.test"\n'
    (account,) = load(tmp_path, lines).accounts

    assert account.provider == "imap.example.test"
    assert not account.can_send


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('provider = "yahoo"\noauth.client_id = "x"', 'add sign_in = "oauth"'),
        ('provider = "icloud"\nsign_in = "oauth"', "iCloud has no OAuth for mail"),
        ('sign_in = "app_password"', "imap.host is missing"),
        ('sign_in = "password"', "must be oauth or app_password"),
        ('imap.mechanism = "PLAIN"', "must be XOAUTH2 or OAUTHBEARER"),
    ],
)
def test_an_impossible_way_to_sign_in_is_named(tmp_path: Path, lines: str, words: str) -> None:
    error = refuse(tmp_path, f'[accounts.a]\naddress = "a@example.test"\n{lines}\n')

    assert words in error.summary


def test_googles_codes_are_never_for_mail_whatever_its_metadata_say(tmp_path: Path) -> None:
    lines = '[accounts.a]\naddress = "a@gmail.com"\nprovider = "google"\noauth.client_id = "x"\n'
    assert not load(tmp_path, lines).accounts[0].oauth.device_code
    assert load(tmp_path, lines.replace("google", "microsoft")).accounts[0].oauth.device_code


def test_yahoo_is_spoken_to_as_it_documents(tmp_path: Path) -> None:
    lines = '[accounts.a]\naddress = "a@yahoo.com"\nprovider = "yahoo"\n'
    assert load(tmp_path, lines).accounts[0].imap.mechanism == "OAUTHBEARER"


def test_a_secret_in_place_of_a_place_is_not_repeated(tmp_path: Path) -> None:
    error = refuse(tmp_path, SHORT + 'oauth.client_secret_in = "hunter2"\n')

    assert "client_secret_in must be keychain" in error.summary
    assert "hunter2" not in f"{error.summary} {error.detail} {error.__cause__!r} {error.__context__!r}"


def test_loopback_may_do_without_tls_at_the_provider(tmp_path: Path) -> None:
    for host in ("localhost:80", "127.0.0.1", "[::1]:8000"):
        assert load(tmp_path, SHORT.replace("https://id.example.test", f"http://{host}")).accounts


def test_broken_files_are_said_in_one_line(tmp_path: Path) -> None:
    for text, words in (("[accounts", "not valid TOML"), ("", "there is no account")):
        assert words in refuse(tmp_path, text).summary
    (tmp_path / "latin.toml").write_bytes(b"\n\n# \xe9\n")
    with pytest.raises(ConfigError, match=r"latin.toml:3: this is not UTF-8"):
        load_profile(tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match="no such file"):
        load_profile(tmp_path / "gone.toml")


def test_names_that_differ_by_case_only_are_refused(tmp_path: Path) -> None:
    error = refuse(tmp_path, SHORT + SHORT.replace("accounts.me", "accounts.ME"))

    assert "differ by case" in error.summary


def test_profile_text_is_cleaned(tmp_path: Path) -> None:
    account = load(tmp_path, SHORT + 'name = "Al\\u001b[31mice"\nsignature = "a\\u202eb"\n').accounts[0]

    assert "\x1b" not in account.name
    assert "\u202e" not in account.signature


@pytest.mark.parametrize("text", ["a = " + "[" * 20_000, "a = " + "9" * 5_000])
def test_values_without_end_are_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"profile\.toml: a value in this file is too long or too deep\."):
        load_profile(path)


def test_contacts_are_found_beside_the_profile_and_groups_have_people(tmp_path: Path) -> None:
    contacts = '[contacts]\nfiles = ["cards.vcf", "/srv/cards"]\n'
    text = f'{SHORT}\n{contacts}[groups]\nteam = ["A <a@x.test>, b@x.test", "c@x.test"]\n'

    profile = load(tmp_path, text)

    assert profile.contacts == (tmp_path / "cards.vcf", Path("/srv/cards"))
    ((name, members),) = profile.groups
    assert (name, [str(member) for member in members]) == ("team", ["A <a@x.test>", "b@x.test", "c@x.test"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[groups]\nteam = "a@x.test"\n', "groups.team must be a list of addresses."),
        ('[groups]\nteam = ["nobody"]\n', "groups.team: “nobody” is not a mail address."),
        ("[groups]\nteam = []\n", "groups.team: There is nobody in it."),
        ('[contacts]\nfile = ["x"]\n', "contacts.file is not a known key; did you mean files?"),
    ],
)
def test_a_group_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words in refuse(tmp_path, f"{SHORT}\n{text}").summary
