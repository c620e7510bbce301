"""What is asked before a mail goes, and what is not."""

import pytest
from msgspec.structs import replace

from tuimail.domain.before_sending import own_words, questions_before_sending
from tuimail.domain.draft import Answered, Draft, DraftAttachment, DraftKind, OutgoingMail, check_draft
from tuimail.domain.ids import AccountId, DraftId

DRAFT = Draft(
    id=DraftId("d"),
    account=AccountId("work"),
    sender="me@example.test",
    to="a@x.test",
    subject="s",
    text="Hello\n\n-- \nMe\n",
)
FILE = DraftAttachment(name="a.pdf", content_type="application/pdf", data=b"")
LETTER = Answered(author="a@x.test", writers=("a@x.test",))
LIST = Answered(author="a@x.test", writers=("a@x.test", "bees@l.test"), list_post="bees@l.test")


def asked(draft: Draft, *, own: tuple[str, ...] = ()) -> list[str]:
    mail = check_draft(draft)
    assert isinstance(mail, OutgoingMail)
    questions = questions_before_sending(mail, own=own)
    assert all(question.is_question for question in questions)
    return [f"{question.field}: {question.words}" for question in questions]


def test_an_ordinary_mail_is_not_asked_about() -> None:
    assert asked(DRAFT) == []


ATTACHED = {
    "English": "Please find attached the report",
    "German": "Die Datei hängt an, siehe im Anhang",
    "German, shorter": "Anbei die Rechnung",
    "French": "Vous trouverez ci-jointe la facture",
    "French, longer": "Le devis en pièce jointe",
    "Spanish": "Te envío adjunta la factura",
    "Portuguese": "Segue em anexo o contrato",
    "Italian": "In allegato la fattura",
    "Dutch": "Zie de bijlage",
    "Swedish": "Jag bifogar filen",
    "Danish": "Se vedhæftet fil",
    "Norwegian": "Se vedlegget",
    "Finnish": "Ohessa lasku, liitteenä kuva",
    "Polish": "W załączniku przesyłam fakturę",
    "Czech": "V příloze posílám fakturu",
    "Hungarian": "Mellékelten küldöm",
    "Turkish": "Ekteki dosyada",
    "Russian": "Смотрите во вложении",
    "Ukrainian": "Файл прикріплено",
    "Greek": "Δείτε το συνημμένο",
    "Romanian": "Am atașat factura",
    "Indonesian": "Terlampir laporan",
    "Vietnamese": "Xem tệp đính kèm",
    "Arabic": "تجد الملف المرفق",
    "Hebrew": "מצורף הקובץ",
    "Chinese": "请见附件中的报告",
    "Japanese": "ファイルを添付します",
    "Korean": "파일을 첨부합니다",
}


@pytest.mark.parametrize("text", ATTACHED.values(), ids=ATTACHED)
def test_a_text_that_speaks_of_an_attachment_without_one_is_asked_about(text: str) -> None:
    words = ["attachments: The text speaks of an attachment, and none is attached. Send without?"]

    assert asked(replace(DRAFT, text=text)) == words
    assert asked(replace(DRAFT, text=text, attachments=(FILE,))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Fine\n\nOn Monday, Ann wrote:\n> I attached it\n>> attached\n",
        "Fine\n\nAm Montag schrieb Ann mit Anhang:\n\n> Text\n",
        "Fine\n\n-- \nMe, keeper of the attached\n",
        "Fine\n\n---------- Forwarded message ----------\nSubject: attached\n\nattached\n",
        "Fine: https://x.test/attachment/1 and attachment@x.test",
        "The attaché of the embassy; my attachés",
        "En ekte nordmann",
    ],
)
def test_what_others_wrote_speaks_for_nobody(text: str) -> None:
    assert asked(replace(DRAFT, text=text)) == []


def test_the_subject_counts_where_it_is_the_users_own() -> None:
    assert len(asked(replace(DRAFT, subject="Invoice attached"))) == 1
    assert asked(replace(DRAFT, subject="Re: Invoice attached", kind=DraftKind.REPLY)) == []


def test_words_below_a_quotation_are_the_users() -> None:
    text = "Hi\n\nAnn wrote:\n> a\n\nYes, attached.\n\n-- \nMe"

    assert own_words(text).split() == ["Hi", "Yes,", "attached."]
    assert len(asked(replace(DRAFT, text=text))) == 1


@pytest.mark.parametrize(
    ("draft", "question"),
    [
        (replace(DRAFT, subject=" "), "subject: Send without a subject?"),
        (replace(DRAFT, text="\n\n-- \nMe"), "text: The text is empty. Send?"),
        (replace(DRAFT, text="\n\nA wrote:\n> x\n"), "text: You wrote nothing but what is quoted. Send?"),
        (replace(DRAFT, to="ann@gmial.com"), "to: “ann@gmial.com” looks like a slip for gmail.com. Send it as it is?"),
        (replace(DRAFT, cc="b@hotmial.com, c@gmial.com"), "cc: “b@hotmial.com” looks like a slip for hotmail.com."),
        (replace(DRAFT, bcc="b@exmaple.test"), "bcc: “b@exmaple.test” looks like a slip for example.test."),
        (replace(DRAFT, cc="A@x.test"), "to: a@x.test is named twice, and gets one copy. Send?"),
        (replace(DRAFT, to="a@x.test, b@x.test", cc="a@x.test, b@x.test"), "to: a@x.test and 1 more is named twice"),
        (
            replace(DRAFT, to=", ".join(f"a{n}@x.test" for n in range(15)), cc="b@x.test, " * 5 + "c@x.test,d@x.test"),
            "to: b@x.test is named twice",
        ),
        (
            replace(DRAFT, to=", ".join(f"a{n}@x.test" for n in range(21))),
            "to: All 21 recipients will see each other's addresses. Send?",
        ),
    ],
)
def test_an_oversight_is_asked_about_once(draft: Draft, question: str) -> None:
    (words,) = asked(draft)

    assert words.startswith(question)


def test_blind_copies_see_nobody_and_forwards_need_no_words() -> None:
    many = ", ".join(f"a{n}@x.test" for n in range(50))

    assert asked(replace(DRAFT, to="", bcc=many)) == []
    assert asked(replace(DRAFT, kind=DraftKind.FORWARD, text="\n\n---------- Forwarded message ----------\nx")) == []
    assert asked(replace(DRAFT, text="", attachments=(FILE,))) == []


@pytest.mark.parametrize("domain", ["gmail.com", "mail.com", "ymail.com", "gmx.com", "hotmail.be", "x.test"])
def test_real_domains_are_no_slips(domain: str) -> None:
    assert asked(replace(DRAFT, to=f"a@{domain}")) == []


REPLY = replace(DRAFT, kind=DraftKind.REPLY, answered=LETTER)
TO_ALL = replace(REPLY, kind=DraftKind.REPLY_ALL, to="a@x.test, b@x.test")
TO_LIST = replace(REPLY, answered=LIST, to="bees@l.test")


@pytest.mark.parametrize(
    ("draft", "question"),
    [
        (TO_LIST, "to: Everybody on the list bees@l.test will read this, not a@x.test alone. Send it there?"),
        (replace(TO_LIST, to="a@x.test", cc="Bees@l.test"), "to: Everybody on the list bees@l.test will read this"),
        (
            replace(TO_LIST, answered=replace(LIST, author="bees@l.test")),
            "to: Everybody on the list bees@l.test will read this, not its author alone. Send it there?",
        ),
        (
            replace(TO_LIST, to="a@x.test", answered=replace(LIST, is_for_list=True)),
            "to: This answer to the list no longer goes to bees@l.test. Send?",
        ),
        (
            replace(TO_ALL, answered=replace(LETTER, was_named=False)),
            "to: You got this as a blind copy or through a list; answering all tells everybody so. Send?",
        ),
        (replace(REPLY, to="me@example.test"), "to: This answer goes to nobody but you. Send?"),
        (replace(REPLY, to="alias@other.test"), "to: This answer goes to nobody but you. Send?"),
    ],
)
def test_an_answer_to_others_than_were_meant_is_asked_about(draft: Draft, question: str) -> None:
    (words,) = asked(draft, own=("Alias@other.test",))

    assert words.startswith(question)


@pytest.mark.parametrize(
    "draft",
    [
        REPLY,
        TO_ALL,
        replace(TO_LIST, answered=replace(LIST, is_for_list=True)),
        replace(TO_LIST, to="a@x.test"),
        replace(TO_ALL, answered=replace(LIST, was_named=False), to="a@x.test, bees@l.test"),
        replace(TO_ALL, answered=replace(LETTER, was_named=False), to="a@x.test"),
        replace(REPLY, to="me@example.test", answered=replace(LETTER, author="me@example.test")),
        replace(REPLY, to="a@gmial.com", answered=replace(LETTER, writers=("a@gmial.com",))),
        replace(REPLY, answered=None, to="me@example.test"),
    ],
)
def test_an_answer_as_it_was_meant_is_not_asked_about(draft: Draft) -> None:
    assert asked(draft) == []
