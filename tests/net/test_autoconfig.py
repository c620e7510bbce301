import contextlib
import xml.sax.saxutils as sax

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import is_clean_line
from tuimail.domain.errors import ErrorKind, ServerError
from tuimail.net.autoconfig import MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, read_settings

ADDRESS = "alice@example.test"
SERVER = """<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port>
<socketType>SSL</socketType><username>%EMAILADDRESS%</username><authentication>OAuth2</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.test</hostname><port>587</port><socketType>STARTTLS</socketType>
<username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></outgoingServer>"""


def file(inside: str, *, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<clientConfig version="1.1">{inside}</clientConfig>'.encode()


def test_servers_are_read_with_the_address_filled_in() -> None:
    settings = read_settings(file(f'<emailProvider id="x">{SERVER}</emailProvider>'), ADDRESS)

    assert [offer.server for offer in settings.imap] == [Server(host="imap.example.test", port=993, tls=Tls.IMPLICIT)]
    assert settings.imap[0].login == ADDRESS
    assert settings.imap[0].takes_oauth
    assert [offer.server for offer in settings.smtp] == [Server(host="smtp.example.test", port=587, tls=Tls.STARTTLS)]
    assert settings.smtp[0].login == "alice"


def test_of_an_oauth_block_the_issuer_alone_is_taken() -> None:
    poisoned = """<oAuth2><issuer>login.example.test</issuer><scope>everything</scope>
    <authURL>https://evil.test/auth</authURL><tokenURL>https://evil.test/token</tokenURL></oAuth2>"""

    settings = read_settings(file(SERVER + poisoned), ADDRESS)

    assert settings.issuer == "https://login.example.test"
    assert "evil" not in repr(settings)


@pytest.mark.parametrize(
    "issuer",
    ["http://login.example.test", "https://a@evil.test", "javascript:x", "https://h/?q", "https://h/#f", "", "a b",
     "https://ex\u0430mple.test", "https://login.test:0", "https://[", "file:///etc/passwd"],
)  # fmt: skip
def test_an_issuer_that_is_no_plain_https_address_is_dropped(issuer: str) -> None:
    block = f"<oAuth2><issuer>{sax.escape(issuer)}</issuer></oAuth2>"

    assert read_settings(file(SERVER + block), ADDRESS).issuer == ""


@pytest.mark.parametrize("socket_type", ["plain", "", "none", "tls?"])
def test_unprotected_servers_are_no_servers(socket_type: str) -> None:
    settings = read_settings(file(SERVER.replace("SSL", socket_type)), ADDRESS)

    assert settings.imap == ()


@pytest.mark.parametrize(
    ("host", "port"),
    [("evil host", "993"), ("-x.test", "993"), ("a..b", "993"), ("\u202eexample.test", "993"), ("h.test", "0"),
     ("h.test", "99999"), ("h.test", "-1"), ("h.test", "\u0661"), ("", "993")],
)  # fmt: skip
def test_hosts_and_ports_that_cannot_be_are_left_out(host: str, port: str) -> None:
    text = SERVER.replace("imap.%EMAILDOMAIN%", host).replace("993", port)

    assert read_settings(file(text), ADDRESS).imap == ()


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))


@pytest.mark.parametrize(
    "before",
    [
        f"<!DOCTYPE clientConfig [{BOMB}]>",
        '<!DOCTYPE clientConfig [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE clientConfig SYSTEM "https://evil.test/x.dtd">',
        "<!DOCTYPE clientConfig>",
    ],
)
def test_a_file_with_declarations_is_refused_unread(before: str) -> None:
    with pytest.raises(ServerError, match="document type declaration"):
        read_settings(file(SERVER.replace("993", "&a11;"), before=before), ADDRESS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>no such page</html>",
        b"<clientConfig>",
        b"\x00\xff\xfe",
        b'<?xml version="1.0" encoding="x-unknown"?><clientConfig/>',
        b"<clientConfig>" + b"<a>" * (MOST_DEPTH + 1),
        b"<clientConfig>" + b"<a/>" * (MOST_ELEMENTS + 1) + b"</clientConfig>",
        b"<clientConfig>" + b" " * MOST_BYTES + b"</clientConfig>",
        b"<clientConfig>&undefined;</clientConfig>",
    ],
    ids=range(9),
)
def test_whatever_is_no_such_file_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ServerError) as caught:
        read_settings(body, ADDRESS)

    assert caught.value.kind is ErrorKind.SERVER_UNREADABLE
    assert is_clean_line(caught.value.summary)


@given(st.text(), st.text(), st.text())
def test_values_come_out_clean_whatever_stands_there(host: str, login: str, issuer: str) -> None:
    drop = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)])
    values = [sax.escape(text.translate(drop)) for text in (host, login, issuer)]
    text = SERVER.replace("imap.%EMAILDOMAIN%", values[0]).replace("%EMAILADDRESS%", values[1])

    settings = read_settings(file(f"{text}<oAuth2><issuer>{values[2]}</issuer></oAuth2>"), ADDRESS)

    assert all(is_clean_line(offer.server.host) and offer.server.host.isascii() for offer in settings.imap)
    assert all(is_clean_line(offer.login) for offer in settings.imap)
    assert is_clean_line(settings.issuer)


@given(st.binary(max_size=2000))
def test_any_bytes_are_settings_or_a_refusal(body: bytes) -> None:
    with contextlib.suppress(ServerError):
        read_settings(body, ADDRESS)
