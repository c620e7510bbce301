"""Marks of drafts that are in a composer."""

from tuimail.domain.ids import DraftId
from tuimail.store.being_written import BeingWritten
from tuimail.store.db import Database

ONE, OTHER = DraftId("a" * 32), DraftId("b" * 32)


def test_marks_are_taken_once(db: Database) -> None:
    marks = BeingWritten(db)
    marks.mark(ONE)
    marks.mark(OTHER)
    marks.mark(ONE)

    assert BeingWritten(db).take() == {ONE, OTHER}
    assert marks.take() == frozenset()


def test_a_draft_that_was_left_has_no_mark(db: Database) -> None:
    marks = BeingWritten(db)
    marks.mark(ONE)
    marks.mark(OTHER)
    marks.unmark(ONE)
    marks.unmark(ONE)

    assert marks.take() == {OTHER}
