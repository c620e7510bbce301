from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from tests.demo.client import Client
from tuimail.demo.ledger import ACCESS_LIFETIME_S
from tuimail.demo.provider import DemoProvider

NOW = datetime(2026, 5, 20, 18, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture(scope="session")
def running() -> Iterator[DemoProvider]:
    with DemoProvider(answer_delay_s=0.05).start(NOW) as started:
        yield started


@pytest.fixture
def provider(running: DemoProvider) -> DemoProvider:
    """One provider for all, with nothing granted and every switch as at its start."""
    running.revoke_all()
    running.set_access_lifetime(ACCESS_LIFETIME_S)
    running.token_endpoint_down(False)
    return running


@pytest.fixture
def client(provider: DemoProvider) -> Iterator[Client]:
    with Client(provider.account) as made:
        yield made
