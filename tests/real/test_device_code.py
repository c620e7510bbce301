"""A code on another device, against a strict authorization server, over SSH and with the person elsewhere."""

import html
import http.cookiejar
import re
import ssl
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.people import ALICE
from tests.real.bed.terminal import Size
from tests.real.steps import SIGN_IN_DEADLINE_S, quit_program

CODE_SCREEN = "Continue on another device"
_CODE = re.compile(r"type\s+([B-Z]{4}-[B-Z]{4})")
_FORM = re.compile(r'<form[^>]*action="(?P<action>[^"]*)"')
_HIDDEN = re.compile(r'<input type="(?:hidden|checkbox)" name="(?P<name>\w+)" value="(?P<value>[^"]*)"')


class OtherDevice:
    """A browser without pictures and scripts, on a machine of its own."""

    def __init__(self, authority: Path) -> None:
        context = ssl.create_default_context(cafile=str(authority))
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), cookies)
        self.page = ""
        self._url = ""

    def visit(self, url: str) -> None:
        """Go to a page."""
        self._load(url, None)

    def answer(self, **fields: str) -> None:
        """Send the page's form, with what it holds already and these fields."""
        form = _FORM.search(self.page)
        assert form is not None, self.page
        held = [(each["name"], html.unescape(each["value"])) for each in _HIDDEN.finditer(self.page)]
        given = [*((name, value) for name, value in held if name not in fields), *fields.items()]
        self._load(urljoin(self._url, html.unescape(form["action"])), urlencode(given).encode())

    def _load(self, url: str, data: bytes | None) -> None:
        with self._opener.open(url, data, timeout=20) as answer:
            self._url, self.page = answer.url, answer.read().decode()


def type_in(bed: Bed, code: str, *, decision: str) -> OtherDevice:
    """The whole way of the person at the other device."""
    device = OtherDevice(bed.authority.certificate)
    device.visit(f"{bed.provider.issuer}/device")
    device.answer(user_code=code)
    device.answer()
    device.answer(do="login", login=ALICE.address, password="any")  # noqa: S106 (any will do)
    device.answer(do=decision)
    return device


def begin(desk: Desk, monkeypatch: pytest.MonkeyPatch, size: Size | None = None) -> str:
    """Start over SSH, agree at the waiting screen to the code, and read it off the screen."""
    environment = desk.environment
    monkeypatch.setattr(desk, "environment", lambda: {**environment(), "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"})
    terminal = desk.start(size=size)
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)
    terminal.keys("Enter")
    terminal.wait_for("shows a code", deadline_s=SIGN_IN_DEADLINE_S)
    terminal.keys("F3")
    screen = terminal.wait_for(CODE_SCREEN, _CODE, deadline_s=SIGN_IN_DEADLINE_S)
    found = _CODE.search(screen)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("size", [Size(columns=120, rows=40), Size(columns=80, rows=24)], ids=["120x40", "80x24"])
def test_a_code_typed_in_elsewhere_brings_the_list(
    desk: Desk, bed: Bed, monkeypatch: pytest.MonkeyPatch, size: Size
) -> None:
    code = begin(desk, monkeypatch, size)

    type_in(bed, code, decision="allow")

    desk.terminal.wait_for(words.LIST, words.ONLINE, deadline_s=SIGN_IN_DEADLINE_S)
    assert desk.browser.opened() == []
    assert {token.kind for token in bed.provider.issued()} == {"AccessToken", "RefreshToken"}
    quit_program(desk.terminal)


def test_a_no_on_the_other_device_is_told_and_nothing_is_issued(
    desk: Desk, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = begin(desk, monkeypatch)

    type_in(bed, code, decision="deny")

    desk.terminal.wait_for(words.DENIED, deadline_s=SIGN_IN_DEADLINE_S)
    assert bed.provider.issued() == []


def test_esc_gives_the_code_up_at_once(desk: Desk, bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(desk, monkeypatch)

    desk.terminal.keys("Escape")

    desk.terminal.wait_until_gone(CODE_SCREEN)
    desk.terminal.wait_for(words.CANCELLED)
    assert bed.provider.issued() == []
