-- The bytes of mails on their way. SQLite writes a row anew with all that is in it, so noting a phase beside 7 MB took
-- 120 ms. Mails of earlier versions keep theirs in the outbox's own column, which is empty for new ones.
create table outbox_mails (
    item integer primary key references outbox (id) on delete cascade,
    mail blob not null
) strict;
