"""B16: everything that is kept is listed with its purpose, can be taken out, and is gone after a sign-out."""

import json
import mailbox
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.fakes.mail_house import letter
from tests.journeys.conftest import Heard
from tuimail.api.commands import (
    DeleteKept,
    ExportMail,
    ExportRecords,
    ListActivity,
    ListKept,
    OpenMailbox,
    OpenMessage,
    Search,
    SignOut,
)
from tuimail.api.events import (
    ActivityListed,
    Failed,
    FileSaved,
    Finished,
    KeptListed,
    ListChanged,
    ListLoaded,
    MessageLoaded,
)
from tuimail.domain.draft import ActivityEntry
from tuimail.domain.ids import AccountId, RowId
from tuimail.domain.keeping import PURPOSES, KeptThing, Kind
from tuimail.domain.token import StoreKey
from tuimail.keychain.base import entry_for
from tuimail.store.activity import ActivityLog

SUBJECT = "A very private subject"
WORD = "warm"
"""In the text of every letter."""


def read_one(rig: Rig) -> Heard:
    """A program that has read one mail, whose text is stored since."""
    rig.mail.deliver(letter(SUBJECT))
    heard = rig.signed_in()
    loaded = heard.ask(OpenMailbox(account=ACCOUNT, mailbox=box(heard).id), ListLoaded)
    rows = loaded.rows or heard.wait_for(ListChanged, lambda event: bool(event.rows)).rows
    heard.ask(OpenMessage(account=ACCOUNT, row=RowId(rows[0])), MessageLoaded)
    return heard


def things(heard: Heard) -> dict[Kind, KeptThing]:
    return {thing.kind: thing for thing in heard.ask(ListKept(), KeptListed).things}


def test_b16_everything_kept_is_listed_with_its_size_age_and_purpose(rig: Rig) -> None:
    heard = read_one(rig)
    # Its first line waits for a quiet moment; asked for, it is written.
    heard.ask(ListActivity(), ActivityListed)
    found = things(heard)

    listed = {Path(thing.where) for thing in heard.ask(ListKept(), KeptListed).things}
    files = {path for path in (rig.folder / "home").rglob("*") if path.is_file()}
    companions = {path for path in files if path.name.endswith(("-wal", "-shm"))}
    assert {path for path in files - companions if path not in listed} == set()
    assert {Kind.STORE, Kind.TEXTS, Kind.SECRETS, Kind.ACTIVITY} <= set(found)
    assert found[Kind.STORE].size_bytes > 0
    assert found[Kind.STORE].changed_at is not None
    assert set(PURPOSES) == set(Kind)


def test_b16_texts_alone_can_be_deleted_and_lists_stay(rig: Rig) -> None:
    heard = read_one(rig)
    texts = things(heard)[Kind.TEXTS]
    assert texts.count
    found = Search(account=ACCOUNT, mailbox=box(heard).id, query=f"body:{WORD}")
    assert heard.ask(found, ListLoaded).rows, "its words are in the index"

    ended = heard.do(DeleteKept(thing=texts))

    assert isinstance(ended, Finished)
    after = things(heard)
    assert (after[Kind.TEXTS].count, after[Kind.TEXTS].size_bytes) == (0, 0)
    inbox = box(heard).id
    assert heard.ask(OpenMailbox(account=ACCOUNT, mailbox=inbox), ListLoaded).rows
    assert not heard.ask(Search(account=ACCOUNT, mailbox=inbox, query=f"body:{WORD}"), ListLoaded).rows


def test_b16_nothing_is_deleted_that_is_not_listed(rig: Rig, tmp_path: Path) -> None:
    heard = rig.signed_in()
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")

    ended = heard.do(DeleteKept(thing=KeptThing(kind=Kind.LOG, account=None, where=str(mine), size_bytes=4)))

    assert isinstance(ended, Failed)
    assert mine.exists()


def test_b16_the_mail_of_an_account_is_exported_as_mbox_and_what_is_not_stored_is_named(
    rig: Rig, tmp_path: Path
) -> None:
    heard = read_one(rig)
    rig.mail.deliver(letter("Second"))
    target = tmp_path / "export" / "post.mbox"

    saved = heard.ask(ExportMail(account=ACCOUNT, path=str(target), as_mbox=True), FileSaved)

    mails = mailbox.mbox(saved.path)
    try:
        assert SUBJECT in [str(mail["subject"]) for mail in mails]
    finally:
        mails.close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = heard.do(ExportMail(account=ACCOUNT, path=str(target), as_mbox=True))
    assert isinstance(again, Failed), "nothing is written over"


def test_b16_the_mail_of_an_account_is_exported_as_eml_files(rig: Rig, tmp_path: Path) -> None:
    heard = read_one(rig)

    heard.ask(ExportMail(account=ACCOUNT, path=str(tmp_path / "mails"), as_mbox=False), FileSaved)

    assert any(SUBJECT.encode() in path.read_bytes() for path in (tmp_path / "mails").rglob("*.eml"))


def test_b16_our_records_are_exported_as_json_without_secrets(rig: Rig, tmp_path: Path) -> None:
    heard = read_one(rig)
    kept = rig.keychain.read(entry_for(ACCOUNT))
    assert kept is not None

    saved = heard.ask(ExportRecords(path=str(tmp_path / "records.json")), FileSaved).path

    text = Path(saved).read_text(encoding="utf-8")
    records = json.loads(text)
    assert records["accounts"][0]["address"] == rig.account.address
    assert records["accounts"][0]["permissions"]
    assert {each["what"] for each in records["activity"]} >= {"sign-in"}
    record = json.loads(kept.reveal())
    assert not [name for name in ("refresh", "store_key") if record[name] in text]
    assert not [token for token in rig.mail.tokens if token in text]
    assert SUBJECT not in text


def test_b16_after_a_sign_out_no_file_holds_the_address_in_the_clear(rig: Rig) -> None:
    heard = read_one(rig)
    heard.do(SignOut(account=ACCOUNT))
    heard.program.close()

    holding = [
        path
        for path in (rig.folder / "home").rglob("*")
        if path.is_file()
        and (rig.account.address.encode() in path.read_bytes() or SUBJECT.encode() in path.read_bytes())
    ]
    assert holding == []
    assert not rig.places.store(ACCOUNT).exists()


def test_b16_lines_of_the_activity_list_go_after_their_days(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    log = ActivityLog(tmp_path / "activity.list", StoreKey(bytes(32)))
    for days in (1, 20, 100):
        for name in ("short", "usual"):
            at = now - timedelta(days=days)
            log.record(ActivityEntry(at=at, account=AccountId(name), what="refresh", outcome="ok"))

    log.forget(now=now, days={AccountId("short"): 10})

    left = [(entry.account, (now - entry.at).days) for entry in log.newest()]
    assert sorted(left) == [("short", 1), ("usual", 1), ("usual", 20)]
    log.close()


def test_b16_the_activity_list_can_be_emptied(rig: Rig) -> None:
    heard = rig.signed_in()
    assert heard.ask(ListActivity(), ActivityListed).entries

    heard.do(DeleteKept(thing=things(heard)[Kind.ACTIVITY]))

    assert heard.ask(ListActivity(), ActivityListed).entries == ()
