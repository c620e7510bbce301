"""Fixtures for the OAuth room."""

import secrets
import ssl
from collections.abc import Callable, Iterator

import pytest

from tests.fakes.authorization_server import AuthorizationServer
from tuimail.domain.account import OAuthSettings
from tuimail.domain.scope import ScopeSets
from tuimail.oauth.flow import LoginFlow
from tuimail.oauth.http import OAuthHttp
from tuimail.oauth.metadata import Metadata

REDIRECT = "http://127.0.0.1:40000/callback"
SCOPES = ScopeSets(identity=("openid", "email"), read=("mail.read",), send=("mail.send",))


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        yield running


@pytest.fixture(scope="session")
def trust() -> ssl.SSLContext:
    """The system's trust, read once: it takes longer than most tests."""
    return ssl.create_default_context()


@pytest.fixture
def http(trust: ssl.SSLContext) -> Iterator[OAuthHttp]:
    opened = OAuthHttp(trust)
    yield opened
    opened.close()


@pytest.fixture
def metadata() -> Metadata:
    return make_metadata()


@pytest.fixture
def make_flow() -> Callable[..., LoginFlow]:
    def make(metadata: Metadata, scopes: tuple[str, ...] = ("openid", "mail.read"), **more: object) -> LoginFlow:
        settings = {"client_id": "client-1", "random": secrets.token_urlsafe, **more}
        return LoginFlow(metadata=metadata, scopes=scopes, **settings)  # type: ignore[arg-type] # one test's own choice

    return make


def make_metadata(
    issuer: str | None = "https://login.example.test", *, sends_iss: bool = False, path: str = "/authorize"
) -> Metadata:
    """Metadata of a provider that no test speaks to."""
    return Metadata(
        issuer=issuer,
        authorization_endpoint=f"https://login.example.test{path}",
        token_endpoint="https://login.example.test/token",  # noqa: S106 (an address)
        iss_parameter_supported=sends_iss,
    )


def settings_for(issuer: str | None, **more: object) -> OAuthSettings:
    """A profile's OAuth part."""
    return OAuthSettings(issuer=issuer, scopes=SCOPES, **more)  # type: ignore[arg-type] # one test's own choice
