"""Fixtures of the real servers. Missing programs skip these tests by name; in CI they fail them instead."""

from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.keyring import KeyringState
from tests.real.bed.programs import REQUIRE, is_required, missing
from tests.real.mini_client import MiniClient

_HERE = Path(__file__).parent
_desk_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all of these, so that the servers start once."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.xdist_group("real"))
            # Every wait has a deadline of its own, which says more when it ends.
            item.add_marker(pytest.mark.timeout(300))
    # First, since the one worker that runs them is busy longest.
    items.sort(key=lambda item: item.get_closest_marker("real") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows its terminals and the servers' logs; skipped ones share one line of the summary."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and _HERE in item.path.parents:
        report.longrepr = (__file__, 1, report.longrepr[2])
    fixtures = getattr(item, "funcargs", {})
    if report.failed and _HERE in item.path.parents:
        desk, bed = fixtures.get("desk"), fixtures.get("bed")
        if isinstance(desk, Desk):
            desk.keep_pictures(item.name)
            report.sections += list(desk.screens().items())
        if isinstance(bed, Bed):
            report.sections.append(("servers", bed.logs()))
    return report


@pytest.fixture(scope="session")
def servers() -> Iterator[Bed]:
    """All servers, started once; where one is missing, nothing is tried."""
    if absent := missing():
        words = "the real servers need " + "; ".join(absent)
        if is_required():
            pytest.fail(f"{words} ({REQUIRE}=1)", pytrace=False)
        pytest.skip(words)
    bed = Bed()
    try:
        bed.start()
        yield bed
    finally:
        bed.stop()


@pytest.fixture
def bed(servers: Bed) -> Bed:
    """The servers with Alice's mail seeded, Bob's mailbox empty, and every knob at rest."""
    servers.reset()
    return servers


@pytest.fixture
def client(bed: Bed) -> MiniClient:
    """A client of our own at these servers."""
    return MiniClient(bed)


@pytest.fixture
def open_desk(bed: Bed) -> Iterator[Callable[[KeyringState], Desk]]:
    """Sets up a fresh home with the keychain in a chosen state."""
    desks: list[Desk] = []

    def opened(state: KeyringState) -> Desk:
        folder = bed.folder / f"desk{next(_desk_numbers)}"
        folder.mkdir()
        desk = Desk(bed, folder)
        desks.append(desk)
        desk.sit_down(state)
        return desk

    yield opened
    for desk in desks:
        desk.leave()


@pytest.fixture
def desk(open_desk: Callable[[KeyringState], Desk], request: pytest.FixtureRequest) -> Desk:
    """A fresh home; its keychain is unlocked unless the test is parametrized indirectly with another state."""
    return open_desk(getattr(request, "param", KeyringState.UNLOCKED))
