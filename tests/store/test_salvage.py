from pathlib import Path

from msgspec.structs import replace

from tests.store.conftest import KEY, NOW
from tests.store.test_outbox import ACCOUNT, DRAFT, new_mail
from tuimail.domain.draft import Draft, OutboxState
from tuimail.domain.ids import DraftId
from tuimail.domain.token import StoreKey
from tuimail.store.db import open_store
from tuimail.store.drafts import DraftRepository
from tuimail.store.outbox import OutboxRepository
from tuimail.store.salvage import Salvaged, salvage


def some_drafts() -> list[Draft]:
    return [replace(DRAFT, id=DraftId(f"{number:032}"), text="word " * 400) for number in range(40)]


def fill(path: Path) -> None:
    db = open_store(path, KEY)
    drafts, outbox = DraftRepository(db), OutboxRepository(db, ACCOUNT)
    outbox.queue(new_mail(), now=NOW)
    other = replace(new_mail(), draft=replace(DRAFT, id=DraftId("o" * 32)))
    outbox.mark_unknown(outbox.queue(other, now=NOW))
    for draft in some_drafts():
        drafts.save(draft, now=NOW)
    db.close()


def test_drafts_and_outbox_move_over_whole(path: Path, tmp_path: Path) -> None:
    fill(path)
    new = open_store(tmp_path / "new.store", KEY)

    assert salvage(path, KEY, new) == Salvaged(drafts=40, outbox=2, lost=0)

    assert sorted(DraftRepository(new).list(), key=lambda draft: draft.id) == some_drafts()
    outbox = OutboxRepository(new, ACCOUNT)
    assert [item.state for item in outbox.items()] == [OutboxState.UNKNOWN, OutboxState.QUEUED]
    due = outbox.next_due()
    assert due is not None
    mail = outbox.begin(due[0])
    assert mail is not None
    assert (mail.mail, mail.remaining) == (new_mail().mail, ("bo@x.test", "cy@x.test"))
    assert outbox.draft(due[0]) == DRAFT
    new.close()


def test_damage_of_any_page_costs_no_more_than_what_lies_there(path: Path, tmp_path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    saved = []
    known = set(some_drafts())

    for page in range(1, len(whole) // 4096, 3):
        raw = bytearray(whole)
        raw[page * 4096 + 100] ^= 1
        damaged = tmp_path / f"{page}.store"
        damaged.write_bytes(raw)
        new = open_store(tmp_path / f"{page}-new.store", KEY)
        salvage(damaged, KEY, new)
        drafts = DraftRepository(new).list()
        saved.append(len(drafts))
        assert set(drafts) <= known
        assert new.is_intact()
        new.close()

    assert sum(saved) > 0.7 * 40 * len(saved)


def test_file_with_another_key_gives_nothing(path: Path, tmp_path: Path) -> None:
    fill(path)
    new = open_store(tmp_path / "new.store", KEY)

    assert salvage(path, StoreKey(b"w" * 32), new) == Salvaged()

    assert DraftRepository(new).list() == ()
    new.close()
