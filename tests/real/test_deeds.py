"""Copies, deletion for good, keywords, exports and commands at a real server."""

from email import message_from_bytes
from email.policy import default

from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import made_mail
from tests.real.steps import sign_in
from tests.real.test_bodies import filed, session  # noqa: F401 (a fixture)
from tuimail.net.imap.session import ImapSession


def test_deleting_for_good_takes_no_mail_that_somebody_else_marked(session: ImapSession) -> None:  # noqa: F811
    doomed, marked = (
        each.uid for each in filed(session, *(made_mail(name, name, hours_ago=1).as_bytes() for name in "ab"))
    )
    session.store_flags([marked], frozenset({"\\Deleted"}), frozenset())

    session.purge([doomed])

    assert doomed not in session.uids()
    assert marked in session.uids()


def test_a_copy_is_told_by_its_number_and_a_keyword_stays(session: ImapSession) -> None:  # noqa: F811
    (message,) = filed(session, made_mail("Plans", "Here.", hours_ago=1).as_bytes())
    session.store_flags([message.uid], frozenset({"to_do"}), frozenset())

    copied = session.copy([message.uid], b"Trash")
    session.select(b"Trash")

    assert list(copied) == [message.uid]
    assert copied[message.uid] in session.uids()
    (row,) = session.rows([copied[message.uid]])
    assert "to_do" in row.flags


def test_the_program_exports_to_the_byte_labels_and_runs_a_command(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)

    terminal.keys("E")
    terminal.wait_for("Export 1 message")
    terminal.keys("Enter")
    terminal.wait_for("Exported as")
    terminal.keys("l")
    terminal.wait_for("Labels to add")
    terminal.type("todo")
    terminal.keys("Enter")
    terminal.wait_for("“todo”")
    terminal.keys("|")
    terminal.wait_for("Run a command")
    terminal.type("grep -c Subject")
    terminal.keys("Enter")
    terminal.wait_for("ended well")

    (exported,) = desk.home.downloads.glob("*.eml")
    mail = message_from_bytes(exported.read_bytes(), policy=default)
    assert mail["Subject"] in bed.alice.subjects()
    assert b"\n" not in exported.read_bytes().replace(b"\r\n", b"")
