import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.domain.account import Server, Tls
from tuimail.domain.ids import AccountId
from tuimail.domain.setup import Proposal
from tuimail.ui.screens.setup.form import FormError, read_proposal, read_server, server_text, typed_from

hosts = st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){1,2}", fullmatch=True)
servers = st.builds(Server, host=hosts, port=st.integers(1, 65535), tls=st.sampled_from(Tls))
PROPOSAL = Proposal(
    address="me@a.test",
    provider="custom",
    imap=Server(host="imap.a.test", port=993, tls=Tls.IMPLICIT),
    smtp=Server(host="smtp.a.test", port=587, tls=Tls.STARTTLS),
    issuer="https://login.a.test",
)
TYPED = typed_from(PROPOSAL, AccountId("a"))


@given(servers)
def test_a_server_reads_back_from_its_own_text(server: Server) -> None:
    assert read_server(server_text(server), field="imap", port=993) == server


@pytest.mark.parametrize(
    ("text", "port", "tls"),
    [
        ("imap.a.test", 993, Tls.IMPLICIT),
        ("imap.a.test:143", 143, Tls.STARTTLS),
        ("imap.a.test 587", 587, Tls.STARTTLS),
        ("imap.a.test 1143 STARTTLS", 1143, Tls.STARTTLS),
        ("imap.a.test 143 ssl", 143, Tls.IMPLICIT),
    ],
)
def test_the_port_tells_the_protection_unless_it_is_named(text: str, port: int, tls: Tls) -> None:
    assert read_server(text, field="imap", port=993) == Server(host="imap.a.test", port=port, tls=tls)


@given(st.text())
def test_any_text_is_a_server_or_a_sentence_at_its_field(text: str) -> None:
    try:
        server = read_server(text, field="imap", port=993)
    except FormError as error:
        assert (error.field, bool(error.words)) == ("imap", True)  # noqa: PT017 (either way is right)
    else:
        assert server is None or 1 <= server.port <= 65535


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "nobody"),
        ("account", "no spaces"),
        ("imap", ""),
        ("imap", "imap.a.test none"),
        ("smtp", ""),
        ("issuer", ""),
        ("issuer", "login.a.test"),
    ],
)
def test_a_field_that_cannot_be_is_named(field: str, value: str) -> None:
    with pytest.raises(FormError) as caught:
        read_proposal(replace(TYPED, **{field: value}), PROPOSAL)

    assert caught.value.field == field


def test_what_was_not_touched_stays_as_it_was_found() -> None:
    assert read_proposal(TYPED, PROPOSAL) == PROPOSAL
