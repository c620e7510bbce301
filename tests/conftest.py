"""What holds for every test."""

from collections.abc import Generator

import hypothesis
import pytest

from tests.mime.corpus import corpus_folder
from tests.real.bed.programs import REQUIRE, is_required

# A single example may take long on a machine that does other things as well; that says nothing about our code.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without mails that others wrote, what is about them is no part of the run."""
    if corpus_folder() is None:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("corpus")])
        items[:] = [item for item in items if not item.get_closest_marker("corpus")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is said to be there, as in CI, a skipped test is a failure."""
    report = yield
    if is_required() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although {REQUIRE}=1: {report.longreprtext}"
    return report
