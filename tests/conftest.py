"""What holds for every test."""

from collections.abc import Generator

import pytest

from tests.real.bed.programs import REQUIRE, is_required


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is said to be there, as in CI, a skipped test is a failure."""
    report = yield
    if is_required() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although {REQUIRE}=1: {report.longreprtext}"
    return report
