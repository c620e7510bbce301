from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tuimail.domain.draft import Draft, DraftAttachment, OutgoingMail, check_draft
from tuimail.domain.ids import AccountId, DraftId
from tuimail.domain.mail_size import mail_size, too_large
from tuimail.mime.compose import build

DRAFT = Draft(id=DraftId("d"), account=AccountId("a"), sender="a@x.example", to="b@x.example", subject="s", text="t")


@pytest.mark.parametrize("count", [0, 10_000, 3_000_000])
def test_the_size_is_about_that_of_the_mail(count: int) -> None:
    file = DraftAttachment(name="f.bin", content_type="application/octet-stream", data=b"x" * count)
    draft = replace(DRAFT, attachments=(file,) if count else ())
    mail = check_draft(draft)
    assert isinstance(mail, OutgoingMail)
    built = build(mail, date=datetime(2026, 3, 4, tzinfo=UTC), message_id="<1@x.example>")

    assert abs(mail_size(draft) - len(built.data)) < 500 + len(built.data) * 0.002


def test_what_is_too_large_is_told_with_both_figures_and_where_it_is_mended() -> None:
    file = DraftAttachment(name="f.bin", content_type="video/mp4", data=b"x" * 20_000_000)
    problem = too_large(replace(DRAFT, attachments=(file,)), 25_000_000)

    assert problem is not None
    assert (problem.field, problem.words) == (
        "attachments",
        "This mail is about 27 MB; the server takes 25 MB.",
    )
    assert not problem.is_question
    assert too_large(DRAFT, 25_000_000) is None
    assert too_large(replace(DRAFT, attachments=(file,)), 0) is None
