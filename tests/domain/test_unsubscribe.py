"""Which way out of a mailing list may be gone: a single click only where the list itself vouches for it."""

import pytest
from msgspec.structs import replace

from tuimail.domain.trust import AuthResult, AuthResults, believed
from tuimail.domain.unsubscribe import ListHeaders, Way, way_out

LISTS = ListHeaders(
    list_id="news.example",
    name="News",
    unsubscribe_https="https://lists.example/u/1",
    unsubscribe_mailto="mailto:leave@lists.example?subject=unsubscribe",
    is_one_click=True,
)
PASSED = AuthResults(server="mx.mine.test", results=(AuthResult(method="dkim", result="pass", domain="lists.example"),))
SIGNED = "v=1; a=rsa-sha256; d=lists.example; s=k1;\n h=From:To:Subject:List-Unsubscribe:List-Unsubscribe-Post; b=abc"


def test_a_signed_list_is_left_by_a_single_click() -> None:
    found = way_out(LISTS, PASSED, signatures=[SIGNED])

    assert (found.way, found.target, found.host) == (Way.ONE_CLICK, "https://lists.example/u/1", "lists.example")
    assert found.why_not == ""


@pytest.mark.parametrize(
    ("passed", "signatures"),
    [
        (None, [SIGNED]),
        (AuthResults(server="mx.mine.test"), [SIGNED]),
        (
            AuthResults(server="m", results=(AuthResult(method="dkim", result="fail", domain="lists.example"),)),
            [SIGNED],
        ),
        (AuthResults(server="m", results=(AuthResult(method="spf", result="pass", domain="lists.example"),)), [SIGNED]),
        (PASSED, []),
        (PASSED, [SIGNED.replace(":List-Unsubscribe-Post", "")]),
        (PASSED, [SIGNED.replace("d=lists.example", "d=evil.example")]),
        (PASSED, ["=;;;h=", "\x00", ";" * 5000]),
    ],
    ids=["unchecked", "silent", "failed", "spf alone", "unsigned", "uncovered", "another signs", "noise"],
)
def test_without_proof_it_is_left_by_mail_and_the_reason_is_said(
    passed: AuthResults | None, signatures: list[str]
) -> None:
    found = way_out(LISTS, passed, signatures=signatures)

    assert (found.way, found.host) == (Way.MAIL, "leave@lists.example")
    assert found.why_not


def test_without_a_mail_address_the_page_is_shown() -> None:
    found = way_out(replace(LISTS, unsubscribe_mailto="", is_one_click=False), PASSED, signatures=[SIGNED])

    assert (found.way, found.host, found.why_not) == (Way.PAGE, "lists.example", "")


def test_what_is_no_list_has_no_way_out() -> None:
    assert way_out(None, PASSED, signatures=[]).way is Way.NONE
    assert way_out(ListHeaders(list_id="a.b"), PASSED, signatures=[]).way is Way.NONE


def test_the_topmost_field_of_the_own_provider_is_believed_and_no_other() -> None:
    forged = AuthResults(server="mx.evil.test", results=PASSED.results)

    assert believed([PASSED, forged], ["mine.test"]) == PASSED
    assert believed([forged, PASSED], ["mine.test"]) is None
    assert believed([PASSED], []) is None
    assert believed([], ["mine.test"]) is None
    assert believed([replace(PASSED, server="mxmine.test")], ["mine.test"]) is None
