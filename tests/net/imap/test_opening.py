"""What a start costs, and what it brings."""

import pytest
from msgspec.structs import replace

from tests.fakes.certificates import Certificate
from tests.fakes.imap_server import CAPABILITIES, SELECTED, ImapScript
from tests.fakes.relay import Relay
from tests.fakes.wire_server import Peer
from tests.net.conftest import Serve
from tests.net.imap.conftest import session_with
from tuimail.domain.errors import ErrorKind, ServerError
from tuimail.domain.token import Secret
from tuimail.net.imap.changes import Known
from tuimail.net.imap.translate import MAX_NUMBERS

QRESYNC = CAPABILITIES + b" QRESYNC"
ENABLED = b"* ENABLED QRESYNC\r\nTAG OK done\r\n"
LISTING = b'* LIST () "/" INBOX\r\n* STATUS INBOX (MESSAGES 3 UNSEEN 1)\r\n* LIST (\\Sent) "/" Sent\r\nTAG OK done\r\n'
KNOWN = Known(uidvalidity=7, modseq=80, uids=range(3, 44))
CHANGED = (
    b"* OK [CLOSED] before\r\n* VANISHED (EARLIER) 1:5,41\r\n* 1 FETCH (UID 7 FLAGS (\\Seen $x) MODSEQ (85))\r\n"
    + SELECTED
)


def qresync_script(selected: bytes = CHANGED, enabled: bytes = ENABLED) -> ImapScript:
    return ImapScript(answers={b"ENABLE": enabled, b"SELECT": selected, b"LIST": LISTING}, capabilities=QRESYNC)


def test_a_warm_start_takes_five_round_trips_tls_and_all(serve: Serve, certificate: Certificate) -> None:
    script = qresync_script()
    script.answers[b"AUTHENTICATE"] = b"TAG OK [CAPABILITY %s] welcome\r\n" % QRESYNC
    server = serve(script)
    with Relay(server.address.port) as relay:
        with session_with(replace(server.address, port=relay.port), certificate) as session:
            session.sign_in("me@x.test", Secret("token"))
            begun = session.begin(b"INBOX", KNOWN)

        # TCP, TLS, greeting, sign-in, and one flight for all the rest.
        assert relay.round_trips == 5
    assert begun.selected is not None
    assert begun.selected.changes is not None
    assert begun.selected.changes.flags == {7: {"\\Seen", "$x"}}
    assert begun.selected.changes.vanished == [3, 4, 5, 41]
    assert [(mailbox.name, mailbox.total) for mailbox in begun.mailboxes or ()] == [("INBOX", 3), ("Sent", 0)]
    assert script.commands[1:] == [
        b"ENABLE QRESYNC",
        b'SELECT "INBOX" (QRESYNC (7 80 3:43))',
        b'LIST "" "*" RETURN (SPECIAL-USE STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ))',
    ]


def test_answers_in_any_order_find_their_commands(serve: Serve, certificate: Certificate) -> None:
    def answer_all_at_once(peer: Peer) -> None:
        peer.send(b"* OK [CAPABILITY %s] hi\r\n" % QRESYNC)
        tags = [peer.line().split()[0] for _ in range(3)]
        listed, selected = LISTING.replace(b"TAG", tags[2]), CHANGED.replace(b"TAG", tags[1])
        peer.send(listed + b"* ENABLED CONDSTORE QRESYNC\r\n" + selected + tags[0] + b" OK done\r\n")
        peer.send(peer.line().split()[0] + b" OK fine\r\n")

    with session_with(serve(answer_all_at_once).address, certificate) as session:
        begun = session.begin(b"INBOX", KNOWN)
        session.noop()

    assert begun.selected is not None
    assert begun.selected.changes is not None
    assert len(begun.mailboxes or ()) == 2


@pytest.mark.parametrize(
    ("enabled", "first"),
    [(b"TAG NO never\r\n", b"TAG BAD what\r\n"), (b"TAG OK done\r\n", b"TAG NO odd\r\n"), (ENABLED, b"TAG BAD eh\r\n")],
)
def test_a_server_that_refuses_qresync_is_asked_plainly_and_never_again(
    serve: Serve, certificate: Certificate, enabled: bytes, first: bytes
) -> None:
    script = qresync_script(selected=first, enabled=enabled)
    script.answers = {b'SELECT "INBOX" (': first, b'SELECT "INBOX"': SELECTED, **script.answers}
    with session_with(serve(script).address, certificate) as session:
        begun = session.begin(b"INBOX", KNOWN)
        again = session.select(b"INBOX", known=KNOWN)

    assert begun.selected is not None
    assert begun.selected.changes is None
    assert begun.mailboxes is not None
    assert again.exists == 3
    assert [command.split()[0] for command in script.commands] == [b"ENABLE", b"SELECT", b"LIST", b"SELECT", b"SELECT"]
    assert script.commands[-2:] == [b'SELECT "INBOX"'] * 2


def test_a_missing_mailbox_costs_no_list_and_no_second_try(serve: Serve, certificate: Certificate) -> None:
    script = qresync_script(selected=b"TAG NO [NONEXISTENT] gone\r\n")
    with session_with(serve(script).address, certificate) as session:
        begun = session.begin(b"Gone", KNOWN)

    assert begun.selected is None
    assert begun.refusal is not None
    assert begun.refusal.kind is ErrorKind.SERVER_REFUSED
    assert len(begun.mailboxes or ()) == 2
    assert len(script.commands) == 3


def test_a_busy_server_is_not_asked_again(serve: Serve, certificate: Certificate) -> None:
    script = qresync_script(selected=b"TAG NO [UNAVAILABLE] later\r\n")
    with session_with(serve(script).address, certificate) as session:
        begun = session.begin(b"INBOX", KNOWN, list_too=False)

    assert begun.refusal is not None
    assert begun.refusal.kind is ErrorKind.THROTTLED
    assert len(script.commands) == 2


@pytest.mark.parametrize(
    "selected",
    [
        SELECTED.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8"),
        SELECTED.replace(b"* OK [HIGHESTMODSEQ 90] ok", b"* OK [NOMODSEQ] none"),
    ],
    ids=["renumbered", "no modseq"],
)
def test_changes_of_another_numbering_are_none(serve: Serve, certificate: Certificate, selected: bytes) -> None:
    stale = b"* VANISHED (EARLIER) 1:5\r\n" + selected
    with session_with(serve(qresync_script(selected=stale)).address, certificate) as session:
        assert session.select(b"INBOX", known=KNOWN).changes is None


def test_what_concerns_the_mailbox_before_is_left_out(serve: Serve, certificate: Certificate) -> None:
    before = b"* VANISHED 9:12\r\n* 700 EXISTS\r\n* 2 FETCH (UID 8 FLAGS (\\Deleted))\r\n"
    with session_with(serve(qresync_script(selected=before + CHANGED)).address, certificate) as session:
        selected = session.select(b"INBOX", known=KNOWN)

    assert selected.exists == 3
    assert selected.changes is not None
    assert selected.changes.flags == {7: {"\\Seen", "$x"}}
    assert selected.changes.vanished == [3, 4, 5, 41]


def test_every_uid_ever_used_may_vanish_at_no_cost(serve: Serve, certificate: Certificate) -> None:
    flood = b"* VANISHED (EARLIER) " + b",".join([b"1:4294967295"] * 50) + b"\r\n" + SELECTED
    script = qresync_script(selected=flood)
    with session_with(serve(script).address, certificate) as session:
        within = session.select(b"INBOX", known=KNOWN)
        without = session.select(b"INBOX", known=Known(uidvalidity=7, modseq=80))

    assert within.changes is not None
    assert set(within.changes.vanished or ()) == set(range(3, 44))
    assert MAX_NUMBERS < 4294967295
    assert without.changes is not None
    assert without.changes.vanished is None


def test_without_list_status_counts_cost_one_more(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        answers={
            b"SELECT": SELECTED,
            b"LIST": b'* LIST () "." a\r\n* LIST () "." c\r\nTAG OK done\r\n',
            b'STATUS "a"': b"* STATUS a (MESSAGES 5 UNSEEN 2)\r\nTAG OK done\r\n",
        },
        capabilities=b"IMAP4rev1",
    )
    server = serve(script)
    with session_with(server.address, certificate) as session:
        begun = session.begin(b"INBOX", None)

    assert [(mailbox.name, mailbox.total) for mailbox in begun.mailboxes or ()] == [("a", 5), ("c", 0)]
    assert server.peers[0].turns == 2


def test_mailboxes_known_before_are_counted_in_the_same_flight(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        answers={
            b"SELECT": SELECTED,
            b"LIST": b'* LIST () "." a\r\n* LIST () "." new\r\nTAG OK done\r\n',
            b'STATUS "a"': b"* STATUS a (MESSAGES 5 UNSEEN 2)\r\nTAG OK done\r\n",
            b'STATUS "gone"': b"TAG NO [NONEXISTENT] gone\r\n",
            b'STATUS "new"': b"* STATUS new (MESSAGES 1 UNSEEN 1)\r\nTAG OK done\r\n",
        },
        capabilities=b"IMAP4rev1",
    )
    server = serve(script)
    with session_with(server.address, certificate) as session:
        first = session.begin(b"INBOX", None, listed=[b"a", b"gone", b"od\r\nd"])
        turns = server.peers[0].turns
        session.begin(b"INBOX", None, listed=[b"a", b"new"])

    assert [(mailbox.name, mailbox.total) for mailbox in first.mailboxes or ()] == [("a", 5), ("new", 1)]
    assert (turns, server.peers[0].turns) == (2, 3)


def test_a_refused_listing_is_asked_for_in_plain_words(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(
        answers={
            b'LIST "" "*" RETURN': b"TAG BAD what\r\n",
            b"LIST": b'* LIST () "." a\r\nTAG OK done\r\n',
            b"STATUS": b"* STATUS a (MESSAGES 5 UNSEEN 2)\r\nTAG OK done\r\n",
        }
    )
    with session_with(serve(script).address, certificate) as session:
        begun = session.begin(None, None)

    assert begun.selected is None
    assert begun.refusal is None
    assert [(mailbox.name, mailbox.total) for mailbox in begun.mailboxes or ()] == [("a", 5)]


@pytest.mark.parametrize("capabilities", [QRESYNC, QRESYNC.replace(b" LITERAL+", b"")])
def test_a_name_of_raw_bytes_is_a_literal_with_or_without_waiting(
    serve: Serve, certificate: Certificate, capabilities: bytes
) -> None:
    script = qresync_script()
    script.capabilities = capabilities
    with session_with(serve(script).address, certificate) as session:
        begun = session.begin(b"caf\xe9", KNOWN)

    assert begun.selected is not None
    assert b"SELECT caf\xe9 (QRESYNC (7 80 3:43))" in script.commands


def test_gmail_hears_the_programs_name_and_nothing_more(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"SELECT": SELECTED}, capabilities=b"IMAP4rev1 ID X-GM-EXT-1 CONDSTORE")
    server = serve(script)
    with session_with(server.address, certificate) as session:
        session.begin(b"INBOX", None, list_too=False)
        session.select(b"INBOX")

    assert [command.split()[0] for command in script.commands] == [b"ID", b"SELECT", b"SELECT"]
    assert script.commands[0].startswith(b'ID ("name" "tuimail" "version" "')
    assert server.peers[0].turns == 2


def test_a_name_is_given_where_the_server_insists(serve: Serve, certificate: Certificate) -> None:
    def select(peer: Peer, tag: bytes, _: bytes) -> None:
        named = any(command.startswith(b"ID") for command in script.commands)
        refused = b"TAG NO SELECT Unsafe Login. Please contact us\r\n"
        peer.send((SELECTED if named else refused).replace(b"TAG", tag))

    script = ImapScript(answers={b"SELECT": select}, capabilities=b"IMAP4rev1 ID")
    with session_with(serve(script).address, certificate) as session:
        session.select(b"INBOX")
        session.select(b"INBOX")

    assert [command.split()[0] for command in script.commands] == [b"SELECT", b"ID", b"SELECT", b"SELECT"]


def test_a_mailbox_without_identity_is_refused(serve: Serve, certificate: Certificate) -> None:
    script = ImapScript(answers={b"SELECT": b"* 3 EXISTS\r\nTAG OK done\r\n"})
    with session_with(serve(script).address, certificate) as session, pytest.raises(ServerError, match="identity"):
        session.select(b"INBOX")


CHANGED_ALONE = b"* 1 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (85))\r\nTAG OK done\r\n"


def condstore_script(selected: bytes = SELECTED, changed: bytes = CHANGED_ALONE) -> ImapScript:
    return ImapScript(answers={b"SELECT": selected, b"UID FETCH": changed, b"LIST": LISTING})


def test_without_qresync_flags_come_in_the_same_flight(serve: Serve, certificate: Certificate) -> None:
    script = condstore_script()
    server = serve(script)
    with session_with(server.address, certificate) as session:
        begun = session.begin(b"INBOX", KNOWN)

    assert begun.selected is not None
    assert begun.selected.changes is not None
    assert begun.selected.changes.flags == {7: {"\\Seen"}}
    assert begun.selected.changes.vanished is None
    assert len(begun.mailboxes or ()) == 2
    assert server.peers[0].turns == 1
    assert script.commands[:2] == [
        b'SELECT "INBOX" (CONDSTORE)',
        b"UID FETCH 3:43 (UID FLAGS) (CHANGEDSINCE 80)",
    ]


def test_gmails_labels_come_with_them(serve: Serve, certificate: Certificate) -> None:
    script = condstore_script(changed=b'* 1 FETCH (UID 7 X-GM-LABELS ("a)b") FLAGS ())\r\nTAG OK done\r\n')
    script.capabilities = b"IMAP4rev1 CONDSTORE X-GM-EXT-1 ID"
    with session_with(serve(script).address, certificate) as session:
        changes = session.select(b"INBOX", known=KNOWN).changes

    assert changes is not None
    assert changes.flags == {7: frozenset()}
    assert changes.labels == {7: ("a)b",)}


@pytest.mark.parametrize(
    ("selected", "changed"),
    [
        (SELECTED.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8"), CHANGED_ALONE),
        (SELECTED.replace(b"* OK [HIGHESTMODSEQ 90] ok", b"* OK [NOMODSEQ] none"), CHANGED_ALONE),
        (SELECTED, b"TAG BAD what\r\n"),
    ],
    ids=["renumbered", "no modseq", "refused"],
)
def test_flags_of_another_numbering_are_dropped(
    serve: Serve, certificate: Certificate, selected: bytes, changed: bytes
) -> None:
    with session_with(serve(condstore_script(selected, changed)).address, certificate) as session:
        opened = session.select(b"INBOX", known=KNOWN)

    assert opened.exists == 3
    assert opened.changes is None


def test_flags_told_before_the_mailbox_is_open_are_of_another(serve: Serve, certificate: Certificate) -> None:
    before = b"* 2 FETCH (UID 8 FLAGS (\\Deleted))\r\n* 2 FETCH (UID 9 X-GM-LABELS (x) FLAGS (\\Deleted))\r\n"
    with session_with(serve(condstore_script(before + SELECTED)).address, certificate) as session:
        changes = session.select(b"INBOX", known=KNOWN).changes

    assert changes is not None
    assert changes.flags == {7: {"\\Seen"}}
    assert changes.labels == {}
