-- Conversations, orders, Gmail's numbers, mail fetched by part, texts in the index, kept searches.

alter table messages add column thread integer;
-- The message's own Message-ID and the one it answers, as in ``thread_ids``. All three null: not looked at yet.
alter table messages add column node integer;
alter table messages add column parent integer;
-- What lists are sorted by; null: not worked out yet.
alter table messages add column sort_sender text;
alter table messages add column sort_subject text;
alter table messages add column gmail_id integer;
alter table messages add column gmail_thread integer;
alter table messages add column labels text not null default '';
alter table messages add column has_words integer not null default 0;

-- Holds all that an unfolded list needs, so that the wide rows need not be read.
create index messages_in_threads on messages (shown_in, thread, row, node, parent);
create index messages_unthreaded on messages (row) where thread is null;
create index messages_by_gmail_id on messages (gmail_id) where gmail_id is not null;
create index messages_without_words on messages (shown_in, row) where has_words = 0;
drop index messages_unread;
create index messages_unread on messages (shown_in, thread) where is_seen = 0;

-- Every Message-ID seen or referred to, as a 63-bit hash, and the conversation it belongs to.
create table thread_ids (
    id integer primary key,
    thread integer not null
) strict;

create index thread_ids_by_thread on thread_ids (thread);

-- JSON: section to bytes on the server, of the parts that were left there. Empty: ``raw`` is the whole message.
alter table bodies add column missing text not null default '';

create table parts (
    row integer not null references messages (row) on delete cascade,
    section text not null,
    data blob not null,
    size_bytes integer not null,
    used_at integer not null,
    primary key (row, section)
) strict, without rowid;

-- Merging is asked for in small steps (SearchRepository.tend): by itself it holds one writer in twenty for 0.1 to 0.5 s.
insert into words (words, rank) values ('automerge', 0);
insert into words (words, rank) values ('crisismerge', 1900);
insert into words (words, rank) values ('usermerge', 16);

create index messages_flagged on messages (shown_in) where is_flagged = 1;
create index messages_with_attachment on messages (shown_in) where has_attachment = 1;

create table searches (
    id integer primary key autoincrement,
    name text not null unique,
    query text not null
) strict;
