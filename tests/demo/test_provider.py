import os
import socket
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.demo.conftest import NOW
from tuimail.demo.provider import DemoProvider, translating
from tuimail.domain.errors import ConfigError, Remedy

BLOCKED = """
import sys
sys.modules["{library}"] = None
from tuimail.domain.errors import ConfigError
try:
    import tuimail.demo.provider
except ConfigError as error:
    print(error.summary)
"""


def test_account_names_its_own_servers(provider: DemoProvider) -> None:
    account = provider.account

    assert (account.id, account.address) == ("demo", "robin@example.org")
    assert account.oauth.client_id == "tuimail-demo"
    assert account.oauth.scopes.separate
    assert account.imap.host == "127.0.0.1"
    assert account.smtp is not None


def test_servers_show_the_demo_certificate_for_both_names(provider: DemoProvider) -> None:
    account = provider.account
    trust = ssl.create_default_context(cafile=account.ca_file)
    assert account.smtp
    ports = (urlsplit(account.oauth.issuer or "").port, account.imap.port, account.smtp.port)

    for port in ports:
        for name in ("localhost", "127.0.0.1"):
            with (
                socket.create_connection(("127.0.0.1", port or 0), timeout=5) as plain,
                trust.wrap_socket(plain, server_hostname=name) as wrapped,
            ):
                assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}


def test_stopping_closes_every_port_and_leaves_no_file() -> None:
    provider = DemoProvider().start(NOW)
    account = provider.account
    folder = Path(account.ca_file or "").parent
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {"demo-ca.pem", "lock"}

    provider.stop()
    provider.stop()

    assert not folder.exists()
    assert provider.live_tokens() == frozenset()
    for port in (urlsplit(account.oauth.issuer or "").port, account.imap.port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port or 0), timeout=5)


def test_two_providers_live_side_by_side() -> None:
    now = datetime.now(UTC)
    with DemoProvider().start(now) as one, DemoProvider().start(now) as other:
        assert one.account.oauth.issuer != other.account.oauth.issuer
        assert one.account.ca_file != other.account.ca_file


@pytest.mark.parametrize("library", ["pymap", "aiosmtpd"])
def test_missing_extra_is_told_in_one_line(library: str) -> None:
    program = BLOCKED.format(library=library)

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)

    assert run.stdout.strip() == "the demo needs the extra: pip install 'tuimail[demo]'"


def test_missing_extra_asks_for_the_configuration_to_be_fixed() -> None:
    with pytest.raises(ConfigError) as caught, translating():
        raise ModuleNotFoundError("No module named 'pymap'")

    assert caught.value.remedy is Remedy.FIX_CONFIG
