create table activity (
    id integer primary key autoincrement,
    at integer not null,
    account text not null,
    what text not null,
    outcome text not null
) strict;
