"""Jobs end exactly once."""

import pytest

from tuimail.api.commands import ListAccounts
from tuimail.api.events import Cancelled, Event, Failed, Finished
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy
from tuimail.domain.ids import CommandId
from tuimail.engine.job import GivenUpError, Job


def _job() -> tuple[Job, list[Event]]:
    told: list[Event] = []
    return Job(CommandId(3), ListAccounts(), told.append), told


def test_only_the_first_ending_counts() -> None:
    job, told = _job()

    job.finish("done")
    job.give_up()

    assert told == [Finished(command=CommandId(3), words="done")]


def test_our_errors_cross_as_problems() -> None:
    job, told = _job()

    def work(_job: Job) -> None:
        raise NetworkError(ErrorKind.OFFLINE, "No network.", remedy=Remedy.WAIT)

    job.run(work)

    assert isinstance(told[0], Failed)
    assert told[0].problem.summary == "No network."


def test_an_unforeseen_error_shows_nothing_of_its_text() -> None:
    job, told = _job()

    def work(_job: Job) -> None:
        raise ValueError("secret-token-1234")

    job.run(work)

    assert isinstance(told[0], Failed)
    assert told[0].problem.remedy is Remedy.REPORT
    assert "secret-token" not in repr(told[0])


def test_a_cancelled_job_stops_at_its_next_step() -> None:
    job, told = _job()
    job.cancel()

    with pytest.raises(GivenUpError):
        job.check()
    job.run(lambda _job: None)

    assert told == [Cancelled(command=CommandId(3))]


def test_a_job_past_its_point_of_no_return_goes_through() -> None:
    job, told = _job()
    job.go_through()
    job.cancel()

    job.run(lambda job: job.finish("all of it"))

    assert told == [Finished(command=CommandId(3), words="all of it")]


def test_a_reaction_to_a_cancel_that_already_happened_runs_at_once() -> None:
    job, _told = _job()
    job.cancel()
    closed: list[str] = []

    job.on_cancel(lambda: closed.append("listener"))

    assert closed == ["listener"]
