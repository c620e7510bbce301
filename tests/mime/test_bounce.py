from hypothesis import given
from hypothesis import strategies as st

from tests.mime.corpus import assert_harmless
from tuimail.domain.bounce import Bounce, bounce_lines
from tuimail.mime.parse import parse_message

RETURNED = "Content-Type: text/rfc822-headers\r\n\r\nFrom: me@x.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
WORDS = "Content-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"


def report(status: str, *more: str) -> bytes:
    parts = [WORDS, f"Content-Type: message/delivery-status\r\n\r\n{status}", *more]
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n{body}--b--\r\n".encode()


def bounce(raw: bytes) -> Bounce:
    found = parse_message(raw).bounce
    assert found is not None
    return found


STATUS = (
    "Reporting-MTA: dns; mail.x.test\r\n\r\n"
    "Final-Recipient: rfc822; gone@y.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550-5.1.1 The account does\r\n not exist. 550 5.1.1 Try another\r\n\r\n"
    "Final-Recipient: rfc822; late@y.test\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
    "Final-Recipient: rfc822; here@y.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
)


def test_a_report_says_who_did_not_get_what_and_why() -> None:
    found = bounce(report(STATUS, RETURNED))

    assert found.subject == "Grüße"
    assert bounce_lines(found) == (
        "gone@y.test did not get it: there is no such mailbox: “The account does not exist. Try another”",
        "late@y.test has not got it yet, and it is still being tried: the receiving host does not answer",
        "here@y.test got it.",
    )


def test_the_report_for_programs_can_be_saved_and_is_not_read_out() -> None:
    message = parse_message(report(STATUS))

    assert [block.text for block in message.blocks] == ["Your mail could not be delivered."]
    assert [each.content_type for each in message.attachments] == ["message/delivery-status"]


def test_a_code_that_says_nothing_gives_way_to_the_servers_words() -> None:
    found = bounce(report("Final-Recipient: rfc822;a@y.test\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 552 5.2.2 Full"))

    assert found.deliveries[0].reason == "the mailbox is full: “Full”"


def test_a_group_without_an_action_is_read_by_its_code() -> None:
    found = bounce(report("Final-Recipient: rfc822;a@y.test\r\nStatus: 4.2.2\r\n"))

    assert (found.deliveries[0].action, found.deliveries[0].reason) == ("delayed", "the mailbox is full")


def test_words_of_a_server_are_quoted_on_one_short_line() -> None:
    words = "\x1b[2Jsigned by tuimail " * 40
    found = bounce(report(f"Final-Recipient: rfc822;a@y.test\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; {words}"))

    assert len(found.deliveries[0].reason) < 300
    assert "\x1b" not in found.deliveries[0].reason


def test_a_report_within_a_forwarded_message_is_not_this_messages_own() -> None:
    forwarded = b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"

    assert parse_message(forwarded + report(STATUS) + b"\r\n--o--\r\n").bounce is None


def test_a_report_of_qmail_is_understood() -> None:
    raw = (
        b"From: MAILER-DAEMON@x.test\r\nSubject: failure notice\r\n\r\n"
        b"Hi. This is the qmail-send program at x.test.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n"
        b"<gone@y.test>:\r\n192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 unknown user\r\n\r\n"
        b"<other@y.test>:\r\nSorry, I couldn't find any host named y.test. (#5.1.2)\r\n\r\n"
        b"--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <me@x.test>\r\nSubject: Lunch\r\n\r\nhi\r\n"
    )
    found = bounce(raw)

    assert found.subject == "Lunch"
    assert [(each.recipient, each.status) for each in found.deliveries] == [
        ("gone@y.test", "5.1.1"),
        ("other@y.test", "5.1.2"),
    ]
    assert found.deliveries[1].reason.startswith("there is no such mail domain: “Sorry, I couldn't find")


def test_a_report_of_exim_is_understood() -> None:
    raw = (
        b"X-Failed-Recipients: gone@y.test\r\nSubject: Mail delivery failed\r\n\r\nThis message was created"
        b" automatically.\r\n\r\n  gone@y.test\r\n"
        b"    SMTP error from remote mail server after RCPT TO:<gone@y.test>:\r\n"
        b"    host mx.y.test [192.0.2.1]: 550 5.1.1 User unknown\r\n\r\n------ This is a copy ------\r\n"
    )
    (delivery,) = bounce(raw).deliveries

    assert (delivery.recipient, delivery.action, delivery.status) == ("gone@y.test", "failed", "5.1.1")
    assert "User unknown”" in delivery.reason


def test_a_report_of_old_exchange_is_understood() -> None:
    raw = (
        b"Subject: Undeliverable: Lunch\r\n\r\nYour message did not reach the following recipient(s):\r\n\r\n"
        b"'gone@y.test' on Mon, 2 Mar 2009 10:00:00 +0100\r\n    The e-mail account does not exist. <x.test #5.1.1>\r\n"
    )
    (delivery,) = bounce(raw).deliveries

    assert (delivery.recipient, delivery.status) == ("gone@y.test", "5.1.1")


@given(
    st.lists(
        st.sampled_from(
            [*STATUS.replace("\r\n", "|").split("|"), "", ";", ":", "rfc822;", "\x1b[2J", "Status:", "5.1.1 " * 50]
        ),
        max_size=25,
    )
)
def test_a_damaged_report_is_shown_all_the_same(lines: list[str]) -> None:
    message = parse_message(report("\r\n".join(lines)))

    assert_harmless(message)
    for line in bounce_lines(message.bounce) if message.bounce else ():
        assert "\n" not in line
        assert "\x1b" not in line
