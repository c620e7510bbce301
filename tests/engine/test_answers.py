"""Answers as the engine begins them: to whom, as whom, and what is said of it."""

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig
from tests.engine.test_deeds import opened
from tuimail.api.commands import AnswerKind, BeginAnswer
from tuimail.api.events import DraftOpened
from tuimail.domain.before_sending import questions_before_sending
from tuimail.domain.draft import OutgoingMail, check_draft

LISTED = (
    b"From: Ada <ada@example.org>\r\nTo: bees@lists.example\r\nReply-To: bees@lists.example\r\n"
    b"List-Id: <bees.lists.example>\r\nList-Post: <mailto:bees@lists.example>\r\nSubject: Swarm\r\n"
    b"Message-ID: <1@example.org>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n\r\nThey swarm.\r\n"
)
TO_A_WHOLE_DOMAIN = (
    b"From: shop@shops.example\r\nTo: shop@own.test, bob@example.org\r\nCc: other@own.test\r\nSubject: Order\r\n"
    b"Message-ID: <2@example.org>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n\r\nThanks.\r\n"
)


def questions(event: DraftOpened) -> list[str]:
    mail = check_draft(replace(event.draft, text="Fine."))
    assert isinstance(mail, OutgoingMail)
    return [question.words for question in questions_before_sending(mail)]


def test_a_list_that_wants_its_answers_is_told_and_asked_about(rig: Rig) -> None:
    heard, (row,) = opened(rig, LISTED)

    plain = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY), DraftOpened)
    listed = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY_LIST), DraftOpened)

    assert (plain.draft.to, listed.draft.to) == ("bees@lists.example", "bees@lists.example")
    (note,) = plain.notes
    assert "ada@example.org is its author alone" in note
    assert questions(plain) == [
        "Everybody on the list bees@lists.example will read this, not ada@example.org alone. Send it there?"
    ]
    assert (listed.notes, questions(listed)) == ((), [])


def test_mail_to_a_domain_of_ones_own_is_answered_from_the_address_it_came_to(rig: Rig) -> None:
    rig.account = rig.make_account(name="Alice", own_domains=frozenset({"own.test"}))
    heard, (row,) = opened(rig, TO_A_WHOLE_DOMAIN)

    event = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.REPLY_ALL), DraftOpened)

    assert event.draft.sender == "Alice <shop@own.test>"
    assert (event.draft.to, event.draft.cc) == ("shop@shops.example, bob@example.org", "")
    assert questions(event) == []
