import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from tuimail.domain.address import Address
from tuimail.domain.draft import Answered, Draft, DraftKind, OutgoingMail, check_draft
from tuimail.domain.errors import SendError
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.domain.own import Own
from tuimail.mime.compose import build
from tuimail.mime.flowed import to_flowed
from tuimail.mime.links import LinkBook
from tuimail.mime.parse import parse_message
from tuimail.mime.quote import (
    answer,
    for_list,
    forward_attachments,
    from_mailto,
    list_address,
    new_draft,
    note_on_list,
    whole_mail,
)
from tuimail.mime.text import read_text_body

OWN = (Address(name="Me", spec="me@example.test"), Address(spec="alias@other.test"))
WHOLE_DOMAIN = Own(addresses=OWN, domains=frozenset({"own.test"}), elsewhere=frozenset({"home@h.test"}))
ZONE = timezone(timedelta(hours=1))


def mail(header: str, body: str = "Hello\r\n") -> bytes:
    base = "Date: Fri, 20 Nov 2026 23:30:00 +0000\r\nMessage-ID: <parent@x.test>\r\n"
    return f"{base}{header}\r\n\r\n{body}".encode()


def answered(raw: bytes, kind: DraftKind = DraftKind.REPLY, *, signature: str = "") -> Draft:
    return answer(
        parse_message(raw),
        kind=kind,
        own=WHOLE_DOMAIN,
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
        ("From: me@example.test\r\nCc: c@x.test", "c@x.test"),
        ("From: me@example.test\r\nTo: alias@other.test, c@x.test", "c@x.test"),
        ("From: me@example.test\r\nReply-To: b@x.test\r\nTo: c@x.test", "b@x.test"),
        ("From: a@x.test\r\nReply-To: me@example.test\r\nTo: me@example.test", "a@x.test"),
        ("From: a@x.test\r\nReply-To: b@x.test, B <B@x.test>, c@x.test\r\nTo: q@x.test", "b@x.test, c@x.test"),
        ("From: a@x.test\r\nReply-To: nobody\r\nTo: me@example.test", "a@x.test"),
        ("From: shop@own.test\r\nTo: c@x.test", "c@x.test"),
        ("From: a@x.test\r\nMail-Followup-To: l@x.test\r\nTo: l@x.test", "a@x.test"),
        ("From: a@x.test\r\nMail-Reply-To: b@x.test\r\nTo: l@x.test", "a@x.test"),
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
        ("From: a@x.test\r\nReply-To: l@x.test\r\nTo: l@x.test, b@x.test", "l@x.test, a@x.test, b@x.test", ""),
        ("From: noreply@x.test\r\nReply-To: b@x.test\r\nTo: me@example.test", "b@x.test", ""),
        ("From: noreply@x.test\r\nTo: me@example.test\r\nCc: c@x.test", "noreply@x.test", "c@x.test"),
        ("From: a@x.test\r\nTo: shop@own.test, me+1@example.test\r\nCc: ANY@OWN.test", "a@x.test", ""),
        ("From: a@x.test\r\nMail-Followup-To: me@example.test, q@x.test\r\nCc: c@x.test", "q@x.test", ""),
        ("From: a@x.test\r\nMail-Followup-To: me@example.test\r\nTo: q@x.test", "me@example.test", ""),
        ("From: a@x.test\r\nTo: undisclosed-recipients:;\r\nCc: c@x.test", "a@x.test", "c@x.test"),
        ("From: a@x.test\r\nTo: Team: b@x.test, c@x.test;", "a@x.test, b@x.test, c@x.test", ""),
        ("From: me@example.test\r\nCc: c@x.test, d@x.test", "c@x.test, d@x.test", ""),
        ("From: a@x.test\r\nTo: me@example.test, Home@h.test\r\nCc: home@h.test, c@x.test", "a@x.test", "c@x.test"),
        ("From: home@h.test\r\nTo: me@example.test, b@x.test", "home@h.test, b@x.test", ""),
        ("From: me@example.test\r\nTo: home@h.test", "home@h.test", ""),
    ],
)
def test_a_reply_to_all_names_everybody_once_but_the_user(header: str, to: str, cc: str) -> None:
    draft = answered(mail(header), DraftKind.REPLY_ALL)

    assert (draft.to, draft.cc, draft.bcc) == (to, cc, "")


ANSWERS = (
    "x", "Re: x", "RE: Re: x", "AW: x", "Sv: Vs: R: Odp: Antw: x", "Re[2]: x", "RE [3]: x", "Re(4): x", "Re^2: x",
    "Ref: x", "RIF: x", "Res: x", "Ynt: x", "YNT: x", "Yan\u0131t: x", "Hs: x", "回复: x", "回复\uff1ax",
    "答复\uff1ax", "回覆: x", "返信: x", "Re\uff1ax", "RE : x", "Re\u00a0: x", "Vá: x", "ΑΠ: x", "Απ: x", "ΣΧΕΤ: x",
    "Отв: x", "Ответ: x", "Відп: x", "השב: x", "رد: x", "회신: x", "ตอบกลับ: x", "Betr: x", "CVP: x", "Odg: x",
    "Re:x", "re:AW:回复\uff1ax", "  Re:   x",
)  # fmt: skip
FORWARDS = (
    "x", "Fwd: x", "FW: WG: x", "Tr: x", "RV: x", "I: x", "ENC: x", "VB: x", "VL: x", "Doorst: x", "PD: x", "İlt: x",
    "转发: x", "转发\uff1ax", "轉寄: x", "転送: x", "전달: x", "ΠΡΘ: x", "Пересл: x", "Továbbítás: x", "Fwd[2]: x",
)  # fmt: skip


@pytest.mark.parametrize("subject", ANSWERS)
def test_the_subject_says_re_once(subject: str) -> None:
    assert answered(mail(f"From: a@x.test\r\nSubject: {subject}")).subject == "Re: x"


@pytest.mark.parametrize("subject", FORWARDS)
def test_the_subject_of_a_forward_says_fwd_once(subject: str) -> None:
    assert answered(mail(f"From: a@x.test\r\nSubject: {subject}"), DraftKind.FORWARD).subject == "Fwd: x"


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Fwd: x", "Re: Fwd: x", "Fwd: x"),
        ("Re: x", "Re: x", "Fwd: Re: x"),
        ("[bees] Re: x", "Re: [bees] x", "Fwd: [bees] Re: x"),
        ("Re: [bees] AW: x", "Re: [bees] x", "Fwd: Re: [bees] AW: x"),
        ("Reminder: x", "Re: Reminder: x", "Fwd: Reminder: x"),
        ("Result: 2:1", "Re: Result: 2:1", "Fwd: Result: 2:1"),
        ("", "Re:", "Fwd:"),
        ("Re:", "Re:", "Fwd: Re:"),
    ],
)
def test_other_words_of_the_subject_stay(subject: str, reply: str, forward: str) -> None:
    raw = mail(f"From: a@x.test\r\nSubject: {subject}")

    assert answered(raw).subject == reply
    assert answered(raw, DraftKind.FORWARD).subject == forward


LONG_ID = f"<{'x' * 900}@x.test>"


@pytest.mark.parametrize(
    ("header", "references"),
    [
        ("References: <1@x.test> <2@x.test>", ("<1@x.test>", "<2@x.test>", "<parent@x.test>")),
        ("In-Reply-To: <1@x.test>", ("<1@x.test>", "<parent@x.test>")),
        ("In-Reply-To: <1@x.test> <2@x.test>", ("<parent@x.test>",)),
        ("From: a@x.test", ("<parent@x.test>",)),
        (f"References: <1@x.test>\r\n {LONG_ID}", ("<1@x.test>", LONG_ID, "<parent@x.test>")),
        ("References: <1@x.test><2@x.test>,<1@x.test>", ("<1@x.test>", "<2@x.test>", "<parent@x.test>")),
        ("References: <1@x.test> <broken <2@x.test>", ("<1@x.test>", "<2@x.test>", "<parent@x.test>")),
        ("References: nothing that is one\r\nIn-Reply-To: <1@x.test>", ("<1@x.test>", "<parent@x.test>")),
        ("References: =?utf-8?q?=3C1=40x=3E?= <2@x.test>", ("<2@x.test>", "<parent@x.test>")),
        ("In-Reply-To: Your message of Monday <1@x.test>", ("<1@x.test>", "<parent@x.test>")),
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
        ("Delivered-To: me@example.test\r\nTo: alias@other.test", "alias@other.test"),
        ("Delivered-To: alias@other.test\r\nX-Original-To: shop@own.test\r\nTo: q@x.test", "alias@other.test"),
        ("To: me@example.test\r\nCc: alias@other.test", "Me <me@example.test>"),
        ("To: me+tag@example.test", "Me <me@example.test>"),
        ("X-Original-To: shop@own.test\r\nTo: q@x.test", "Me <shop@own.test>"),
        ("Delivered-To: me@example.test\r\nTo: Shop <Shop@own.test>", "Me <Shop@own.test>"),
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
        ("mailto:?FROM=e@x.test&Sender=e@x.test", "sender", "Me <me@example.test>"),
        ("mailto:a@x.test?to=b@x.test&to=c@x.test&TO=d@x.test", "to", "a@x.test, b@x.test, c@x.test, d@x.test"),
        ("mailto:a%40x.test%2Cb%40x.test", "to", "a@x.test, b@x.test"),
        ("mailto:Ann%20%3Ca@x.test%3E", "to", "Ann <a@x.test>"),
        ("mailto:%C3%A4@x.test", "to", "ä@x.test"),
        ("mailto:%22not%40me%22@x.test", "to", '"not@me"@x.test'),
        ("mailto:list%25x@x.test", "to", "list%x@x.test"),
        ("mailto://a@x.test", "to", "a@x.test"),
        ("mailto:a@x.test#top", "to", "a@x.test"),
        ("mailto:?bcc=a@x.test,b@x.test", "bcc", "a@x.test, b@x.test"),
        ("mailto:?cc=%22Bo%2C%20B%22%20%3Cb@x.test%3E", "cc", '"Bo, B" <b@x.test>'),
        ("mailto:?subject=Gr%C3%BC%C3%9Fe%20%E8%9C%82", "subject", "Grüße 蜂"),
        ("mailto:?subject=%FF", "subject", "\ufffd"),
        ("mailto:?subject=%E2%80%AEx%00", "subject", "\ufffdx\ufffd"),
        ("mailto:?subject=a&subject=b", "subject", "a b"),
        ("mailto:?subject=%0d%0a%0d%0abody", "subject", "body"),
        ("mailto:?subject=a&amp;cc=b@x.test", "cc", "b@x.test"),
        ("mailto:?body=a%0d%0a.%0d%0ab%0Dc", "text", "a\n.\nb\nc"),
        ("mailto:?body=%1B%5D52;c;eA==%07", "text", "\ufffd]52;c;eA==\ufffd"),
        ("mailto:?in-reply-to=%3C1@x.test%3E%0D%0ABcc:%20e@x.test", "in_reply_to", "<1@x.test>"),
        ("mailto:?references=%3C1@x.test%3E%20%3C2@x.test%3E", "references", ("<1@x.test>", "<2@x.test>")),
        ("mailto:?references=%3C1@x.test%3E%0D%0ABcc:e@x.test", "references", ("<1@x.test>",)),
        ("mailto:?Attachment=/etc/passwd&attach=~/.ssh/id_rsa", "attachments", ()),
        ("mailto:?to", "to", ""),
        ("mailto:", "to", ""),
        ("MAILTO:?&&==&%", "to", ""),
        ("mailto:?attach=/etc/passwd", "attachments", ()),
    ],
)
def test_a_mailto_address_fills_only_what_it_may(url: str, field: str, value: object) -> None:
    assert getattr(opened(url)[0], field) == value


@pytest.mark.parametrize(
    ("url", "note"),
    [
        ("mailto:a%2Cb@x.test", "“a” in the link is no mail address; check the recipients."),
        ("mailto:nobody", "“nobody” in the link is no mail address; check the recipients."),
        ("mailto:?Attachment=/etc/passwd", "The link asked for “attachment”; this was ignored."),
        ("mailto:?X-Priority=1", "The link asked for “x-priority”; this was ignored."),
        ("mailto:?from=e@x.test", "The link asked for “from”; this was ignored."),
        ("mailto:?%1B%5B2J=1", "The link asked for “\ufffd[2j”; this was ignored."),
    ],
)
def test_what_a_mailto_address_asks_in_vain_is_told(url: str, note: str) -> None:
    assert opened(url)[1] == (note,)


def test_a_mailto_address_cannot_ask_without_end() -> None:
    draft, notes = opened("mailto:" + "a@x.test," * 50_000 + "?" + "".join(f"&x{number}=1" for number in range(5000)))

    assert len(draft.to) < 100_000
    assert len(notes) <= 10


def test_a_mailto_address_that_asks_too_much_is_told() -> None:
    draft, notes = opened("mailto:a@x.test?attach=/etc/passwd&bcc=e@x.test")

    assert draft.bcc == "e@x.test"
    assert notes == (
        "The link asked for “attach”; this was ignored.",
        "The link added a blind copy (Bcc); check the recipients.",
    )


def test_an_answer_to_ones_own_mail_comes_from_the_same_address() -> None:
    assert answered(mail("From: alias@other.test\r\nTo: b@x.test")).sender == "alias@other.test"


LIST = "From: a@x.test\r\nTo: bees@l.test\r\nList-Id: <bees.l.test>"


def test_an_answer_to_a_list_goes_where_the_list_takes_mail() -> None:
    raw = mail(f"{LIST}\r\nList-Post: (moderated) <mailto:bees%2Bpost@l.test?subject=x>, <mailto:q@l.test>")

    assert list_address(parse_message(raw)) == "bees+post@l.test"


def test_an_answer_knows_whom_it_answers_and_through_which_list() -> None:
    raw = mail(f"{LIST}\r\nReply-To: bees@l.test\r\nList-Post: <mailto:bees@l.test>")
    plain, listed = answered(raw), for_list(answered(raw), parse_message(raw))

    assert plain.answered == Answered(
        author="a@x.test", writers=("a@x.test", "bees@l.test"), list_post="bees@l.test", was_named=False
    )
    assert listed.answered is not None
    assert listed.answered.is_for_list
    assert (plain.to, listed.to, listed.cc) == ("bees@l.test", "bees@l.test", "")
    assert "a@x.test is its author alone" in note_on_list(plain)
    assert note_on_list(listed) == note_on_list(answered(mail("From: a@x.test"))) == ""
    assert answered(raw, DraftKind.FORWARD).answered is None


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("\r\nList-Post: NO", "takes no mail"),
        ("\r\nList-Post: NO (announcements)", "takes no mail"),
        ("", "names no mailing list"),
        ("\r\nList-Post: <https://l.test/post>", "names no mailing list"),
    ],
)
def test_a_list_that_takes_no_mail_is_told(header: str, words: str) -> None:
    with pytest.raises(SendError) as caught:
        list_address(parse_message(mail(LIST + header)))

    assert words in caught.value.summary


def quoted(body: str, header: str = "Content-Type: text/plain; charset=utf-8") -> str:
    text = answered(mail(f"From: a@x.test\r\n{header}", body)).text
    return text.partition(" wrote:\n")[2].rstrip("\n")


def cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1 for char in line)


JAPANESE = (
    "昨日はミツバチの巣箱を見に行きました。とても元気でした\uff08写真あり\uff09。来週もう一度、様子を見に行くつもりです。"
    * 3
)


@pytest.mark.parametrize(
    "body", [JAPANESE, "春" * 200, "mixed 言葉 words " * 20, "한국어 문장은 띄어쓰기가 있다 " * 10]
)
def test_each_line_of_a_quotation_has_its_mark_and_fits_80_columns(body: str) -> None:
    lines = quoted(body).split("\n")

    assert all(line.startswith("> ") and cells(line) <= 76 for line in lines)
    assert "".join(line[2:] for line in lines) == body.rstrip()


def test_no_line_of_a_quotation_begins_with_a_closing_mark() -> None:
    assert not [line for line in quoted(JAPANESE).split("\n") if line[2] in "。、\uff09"]


def test_a_quoted_paragraph_goes_out_as_a_paragraph() -> None:
    long = "The quick brown fox jumps over the lazy dog while nobody looks. " * 4
    text = quoted(long, "Content-Type: text/plain; format=flowed")
    draft = answered(mail("From: a@x.test", f"{long}\r\n> {long}\r\nshort\r\n"))

    blocks = read_text_body(to_flowed(draft.text), LinkBook(), flowed=True).blocks

    assert len(text.split("\n")) == len(long) // 70 + 1
    assert [(block.quote, block.text) for block in blocks if block.quote] == [
        (1, long.strip()),
        (2, long.strip()),
        (1, "short"),
    ]


def test_addresses_in_a_quotation_are_not_cut() -> None:
    url = "https://example.test/" + "x" * 200

    assert f"> {url}" in quoted(f"See {url} for more").replace(" \n", "\n").split("\n")


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (
            'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
            "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
            "Content-Type: application/octet-stream\r\n\r\nSECRET\r\n--b--\r\n",
        ),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "SECRET"),
        ("", "-----BEGIN PGP MESSAGE-----\r\n\r\nSECRET\r\n-----END PGP MESSAGE-----\r\n"),
        ("Content-Type: text/html", "<p>Seen</p><div style='font-size:0'>SECRET</div><!-- SECRET -->"),
        ("Content-Type: text/html", "<p>Seen</p><img src='http://x.test/SECRET'>"),
        (
            "Content-Type: multipart/alternative; boundary=b",
            "--b\r\n\r\nSeen as it is, the whole text of it\r\n--b\r\nContent-Type: text/html\r\n\r\n"
            "<p>SECRET form</p>\r\n--b--\r\n",
        ),
        (
            "Content-Type: multipart/mixed; boundary=b",
            "--b\r\n\r\nSeen\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: SECRET\r\n\r\nSECRET\r\n--b--\r\n",
        ),
    ],
)
@pytest.mark.parametrize("kind", [DraftKind.REPLY, DraftKind.REPLY_ALL])
def test_what_was_not_visible_is_not_quoted(header: str, body: str, kind: DraftKind) -> None:
    text = answered(mail(f"From: a@x.test\r\n{header}".rstrip(), body), kind).text

    assert "SECRET" not in text
    assert "cannot be read here." not in text


def test_a_message_without_text_is_answered_without_a_quotation() -> None:
    assert quoted("aGk=", "Content-Type: image/png\r\nContent-Transfer-Encoding: base64") == ""


def test_a_forward_as_attachment_changes_no_byte() -> None:
    raw = mail("From: a@x.test\r\nSubject: a/b \r\nX-Odd:  two  spaces\t", "Grüße\r\n.\r\nFrom here\r\n")
    draft = replace(answered(raw, DraftKind.FORWARD), to="b@x.test", attachments=(whole_mail(raw),))
    checked = check_draft(draft)
    assert isinstance(checked, OutgoingMail)

    sent = build(checked, date=datetime(2026, 11, 22, tzinfo=UTC), message_id="<1@x.test>").data

    assert b"\r\nContent-Type: message/rfc822\r\n" in sent
    assert raw in sent


def test_a_forward_keeps_the_chain_and_answers_nothing() -> None:
    draft = answered(mail("From: a@x.test\r\nReferences: <1@x.test>"), DraftKind.FORWARD)

    assert (draft.references, draft.in_reply_to) == (("<1@x.test>", "<parent@x.test>"), "")
