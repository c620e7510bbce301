"""Fewer permissions and none to send: what is asked for, what is given back, and what a read-only account says."""

from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, ALL, Rig, online
from tests.engine.test_signing_in_and_out import state
from tests.engine.test_tokens import desk
from tests.fakes.authorization_server import Reply
from tests.journeys.conftest import Heard
from tuimail.api.commands import AskConsent, BeginDraft, Send, SignIn
from tuimail.api.events import ConsentNeeded, DraftOpened, Failed, Finished
from tuimail.domain.account import Revokes, SignedIn
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, Remedy
from tuimail.domain.scope import Permission, ScopeSets

READ = frozenset({Permission.IDENTITY, Permission.READ})


def scopes_of(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query)["scope"][0].split()


def revoke_the_token_alone(rig: Rig) -> None:
    """A server where each sign-in is a grant of its own."""
    rig.account = rig.make_account(oauth=rig.make_oauth(revokes=Revokes.TOKEN))


def test_a_permission_is_given_back_by_signing_in_with_less(rig: Rig) -> None:
    heard = rig.signed_in()
    request = heard.ask(AskConsent(account=ACCOUNT, permissions=READ, only=True), ConsentNeeded).request
    assert [line.permission for line in request.dropped] == [Permission.SEND]
    assert {line.permission for line in request.lines} == READ
    assert not request.already

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=READ, only=True)), Finished)

    assert scopes_of(rig.urls[-1]) == ["openid", "email", "mail.read"]
    signed = state(heard)
    assert isinstance(signed, SignedIn)
    assert signed.granted == READ
    ended = heard.do(Send(account=ACCOUNT, draft=a_draft(heard)))
    assert isinstance(ended, Failed)
    assert ended.problem.remedy is Remedy.GRANT


def a_draft(heard: Heard) -> Draft:
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft
    return replace(draft, to="bob@example.org", subject="Bees", text="They swarm.")


def test_the_earlier_sign_in_is_revoked_where_that_leaves_the_new_one_alone(rig: Rig) -> None:
    revoke_the_token_alone(rig)
    heard = rig.signed_in()
    record = desk(heard).record
    assert record is not None
    earlier = record.refresh
    assert earlier is not None

    heard.do(SignIn(account=ACCOUNT, permissions=READ, only=True))

    rig.auth.wait_for("/revoke")
    assert [request.form["token"] for request in rig.auth.seen("/revoke")] == [earlier.reveal()]
    kept = desk(heard).record
    assert kept is not None
    assert kept.superseded == ()
    assert kept.refresh is not None
    assert rig.auth.is_live(kept.refresh.reveal())


def test_elsewhere_it_waits_for_the_sign_out(rig: Rig) -> None:
    heard = rig.signed_in()
    record = desk(heard).record
    assert record is not None

    heard.do(SignIn(account=ACCOUNT, permissions=READ, only=True))

    kept = desk(heard).record
    assert kept is not None
    assert kept.superseded == (record.refresh,)
    assert rig.auth.seen("/revoke") == []


def test_a_failed_revocation_of_the_earlier_one_changes_nothing(rig: Rig) -> None:
    revoke_the_token_alone(rig)
    heard = rig.signed_in()
    rig.auth.script("/revoke", Reply(status=503))

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=READ, only=True)), Finished)
    assert isinstance(state(heard), SignedIn)


def test_signing_in_again_is_possible_when_nothing_looks_wrong_and_keeps_what_was_granted(rig: Rig) -> None:
    heard = rig.signed_in()

    assert isinstance(heard.do(SignIn(account=ACCOUNT, permissions=frozenset())), Finished)

    assert scopes_of(rig.urls[-1]) == ["openid", "email", "mail.read", "mail.send"]


def test_a_partly_granted_consent_is_honoured_and_told(rig: Rig) -> None:
    rig.auth.granted = ("openid", "email", "mail.read")
    heard = rig.opened()

    ended = heard.do(SignIn(account=ACCOUNT, permissions=ALL))

    assert isinstance(ended, Finished)
    assert "did not grant: send mail" in ended.words
    online(heard)
    signed = state(heard)
    assert isinstance(signed, SignedIn)
    assert signed.granted == READ


def test_a_read_only_account_never_asks_for_sending_and_its_composer_says_how_to_change_that(rig: Rig) -> None:
    scopes = ScopeSets(identity=("openid", "email"), read=("mail.read",))
    rig.account = rig.make_account(oauth=rig.make_oauth(scopes=scopes), smtp=None)
    heard = rig.signed_in()
    request = heard.ask(AskConsent(account=ACCOUNT, permissions=ALL), ConsentNeeded).request
    opened = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened)
    draft = replace(opened.draft, to="bob@example.org", subject="Bees", text="They swarm.")

    ended = heard.do(Send(account=ACCOUNT, draft=draft))

    assert Permission.SEND not in {line.permission for line in request.lines}
    assert scopes_of(rig.urls[0]) == ["openid", "email", "mail.read"]
    assert any("accounts.post.oauth.scopes.send" in note for note in opened.notes)
    assert isinstance(ended, Failed)
    assert ended.problem.kind is ErrorKind.SEND_REFUSED
    assert "accounts.post.oauth.scopes.send" in ended.problem.summary
    assert "The draft is kept" in ended.problem.summary
