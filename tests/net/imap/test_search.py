"""Searches on the wire: what is asked, and that no text becomes anything but text."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import CAPABILITIES, ImapScript
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, QueryError, ServerError
from tuimail.domain.query import Node
from tuimail.domain.query_text import Ground, parse_query
from tuimail.net.imap.arguments import Argument, Literal
from tuimail.net.imap.search import criteria
from tuimail.net.imap.session import ImapSession

GROUND = Ground(now=datetime(2026, 3, 31, 12, tzinfo=UTC))
GMAIL = CAPABILITIES + b" X-GM-EXT-1"


def asked(text: str) -> Node:
    return parse_query(text, GROUND).root


def written(arguments: list[Argument]) -> str:
    return " ".join(
        f"{{{each.data.decode()}}}" if isinstance(each, Literal) else each.decode("ascii") for each in arguments
    )


@pytest.mark.parametrize(
    ("text", "plain", "gmail"),
    [
        ("", "ALL", "ALL"),
        ("a", "TEXT {a}", "X-GM-RAW {a}"),
        ("lun*", "TEXT {lun}", 'X-GM-RAW {"lun*"}'),
        ("a b", "TEXT {a} TEXT {b}", "X-GM-RAW {(a b)}"),
        ("a or b or c", "OR TEXT {a} OR TEXT {b} TEXT {c}", "X-GM-RAW {{a b c}}"),
        ("(a b) or c", "OR (TEXT {a} TEXT {b} ALL) TEXT {c}", "X-GM-RAW {{(a b) c}}"),
        ("-(a b)", "NOT (TEXT {a} TEXT {b} ALL)", "X-GM-RAW {-((a b))}"),
        ("-a", "NOT TEXT {a}", "X-GM-RAW {-(a)}"),
        ("from:a", "FROM {a}", "X-GM-RAW {from:a}"),
        ("to:a", "OR TO {a} CC {a}", "X-GM-RAW {{to:a cc:a}}"),
        ('subject:"a b"', "SUBJECT {a b}", 'X-GM-RAW {subject:"a b"}'),
        ("body:a", "BODY {a}", "X-GM-RAW {a}"),
        ('a"b', 'TEXT {a"b}', 'X-GM-RAW {"a b"}'),
        ("is:unread is:starred", "UNSEEN FLAGGED", "X-GM-RAW {(is:unread is:starred)}"),
        ("is:answered a", "ANSWERED TEXT {a}", "ANSWERED TEXT {a}"),
        ("has:attachment", "HEADER CONTENT-TYPE {multipart/mixed}", "X-GM-RAW {has:attachment}"),
        ("larger:1k smaller:5M", "LARGER 1024 SMALLER 5242880", "X-GM-RAW {(larger:1024 smaller:5242880)}"),
        ("since:2026-03-01", "SENTSINCE 1-Mar-2026", "X-GM-RAW {after:1772323200}"),
        ("before:2026", "SENTBEFORE 1-Jan-2026", "X-GM-RAW {before:1767225600}"),
        ("zürich", "CHARSET UTF-8 TEXT {zürich}", "CHARSET UTF-8 X-GM-RAW {zürich}"),
    ],
)
def test_searches_are_said_in_the_servers_language(text: str, plain: str, gmail: str) -> None:
    assert written(criteria(asked(text), has_gmail=False)) == plain
    assert written(criteria(asked(text), has_gmail=True)) == gmail


def test_found_uids_come_back_in_order(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"UID SEARCH": b"* ESEARCH UID ALL 9,3:4\r\nTAG OK done\r\n"})

    with session_with(serve(script).address, certificate) as session:
        found = session.search(asked("zürich"))

    assert found == [3, 4, 9]
    assert script.commands[-1] == "UID SEARCH RETURN (ALL) CHARSET UTF-8 TEXT zürich".encode()


def test_gmail_is_asked_in_its_own_language(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(capabilities=GMAIL, answers={b"UID SEARCH": b"* SEARCH 3\r\nTAG OK done\r\n"})

    with session_with(serve(script).address, certificate) as session:
        assert session.search(asked("from:ada has:attachment")) == [3]

    assert script.commands[-1] == b"UID SEARCH RETURN (ALL) X-GM-RAW (from:ada has:attachment)"


def test_a_server_that_refuses_leaves_the_connection_good(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"UID SEARCH": b"TAG NO [BADCHARSET (US-ASCII)] no such letters\r\n"})

    with session_with(serve(script).address, certificate) as session:
        with pytest.raises(ServerError) as caught:
            session.search(asked("zürich"))
        assert session.noop() is False

    assert caught.value.kind is ErrorKind.SERVER_REFUSED


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.one_of(st.sampled_from('ab"\\{}()*%\r\n\x00 -:'), st.characters()), max_size=40))
def test_one_search_is_one_command_whatever_is_typed(serve: Serve, certificate: Certificate, text: str) -> None:
    script = ImapScript(answers={b"UID SEARCH": b"* SEARCH\r\nTAG OK done\r\n"})
    with session_with(serve(script).address, certificate) as session:
        before = len(script.commands)
        assert _try(session, text) == len(script.commands) - before
        session.noop()

    assert script.commands[-1] == b"NOOP"


def _try(session: ImapSession, text: str) -> int:
    try:
        node = asked(text)
    except QueryError:
        return 0
    session.search(node)
    return 1
