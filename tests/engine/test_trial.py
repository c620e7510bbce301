"""Trying the sign-in for sending without sending."""

from tests.engine.conftest import ACCOUNT, Rig
from tests.fakes.wire_server import Peer
from tuimail.api.commands import TrySending
from tuimail.api.events import Failed, Finished

DISABLED = b"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\r\n"


def test_a_server_that_takes_the_sign_in_is_told_and_sent_nothing(rig: Rig) -> None:
    heard = rig.signed_in()

    ended = heard.do(TrySending(account=ACCOUNT))

    assert isinstance(ended, Finished)
    assert "Sending works too" in ended.words
    assert rig.smtp.mails == []
    assert rig.smtp.commands[-1].upper() == b"QUIT"


def test_sending_that_an_organisation_switched_off_is_known_before_a_mail_is_written(rig: Rig) -> None:
    heard = rig.signed_in()

    def refuse(peer: Peer, _line: bytes) -> None:
        peer.send(DISABLED)

    rig.smtp.answers[b"AUTH"] = refuse
    ended = heard.do(TrySending(account=ACCOUNT))

    assert isinstance(ended, Failed)
    assert "organisation" in ended.problem.summary
    assert "5.7.139" in ended.problem.detail
    # Reading has nothing to do with it.
    assert rig.auth.live_tokens()
