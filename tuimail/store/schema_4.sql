-- Everybody who wrote or was written to: for the completion of addresses, and for telling strangers from acquaintances.

create table people (
    spec text primary key,
    name text not null,
    written integer not null,
    seen integer not null,
    first integer,
    last integer not null
) strict, without rowid;

-- Their domains by the shape of their names, so that those that look alike stand together.
create table sites (
    site text primary key,
    shape text not null,
    written integer not null,
    seen integer not null
) strict, without rowid;

create index sites_by_shape on sites (shape);

-- Messages whose people were not taken yet. A row each costs less than an index over all messages.
create table people_waiting (
    row integer primary key
) strict;

create trigger messages_bring_people after insert on messages begin
    insert or ignore into people_waiting values (new.row);
end;

insert into people_waiting select row from messages;
