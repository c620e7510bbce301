import pytest

from tuimail.domain.unsubscribe import ListHeaders
from tuimail.mime.parse import parse_message


def lists(*fields: str) -> ListHeaders | None:
    return parse_message("\r\n".join([*fields, "", "x"]).encode()).lists


def test_a_mail_of_no_list_has_none() -> None:
    assert lists("Subject: x") is None


def test_a_list_names_itself_and_its_ways_out() -> None:
    assert lists(
        'List-Id: "=?utf-8?q?B=C3=BCcher?= of the week" <books.lists.example.test>',
        "List-Post: <mailto:books@lists.example.test>",
        "List-Unsubscribe: <mailto:leave@lists.example.test?subject=out>,\r\n <https://lists.example.test/out?u=1>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ) == ListHeaders(
        list_id="books.lists.example.test",
        name="Bücher of the week",
        post_to="mailto:books@lists.example.test",
        unsubscribe_https="https://lists.example.test/out?u=1",
        unsubscribe_mailto="mailto:leave@lists.example.test?subject=out",
        is_one_click=True,
    )


def test_a_list_that_takes_no_mail_has_no_address_to_write_to() -> None:
    found = lists("List-Post: NO (posting not allowed on this list)")

    assert found is not None
    assert found.post_to == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://lists.example.test/out",
        "javascript:alert(1)",
        "https://",
        "https://lists.example.test@evil.test/",
        "https://[evil/",
        "https://ev\u202eil.test/",
    ],
)
def test_other_addresses_are_no_way_out(url: str) -> None:
    found = lists(f"List-Unsubscribe: <{url}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")

    assert found is not None
    assert (found.unsubscribe_https, found.is_one_click) == ("", False)


def test_a_folded_address_is_put_together() -> None:
    found = lists("List-Unsubscribe: <https://lists.example.test/out\r\n ?u=1>")

    assert found is not None
    assert found.unsubscribe_https == "https://lists.example.test/out?u=1"
