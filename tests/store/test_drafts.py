from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.store.conftest import NOW
from tuimail.domain.draft import Answered, Draft, DraftAttachment, DraftKind
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.store.db import Database
from tuimail.store.drafts import VERSIONS_KEPT, DraftRepository, draft_from_json, draft_to_json

DRAFT = Draft(id=DraftId("a" * 32), account=AccountId("work"), to="bo@x.test", text="Hi")
FILE = DraftAttachment(name="a.bin", content_type="application/octet-stream", data=b"\x00\xff" * 50)

texts = st.text(max_size=20)
files = st.builds(DraftAttachment, name=texts, content_type=texts, data=st.binary(max_size=9))
drafts_of_all_kinds = st.builds(
    Draft,
    id=texts.map(DraftId),
    account=texts.map(AccountId),
    kind=st.sampled_from(DraftKind),
    sender=texts,
    to=texts,
    cc=texts,
    bcc=texts,
    subject=texts,
    text=texts,
    in_reply_to=texts,
    references=st.lists(texts, max_size=3).map(tuple),
    answers=st.none() | st.integers(0, 2**62).map(RowId),
    attachments=st.lists(files, max_size=3).map(tuple),
    answered=st.none()
    | st.builds(Answered, author=texts, writers=st.lists(texts, max_size=2).map(tuple), list_post=texts),
)


@pytest.fixture
def drafts(db: Database) -> DraftRepository:
    return DraftRepository(db)


@given(drafts_of_all_kinds)
def test_drafts_survive_as_text(draft: Draft) -> None:
    assert draft_from_json(*draft_to_json(draft)) == draft


def test_newest_state_is_kept_newest_draft_first(drafts: DraftRepository) -> None:
    other = replace(DRAFT, id=DraftId("b" * 32))
    drafts.save(DRAFT, now=NOW)
    drafts.save(other, now=NOW + timedelta(seconds=1))
    changed = replace(DRAFT, text="Hi there", attachments=(FILE, FILE))
    drafts.save(changed, now=NOW + timedelta(seconds=2))

    assert drafts.list() == (changed, other)
    assert drafts.load(DRAFT.id) == changed
    assert drafts.count() == 2


def test_discarded_draft_comes_back_until_it_is_purged(drafts: DraftRepository) -> None:
    drafts.save(DRAFT, now=NOW)
    assert drafts.discard(DRAFT.id, now=NOW)
    assert drafts.list() == ()

    assert drafts.purge(now=NOW + timedelta(days=6)) == 0
    assert drafts.restore(DRAFT.id) == DRAFT
    assert drafts.list() == (DRAFT,)
    drafts.discard(DRAFT.id, now=NOW)
    assert drafts.purge(now=NOW + timedelta(days=8)) == 1
    assert drafts.restore(DRAFT.id) is None
    assert not drafts.discard(DRAFT.id, now=NOW)


def test_a_version_is_kept_for_each_minute_of_writing(drafts: DraftRepository) -> None:
    for seconds in range(0, 150, 2):
        drafts.save(replace(DRAFT, text=f"text at {seconds}"), now=NOW + timedelta(seconds=seconds))

    versions = drafts.versions(DRAFT.id)

    assert [version.draft.text for version in versions] == ["text at 148", "text at 118", "text at 58"]


def test_what_is_put_back_is_a_version_of_its_own_and_what_was_there_stays_one(drafts: DraftRepository) -> None:
    for text in ("first", "second"):
        drafts.save(replace(DRAFT, text=text), now=NOW)
    for text in ("put back", "put back again"):
        drafts.save(replace(DRAFT, text=text), now=NOW, begins_version=True)
    drafts.save(replace(DRAFT, text="typed on"), now=NOW + timedelta(seconds=5))

    assert [version.draft.text for version in drafts.versions(DRAFT.id)] == ["typed on", "put back", "second"]


def test_oldest_versions_and_files_of_no_version_go(db: Database, drafts: DraftRepository) -> None:
    drafts.save(replace(DRAFT, attachments=(FILE,)), now=NOW)
    for minute in range(1, VERSIONS_KEPT + 5):
        drafts.save(replace(DRAFT, text=str(minute)), now=NOW + timedelta(minutes=minute))

    assert len(drafts.versions(DRAFT.id)) == VERSIONS_KEPT
    assert db.value("select count(*) from draft_files") == 0


def test_file_attached_again_after_its_removal_is_there(drafts: DraftRepository) -> None:
    with_file = replace(DRAFT, attachments=(FILE,))
    drafts.save(with_file, now=NOW)
    drafts.save(DRAFT, now=NOW)
    drafts.save(with_file, now=NOW)

    assert drafts.load(DRAFT.id) == with_file


def test_removed_draft_leaves_nothing(db: Database, drafts: DraftRepository) -> None:
    drafts.save(replace(DRAFT, attachments=(FILE,)), now=NOW)

    drafts.remove(DRAFT.id)

    assert drafts.load(DRAFT.id) is None
    assert db.value("select count(*) from draft_files") == db.value("select count(*) from draft_versions") == 0
