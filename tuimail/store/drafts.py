"""Drafts as they are typed: the newest state, earlier versions, and the files attached."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import asdict

from tuimail.domain.draft import Answered, Draft, DraftAttachment, DraftKind, DraftVersion
from tuimail.domain.ids import AccountId, DraftId, RowId
from tuimail.store.columns import from_seconds, to_seconds
from tuimail.store.db import Database

VERSIONS_KEPT = 30
"""Earlier versions of a draft, the oldest going first."""

_VERSION_SPAN_S = 60
"""Saves within this time from a version's beginning replace it."""


class DraftRepository:
    """The drafts of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, draft: Draft, *, now: datetime, begins_version: bool = False) -> None:
        """Keep the draft as it is now; brings a discarded one back. ``begins_version``: what was there until now
        stays a version of its own, however young it is."""
        content, files = draft_to_json(draft)
        seconds = to_seconds(now)
        with self._db.transaction():
            self._db.run(
                "insert into drafts (id, saved_at, content) values (?, ?, ?) on conflict (id) do update"
                " set saved_at = excluded.saved_at, content = excluded.content, discarded_at = null",
                draft.id, seconds, content,
            )  # fmt: skip
            self._save_version(draft.id, seconds, content, is_new=begins_version)
            stored = {bytes(digest) for (digest,) in self._db.all(_DIGESTS, draft.id)}
            for digest, data in files.items():
                if digest not in stored:
                    self._db.run(
                        "insert into draft_files (draft, digest, data) values (?, ?, ?)", draft.id, digest, data
                    )

    def list(self) -> tuple[Draft, ...]:
        """All drafts that were not discarded, newest first."""
        kept = self._db.all("select id, content from drafts where discarded_at is null order by saved_at desc, id")
        return tuple(draft_from_json(content, self._files(key)) for key, content in kept)

    def count(self) -> int:
        """How many there are."""
        return int(self._db.value("select count(*) from drafts where discarded_at is null"))

    def load(self, draft: DraftId) -> Draft | None:
        """One draft, a discarded one too; None once it was purged or sent."""
        content = self._db.value("select content from drafts where id = ?", draft)
        return None if content is None else draft_from_json(content, self._files(draft))

    def versions(self, draft: DraftId) -> tuple[DraftVersion, ...]:
        """Its states, newest first, at most one a minute."""
        files = self._files(draft)
        found = self._db.all(
            "select begun_at, content from draft_versions where draft = ? order by begun_at desc", draft
        )
        return tuple(
            DraftVersion(saved_at=from_seconds(begun_at), draft=draft_from_json(content, files))
            for begun_at, content in found
        )

    def discard(self, draft: DraftId, *, now: datetime) -> bool:
        """Take it off the list; ``restore`` or ``save`` brings it back until it is purged. False if it is gone."""
        return bool(self._db.run("update drafts set discarded_at = ? where id = ?", to_seconds(now), draft))

    def restore(self, draft: DraftId) -> Draft | None:
        """Undo ``discard``; None if it was purged meanwhile."""
        self._db.run("update drafts set discarded_at = null where id = ?", draft)
        return self.load(draft)

    def remove(self, draft: DraftId) -> None:
        """Delete it with its versions and files, as once it lies in the outbox."""
        self._db.run("delete from drafts where id = ?", draft)

    def purge(self, *, now: datetime, older_than: timedelta = timedelta(days=7)) -> int:
        """Delete what was discarded longer ago; returns how many drafts went."""
        return self._db.run("delete from drafts where discarded_at < ?", to_seconds(now - older_than))

    def _save_version(self, draft: DraftId, seconds: int, content: str, *, is_new: bool) -> None:
        begun = self._db.value("select max(begun_at) from draft_versions where draft = ?", draft)
        is_same_span = not is_new and begun is not None and 0 <= seconds - begun < _VERSION_SPAN_S
        if is_new and begun is not None:
            seconds = max(seconds, begun + 1)
        self._db.run(
            "insert or replace into draft_versions (draft, begun_at, content) values (?, ?, ?)",
            draft, begun if is_same_span else seconds, content,
        )  # fmt: skip
        self._db.run(
            "delete from draft_versions where draft = ? and begun_at not in"
            " (select begun_at from draft_versions where draft = ? order by begun_at desc limit ?)",
            draft, draft, VERSIONS_KEPT,
        )  # fmt: skip
        versions = self._db.all("select content from draft_versions where draft = ?", draft)
        needed = {digest for (version,) in versions for digest in _digests(version)}
        unused = [digest for (digest,) in self._db.all(_DIGESTS, draft) if bytes(digest) not in needed]
        self._db.run_many(
            "delete from draft_files where draft = ? and digest = ?", [(draft, digest) for digest in unused]
        )

    def _files(self, draft: DraftId) -> dict[bytes, bytes]:
        files = self._db.all("select digest, data from draft_files where draft = ?", draft)
        return {bytes(digest): bytes(data) for digest, data in files}


def draft_to_json(draft: Draft) -> tuple[str, dict[bytes, bytes]]:
    """The draft as text that names its files by digest, and the files."""
    files = {_digest(file.data): file.data for file in draft.attachments}
    content = {
        "id": draft.id,
        "account": draft.account,
        "kind": draft.kind.value,
        "sender": draft.sender,
        "to": draft.to,
        "cc": draft.cc,
        "bcc": draft.bcc,
        "subject": draft.subject,
        "text": draft.text,
        "in_reply_to": draft.in_reply_to,
        "references": draft.references,
        "answers": draft.answers,
        "answers_in": draft.answers_in,
        "attachments": [(file.name, file.content_type, _digest(file.data).hex()) for file in draft.attachments],
        "answered": None if draft.answered is None else asdict(draft.answered),
    }
    return json.dumps(content, ensure_ascii=True), files


def draft_from_json(text: str, files: Mapping[bytes, bytes]) -> Draft:
    """The inverse of ``draft_to_json``."""
    content = json.loads(text)
    return Draft(
        id=DraftId(content["id"]),
        account=AccountId(content["account"]),
        kind=DraftKind(content["kind"]),
        sender=content["sender"],
        to=content["to"],
        cc=content["cc"],
        bcc=content["bcc"],
        subject=content["subject"],
        text=content["text"],
        in_reply_to=content["in_reply_to"],
        references=tuple(content["references"]),
        answers=None if content["answers"] is None else RowId(content["answers"]),
        answers_in=content.get("answers_in"),
        attachments=tuple(
            DraftAttachment(name=name, content_type=content_type, data=files[bytes.fromhex(digest)])
            for name, content_type, digest in content["attachments"]
        ),
        answered=_answered(content.get("answered")),
    )


def _answered(kept: Mapping[str, Any] | None) -> Answered | None:  # Any: what json gives
    return None if kept is None else Answered(**{**kept, "writers": tuple(kept["writers"])})


def _digest(data: bytes) -> bytes:
    import hashlib  # noqa: PLC0415 (2.7 ms, and no first list needs it)

    return hashlib.sha256(data).digest()


def _digests(content: str) -> list[bytes]:
    return [bytes.fromhex(digest) for _, _, digest in json.loads(content)["attachments"]]


_DIGESTS = "select digest from draft_files where draft = ?"
