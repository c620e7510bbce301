"""Listing, reading, writing and sending, until the mail lies in the other person's INBOX."""

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.chromium import Answer
from tests.real.bed.desk import Desk
from tests.real.bed.mailbox import ATTACHMENT_NAME, ATTACHMENT_SUBJECT, HTML_SUBJECT, SECRET_SENTENCE, SECRET_SUBJECT
from tests.real.bed.people import ALICE, BOB
from tests.real.bed.terminal import Size
from tests.real.bed.waiting import wait_until
from tests.real.steps import delivered, grant_sending, letter_to, post, send, sign_in, write


def test_the_list_is_newest_first_and_enter_opens_a_mail(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    screen = terminal.screen()

    terminal.keys("Enter")
    terminal.wait_for(SECRET_SENTENCE)

    assert screen.index(words.LIST) < screen.index(HTML_SUBJECT[:16]) < screen.index(ATTACHMENT_SUBJECT[:16])
    wait_until(lambda: "S" in bed.alice.flags_of(SECRET_SUBJECT), "the server learns that the mail was read")


def test_an_html_mail_is_read_as_text(desk: Desk) -> None:
    terminal = sign_in(desk)

    terminal.keys("j", "Enter")

    terminal.wait_for("Your journey", "Show the ticket")


def test_attachments_are_listed(desk: Desk) -> None:
    terminal = sign_in(desk)

    terminal.keys("j", "j", "Enter")

    terminal.wait_for(ATTACHMENT_NAME)


def test_new_mail_comes_without_a_key_press(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    post(bed, "The kettle has boiled")

    terminal.wait_for("The kettle has boiled")


def test_flag_archive_and_undo_reach_the_server(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    terminal.wait_for(words.ONLINE)

    terminal.keys("s")
    wait_until(lambda: "F" in bed.alice.flags_of(SECRET_SUBJECT), "the flag at the server")
    terminal.keys("a")
    wait_until(lambda: SECRET_SUBJECT in bed.alice.subjects("Archive"), "the mail in Archive")
    terminal.keys("z")

    wait_until(lambda: SECRET_SUBJECT in bed.alice.subjects(), "the mail back in the INBOX")


def test_the_first_send_asks_for_sending_and_the_mail_goes_out_without_being_typed_again(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    letter = letter_to(BOB)

    write(terminal, letter)
    send(terminal)
    grant_sending(desk, terminal)

    wait_until(lambda: delivered(bed, letter.subject) is not None, "delivery to Bob", deadline_s=60)
    message = delivered(bed, letter.subject)
    assert message is not None
    assert ALICE.address in message["From"]
    assert letter.text in message.get_content()
    wait_until(lambda: letter.subject in bed.alice.subjects("Sent"), "the copy in Sent")


def test_a_second_send_asks_nothing(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    first, second = letter_to(BOB), letter_to(BOB)
    write(terminal, first)
    send(terminal)
    grant_sending(desk, terminal)
    wait_until(lambda: delivered(bed, first.subject) is not None, "delivery to Bob", deadline_s=60)

    write(terminal, second)
    send(terminal)

    wait_until(lambda: delivered(bed, second.subject) is not None, "delivery to Bob", deadline_s=60)
    assert len(desk.browser.opened()) == 2


def test_a_refused_permission_to_send_keeps_the_draft(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    desk.browser.will(Answer.DENY)
    letter = letter_to(BOB)

    write(terminal, letter)
    send(terminal)
    terminal.wait_for(words.CONSENT_TO_SEND)
    terminal.keys("Enter")

    terminal.wait_for(words.DENIED, deadline_s=60)
    assert bed.bob.subjects() == []


def test_a_reply_quotes_and_stays_in_its_thread(desk: Desk, bed: Bed) -> None:
    terminal = sign_in(desk)
    original = next(message for message in bed.alice.messages() if message["Subject"] == SECRET_SUBJECT)

    terminal.keys("Enter")
    terminal.wait_for(SECRET_SENTENCE)
    terminal.keys("r")
    terminal.wait_for(words.COMPOSER, BOB.address)
    terminal.type("Seven it is.")
    terminal.wait_for("Seven it is.")
    send(terminal)
    grant_sending(desk, terminal)

    wait_until(lambda: len(bed.bob.messages()) == 1, "delivery to Bob", deadline_s=60)
    reply = bed.bob.messages()[0]
    assert reply["Subject"] == f"Re: {SECRET_SUBJECT}"
    assert reply["In-Reply-To"] == original["Message-ID"]
    assert f"> {SECRET_SENTENCE}" in reply.get_content()


def test_undo_within_its_window_brings_the_mail_back_and_it_goes_out_once(desk: Desk, bed: Bed) -> None:
    desk.home.write_profile(bed.servers, send_delay_s=8)
    terminal = sign_in(desk)
    letter = letter_to(BOB)
    write(terminal, letter)
    send(terminal)
    grant_sending(desk, terminal)
    terminal.wait_for(words.UNDO_WINDOW)

    terminal.keys("z")
    terminal.wait_for(words.COMPOSER, letter.subject, letter.text)
    sent_too_early = bed.bob.subjects()
    send(terminal)

    wait_until(lambda: delivered(bed, letter.subject) is not None, "delivery to Bob", deadline_s=60)
    wait_until(lambda: letter.subject in bed.alice.subjects("Sent"), "the copy in Sent")
    assert sent_too_early == []
    # The mail of the first try would have gone out before this one.
    assert bed.bob.subjects() == [letter.subject]


def test_what_a_second_window_writes_is_sent_by_the_first(desk: Desk, bed: Bed) -> None:
    first = sign_in(desk)
    write(first, letter_to(BOB))
    send(first)
    grant_sending(desk, first)
    wait_until(lambda: len(bed.bob.messages()) == 1, "delivery to Bob", deadline_s=60)

    second = desk.start_second()
    second.wait_for(words.LIST, words.READS_ONLY, deadline_s=60)
    letter = letter_to(BOB)
    write(second, letter)
    send(second)

    wait_until(lambda: delivered(bed, letter.subject) is not None, "delivery to Bob", deadline_s=60)


def test_a_second_window_reads_and_says_so(desk: Desk) -> None:
    sign_in(desk)

    second = desk.start_second()

    second.wait_for(words.LIST, words.READS_ONLY, deadline_s=60)
    second.keys("Enter")
    second.wait_for(SECRET_SENTENCE)


def test_a_mailto_address_opens_the_composer_of_the_window_that_is_open_and_its_mail_goes_out(
    desk: Desk, bed: Bed
) -> None:
    terminal = sign_in(desk)
    write(terminal, letter_to(BOB))
    send(terminal)
    grant_sending(desk, terminal)
    wait_until(lambda: len(bed.bob.messages()) == 1, "delivery to Bob", deadline_s=60)

    done = desk.run("compose", "mailto:bob@example.test?subject=Beside%20the%20other&body=Clicked.")
    terminal.wait_for(BOB.address, "Beside the other", "Clicked.", deadline_s=60)
    send(terminal)

    assert done.returncode == 0, done.stderr
    wait_until(lambda: delivered(bed, "Beside the other") is not None, "delivery to Bob", deadline_s=60)


@pytest.mark.parametrize("size", [Size(columns=120, rows=40), Size(columns=80, rows=24)], ids=["120x40", "80x24"])
def test_a_mail_is_read_and_answered_at_this_size(desk: Desk, bed: Bed, size: Size) -> None:
    terminal = sign_in(desk, size=size)
    post(bed, "Anybody there?")
    terminal.wait_for("Anybody there?")

    terminal.keys("g", "g", "Enter")
    terminal.wait_for("Fresh from the post office.")
    terminal.keys("r")
    terminal.wait_for(words.COMPOSER, BOB.address, "> Fresh from the post office.")
    terminal.type("Yes, me.")
    terminal.wait_for("Yes, me.")
    send(terminal)
    grant_sending(desk, terminal)

    wait_until(lambda: delivered(bed, "Re: Anybody there?") is not None, "delivery to Bob", deadline_s=60)
    assert terminal.wait_for(words.ONLINE).count("\n") == size.rows


def test_a_mailto_address_opens_the_composer(desk: Desk) -> None:
    terminal = sign_in(desk)
    terminal.keys("C-q")
    terminal.wait_for_exit()

    terminal = desk.start("compose", "mailto:bob@example.test?subject=From%20a%20link&body=Clicked.")

    terminal.wait_for(BOB.address, "From a link", "Clicked.", deadline_s=60)
