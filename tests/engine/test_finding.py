import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.config.providers import bundled_presets
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import ClientNeed
from tuimail.engine.finding import (
    MAIL_SCOPE,
    Findings,
    SignInServer,
    ascii_domain,
    guess_scopes,
    is_within,
    issuers_to_ask,
    outside,
    preset_of_domain,
    preset_of_mx,
    preset_of_servers,
    propose,
)

PRESETS = bundled_presets()


def server(host: str) -> Server:
    return Server(host=host, port=993, tls=Tls.IMPLICIT)


@pytest.mark.parametrize(
    ("address", "preset"),
    [
        ("a@gmail.com", "google"),
        ("a@outlook.com", "microsoft"),
        ("a@fastmail.com", "fastmail"),
        ("a@yandex.ru", "yandex"),
        ("a@mail.ru", "mailru"),
        ("a@yahoo.com", "yahoo"),
        ("a@icloud.com", "icloud"),
        ("a@web.de", "webde"),
        ("a@example.org", None),
        ("a@notgmail.com", None),
        ("a@mail.gmail.com", None),
    ],
)
def test_an_address_is_known_by_its_whole_domain(address: str, preset: str | None) -> None:
    assert preset_of_domain(ascii_domain(address), PRESETS) == preset


def test_no_domain_belongs_to_two_providers() -> None:
    domains = [domain for preset in PRESETS.values() for domain in preset.domains]

    assert len(domains) == len(set(domains))


@pytest.mark.parametrize(
    ("host", "preset"),
    [
        ("aspmx.l.google.com", "google"),
        ("example-org.mail.protection.outlook.com", "microsoft"),
        ("in1-smtp.messagingengine.com", "fastmail"),
        ("mx.yandex.net", "yandex"),
        ("mx01.mail.icloud.com", "icloud"),
        ("aspmx.l.evilgoogle.com", None),
        ("google.com.evil.test", None),
    ],
)
def test_the_host_that_takes_the_mail_in_tells_who_hosts_it(host: str, preset: str | None) -> None:
    assert preset_of_mx([host], PRESETS) == preset


def test_a_providers_own_hosts_and_issuer_lead_to_its_preset() -> None:
    assert preset_of_servers([server("imap.gmail.com")], "", PRESETS) == "google"
    assert preset_of_servers([server("imap.example.org")], "https://accounts.google.com", PRESETS) == "google"
    assert preset_of_servers([server("imap.example.org")], "https://example.org", PRESETS) is None


def test_international_domains_are_asked_for_in_ascii() -> None:
    assert ascii_domain("a@bücher.example") == "xn--bcher-kva.example"
    assert ascii_domain("a@" + "x" * 70 + ".test") == ""


@pytest.mark.parametrize(
    ("supported", "read", "send"),
    [
        ({"openid", "email", "offline_access", MAIL_SCOPE, "admin"}, (MAIL_SCOPE,), (MAIL_SCOPE,)),
        ({"openid", "mail.read", "mail.send"}, ("mail.read",), ("mail.send",)),
        ({"https://x/IMAP.Access", "https://x/SMTP.Send"}, ("https://x/IMAP.Access",), ("https://x/SMTP.Send",)),
        ({"openid", "email", "offline_access", "profile"}, ("email",), ("email",)),
        (set(), (), ()),
    ],
)
def test_scopes_are_guessed_and_never_all_asked_for(
    supported: set[str], read: tuple[str, ...], send: tuple[str, ...]
) -> None:
    scopes = guess_scopes(frozenset(supported))

    assert (scopes.read, scopes.send) == (read, send)
    assert "admin" not in scopes.asked_for(("identity", "read", "send"))  # type: ignore[arg-type]  # words of the enum
    assert "profile" not in scopes.identity


def test_a_server_that_registers_clients_needs_nothing_more() -> None:
    sign_in = SignInServer(
        issuer="https://a.test", scopes=frozenset({"openid", "offline_access", MAIL_SCOPE}), registers=True
    )

    proposal = propose("me@a.test", Findings(imap=server("a.test"), sign_in=sign_in), PRESETS)

    assert proposal.client is ClientNeed.REGISTERS
    assert proposal.wants_consent
    assert proposal.is_complete
    assert proposal.outside == ()


def test_servers_outside_the_domain_that_dns_named_want_a_yes() -> None:
    found = Findings(imap=server("imap.evil.test"), smtp=server("smtp.a.test"))

    by_dns = propose("me@a.test", replace(found, is_signed=False), PRESETS)
    by_file = propose("me@a.test", found, PRESETS)

    assert by_dns.outside == ("imap.evil.test",)
    assert by_file.outside == ()


def test_metadata_are_looked_for_at_the_domain_and_its_own_hosts_alone() -> None:
    hosts = [server("mail.a.test"), server("mail.other.test"), None]

    assert issuers_to_ask("a.test", hosts) == ("https://a.test", "https://mail.a.test")


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "custom"])
def test_every_preset_makes_a_proposal(name: str) -> None:
    proposal = propose("me@a.test", Findings(preset=name, imap=server("a.test"), smtp=server("a.test")), PRESETS)

    assert proposal.is_complete
    assert (proposal.sign_in is SignInMethod.APP_PASSWORD) == (proposal.client is ClientNeed.NONE)
    assert proposal.guide


def test_nothing_found_is_an_empty_form() -> None:
    proposal = propose("me@a.test", Findings(), PRESETS)

    assert not proposal.is_complete
    assert proposal.scopes == ScopeSets()


@given(st.text(), st.text())
def test_a_host_is_within_a_domain_only_below_it(host: str, domain: str) -> None:
    assert is_within(f"x.{domain}", domain)
    if host:
        assert not is_within(f"{host}x", f"y{host}x")


@given(st.lists(st.sampled_from(["a.test", "b.a.test", "xa.test", "c.test"])))
def test_outside_names_each_host_once(hosts: list[str]) -> None:
    named = outside([server(host) for host in hosts], "a.test")

    assert set(named) == set(hosts) & {"xa.test", "c.test"}
    assert len(named) == len(set(named))
