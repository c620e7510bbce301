"""The figures to reach: what is compared with what, and the limits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.ledger import Key, Ledger
from tests.bench.rows.drafting import FIGURE as TYPING
from tests.bench.rows.news import SERVER
from tests.bench.rows.pages import W3M
from tests.bench.rows.start import BARE_APP
from tests.bench.sender import COMPLETE, PLAIN, SEND, SEND_BIG
from tests.bench.units import KB, MB, MS, formatted, in_seconds

OWN = "tuimail"
PEERS = ("aerc", "neomutt", "mutt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One comparison of a line."""

    label: str
    value: float | None
    """None: there is no figure."""
    must: float | None = None
    aim: float | None = None
    shown: str = ""

    def holds(self, limit: float | None) -> bool | None:
        """Whether the limit is kept; None where there is no limit or no figure."""
        return None if limit is None or self.value is None else self.value <= limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table."""

    name: str
    """In remarks.toml."""
    title: str
    must: str
    aim: str
    parts: Sequence[Part]


class Figures:
    """The table from what was measured."""

    def __init__(self, ledger: Ledger, *, large: int, small: int) -> None:
        self._ledger = ledger
        self._large, self._small = large, small

    def lines(self) -> list[Line]:
        """All lines, in the order of the specification."""
        return [
            *self._starts(),
            *self._first_time(),
            *self._keys(),
            *self._finding(),
            *self._writing(),
            *self._news(),
            *self._weight(),
        ]

    def _starts(self) -> list[Line]:
        own = ("warm start", OWN, self._large)
        beside = ("start beside the unreachable", OWN, self._large)
        cold = ("cold start", OWN, self._large)
        return [
            self._line(
                "warm start", "warm start to useful list", "0.8 x aerc, 0.5 x neomutt, 2.0 x bare app", "0.55, -, 1.5",
                self._ratio("of aerc", own, self._at("warm start", "aerc"), 0.8, 0.55),
                self._ratio("of neomutt", own, self._at("warm start", "neomutt"), 0.5),
                self._ratio("of the bare app", own, ("warm start", BARE_APP, 0), 2.0, 1.5),
            ),
            self._line(
                "growth", f"warm start {self._large:,} / {self._small:,}", "1.15", "1.05",
                self._ratio("of its own", own, ("warm start", OWN, self._small), 1.15, 1.05),
            ),
            self._line(
                "unreachable", "warm start, server unreachable", "1.1 x its own", "same",
                self._ratio("of its own", ("start unreachable", OWN, self._large), beside, 1.1, 1.1),
            ),
            self._line(
                "cold start", "cold start to useful list", "1.0 x aerc", "0.75 x",
                self._ratio("of aerc", cold, self._at("cold start", "aerc"), 1.0, 0.75),
            ),
            self._line(
                "bytes", "bytes until useful, cold / warm", "195 KB / 10 KB", "60 KB / 6 KB",
                self._below("cold", self._at("bytes, cold"), 195 * KB, 60 * KB),
                self._below("warm", self._at("bytes, warm"), 10 * KB, 6 * KB),
                self._below("warm, once at rest", self._at("bytes, warm, at rest"), 10 * KB, 6 * KB),
            ),
        ]  # fmt: skip

    def _first_time(self) -> list[Line]:
        meanwhile = self._ledger.high("key meanwhile", OWN, self._large)
        return [
            self._line(
                "fill", "all headers in the store", "2.0 x neomutt's cold start", "1.0 x",
                self._ratio("of it", self._at("all headers stored"), self._at("cold start", "neomutt"), 2.0, 1.0),
            ),
            self._line(
                "key meanwhile", "key to repaint meanwhile, 95th percentile", "50 ms", "30 ms",
                Part(label="p95", value=meanwhile, must=50 * MS, aim=30 * MS, shown=in_seconds(meanwhile)),
            ),
        ]  # fmt: skip

    def _keys(self) -> list[Line]:
        return [
            self._line(
                "keys", "row down / page down / jump to oldest", "10 / 30 / 50 ms", "5 / 15 / 30 ms",
                self._below("row", self._at("row down"), 10 * MS, 5 * MS),
                self._below("page", self._at("page down"), 30 * MS, 15 * MS),
                self._below("oldest", self._at("jump to oldest"), 50 * MS, 30 * MS),
            ),
            self._line(
                "open", "open 10 KB text not in the store / again", "1.5 / 1.0 x aerc", "1.0 / 0.5 x",
                self._ratio("first, of aerc", self._at("open"), self._at("open", "aerc"), 1.5, 1.0),
                self._ratio("again, of aerc", self._at("open again"), self._at("open again", "aerc"), 1.0, 0.5),
            ),
            self._line(
                "big", "open a mail with a 5 MB attachment", "1.5 x aerc, 10 KB", "1.0 x, 3 KB",
                self._ratio("of aerc", self._at("open big"), self._at("open big", "aerc"), 1.5, 1.0),
                self._below("bytes", self._at("open big, bytes"), 10 * KB, 3 * KB),
            ),
            self._line(
                "reader", "100 KB newsletter / 1 MB mail / thread of 500, from key to paint", "100 / 400 / 100 ms",
                "60 / 200 / 60 ms",
                self._below("newsletter", ("newsletter", OWN, 0), 100 * MS, 60 * MS),
                self._below("1 MB", ("1 MB mail", OWN, 0), 400 * MS, 200 * MS),
                self._below("thread", ("thread of 500", OWN, 0), 100 * MS, 60 * MS),
            ),
            self._line(
                "pages", "HTML of 100 KB to lines / for another width; beside w3m", "50 / 25 ms", "30 / 10 ms",
                self._below("read", ("page of 100 KB", OWN, 0), 50 * MS, 30 * MS),
                self._below("another width", ("page of 100 KB, another width", OWN, 0), 25 * MS, 10 * MS),
                self._ratio("of w3m", ("page of 100 KB", OWN, 0), ("page of 100 KB", W3M, 0), None),
            ),
            self._line(
                "scroll", "scroll a line / a page / next in the thread / resize, from key to paint",
                "10 / 30 / 30 / 90 ms", "7 / 15 / 20 / 60 ms",
                self._below("line", ("scroll a line", OWN, 0), 10 * MS, 7 * MS),
                self._below("page", ("scroll a page", OWN, 0), 30 * MS, 15 * MS),
                self._below("next", ("next in thread of 500", OWN, 0), 30 * MS, 20 * MS),
                self._below("resize", ("newsletter resized", OWN, 0), 90 * MS, 60 * MS),
            ),
        ]  # fmt: skip

    def _finding(self) -> list[Line]:
        best = min(PEERS, key=lambda name: self._ledger.middle(*self._at("search subject", name)) or 1e9)
        return [
            self._line(
                "search", "subject search", "0.5 x best peer", "0.15 x",
                self._ratio(
                    f"of {best}", self._at("search subject"), self._at("search subject", best), 0.5, 0.15
                ),
            ),
            self._line(
                "body", "body search, indexed bodies", "0.2 s", "0.05 s",
                self._below("found", self._at("search body"), 0.2, 0.05),
            ),
        ]  # fmt: skip

    def _writing(self) -> list[Line]:
        return [
            self._line(
                "send", "a mail from the user's word to the server's / one of 5 MB", "1.5 / 5.0 x smtplib alone",
                "1.2 / 2.5 x",
                self._ratio("of smtplib", (SEND, OWN, 0), (SEND, PLAIN, 0), 1.5, 1.2),
                self._ratio("5 MB, of smtplib", (SEND_BIG, OWN, 0), (SEND_BIG, PLAIN, 0), 5.0, 2.5),
            ),
            self._line(
                "completion", "completion over 50,000 addresses", "20 ms", "10 ms",
                self._below("found", (COMPLETE, OWN, 0), 20 * MS, 10 * MS),
            ),
            self._line(
                "typing", "typing in a draft of 100 KB, from key to repaint", "20 ms", "10 ms",
                self._below("key", (TYPING, OWN, 0), 20 * MS, 10 * MS),
            ),
        ]  # fmt: skip

    def _news(self) -> list[Line]:
        parts = []
        for figure in ("new mail", "flag seen"):
            aerc = self._ledger.middle(*self._at(figure, "aerc"))
            floor = self._ledger.middle(*self._at(figure, SERVER))
            value = self._ledger.middle(*self._at(figure))
            parts.append(
                Part(
                    label=figure,
                    value=value,
                    must=aerc and 1.15 * aerc,
                    aim=floor and floor + 0.05,
                    shown=f"{in_seconds(value)} (aerc {in_seconds(aerc)}, server {in_seconds(floor)})",
                )
            )
        return [
            self._line("news", "new mail / flag seen", "1.15 x aerc", "server's own delay + 50 ms", *parts),
            self._line(
                "changed", "1,000 flags changed elsewhere", "right 0.5 s after first paint, 80 KB", "0.2 s",
                self._below("right after", self._at("flags right"), 0.5, 0.2),
                self._below("bytes", self._at("flags right, bytes"), 80 * KB, None),
            ),
        ]  # fmt: skip

    def _weight(self) -> list[Line]:
        small = self._ledger.middle("peak memory", OWN, self._small)
        drop = self._at("new mail after a cut")
        slowest = self._ledger.taken.get(self._at("key while stalled"))
        worst = max(slowest) if slowest else None
        return [
            self._line(
                "memory", f"peak memory, session of {self._large:,}", "100 MB", "80 MB, and 10 MB more than small",
                self._below("peak", self._at("peak memory"), 100 * MB, min(80 * MB, (small or 70 * MB) + 10 * MB)),
                self._below(f"peak at {self._small:,}", ("peak memory", OWN, self._small), None, None),
            ),
            self._line(
                "rest", "CPU at rest / quit", "0.5 % / 0.3 s", "0.2 % / 0.15 s",
                self._below("at rest", self._at("processor at rest"), 0.005, 0.002),
                self._below("quit", self._at("quit"), 0.3, 0.15),
            ),
            self._line(
                "stalled", "stalled server", "every key 50 ms, said within 5 s", "",
                Part(label="slowest key", value=worst, must=50 * MS, shown=in_seconds(worst)),
                self._below("said", self._at("stall said"), 5.0, None),
            ),
            self._line(
                "cut", "dropped connection", "list kept, new mail seen within 1.5 x aerc", "1.0 x",
                self._below_negative("list kept", self._at("list kept after a cut")),
                self._ratio("seen, of aerc", drop, self._at("new mail after a cut", "aerc"), 1.5, 1.0),
            ),
        ]  # fmt: skip

    def _at(self, figure: str, program: str = OWN) -> Key:
        return (figure, program, self._large)

    def _line(self, name: str, title: str, must: str, aim: str, *parts: Part) -> Line:
        return Line(name=name, title=title, must=must, aim=aim, parts=parts)

    def _ratio(self, label: str, own: Key, other: Key, must: float | None, aim: float | None = None) -> Part:
        mine, theirs = self._ledger.middle(*own), self._ledger.middle(*other)
        ratio = mine / theirs if mine is not None and theirs else None
        shown = self._why(own, other)
        if ratio:
            best = self._ledger.best(*own) / self._ledger.best(*other)
            shown = f"{ratio:.2f} {label} ({in_seconds(mine)} to {in_seconds(theirs)}; {best:.2f} at best)"
        return Part(label=label, value=ratio, must=must, aim=aim, shown=shown)

    def _below(self, label: str, key: Key, must: float | None, aim: float | None) -> Part:
        value = self._ledger.middle(*key)
        return Part(label=label, value=value, must=must, aim=aim, shown=_shown(label, key[0], value) or self._why(key))

    def _below_negative(self, label: str, key: Key) -> Part:
        """A claim that holds or not: 1 or 0."""
        value = self._ledger.middle(*key)
        shown = self._why(key) if value is None else f"{label}: {'yes' if value else 'no'}"
        return Part(label=label, value=None if value is None else -value, must=-1.0, aim=-1.0, shown=shown)

    def _why(self, *keys: Key) -> str:
        for key in keys:
            if key in self._ledger.absent:
                return f"{key[0]} of {key[1]}: {self._ledger.absent[key]}"
        return "not measured"


def _shown(label: str, figure: str, value: float | None) -> str:
    return "" if value is None else f"{label} {formatted(figure, value)}"
