"""The search language: what is understood, what is explained, and that nothing else can happen."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.domain.errors import ErrorKind, QueryError, Remedy
from tuimail.domain.ids import MailboxId
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Flag
from tuimail.domain.query import (
    EVERYTHING,
    NOTHING,
    Attached,
    Before,
    Either,
    Every,
    Field,
    Flagged,
    In,
    Larger,
    Node,
    Since,
    Smaller,
    Without,
    Words,
    leaves,
    within,
)
from tuimail.domain.query_text import MAX_TERMS, Ground, parse_query
from tuimail.domain.query_values import read_day, read_size

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 3, 31, 0, 30, tzinfo=ZONE)
INBOX, SENT, WORK, PLANS, PLANTS = (MailboxId(number) for number in range(1, 6))
GROUND = Ground(
    now=NOW,
    mailboxes=(
        Mailbox(id=INBOX, name="INBOX", role=MailboxRole.INBOX),
        Mailbox(id=SENT, name="Gesendet", role=MailboxRole.SENT),
        Mailbox(id=WORK, name="Work"),
        Mailbox(id=PLANS, name="Work/Plans"),
        Mailbox(id=PLANTS, name="Plants of mine"),
    ),
    accounts=("work", "home"),
)


def root(text: str) -> Node:
    return parse_query(text, GROUND).root


def word(text: str, field: Field = Field.ANY) -> Words:
    return Words(text=text, field=field, is_prefix=True)


def box(mailbox: MailboxId) -> In:
    return In(mailboxes=frozenset({mailbox}))


A, B, C = word("a"), word("b"), word("c")
UNREAD = Flagged(flag=Flag.SEEN, is_set=False)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("", EVERYTHING),
        ("a b", Every(parts=(A, B))),
        ("a or b c", Every(parts=(Either(parts=(A, B)), C))),
        ("a OR b or c", Either(parts=(A, B, C))),
        ("(a b) or c", Either(parts=(Every(parts=(A, B)), C))),
        ("-a", Without(part=A)),
        ("-(a b)", Without(part=Every(parts=(A, B)))),
        ('-"a b"', Without(part=Words(text="a b"))),
        ("-from:a", Without(part=word("a", Field.FROM))),
        ("-is:unread", Without(part=UNREAD)),
        ("from:a to:b cc:c", Every(parts=(word("a", Field.FROM), word("b", Field.TO), word("c", Field.CC)))),
        ("subject:a body:b", Every(parts=(word("a", Field.SUBJECT), word("b", Field.BODY)))),
        ("FROM:a", word("a", Field.FROM)),
        ('subject:"a b"', Words(text="a b", field=Field.SUBJECT)),
        ("is:unread", UNREAD),
        ("is:Starred", Flagged(flag=Flag.FLAGGED)),
        ("is:answered", Flagged(flag=Flag.ANSWERED)),
        ("has:attachment", Attached()),
        ("larger:10k", Larger(size_bytes=10240)),
        ("smaller:1.5M", Smaller(size_bytes=1572864)),
        ("since:2024", Since(at=datetime(2024, 1, 1, tzinfo=ZONE))),
        ("after:today", Since(at=datetime(2026, 3, 31, tzinfo=ZONE))),
        ("older_than:1m", Before(at=datetime(2026, 2, 28, tzinfo=ZONE))),
        ("in:inbox", box(INBOX)),
        ("in:sent", box(SENT)),
        ("in:gesendet", box(SENT)),
        ("in:work", box(WORK)),
        ("in:Work/Plans", box(PLANS)),
        ("in:plans", box(PLANS)),
        ("in:plant", box(PLANTS)),
        ('in:"plants of mine"', box(PLANTS)),
        ("in:all a", A),
        ("account:home a", A),
        ("re:a", word("re:a")),
        ("a )", A),
        ("(a", A),
        ('"a b', Words(text="a b")),
        ("or", EVERYTHING),
        ("a or", A),
        ("or a", A),
        ("() - _ * a", A),
        ("-()", EVERYTHING),
        ('"or"', Words(text="or")),
        ("--a", Without(part=word("-a"))),
        ("a-b", word("a-b")),
    ],
)
def test_what_is_typed_is_understood(text: str, understood: Node) -> None:
    assert root(text) == understood


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is:unred", "“is:unred” is not known; did you mean is:unread?"),
        ("has:", "there is has:attachment."),
        ("form:alice", "“form:” is not known; did you mean from:?"),
        ("from:", "Write a word right after “from:”, such as from:alice."),
        ("subject:", "Write a word right after “subject:”"),
        ("since:", "Write a day right after “since:”"),
        ("before:2024-13", "Write a day right after “before:”"),
        ("since:99999y", "Write a day right after"),
        ("larger:much", "Write a size right after “larger:”, such as larger:10k"),
        ("in:", "Write a folder right after “in:”"),
        ("in:wrok", "There is no folder “wrok”; did you mean work?"),
        ("in:pla", "There is no folder “pla”"),
        ("account:hme", "There is no account “hme”; did you mean home?"),
        ("-account:home", "One account can be searched at a time"),
        ("account:home account:work", "One account can be searched at a time"),
        ("a or (account:home)", "One account can be searched at a time"),
        ("filename:a", "There is no “filename:” here. These work: from: to:"),
        ("(" * 11 + "a", "too many brackets"),
        ("a " * (MAX_TERMS + 1), "This search is too long"),
    ],
)
def test_mistakes_are_explained_for_the_field(text: str, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        root(text)

    assert (caught.value.kind, caught.value.remedy) == (ErrorKind.BAD_QUERY, Remedy.FIX_INPUT)
    assert words in caught.value.summary


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("ab\"'*():-+_ {}\\\x00\r\nor"), st.characters()), max_size=60))
def test_any_text_is_understood_or_explained(text: str) -> None:
    try:
        found = leaves(root(text))
    except QueryError:
        return
    assert all(any(each.isalnum() for each in leaf.text) for leaf in found if isinstance(leaf, Words))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "-b", "(", ")", "or", "in:sent", "-in:work", "is:unread", "since:1w"]), max_size=14)
)
def test_in_one_mailbox_every_place_is_decided(terms: list[str]) -> None:
    query = parse_query(" ".join(terms), GROUND)

    asked = within(query, SENT)

    assert not any(isinstance(leaf, In) for leaf in leaves(asked))


def test_places_that_cannot_hold_hits_are_left_out() -> None:
    query = parse_query("in:sent a", GROUND)

    assert query.names_place
    assert within(query, SENT) == A
    assert within(query, WORK) == NOTHING
    assert within(parse_query("in:sent or a", GROUND), SENT) == EVERYTHING
    assert within(parse_query("-in:sent a", GROUND), SENT) == NOTHING


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", (2024, 5, 1)),
        ("2024/5/1", (2024, 5, 1)),
        ("2024-05", (2024, 5, 1)),
        ("today", (2026, 3, 31)),
        ("yesterday", (2026, 3, 30)),
        ("7d", (2026, 3, 24)),
        ("2w", (2026, 3, 17)),
        ("3m", (2025, 12, 31)),
        ("1y", (2025, 3, 31)),
    ],
)
def test_days_begin_in_the_zone_of_the_reader(text: str, day: tuple[int, int, int]) -> None:
    found = read_day(text, NOW)

    assert found == datetime(*day, tzinfo=ZONE)
    assert found.astimezone(UTC).hour == 22


@pytest.mark.parametrize("text", ["", "2024-00", "0000", "5000y", "tomorrow", "7", "-1d", "२०२४", "2024-05-01-01"])
def test_what_is_no_day_is_told_so(text: str) -> None:
    assert read_day(text, NOW) is None


@pytest.mark.parametrize(("text", "size"), [("300", 300), ("10k", 10240), ("5MB", 5 * 1024**2), ("1g", 1024**3)])
def test_sizes_are_read(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "k", "10x", "-1", "1e9", "٣k"])
def test_what_is_no_size_is_told_so(text: str) -> None:
    assert read_size(text) is None


def test_words_are_in_no_printed_form() -> None:
    assert "secret" not in repr(parse_query("secret from:secret", GROUND))
