"""Everybody who wrote or was written to, gathered from the stored messages in the background.

``gather_some`` takes messages in slices; each counts once, and what it brought stays when the message goes.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tuimail.domain.address import Address
from tuimail.domain.address_book import Person
from tuimail.domain.lookalike import most_alike, one_letter_apart, site, skeleton
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.trust import KnownSender
from tuimail.store.columns import as_json, from_seconds, to_seconds, unpack_addresses
from tuimail.store.db import Columns, Database

ACQUAINTED = 3
"""Mails from a domain from which on it counts as known, if nobody was ever written to there."""
MAX_PEOPLE = 50_000
"""That completion knows of."""
MAX_RECIPIENTS = 50
"""Of one mail; whoever writes to more writes to a list."""
_MAX_SPEC = 320


class _Tally(Struct):
    """What a slice of messages adds to one address."""

    name: str = ""
    written: int = 0
    seen: int = 0
    first: int | None = None
    """The oldest mail from them, in seconds."""
    last: int = 0


class PeopleRepository:
    """The people of one account."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def gather_some(self, limit: int, *, own: frozenset[str]) -> int:
        """Take the people of messages that were not looked at yet; how many messages these were.

        Fewer than ``limit``: nothing remains. ``own``: the user's addresses, lower case; who they wrote to was written
        to wherever the mail lies. 300 messages take 5 ms.
        """
        if not self._db.one("select 1 from people_waiting limit 1"):
            return 0
        with self._db.transaction():
            waiting = self._db.all(_WAITING, limit)
            tallies: dict[str, _Tally] = {}
            for _, *columns in waiting:
                _count(tuple(columns), own, tallies)
            self._db.run_many(
                _ADD_PERSON,
                [(spec, each.name, each.written, each.seen, each.first, each.last) for spec, each in tallies.items()],
            )
            self._db.run_many(_ADD_SITE, _sites(tallies))
            taken = as_json(row for row, *_ in waiting)
            self._db.run("delete from people_waiting where row in (select value from json_each(?))", taken)
            return len(waiting)

    def known(self, sender: Address, *, at: datetime) -> KnownSender:
        """What is known of the sender of a mail of this moment. At 50,000 people and 100,000 mails: 2 ms."""
        spec, home = sender.spec.lower(), site(sender.domain)
        found = self._db.one("select written, seen, first from people where spec = ?", spec)
        written, seen, first = found or (0, 0, None)
        is_first = not written and (not seen or first is None or first >= to_seconds(at))
        where = self._db.one("select written, seen from sites where site = ?", home)
        is_strange = not where or (not where[0] and where[1] <= ACQUAINTED)
        return KnownSender(is_first=is_first, alike=self._alike(home) if is_strange else "")

    def everybody(self) -> list[Person]:
        """All of them, at most ``MAX_PEOPLE``, whom the user last heard of first. 50,000 take 0.1 s."""
        found = self._db.all(
            "select spec, name, written, seen, last from people order by last desc limit ?", MAX_PEOPLE
        )
        return [
            Person(
                address=Address(name=name, spec=spec),
                written=written,
                seen=seen,
                last=from_seconds(last) if last else None,
            )
            for spec, name, written, seen, last in found
        ]

    def _alike(self, home: str) -> str:
        """A site that the user knows and that this one could be taken for."""
        shapes = json.dumps(one_letter_apart(skeleton(home)))
        return most_alike(home, (known for (known,) in self._db.all(_KNOWN_SITES, shapes, ACQUAINTED)))


def _count(columns: Columns, own: frozenset[str], tallies: dict[str, _Tally]) -> None:
    role, sent_at, sender, to, cc = columns
    # Nobody is known for what was taken for junk, and a draft is written to nobody yet.
    if role in {MailboxRole.JUNK.value, MailboxRole.DRAFTS.value}:
        return
    writers = unpack_addresses(sender)[:1]
    if role == MailboxRole.SENT.value or any(each.spec.lower() in own for each in writers):
        recipients = [*unpack_addresses(to), *unpack_addresses(cc)]
        for each in recipients[:MAX_RECIPIENTS]:
            _tally(each, sent_at, tallies).written += 1
        return
    for each in writers:
        tally = _tally(each, sent_at, tallies)
        tally.seen += 1
        tally.first = sent_at if tally.first is None else min(tally.first, sent_at)


def _tally(address: Address, sent_at: int, tallies: dict[str, _Tally]) -> _Tally:
    tally = tallies.setdefault(address.spec.lower()[:_MAX_SPEC], _Tally())
    if sent_at >= tally.last:
        tally.last = sent_at
        tally.name = address.name or tally.name
    return tally


def _sites(tallies: dict[str, _Tally]) -> Iterable[tuple[str, str, int, int]]:
    sites: dict[str, tuple[int, int]] = {}
    for spec, tally in tallies.items():
        home = site(spec.rpartition("@")[2])
        if "@" in spec and home:
            written, seen = sites.get(home, (0, 0))
            sites[home] = (written + tally.written, seen + tally.seen)
    return [(home, skeleton(home), written, seen) for home, (written, seen) in sites.items()]


_WAITING = (
    "select w.row, coalesce(b.role, ''), coalesce(m.sent_at, 0), coalesce(m.sender, ''), coalesce(m.recipients, ''),"
    " coalesce(m.cc, '') from (select row from people_waiting order by row desc limit ?) w"
    " left join messages m on m.row = w.row left join mailboxes b on b.id = m.mailbox"
)
_ADD_PERSON = (
    "insert into people (spec, name, written, seen, first, last) values (?, ?, ?, ?, ?, ?) on conflict do update set"
    " name = iif(excluded.name != '' and (excluded.last >= last or name = ''), excluded.name, name),"
    " written = written + excluded.written, seen = seen + excluded.seen,"
    " first = min(coalesce(first, excluded.first), coalesce(excluded.first, first)), last = max(last, excluded.last)"
)
_ADD_SITE = (
    "insert into sites (site, shape, written, seen) values (?, ?, ?, ?) on conflict do update set"
    " written = written + excluded.written, seen = seen + excluded.seen"
)
_KNOWN_SITES = (
    "select site from sites where shape in (select value from json_each(?)) and (written > 0 or seen >= ?) limit 200"
)
