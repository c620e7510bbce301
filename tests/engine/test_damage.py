"""A store that turns out to be damaged while it is in use."""

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import letter
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenMailbox, Refresh
from tuimail.api.events import Failed, ListLoaded, Noticed
from tuimail.domain.errors import ErrorKind

MAILS = 600


def test_damage_is_told_with_the_way_on_and_the_next_start_fetches_the_mail_anew(rig: Rig) -> None:
    rig.mail.deliver(*(letter(f"mail {number}", minute=number) for number in range(MAILS)))
    first = rig.signed_in()
    open_full(first, box(first))
    first.program.close()
    store = rig.places.store(ACCOUNT)
    # The first half stays: with that damaged, the start itself would notice.
    half = store.stat().st_size // 2
    with store.open("r+b") as file:
        file.seek(half)
        file.write(bytes(half))

    second = rig.reopened()
    ended = second.do(OpenMailbox(account=ACCOUNT, mailbox=box(second).id))
    second.do(Refresh(account=ACCOUNT))
    told = [event.problem for event in second.events if isinstance(event, Noticed | Failed) and event.problem]
    second.program.close()
    third = rig.reopened()

    assert ErrorKind.STORE_DAMAGED in {problem.kind for problem in told}, ended
    damaged = [each.summary for each in told if each.kind is ErrorKind.STORE_DAMAGED]
    assert all("open it again" in words for words in damaged), damaged
    assert len(open_full(third, box(third))) == MAILS
    assert third.ask(OpenMailbox(account=ACCOUNT, mailbox=box(third).id), ListLoaded).is_complete
