"""Which mails in the server's Drafts are copies of which draft. Not cut off by the draft's end: they outlive it."""

from msgspec import Struct

from tuimail.domain.draft import OutboxState
from tuimail.domain.ids import DraftId
from tuimail.store.db import Database


class DraftCopy(Struct, frozen=True, kw_only=True):
    """A mail at the server."""

    id: int
    message_id: str
    """Empty for a mail of another program that has none."""
    digest: bytes | None
    """Of the draft's content that it shows; None: written by another program."""
    place: tuple[int, int] | None
    """UIDVALIDITY and UID; None: whether it lies there is not known."""


class DraftCopies:
    """The copies of one account's drafts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def wanted(self, draft: DraftId) -> bytes | None:
        """The digest of the draft as it is kept; None for one that was discarded or is gone."""
        content = self._db.value("select content from drafts where id = ? and discarded_at is null", draft)
        if content is None:
            return None
        import hashlib  # noqa: PLC0415 (2.7 ms, and no first list needs it)

        return hashlib.sha256(content.encode()).digest()

    def is_leaving(self, draft: DraftId) -> bool:
        """Whether its mail lies in the outbox, not yet sent: it may come back from there."""
        found = "select count(*) from outbox where state <> ? and json_extract(draft, '$.id') = ?"
        return bool(self._db.value(found, OutboxState.SENT, draft))

    def of(self, draft: DraftId) -> tuple[DraftCopy, ...]:
        """All copies of a draft, oldest first."""
        found = self._db.all(
            "select id, message_id, digest, uidvalidity, uid from draft_copies where draft = ? order by id", draft
        )
        return tuple(
            DraftCopy(
                id=key,
                message_id=message_id,
                digest=None if digest is None else bytes(digest),
                place=None if uid is None else (uidvalidity, uid),
            )
            for key, message_id, digest, uidvalidity, uid in found
        )

    def concerned(self) -> tuple[DraftId, ...]:
        """Every draft that has a copy or should have one."""
        found = self._db.all(
            "select draft from draft_copies union select id from drafts where discarded_at is null order by 1"
        )
        return tuple(DraftId(draft) for (draft,) in found)

    def draft_of(self, message_id: str, place: tuple[int, int]) -> DraftId | None:
        """The draft that a mail of the server's Drafts is a copy of."""
        draft = self._db.value(
            "select draft from draft_copies where message_id <> '' and message_id = ? or uidvalidity = ? and uid = ?"
            " order by id desc limit 1", message_id, *place,
        )  # fmt: skip
        return None if draft is None else DraftId(draft)

    def begin(self, draft: DraftId, *, message_id: str, digest: bytes) -> int:
        """Note that a copy is about to be filed; returns its key."""
        return self._db.insert(
            "insert into draft_copies (draft, message_id, digest) values (?, ?, ?)", draft, message_id, digest
        )

    def filed(self, copy: int, place: tuple[int, int]) -> None:
        """It lies there."""
        self._db.run("update draft_copies set uidvalidity = ?, uid = ? where id = ?", *place, copy)

    def adopt(self, draft: DraftId, *, message_id: str, place: tuple[int, int]) -> None:
        """A mail that another program put there: the draft that was made from it replaces it."""
        self._db.insert(
            "insert into draft_copies (draft, message_id, uidvalidity, uid) values (?, ?, ?, ?)",
            draft, message_id, *place,
        )  # fmt: skip

    def drop(self, copy: int) -> None:
        """It lies there no longer."""
        self._db.run("delete from draft_copies where id = ?", copy)
