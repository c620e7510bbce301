import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.clean import clean_line
from tuimail.domain.trust import AuthResult, AuthResults
from tuimail.mime.authentication import read_authentication
from tuimail.mime.parse import parse_message


def only(value: str) -> AuthResults:
    (results,) = read_authentication([("Authentication-Results", value.encode())])
    return results


def told(value: str) -> list[tuple[str, str, str]]:
    return [(each.method, each.result, each.domain) for each in only(value).results]


def test_each_method_names_whom_it_speaks_of() -> None:
    value = (
        "mx.google.com; dkim=pass header.i=@list.example.test header.s=20230601 header.b=abc/+=;"
        " spf=pass (google.com: domain of a@b.test designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@b.test;"
        " dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=Example.TEST; arc=none"
    )

    assert only(value).server == "mx.google.com"
    assert told(value) == [
        ("dkim", "pass", "list.example.test"),
        ("spf", "pass", "b.test"),
        ("dmarc", "fail", "example.test"),
        ("arc", "none", ""),
    ]


def test_a_field_without_a_server_is_read_too() -> None:
    value = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.test; dkim=none;dmarc=bestguesspass action=none"

    assert only(value).server == ""
    assert [result for _, result, _ in told(value)] == ["pass", "none", "bestguesspass"]


def test_versions_and_no_results() -> None:
    assert only("Example.TEST 1; none") == AuthResults(server="example.test")
    assert told("example.test 1; dkim/1 = pass header.d = a.test") == [("dkim", "pass", "a.test")]


@pytest.mark.parametrize(
    "value",
    [
        'a.test; dkim=fail reason="x; dkim=pass header.d=bank.test" header.d=evil.test',
        "a.test; dkim=fail (x; dkim=pass header.d=bank.test) header.d=evil.test",
        "a.test; dkim=fail (((x) ; dkim=pass) header.d=bank.test) header.d=evil.test",
        'a.test; dkim=fail reason="header.d=bank.test" header.d=evil.test',
    ],
)
def test_words_in_quotes_and_comments_say_nothing(value: str) -> None:
    assert told(value) == [("dkim", "fail", "evil.test")]


def test_fields_stand_in_their_order_and_are_counted() -> None:
    raw = b"Authentication-Results: a.test;\r\n\tdkim=pass\r\n" + b"Authentication-Results: b.test; dkim=fail\r\n" * 100
    found = parse_message(raw + b"\r\nx").authentication

    assert found[0] == AuthResults(server="a.test", results=(AuthResult(method="dkim", result="pass"),))
    assert len(found) == 20


def test_a_field_below_another_servers_stamp_stands_alone() -> None:
    raw = b"Authentication-Results: a.test; dkim=pass\r\nA: b\r\nAuthentication-Results: a.test; spf=pass\r\n"
    raw += b"Received: by b.test\r\nAuthentication-Results: a.test; dmarc=pass\r\n\r\n"

    assert [each.follows for each in parse_message(raw).authentication] == [False, True, False]


@given(st.text(alphabet=st.sampled_from('a.;=()"\\ \x1b\u202edkimpass/1'), max_size=300))
def test_whatever_stands_there_is_read_and_clean(value: str) -> None:
    for results in read_authentication([("Authentication-Results", value.encode())]):
        texts = [results.server, *(text for each in results.results for text in (each.method, each.domain))]
        assert all(clean_line(text) == text for text in texts)
