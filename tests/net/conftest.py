import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.fakes.certificates import Certificate, make_certificate
from tests.fakes.wire_server import Peer, WireServer
from tuimail.domain.account import Tls

Serve = Callable[..., WireServer]


@cache
def trust(certificate: Certificate) -> ssl.SSLContext:
    """The client's context, made once for all connections."""
    return certificate.client_context()


def after(event: threading.Event, act: Callable[[], None]) -> threading.Thread:
    """A thread that acts once the event is set."""

    def run() -> None:
        if event.wait(5):
            act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def serve(certificate: Certificate) -> Iterator[Serve]:
    """Starts servers that end with the test."""
    with ExitStack() as servers:

        def start(script: Callable[[Peer], None], *, tls: Tls | None = Tls.IMPLICIT) -> WireServer:
            return servers.enter_context(WireServer(script, certificate.server_context(), tls=tls))

        yield start
