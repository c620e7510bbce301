-- Mails by size, and how far a move has come on a server that can only copy and delete.

create index messages_by_size on messages (shown_in, size_bytes);

-- The target as it was before anything was copied there; null: nothing was.
alter table changes add column copy_uidvalidity integer;
alter table changes add column copy_uidnext integer;
-- The UID of the copy; 0: the server did not tell it; null: there is none as far as is known.
alter table change_rows add column copied_as integer;
