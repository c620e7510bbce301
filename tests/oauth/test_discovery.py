"""Finding a provider's endpoints, and registering with it."""

import json
import socket
from pathlib import Path

import pytest

from tests.fakes.authorization_server import AuthorizationServer, Reply, json_reply
from tests.fakes.certificates import make_certificate
from tests.oauth.conftest import settings_for
from tuimail.domain.account import Endpoints
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind, Remedy
from tuimail.oauth.discovery import find_metadata, register
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata, well_known_urls
from tuimail.oauth.refusals import ProviderUnreachable

OAUTH = "/.well-known/oauth-authorization-server"
OIDC = "/.well-known/openid-configuration"
GONE = Reply(status=404, body=b"no", content_type="text/plain")


def problem_of(http: OAuthHttp, server: AuthorizationServer) -> AuthError:
    with pytest.raises(AuthError) as caught:
        find_metadata(http, settings_for(server.issuer))
    return caught.value


def test_issuer_path_goes_last_for_oauth_and_first_for_openid() -> None:
    assert well_known_urls("https://id.example.test/realms/work") == (
        "https://id.example.test/.well-known/oauth-authorization-server/realms/work",
        "https://id.example.test/realms/work/.well-known/openid-configuration",
    )
    assert well_known_urls("https://id.example.test/") == (
        "https://id.example.test/.well-known/oauth-authorization-server",
        "https://id.example.test/.well-known/openid-configuration",
    )


def test_metadata_is_found_where_rfc_8414_puts_it(http: OAuthHttp) -> None:
    with AuthorizationServer(path="/realms/work") as server:
        found = find_metadata(http, settings_for(server.issuer))

    assert found.issuer == server.issuer
    assert found.token_endpoint == f"{server.base}/token"
    assert found.iss_parameter_supported
    assert found.id_token_algorithms == ("ES256",)
    assert "mail.send" in found.scopes_supported
    assert [request.path for request in server.requests] == [f"{OAUTH}/realms/work"]


def test_only_what_can_be_a_scope_is_taken_for_one(http: OAuthHttp, server: AuthorizationServer) -> None:
    """They are proposed to the person in a field that shows what it is given."""
    found = find_metadata(http, settings_for(server.issuer))
    hostile = ["imap\x1b]0;title\x07", "imap https://elsewhere.example", "imap\u202e", "x" * 1000, "", "mail.read"]
    document = {
        "issuer": server.issuer,
        "authorization_endpoint": found.authorization_endpoint,
        "token_endpoint": found.token_endpoint,
        "scopes_supported": hostile,
    }
    server.script(OAUTH, json_reply(document))

    assert find_metadata(http, settings_for(server.issuer)).scopes_supported == {"mail.read"}


def test_metadata_is_found_where_openid_puts_it(http: OAuthHttp) -> None:
    with AuthorizationServer(path="/realms/work") as server:
        server.script(f"{OAUTH}/realms/work", GONE)
        found = find_metadata(http, settings_for(server.issuer))

    assert found.issuer == server.issuer
    assert server.requests[-1].path == f"/realms/work{OIDC}"


def test_start_page_in_place_of_a_document_is_passed_over(http: OAuthHttp, server: AuthorizationServer) -> None:
    server.script(OAUTH, Reply(body=b"<html>welcome</html>", content_type="text/html"))

    assert find_metadata(http, settings_for(server.issuer)).issuer == server.issuer


@pytest.mark.parametrize("stated", ["{issuer}/", "https://evil.example.test", None, 7])
def test_document_of_another_issuer_is_refused(http: OAuthHttp, server: AuthorizationServer, stated: object) -> None:
    server.document["issuer"] = stated.format(issuer=server.issuer) if isinstance(stated, str) else stated

    assert problem_of(http, server).kind is ErrorKind.BAD_METADATA


def test_host_wide_document_does_not_hide_the_issuers_own(http: OAuthHttp, server: AuthorizationServer) -> None:
    server.script(OAUTH, json_reply({**server.document, "issuer": "https://elsewhere.example.test"}))

    assert find_metadata(http, settings_for(server.issuer)).issuer == server.issuer


def test_redirect_of_the_document_is_not_followed(http: OAuthHttp, server: AuthorizationServer) -> None:
    moved = Reply(status=302, headers={"Location": f"{server.base}/elsewhere"})
    server.script(OAUTH, moved)
    server.script(OIDC, moved)

    assert problem_of(http, server).kind is ErrorKind.BAD_METADATA
    assert not server.seen("/elsewhere")


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        "http://example.test/x",
        "ftp://example.test/x",
        "javascript:alert(1)",
        "https://user@example.test/x",
        "https://example.test\\@evil.test/",
        "https://example.test/\nx",
        "https://",
        "https://example.test:0/",
        "https://example.test:99999/",
        17,
    ],
)
def test_unsafe_endpoint_is_refused(http: OAuthHttp, server: AuthorizationServer, name: str, address: object) -> None:
    server.document[name] = address

    error = problem_of(http, server)

    assert error.kind is ErrorKind.BAD_METADATA
    assert "\n" not in error.detail


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
def test_document_without_a_needed_endpoint_is_refused(http: OAuthHttp, server: AuthorizationServer, name: str) -> None:
    del server.document[name]

    assert problem_of(http, server).kind is ErrorKind.BAD_METADATA


@pytest.mark.parametrize("methods", [["plain"], [], "S256", None])
def test_provider_without_s256_is_refused_when_it_says_so(
    http: OAuthHttp, server: AuthorizationServer, methods: object
) -> None:
    server.document["code_challenge_methods_supported"] = methods

    if methods is None:
        assert find_metadata(http, settings_for(server.issuer)).issuer
    else:
        assert "PKCE" in problem_of(http, server).summary


def test_required_pushed_requests_end_in_a_clear_message(http: OAuthHttp, server: AuthorizationServer) -> None:
    server.document["require_pushed_authorization_requests"] = True

    error = problem_of(http, server)

    assert error.kind is ErrorKind.NOT_IN_THIS_VERSION
    assert "pushed" in error.summary


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        (["none", "HS256", "RS256"], ("RS256",)),
        (["none"], ()),
        (["ES256", "PS256"], ("ES256", "PS256")),
        (None, ("RS256",)),
    ],
)
def test_only_signatures_of_the_providers_own_key_are_kept(
    http: OAuthHttp, server: AuthorizationServer, named: object, kept: tuple[str, ...]
) -> None:
    server.document["id_token_signing_alg_values_supported"] = named

    assert find_metadata(http, settings_for(server.issuer)).id_token_algorithms == kept


def test_endpoints_of_the_profile_win_over_discovered_ones(http: OAuthHttp, server: AuthorizationServer) -> None:
    named = Endpoints(token="https://own.example.test/token")  # noqa: S106 (an address)

    found = find_metadata(http, settings_for(server.issuer, endpoints=named))

    assert found.token_endpoint == "https://own.example.test/token"  # noqa: S105 (an address)
    assert found.authorization_endpoint == f"{server.base}/authorize"


def test_named_endpoints_need_no_issuer_and_no_request(http: OAuthHttp) -> None:
    named = Endpoints(authorization="https://a.example.test/auth", token="https://a.example.test/token")  # noqa: S106 (an address)

    found = find_metadata(http, settings_for(None, endpoints=named))

    assert found.issuer is None
    assert found.revocation_endpoint is None


def test_named_endpoints_serve_where_the_issuer_publishes_nothing(http: OAuthHttp, server: AuthorizationServer) -> None:
    named = Endpoints(authorization="https://a.example.test/auth", token="https://a.example.test/token")  # noqa: S106 (an address)
    server.script(OAUTH, GONE)
    server.script(OIDC, GONE)

    assert find_metadata(http, settings_for(server.issuer, endpoints=named)).issuer == server.issuer


@pytest.mark.parametrize(
    ("issuer", "named"),
    [
        ("http://login.example.test", Endpoints()),
        ("https://login.example.test?x=1", Endpoints()),
        (None, Endpoints()),
        (None, Endpoints(authorization="https://a.example.test/auth")),
        (None, Endpoints(authorization="http://a.example.test/auth", token="https://a.example.test/t")),  # noqa: S106 (an address)
    ],
)
def test_profile_with_unusable_addresses_is_a_config_error(
    http: OAuthHttp, issuer: str | None, named: Endpoints
) -> None:
    with pytest.raises(ConfigError) as caught:
        find_metadata(http, settings_for(issuer, endpoints=named))

    assert caught.value.remedy is Remedy.FIX_CONFIG


def test_overloaded_provider_is_waited_for(http: OAuthHttp, server: AuthorizationServer) -> None:
    server.script(OAUTH, json_reply({}, 503, retry_after="9"))

    error = problem_of(http, server)

    assert isinstance(error, ProviderUnreachable)
    assert error.retry_after_s == 9
    assert error.remedy is Remedy.WAIT


@pytest.mark.parametrize("authority", ["127.0.0.1:9", "nowhere.invalid"])
def test_words_of_the_operating_system_are_not_quoted_as_the_providers(http: OAuthHttp, authority: str) -> None:
    with pytest.raises(ProviderUnreachable) as caught:
        find_metadata(http, settings_for(f"https://{authority}"))

    assert caught.value.summary.endswith(" cannot be reached for the sign-in.")
    assert caught.value.detail == ""


def test_untrusted_certificate_is_refused_and_nothing_is_sent(http: OAuthHttp, tmp_path: Path) -> None:
    with AuthorizationServer(tls=make_certificate(tmp_path).server_context()) as server:
        error = problem_of(http, server)

    assert error.kind is ErrorKind.TLS_FAILED
    assert "not secure" in error.summary
    assert server.requests == []


def test_certificate_of_the_accounts_own_anchor_is_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    http = OAuthHttp(certificate.client_context())

    with AuthorizationServer(tls=certificate.server_context()) as server:
        found = find_metadata(http, settings_for(server.issuer))
        http.close()

    assert found.token_endpoint.startswith("https://")


def test_context_that_mail_uses_too_offers_no_http(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    shared, answering = certificate.client_context(), certificate.server_context()
    answering.set_alpn_protocols(["http/1.1"])
    http = OAuthHttp(shared)

    with AuthorizationServer(tls=answering) as server:
        find_metadata(http, settings_for(server.issuer))
        address = ("127.0.0.1", int(server.base.rpartition(":")[2]))
        with socket.create_connection(address) as plain, shared.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
            assert tls.selected_alpn_protocol() is None
        http.close()


def test_expired_certificate_is_refused(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, days=(-9, -2))
    http = OAuthHttp(certificate.client_context())

    with AuthorizationServer(tls=certificate.server_context()) as server:
        error = problem_of(http, server)
        http.close()

    assert error.kind is ErrorKind.TLS_FAILED
    assert "expired" in error.detail


def test_registration_asks_to_be_a_public_native_client(http: OAuthHttp, server: AuthorizationServer) -> None:
    metadata = find_metadata(http, settings_for(server.issuer))

    client_id = register(http, metadata, ("http://127.0.0.1/callback",), scopes=("openid", "mail.read"))

    assert client_id == "registered-1"
    (request,) = server.seen("/register")
    asked = json.loads(request.body)
    assert asked["token_endpoint_auth_method"] == "none"  # noqa: S105 (the name of a method)
    assert asked["grant_types"] == ["authorization_code", "refresh_token"]
    assert asked["redirect_uris"] == ["http://127.0.0.1/callback"]
    assert asked["application_type"] == "native"
    assert asked["client_name"] == "tuimail"
    assert asked["software_id"]
    assert asked["scope"] == "openid mail.read"


def test_provider_without_registration_wants_a_client_id_of_the_users(http: OAuthHttp, metadata: Metadata) -> None:
    with pytest.raises(AuthError) as caught:
        register(http, metadata, ("http://127.0.0.1/callback",))

    assert caught.value.kind is ErrorKind.NO_CLIENT_ID


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_reply({"error": "invalid_redirect_uri"}, 400), ErrorKind.PROVIDER_REFUSED),
        (json_reply({"client_id": ""}, 201), ErrorKind.PROVIDER_REFUSED),
        (json_reply({"client_id": "a\x1b]0;title\x07"}, 201), ErrorKind.PROVIDER_REFUSED),
        (json_reply({"client_id": "x" * 500_000}, 201), ErrorKind.PROVIDER_REFUSED),
        (
            json_reply({"client_id": "x", "token_endpoint_auth_method": "client_secret_basic"}, 201),
            ErrorKind.PROVIDER_REFUSED,
        ),
        (json_reply(["client_id"], 201), ErrorKind.PROVIDER_REFUSED),
        (Reply(status=500), ErrorKind.PROVIDER_UNREACHABLE),
    ],
)
def test_refused_registration_says_so(
    http: OAuthHttp, server: AuthorizationServer, reply: Reply, kind: ErrorKind
) -> None:
    metadata = find_metadata(http, settings_for(server.issuer))
    server.script("/register", reply)

    with pytest.raises(AuthError) as caught:
        register(http, metadata, ("http://127.0.0.1/callback",))

    assert caught.value.kind is kind
