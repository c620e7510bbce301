import pytest

from tuimail.domain.address import Address
from tuimail.domain.lookalike import most_alike, scripts_mixed, site
from tuimail.domain.message import Message
from tuimail.domain.trust import AuthResult, AuthResults, KnownSender, TrustNote, believed
from tuimail.domain.trust_line import trust_notes
from tuimail.domain.unsubscribe import ListHeaders

SENDER = Address(name="Ada", spec="ada@engine.test")
SERVERS = frozenset({"mx.home.test"})


def field(*results: tuple[str, str, str], server: str = "mx.home.test", follows: bool = False) -> AuthResults:
    found = tuple(AuthResult(method=method, result=result, domain=domain) for method, result, domain in results)
    return AuthResults(server=server, results=found, follows=follows)


def notes(
    message: Message, *, known: KnownSender | None = None, servers: frozenset[str] = SERVERS
) -> tuple[TrustNote, ...]:
    return trust_notes(message, servers=servers, known=known or KnownSender(), own=frozenset({"me@home.test"}))


def words(*fields: AuthResults, sender: Address = SENDER) -> list[str]:
    return [note.words for note in notes(Message(sender=(sender,), authentication=fields))]


def warnings(message: Message, known: KnownSender | None = None) -> list[str]:
    return [note.words for note in notes(message, known=known) if note.is_warning]


DMARC = ("dmarc", "pass", "engine.test")


def test_only_the_topmost_field_of_the_own_provider_is_believed() -> None:
    forged, own = field(DMARC, server="evil.test"), field(("dmarc", "fail", "engine.test"))

    assert believed([own, forged], SERVERS) == own
    assert believed([forged, own], SERVERS) is None
    assert believed([field(DMARC, server="evilmx.home.test")], SERVERS) is None
    assert believed([field(DMARC, server="a.mx.home.test")], SERVERS) is not None
    assert believed([], SERVERS) is None


def test_fields_in_a_row_of_one_provider_are_heard_together_each_method_once() -> None:
    top = field(("dmarc", "fail", "engine.test"), server="dmarc.mx.home.test")
    below = field(DMARC, ("spf", "pass", "engine.test"), server="spf.mx.home.test", follows=True)
    late = field(("dkim", "pass", "engine.test"))

    found = believed([top, below, late], SERVERS)

    assert found is not None
    assert [(each.method, each.result) for each in found.results] == [("dmarc", "fail"), ("spf", "pass")]


def test_a_provider_that_names_no_server_is_believed_where_the_account_says_so() -> None:
    found = [field(DMARC, server="")]

    assert believed(found, SERVERS) is None
    assert believed(found, frozenset({""})) is not None


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((DMARC, ("dkim", "pass", "mailer.test")), "The check of the sender passed. Signed by mailer.test."),
        ((("dkim", "pass", "post.engine.test"),), "The check of the sender passed. Signed by post.engine.test."),
        ((("spf", "pass", "engine.test"),), "The check of the sender passed. Not signed."),
        (
            (("spf", "pass", "mailer.test"), ("dkim", "pass", "mailer.test")),
            "Nothing confirms that this comes from engine.test. Signed by mailer.test.",
        ),
        (
            (("dmarc", "fail", "engine.test"), ("dkim", "pass", "evil.test")),
            "The check of the sender failed: it may not be engine.test that sent this. Signed by evil.test.",
        ),
    ],
)
def test_checks_are_told_in_words(results: tuple[tuple[str, str, str], ...], said: str) -> None:
    assert words(field(*results)) == [said]


def test_a_mail_without_a_check_says_so_where_one_is_expected() -> None:
    message = Message(sender=(SENDER,))

    assert [note.words for note in notes(message)] == ["The sender was not checked."]
    assert notes(message, servers=frozenset()) == ()
    assert notes(Message(sender=(Address(spec="Me@home.test"),))) == ()


def test_a_failed_check_is_a_warning_even_for_the_own_address() -> None:
    own = Message(sender=(Address(spec="me@home.test"),), authentication=(field(("dmarc", "fail", "home.test")),))

    assert len(warnings(own)) == 1


def test_warnings_come_first() -> None:
    message = Message(sender=(SENDER,), reply_to=(Address(spec="x@evil.test"),), authentication=(field(DMARC),))

    assert [note.is_warning for note in notes(message, known=KnownSender(is_first=True))] == [True, False, False]


def test_an_answer_that_goes_elsewhere_is_warned_of() -> None:
    message = Message(sender=(SENDER,), reply_to=(Address(spec="x@evil.test"),))

    assert warnings(message) == ["An answer would go elsewhere: to x@evil.test."]


def test_a_list_may_ask_for_answers_to_itself() -> None:
    lists = ListHeaders(post_to="mailto:all@lists.test")

    assert warnings(Message(sender=(SENDER,), reply_to=(Address(spec="all@lists.test"),), lists=lists)) == []
    assert warnings(Message(sender=(SENDER,), reply_to=(Address(spec="ada@mail.engine.test"),))) == []


@pytest.mark.parametrize("name", ["boss@bank.test", "Boss <boss@bank.test>", '"boss@bank.test"', "(boss@bank.test)"])
def test_a_name_that_holds_another_address_is_warned_of(name: str) -> None:
    message = Message(sender=(Address(name=name, spec="x@evil.test"),))

    assert warnings(message) == ["The sender's name holds another address; the mail names x@evil.test."]
    assert warnings(Message(sender=(Address(name="ada@engine.test", spec="ada@engine.test"),))) == []


def test_several_senders_are_warned_of() -> None:
    assert warnings(Message(sender=(SENDER, SENDER))) == ["This mail names 2 senders."]
    twice = Message(sender=(SENDER,), headers=(("From", "a"), ("FROM", "b")))
    assert warnings(twice) == ["This mail names its sender more than once; the first is shown."]
    assert warnings(Message(sender=())) == ["This mail names no sender."]


def test_what_looks_like_a_known_domain_is_named_beside_it() -> None:
    found = warnings(Message(sender=(Address(spec="ada@mail.engime.test"),)), KnownSender(alike="engine.test"))

    assert found == ["engime.test is not engine.test, which you know; it only looks like it."]


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        ("exarnple.com", "example.com"),
        ("examp1e.com", "example.com"),
        ("exampIe.com".lower(), "example.com"),
        ("ex-ample.com", "example.com"),
        ("examples.com", "example.com"),
        ("exmaple.com", "example.com"),
        ("exampl.com", "example.com"),
        ("example.net", "example.com"),
        ("xn--xample-2of.com", "example.com"),
        ("vvater.com", "water.com"),
        ("micr0soft.com", "microsoft.com"),
    ],
)
def test_domains_that_can_be_mistaken_for_known_ones(sender: str, known: str) -> None:
    assert most_alike(sender, ["other.org", known]) == known


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        ("example.com", "example.com"),
        ("ymail.com", "gmail.com"),
        ("abc.com", "abd.com"),
        ("abc.com", "abc.net"),
        ("sample.org", "example.com"),
        ("", "example.com"),
    ],
)
def test_domains_that_are_themselves(sender: str, known: str) -> None:
    assert most_alike(sender, [known]) == ""


def test_mixed_scripts_are_seen_whatever_they_are_written_as() -> None:
    assert scripts_mixed("xn--xample-2of.com")
    assert scripts_mixed("ex\u0430mple.com")
    assert not scripts_mixed("\u043f\u0440\u0438\u043c\u0435\u0440.test")
    assert not scripts_mixed("\u4f8b\u3048.test")
    assert not scripts_mixed("b\u00fccher.test")
    assert not scripts_mixed("xn--\u00ff-.test")


def test_a_site_is_what_belongs_to_one_owner() -> None:
    assert site("mail.Example.co.uk.") == "example.co.uk"
    assert site("a.b.example.com") == "example.com"
