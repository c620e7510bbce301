"""What the submission server takes is known to the composer once a mail went out, also after another start."""

from tests.engine.conftest import ACCOUNT, Rig, write
from tests.engine.test_sending import emptied
from tests.journeys.conftest import Heard
from tuimail.api.commands import BeginDraft, ListDrafts
from tuimail.api.events import DraftOpened, DraftsListed


def limit(heard: Heard) -> int:
    """As the composer is told."""
    return heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).identities[0].size_limit


def test_the_limit_of_the_last_session_is_known_to_the_next_program(rig: Rig) -> None:
    heard = rig.signed_in()
    assert limit(heard) == 0

    write(heard)
    emptied(heard)
    assert limit(heard) == 10_000_000

    heard.program.close()
    later = rig.reopened()
    later.ask(ListDrafts(account=ACCOUNT), DraftsListed)
    assert limit(later) == 10_000_000
