"""What all IMAP tests begin with."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.certificates import Certificate
from tests.net.conftest import trust
from tuimail.domain.account import Server
from tuimail.net.imap.session import ImapSession


@contextmanager
def session_with(address: Server, certificate: Certificate, *, timeout_s: float = 5.0) -> Iterator[ImapSession]:
    session = ImapSession.connect(address, trust(certificate), timeout_s=timeout_s)
    try:
        yield session
    finally:
        session.close()
