import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import is_clean_line
from tuimail.domain.errors import AuthError, ConfigError, ErrorKind, ServerError
from tuimail.domain.token import AppPassword, Secret
from tuimail.net.sasl import Challenge, Mechanism, choose_mechanism, initial_response, read_challenge

TOKEN = Secret("ya29.token")
PASSWORD = AppPassword("abcd efgh")
SERVER = Server(host="imap.x.test", port=993, tls=Tls.IMPLICIT)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["AUTH=OAUTHBEARER", "AUTH=XOAUTH2"], Mechanism.XOAUTH2),
        (["auth=oauthbearer", "AUTH=PLAIN"], Mechanism.OAUTHBEARER),
        (["PLAIN", "XOAUTH2"], Mechanism.XOAUTH2),
    ],
)
def test_xoauth2_is_preferred(offered: list[str], chosen: Mechanism) -> None:
    assert choose_mechanism(offered, TOKEN) is chosen


def test_no_token_mechanism_is_an_error() -> None:
    with pytest.raises(ServerError) as caught:
        choose_mechanism(["AUTH=PLAIN"], TOKEN)
    assert caught.value.kind is ErrorKind.NO_MECHANISM


def test_a_preferred_mechanism_comes_first_where_it_is_offered() -> None:
    both = ["AUTH=OAUTHBEARER", "AUTH=XOAUTH2"]
    assert choose_mechanism(both, TOKEN, preferred="OAUTHBEARER") is Mechanism.OAUTHBEARER
    assert choose_mechanism(["AUTH=XOAUTH2"], TOKEN, preferred="OAUTHBEARER") is Mechanism.XOAUTH2


def test_a_password_goes_by_plain_alone_and_a_token_never_does() -> None:
    everything = ["AUTH=XOAUTH2", "AUTH=OAUTHBEARER", "AUTH=PLAIN", "AUTH=LOGIN"]
    assert choose_mechanism(everything, PASSWORD, preferred="XOAUTH2") is Mechanism.PLAIN
    assert choose_mechanism(everything, TOKEN, preferred="PLAIN") is Mechanism.XOAUTH2
    with pytest.raises(ServerError) as caught:
        choose_mechanism(["AUTH=XOAUTH2", "AUTH=OAUTHBEARER"], PASSWORD)
    assert caught.value.kind is ErrorKind.NO_MECHANISM
    with pytest.raises(ValueError, match="no password"):
        initial_response(Mechanism.PLAIN, "me", TOKEN, server=SERVER)
    with pytest.raises(ValueError, match="no password"):
        initial_response(Mechanism.XOAUTH2, "me", PASSWORD, server=SERVER)


def test_xoauth2_is_byte_for_byte_what_google_describes() -> None:
    encoded = initial_response(
        Mechanism.XOAUTH2, "someuser@example.com", Secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdm"), server=SERVER
    )

    assert base64.b64decode(encoded) == (
        b"user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdm\x01\x01"
    )
    assert b"\n" not in encoded
    assert Mechanism.XOAUTH2.failure_reply == b""


def test_oauthbearer_is_byte_for_byte_what_rfc_7628_describes() -> None:
    server = Server(host="server.example.com", port=143, tls=Tls.STARTTLS)
    encoded = initial_response(
        Mechanism.OAUTHBEARER, "us=er,@example.com", Secret("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="), server=server
    )

    assert base64.b64decode(encoded) == (
        b"n,a=us=3Der=2C@example.com,\x01host=server.example.com\x01port=143\x01"
        b"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
    )
    assert base64.b64decode(Mechanism.OAUTHBEARER.failure_reply) == b"\x01"


def test_plain_is_two_nuls_login_and_password_in_utf_8() -> None:
    """RFC 4616 section 2, with no authorization identity."""
    encoded = initial_response(Mechanism.PLAIN, "tim@example.test", AppPassword("tanstaaftänstaaf"), server=SERVER)

    assert base64.b64decode(encoded) == "\0tim@example.test\0tanstaaftänstaaf".encode()


@pytest.mark.parametrize("password", ["", "a\0b", "a\r\nb"])
def test_a_password_that_cannot_be_sent_is_refused_unseen(password: str) -> None:
    with pytest.raises(AuthError) as caught:
        initial_response(Mechanism.PLAIN, "me", AppPassword(password), server=SERVER)
    assert not password or password not in f"{caught.value} {caught.value.detail}"


@given(st.text())
def test_a_login_never_adds_a_field_of_its_own(login: str) -> None:
    for mechanism in (Mechanism.XOAUTH2, Mechanism.OAUTHBEARER):
        try:
            message = base64.b64decode(initial_response(mechanism, login, Secret("t"), server=SERVER))
        except (ConfigError, UnicodeEncodeError):
            continue
        assert message.count(b"auth=Bearer t\x01") == 1
        assert message.count(b"\x01") == (3 if mechanism is Mechanism.XOAUTH2 else 5)


@pytest.mark.parametrize("token", ["", "a\x01b", "a\nb", "ü"])
def test_a_token_that_cannot_be_sent_is_refused_unseen(token: str) -> None:
    with pytest.raises(AuthError) as caught:
        initial_response(Mechanism.XOAUTH2, "me", Secret(token), server=SERVER)
    assert not token or token not in str(caught.value)


@given(st.binary(max_size=200))
def test_no_challenge_raises_or_stays_unclean(data: bytes) -> None:
    for encoded in (data, base64.b64encode(data)):
        read = read_challenge(encoded)
        assert all(is_clean_line(text) for text in (read.status, read.scope, read.schemes, read.words))


def test_odd_challenges_are_empty() -> None:
    assert read_challenge(b"!") == Challenge()
    assert read_challenge(base64.b64encode(b"[1]")) == Challenge()
    assert read_challenge(base64.b64encode(b"[" * 40_000)) == Challenge()
    assert read_challenge(base64.b64encode(b'{"status": 401, "scope": ["x"]}')).words == "status 401"
