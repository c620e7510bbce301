-- An account's store. What is shown of a message is what the server said (mailbox, uid, server_flags) with the
-- changes that still wait (changes, change_rows) applied in their order (shown_in, flags).

create table facts (
    name text primary key,
    value text not null
) strict, without rowid;

create table mailboxes (
    id integer primary key autoincrement,
    raw_name blob not null unique,
    name text not null,
    delimiter text not null,
    role text not null,
    attributes text not null,
    selectable integer not null,
    total integer not null default 0,
    unread integer not null default 0,
    uidvalidity integer,
    uidnext integer,
    highestmodseq integer,
    oldest_uid integer,
    is_complete integer not null default 0
) strict;

-- row = date in seconds << 20 | a counter: newest first is row order, in the full-text index too.
create table messages (
    row integer primary key,
    mailbox integer not null references mailboxes (id) on delete cascade,
    uid integer,
    server_flags text not null,
    shown_in integer references mailboxes (id) on delete cascade,
    flags text not null,
    is_seen integer not null as (instr(' ' || flags || ' ', ' \Seen ') > 0),
    is_flagged integer not null as (instr(' ' || flags || ' ', ' \Flagged ') > 0),
    sent_at integer not null,
    internal_date integer not null,
    size_bytes integer not null,
    has_attachment integer not null,
    sender text not null,
    recipients text not null,
    cc text not null,
    subject text not null,
    message_id text not null,
    in_reply_to text not null,
    refs text not null
) strict;

create unique index messages_by_uid on messages (mailbox, uid);
create index messages_shown on messages (shown_in);
create index messages_unread on messages (shown_in) where is_seen = 0;
create index messages_without_uid on messages (mailbox) where uid is null;

create table bodies (
    row integer primary key references messages (row) on delete cascade,
    raw blob not null,
    size_bytes integer not null,
    fetched_at integer not null,
    used_at integer not null
) strict;

create index bodies_by_use on bodies (used_at, size_bytes);

create virtual table words using fts5 (
    sender, recipients, subject, body,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

create trigger messages_leave_words after delete on messages begin
    delete from words where rowid = old.row;
end;

create table drafts (
    id text primary key,
    saved_at integer not null,
    discarded_at integer,
    content text not null
) strict, without rowid;

create table draft_versions (
    draft text not null references drafts (id) on delete cascade,
    begun_at integer not null,
    content text not null,
    primary key (draft, begun_at)
) strict, without rowid;

-- Files of drafts, each content once, so that saving the text every two seconds does not write them again.
create table draft_files (
    draft text not null references drafts (id) on delete cascade,
    digest blob not null,
    data blob not null,
    primary key (draft, digest)
) strict;

create table outbox (
    id integer primary key autoincrement,
    state text not null,
    phase text not null,
    words text not null default '',
    queued_at integer not null,
    send_at integer not null,
    attempts integer not null default 0,
    message_id text not null,
    subject text not null,
    sender text not null,
    draft text not null,
    wants_copy integer not null,
    mail blob not null
) strict;

create table outbox_recipients (
    item integer not null references outbox (id) on delete cascade,
    place integer not null,
    address text not null,
    state text not null,
    words text not null default '',
    primary key (item, place)
) strict, without rowid;

create table outbox_files (
    item integer not null references outbox (id) on delete cascade,
    digest blob not null,
    data blob not null,
    primary key (item, digest)
) strict;

create table changes (
    id integer primary key autoincrement,
    kind text not null,
    add_flags text not null default '',
    remove_flags text not null default '',
    target integer references mailboxes (id) on delete cascade,
    queued_at integer not null,
    is_begun integer not null default 0
) strict;

create table change_rows (
    change integer not null references changes (id) on delete cascade,
    row integer not null references messages (row) on delete cascade,
    primary key (change, row)
) strict, without rowid;

create index change_rows_by_row on change_rows (row);

-- A change whose messages are all gone has nothing left to do.
create trigger changes_end_with_rows after delete on change_rows begin
    delete from changes where id = old.change and not exists (select 1 from change_rows where change = old.change);
end;
