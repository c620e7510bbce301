from datetime import timedelta, timezone

import pytest

from tuimail.domain.address import Address
from tuimail.domain.draft import Draft, DraftKind
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.mime.parse import parse_message
from tuimail.mime.quote import answer, forward_attachments, from_mailto, new_draft

OWN = (Address(name="Me", spec="me@example.test"), Address(spec="alias@other.test"))
ZONE = timezone(timedelta(hours=1))


def mail(header: str, body: str = "Hello\r\n") -> bytes:
    base = "Date: Fri, 20 Nov 2026 23:30:00 +0000\r\nMessage-ID: <parent@x.test>\r\n"
    return f"{base}{header}\r\n\r\n{body}".encode()


def answered(raw: bytes, kind: DraftKind = DraftKind.REPLY, *, signature: str = "") -> Draft:
    return answer(
        parse_message(raw),
        kind=kind,
        own=OWN,
        account=AccountId("work"),
        draft_id=DraftId("d"),
        row=RowId(7),
        signature=signature,
        zone=ZONE,
    )


@pytest.mark.parametrize(
    ("header", "to"),
    [
        ("From: A <a@x.test>\r\nTo: me@example.test", "A <a@x.test>"),
        ("From: a@x.test\r\nReply-To: B <b@x.test>\r\nTo: me@example.test", "B <b@x.test>"),
        ("From: me@example.test\r\nTo: c@x.test, d@x.test", "c@x.test, d@x.test"),
        ("From: me+tag@example.test\r\nTo: c@x.test", "c@x.test"),
        ("From: me@example.test\r\nTo: me@example.test", "me@example.test"),
        ("From: MAILER-DAEMON\r\nTo: me@example.test", ""),
    ],
)
def test_a_reply_goes_to_the_one_who_wants_it(header: str, to: str) -> None:
    draft = answered(mail(header))

    assert draft.to == to
    assert draft.cc == ""


@pytest.mark.parametrize(
    ("header", "to", "cc"),
    [
        (
            "From: a@x.test\r\nTo: me@example.test, b@x.test\r\nCc: c@x.test, ALIAS@other.test, a@x.test",
            "a@x.test, b@x.test",
            "c@x.test",
        ),
        ("From: a@x.test\r\nTo: me+list@example.test\r\nCc: a@x.test", "a@x.test", ""),
        ("From: me@example.test\r\nTo: b@x.test\r\nCc: c@x.test, me@example.test", "b@x.test", "c@x.test"),
        ("From: a@x.test\r\nTo: l@x.test\r\nMail-Followup-To: l@x.test, q@x.test", "l@x.test, q@x.test", ""),
        ("From: a@x.test\r\nTo: me@example.test\r\nBcc: secret@x.test", "a@x.test", ""),
    ],
)
def test_a_reply_to_all_names_everybody_once_but_the_user(header: str, to: str, cc: str) -> None:
    draft = answered(mail(header), DraftKind.REPLY_ALL)

    assert (draft.to, draft.cc, draft.bcc) == (to, cc, "")


@pytest.mark.parametrize("subject", ["x", "Re: x", "RE: Re: x", "AW: x", "Sv: Vs: R: Odp: Antw: x", "Re[2]: x"])
def test_the_subject_says_re_once(subject: str) -> None:
    assert answered(mail(f"From: a@x.test\r\nSubject: {subject}")).subject == "Re: x"


@pytest.mark.parametrize("subject", ["x", "Fwd: x", "FW: WG: x"])
def test_the_subject_of_a_forward_says_fwd_once(subject: str) -> None:
    assert answered(mail(f"From: a@x.test\r\nSubject: {subject}"), DraftKind.FORWARD).subject == "Fwd: x"


@pytest.mark.parametrize(
    ("header", "references"),
    [
        ("References: <1@x.test> <2@x.test>", ("<1@x.test>", "<2@x.test>", "<parent@x.test>")),
        ("In-Reply-To: <1@x.test>", ("<1@x.test>", "<parent@x.test>")),
        ("In-Reply-To: <1@x.test> <2@x.test>", ("<parent@x.test>",)),
        ("From: a@x.test", ("<parent@x.test>",)),
    ],
)
def test_the_chain_of_references_goes_on(header: str, references: tuple[str, ...]) -> None:
    reply, forward = answered(mail(header)), answered(mail(header), DraftKind.FORWARD)

    assert reply.references == forward.references == references
    assert reply.in_reply_to == "<parent@x.test>"
    assert reply.answers == RowId(7)


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("Delivered-To: alias@other.test\r\nTo: me@example.test", "alias@other.test"),
        ("X-Original-To: alias@other.test\r\nTo: me@example.test", "alias@other.test"),
        ("To: alias@other.test", "alias@other.test"),
        ("Cc: alias+x@other.test", "alias@other.test"),
        ("To: list@x.test", "Me <me@example.test>"),
    ],
)
def test_the_answer_comes_from_the_identity_that_was_written_to(header: str, sender: str) -> None:
    assert answered(mail(f"From: a@x.test\r\n{header}")).sender == sender


def test_a_reply_quotes_by_depth_below_an_attribution_and_room_to_write() -> None:
    body = "One\r\n> two\r\n>> three\r\n\r\nfour\r\n-- \r\nTheir signature\r\n"
    draft = answered(mail("From: Ann <a@x.test>", body), signature="Me")

    assert draft.text == (
        "\n\nOn Sat, 21 Nov 2026 at 00:30, Ann wrote:\n> One\n>> two\n>>> three\n>\n> four\n\n-- \nMe\n"
    )


def test_html_is_quoted_from_what_was_visible() -> None:
    html = "<p>Seen <a href='http://x.test/'>here</a></p><p style='display:none'>SECRET</p><blockquote>old</blockquote>"
    text = answered(mail("From: a@x.test\r\nContent-Type: text/html", html)).text

    assert "> Seen here\n" in text
    assert ">> old\n" in text
    assert "SECRET" not in text
    assert "[1]" not in text


def test_a_forward_keeps_the_header_and_the_links_and_ends_with_the_signature() -> None:
    html = "<p>Seen <a href='http://x.test/'>here</a></p>"
    header = "From: Ann <a@x.test>\r\nTo: me@example.test\r\nSubject: s\r\nContent-Type: text/html"
    text = answered(mail(header, html), DraftKind.FORWARD, signature="Me").text

    assert text == (
        "\n\n---------- Forwarded message ----------\nFrom: Ann <a@x.test>\n"
        "Date: Sat, 21 Nov 2026 at 00:30\nSubject: s\nTo: me@example.test\n\nSeen here <http://x.test/>\n"
        "\n-- \nMe\n"
    )


def test_a_forward_takes_the_attachments_along() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\n"
        b'Content-Disposition: attachment; filename="../a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"aGk=\r\n--b--\r\n"
    )

    (attachment,) = forward_attachments(raw)

    assert (attachment.name, attachment.content_type, attachment.data) == ("a.pdf", "application/pdf", b"hi")


def test_a_mail_without_a_date_is_answered_all_the_same() -> None:
    assert "\na@x.test wrote:\n" in answered(b"From: a@x.test\r\n\r\nHi").text


def test_a_new_draft_carries_the_signature() -> None:
    draft = new_draft(own=OWN, account=AccountId("work"), draft_id=DraftId("d"), signature="Me\n")

    assert (draft.sender, draft.text) == ("Me <me@example.test>", "\n\n-- \nMe\n")


def opened(url: str) -> tuple[Draft, tuple[str, ...]]:
    return from_mailto(url, own=OWN, account=AccountId("work"), draft_id=DraftId("d"))


@pytest.mark.parametrize(
    ("url", "field", "value"),
    [
        ("mailto:a@x.test", "to", "a@x.test"),
        ("mailto:a@x.test,b@x.test?to=c@x.test", "to", "a@x.test, b@x.test, c@x.test"),
        ("mailto:a%2Bb@x.test", "to", "a+b@x.test"),
        ("MAILTO:a@x.test?Subject=a%20b+c", "subject", "a b+c"),
        ("mailto:?body=one%0D%0Atwo", "text", "one\ntwo"),
        ("mailto:?cc=a@x.test", "cc", "a@x.test"),
        ("mailto:?in-reply-to=%3C1@x.test%3E", "in_reply_to", "<1@x.test>"),
        ("mailto:?subject=a%0D%0ABcc:%20e@x.test", "subject", "a Bcc: e@x.test"),
        ("mailto:a@x.test%0D%0ABcc:e@x.test", "bcc", ""),
        ("mailto:?subject=%1B]0;x%07", "subject", "�]0;x�"),
        ("javascript:alert(1)", "to", ""),
        ("mailto:?from=e@x.test", "sender", "Me <me@example.test>"),
        ("mailto:?attach=/etc/passwd", "attachments", ()),
    ],
)
def test_a_mailto_address_fills_only_what_it_may(url: str, field: str, value: object) -> None:
    assert getattr(opened(url)[0], field) == value


def test_a_mailto_address_that_asks_too_much_is_told() -> None:
    draft, notes = opened("mailto:a@x.test?attach=/etc/passwd&bcc=e@x.test")

    assert draft.bcc == "e@x.test"
    assert notes == (
        "The link asked for “attach”; this was ignored.",
        "The link added a blind copy (Bcc); check the recipients.",
    )
