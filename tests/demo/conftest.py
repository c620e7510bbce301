from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from tests.demo.client import Client
from tuimail.demo.provider import DemoProvider

NOW = datetime(2026, 5, 20, 18, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def provider() -> Iterator[DemoProvider]:
    with DemoProvider(answer_delay_s=0.05).start(NOW) as running:
        yield running


@pytest.fixture
def client(provider: DemoProvider) -> Iterator[Client]:
    with Client(provider.account) as made:
        yield made
