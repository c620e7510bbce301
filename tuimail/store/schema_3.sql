-- Large mails, how far a move has come on a server that can only copy and delete, copies of drafts at the server.

-- Of few: an index of all sizes makes the storing of 100,000 headers take 1.7 times as long.
create index messages_large on messages (shown_in, size_bytes) where size_bytes >= 100000;

-- The target as it was before anything was copied there; null: nothing was.
alter table changes add column copy_uidvalidity integer;
alter table changes add column copy_uidnext integer;
-- The UID of the copy; 0: the server did not tell it; null: there is none as far as is known.
alter table change_rows add column copied_as integer;

-- Mails in the server's Drafts, by the draft that each is a copy of. They outlive it: no reference to drafts.
create table draft_copies (
    id integer primary key autoincrement,
    draft text not null,
    message_id text not null,
    digest blob,
    uidvalidity integer,
    uid integer
) strict;

create index draft_copies_by_draft on draft_copies (draft);
