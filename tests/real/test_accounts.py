"""Two people's accounts in one program, at real servers."""

import smtplib

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Answer
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import SECRET_SUBJECT, made_mail
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.waiting import wait_until
from tests.real.steps import SIGN_IN_DEADLINE_S, sign_in


def test_a_second_account_is_signed_in_and_read_together_with_the_first(desk: Desk, bed: Bed) -> None:
    _add_bob(desk)
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    desk.browser.will(Answer.ALLOW, login=BOB)
    terminal.keys("@")
    terminal.wait_for("Switch account")
    terminal.keys("2")
    terminal.wait_for("Enter signs in")
    terminal.keys("Enter")
    terminal.wait_for(words.CONSENT)
    terminal.keys("Enter")
    terminal.wait_for("Inbox is empty", deadline_s=SIGN_IN_DEADLINE_S)
    _post_to_bob(bed, "Two at one table")
    terminal.wait_for("Two at one table")
    terminal.keys("@")
    terminal.wait_for("Switch account")
    terminal.keys("0")
    terminal.wait_for("[home] Two at one table", f"[work] {SECRET_SUBJECT[:16]}", "all online")

    terminal.keys("a")
    wait_until(lambda: "Two at one table" in bed.bob.subjects("Archive"), "the mail in Bob's Archive")
    terminal.keys("z")
    wait_until(lambda: bed.bob.subjects() == ["Two at one table"], "the mail back in Bob's INBOX")


def _add_bob(desk: Desk) -> None:
    alice = desk.home.profile.read_text()
    begins, ends = alice.index("[accounts.work]"), alice.index("[ui]")
    bob = alice[begins:ends].replace("accounts.work", "accounts.home")
    bob = bob.replace(ALICE.address, BOB.address).replace(ALICE.name, BOB.name)
    desk.home.profile.write_text(f"{alice}\n{bob}")


def _post_to_bob(bed: Bed, subject: str) -> None:
    mail = made_mail(subject, "Sit down.\n", hours_ago=-0.5)
    with smtplib.SMTP("127.0.0.1", bed.postfix.ports.outside, timeout=20) as server:
        server.send_message(mail, ALICE.address, BOB.address)
