"""Drafts from the server, whoever wrote them."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.domain.address import Address
from tuimail.domain.clean import clean_block, clean_line
from tuimail.domain.draft import Draft, DraftAttachment, DraftKind, as_kept
from tuimail.domain.ids import AccountId, DraftId
from tuimail.domain.own import Own
from tuimail.mime.compose import build
from tuimail.mime.continued import CUT, NO_FORMAT, continued

WORK = AccountId("work")
ANN = Address(name="Ann", spec="ann@example.test")
OWN = Own(addresses=(ANN, Address(spec="ann.alias@example.test")), domains=frozenset({"own.test"}))
AT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def there_and_back(draft: Draft) -> Draft:
    """What another window makes of the copy of a draft."""
    mail = as_kept(draft, sender=ANN)
    raw = build(mail, date=AT, message_id="<d.1@example.test>", flowed=True, keeps_bcc=True).data
    return continued(raw, own=OWN, account=WORK, draft_id=draft.id)[0]


def test_a_draft_comes_back_with_everything_that_was_typed() -> None:
    draft = Draft(
        id=DraftId("d"),
        account=WORK,
        kind=DraftKind.REPLY,
        sender="ann.alias@example.test",
        to="Bob <bob@example.test>, eve@example.test",
        cc="carol@example.test",
        bcc="dan@example.test",
        subject="Grüße",
        text="One paragraph that is quite a bit longer than a line of seventy-two characters can hold.\n\n> quoted",
        in_reply_to="<p@example.test>",
        references=("<q@example.test>", "<p@example.test>"),
        attachments=(DraftAttachment(name="a.txt", content_type="text/csv", data=b"1;2"),),
    )

    assert there_and_back(draft) == draft


def test_a_quoted_paragraph_comes_back_in_lines_that_have_their_marks() -> None:
    words = "words and words, " * 12
    text = "\n".join(["> " + words[:68], "> " + words[68:136], "> " + words[136:].rstrip(), "", "own " * 40 + "."])

    kept = there_and_back(Draft(id=DraftId("d"), account=WORK, text=text, sender="Ann <shop@own.test>")).text.rstrip(
        "\n"
    )

    lines = kept.split("\n")
    assert all(line.startswith("> ") and len(line) <= 76 for line in lines[:-2])
    assert "".join(line[2:] for line in lines[:-2]) == words.rstrip()
    assert lines[-1] == "own " * 40 + "."


def test_an_address_of_ones_own_domain_stays_the_sender() -> None:
    draft = Draft(id=DraftId("d"), account=WORK, text="x", sender="Ann <shop@own.test>")

    assert there_and_back(draft).sender == draft.sender


def test_a_draft_without_anything_is_one() -> None:
    assert there_and_back(Draft(id=DraftId("d"), account=WORK)).is_empty


def test_half_an_address_does_not_keep_a_draft_from_being_copied() -> None:
    kept = there_and_back(Draft(id=DraftId("d"), account=WORK, to="bob@example.test, eve@", text="x"))

    assert kept.to == "bob@example.test"
    assert kept.text.strip() == "x"


def test_a_formatted_draft_keeps_its_words_and_says_so() -> None:
    raw = b"From: ann@example.test\r\nContent-Type: text/html\r\n\r\n<p>Dear <b>Bob</b></p>"

    draft, notes = continued(raw, own=OWN, account=WORK, draft_id=DraftId("d"))

    assert draft.text.strip() == "Dear Bob"
    assert notes == (NO_FORMAT,)


@settings(max_examples=100, deadline=2000)
@given(st.text(max_size=200), st.text(max_size=300).filter(lambda text: not text.startswith("-- ")))
def test_any_text_can_be_copied(subject: str, text: str) -> None:
    kept = there_and_back(Draft(id=DraftId("d"), account=WORK, subject=subject, text=text))

    assert kept.subject.split() == clean_line(subject).split()
    assert "".join(kept.text.replace(">", "").split()) == "".join(clean_block(text).replace(">", "").split())


@settings(max_examples=100, deadline=2000)
@given(st.binary(max_size=300))
def test_no_bytes_break_it(raw: bytes) -> None:
    continued(raw, own=OWN, account=WORK, draft_id=DraftId("d"))


def test_a_draft_whose_text_is_cut_says_that_the_original_stays() -> None:
    raw = b"Subject: long\r\n\r\n" + b"a line of it\r\n" * 600_000

    draft, notes = continued(raw, own=OWN, account=WORK, draft_id=DraftId("d"))

    assert len(draft.text) < len(raw)
    assert notes == (CUT,)
