import imaplib
import json
import re
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from imapclient import IMAPClient

from tests.demo.client import ALL, READ, Client, parameters
from tuimail.demo.provider import DemoProvider


@pytest.fixture
def access(provider: DemoProvider, client: Client) -> str:
    return sign_in(provider, client, ALL)


@pytest.fixture
def imap(client: Client, access: str) -> Iterator[IMAPClient]:
    connection = client.imap(access)
    yield connection
    connection.logout()


def sign_in(provider: DemoProvider, client: Client, scope: str) -> str:
    redirect = provider.approve_without_browser(client.authorization_url(scope))
    token: str = client.exchange(parameters(redirect)["code"]).json()["access_token"]
    return token


def letter(to: str, *, sender: str = "robin@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Robin Vale <{sender}>", to, "Grüße von der Mole"
    message["Message-ID"] = "<first@example.org>"
    message.set_content("Are you there?\n")
    return message


def idle_until_exists(connection: IMAPClient) -> int:
    # Not idle_check: it reads without blocking and loses what came of a line that is still being written.
    while line := connection._imap.readline():
        if found := re.fullmatch(rb"\* (\d+) EXISTS\r\n", line):
            return int(found[1])
    raise AssertionError("the server hung up")


def test_mailboxes_are_listed_and_inbox_is_filled(imap: IMAPClient) -> None:
    names = {name for _, _, name in imap.list_folders()}

    assert {"INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash"} <= names
    assert imap.select_folder("INBOX")[b"EXISTS"] > 0


def test_capabilities_are_those_a_client_wants(imap: IMAPClient) -> None:
    assert {b"IDLE", b"MOVE", b"UIDPLUS", b"LITERAL+"} <= set(imap.capabilities())


def test_flags_moves_and_appends_stay(imap: IMAPClient) -> None:
    imap.select_folder("INBOX")
    uid = imap.search("ALL")[-1]

    imap.add_flags([uid], [b"\\Flagged"])
    flags = imap.get_flags([uid])[uid]
    imap.move([uid], "Archive")
    imap.append("Drafts", letter("mara@lindqvist.example").as_bytes(), flags=[b"\\Draft"])

    assert b"\\Flagged" in flags
    assert uid not in imap.search("ALL")
    imap.select_folder("Drafts")
    newest = imap.search("ALL")[-1]
    assert imap.fetch([newest], ["INTERNALDATE", "FLAGS"])[newest][b"FLAGS"] == (b"\\Draft", b"\\Recent")


def test_unknown_token_is_refused_with_the_json_challenge(client: Client) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        client.imap("made-up")

    assert json.loads(client.challenges[0])["status"] == "401"


def test_refused_client_may_try_again_on_the_same_connection(client: Client, access: str) -> None:
    server = client.account.imap
    connection = IMAPClient(server.host, server.port, ssl=True, ssl_context=client.trust, timeout=10)
    for token, accepted in (("wrong", False), (access, True)):
        first = f"user={client.account.login}\x01auth=Bearer {token}\x01\x01".encode()
        if accepted:
            connection.sasl_login("XOAUTH2", lambda challenge, first=first: b"" if challenge else first)
        else:
            with pytest.raises(imaplib.IMAP4.error):
                connection.sasl_login("XOAUTH2", lambda challenge, first=first: b"" if challenge else first)

    assert connection.select_folder("INBOX")[b"EXISTS"] > 0
    connection.logout()


def test_token_of_another_user_is_refused(client: Client, access: str) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        client.imap(access, user="mara@lindqvist.example")


def test_expired_and_revoked_tokens_are_refused(provider: DemoProvider, client: Client, access: str) -> None:
    client.imap(access).logout()

    provider.expire_access_tokens()

    with pytest.raises(imaplib.IMAP4.error):
        client.imap(access)
    renewed = sign_in(provider, client, READ)
    provider.revoke_all()
    with pytest.raises(imaplib.IMAP4.error):
        client.imap(renewed)


def test_revocation_by_the_client_makes_the_next_login_fail(client: Client, access: str) -> None:
    client.imap(access).logout()

    client.revoke(access)

    with pytest.raises(imaplib.IMAP4.error):
        client.imap(access)


def test_token_for_reading_cannot_send(provider: DemoProvider, client: Client) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.smtp(sign_in(provider, client, READ))

    assert json.loads(client.challenges[0])["scope"] == "mail.send"


def test_submission_offers_xoauth2_alone_and_wants_it(client: Client, access: str) -> None:
    connection = client.smtp(access)
    assert connection.esmtp_features["auth"].split() == ["XOAUTH2"]
    connection.quit()

    server = client.account.smtp
    assert server
    stranger = smtplib.SMTP_SSL(server.host, server.port, context=client.trust, timeout=10)
    stranger.ehlo()
    assert stranger.mail("robin@example.org")[0] == 530
    stranger.quit()


def test_mail_to_oneself_arrives_while_idling(client: Client, access: str, imap: IMAPClient) -> None:
    count = imap.select_folder("INBOX")[b"EXISTS"]
    imap.idle()

    with client.smtp(access) as smtp:
        smtp.send_message(letter("robin@example.org"))

    assert idle_until_exists(imap) == count + 1
    imap.idle_done()


def test_made_up_person_answers_in_the_thread(client: Client, access: str, imap: IMAPClient) -> None:
    imap.select_folder("INBOX")
    imap.idle()

    with client.smtp(access) as smtp:
        smtp.send_message(letter("jonas.weber@werkstatt.example"))
    idle_until_exists(imap)
    imap.idle_done()

    newest = imap.search("ALL")[-1]
    data = imap.fetch([newest], ["ENVELOPE", "FLAGS", "BODY.PEEK[]"])[newest]
    assert data[b"ENVELOPE"].in_reply_to == b"<first@example.org>"
    assert data[b"ENVELOPE"].from_[0].host == b"werkstatt.example"
    assert b"\\Seen" not in data[b"FLAGS"]
    assert "> Are you there?" in data[b"BODY[]"].decode()


def test_second_answer_of_a_person_is_another(client: Client, access: str, imap: IMAPClient) -> None:
    imap.select_folder("INBOX")
    answers = []
    for _ in range(2):
        imap.idle()
        with client.smtp(access) as smtp:
            smtp.send_message(letter("iris.vale@example.net"))
        idle_until_exists(imap)
        imap.idle_done()
        newest = imap.search("ALL")[-1]
        answers.append(imap.fetch([newest], ["BODY.PEEK[TEXT]"])[newest][b"BODY[TEXT]"])

    assert answers[0] != answers[1]


def test_mail_to_nobody_comes_back(client: Client, access: str, imap: IMAPClient) -> None:
    imap.select_folder("INBOX")
    imap.idle()

    with client.smtp(access) as smtp:
        smtp.send_message(letter("nobody@example.com"))
    idle_until_exists(imap)
    imap.idle_done()

    newest = imap.search("ALL")[-1]
    body = imap.fetch([newest], ["BODY.PEEK[]"])[newest][b"BODY[]"].decode()
    assert "nobody@example.com" in body
    assert "mailer-daemon@example.org" in body


def test_a_header_without_end_is_refused_before_it_is_read(client: Client, access: str) -> None:
    crowd = ",\r\n ".join(f"somebody{number}@example.org" for number in range(5_000))
    raw = f"From: robin@example.org\r\nTo: {crowd}\r\n\r\nHello".encode()

    with client.smtp(access) as smtp, pytest.raises(smtplib.SMTPDataError, match="so many recipients"):
        smtp.sendmail("robin@example.org", ["iris.vale@example.net"], raw)


def test_foreign_sender_and_real_recipient_are_refused(provider: DemoProvider, client: Client, access: str) -> None:
    before = provider.sent_count()

    with client.smtp(access) as smtp:
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.send_message(letter("mara@lindqvist.example"), from_addr="mara@lindqvist.example")
        with pytest.raises(smtplib.SMTPDataError):
            smtp.send_message(letter("mara@lindqvist.example", sender="tom@example.net"), from_addr="robin@example.org")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.send_message(letter("somebody@python.org"))

    assert provider.sent_count() == before


def test_delivered_mail_reaches_two_idling_clients(provider: DemoProvider, client: Client, access: str) -> None:
    imap, other = client.imap(access), client.imap(access)
    for connection in (imap, other):
        connection.select_folder("INBOX")
        connection.idle()

    provider.deliver(letter("robin@example.org").as_bytes())

    assert idle_until_exists(imap) == idle_until_exists(other)
    for connection in (imap, other):
        connection.idle_done()
        connection.logout()


def test_dropped_connection_is_seen_and_a_new_one_works(provider: DemoProvider, client: Client, access: str) -> None:
    connection = client.imap(access)

    provider.drop_connections()

    with pytest.raises((imaplib.IMAP4.error, OSError)):
        connection.noop()
    connection.shutdown()
    client.imap(access).logout()


def test_client_that_hangs_up_leaves_no_word_in_the_log(
    client: Client, access: str, caplog: pytest.LogCaptureFixture
) -> None:
    smtp = client.smtp(access)
    imap = client.imap(access)

    assert isinstance(smtp.sock, ssl.SSLSocket)
    smtp.sock.unwrap().close()
    imap.shutdown()
    client.smtp(access).quit()
    client.imap(access).logout()

    assert caplog.records == []
