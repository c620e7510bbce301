"""The commands that need no screen, and what is refused before one opens."""

from dataclasses import replace

import pytest

from tests.real import words
from tests.real.bed.bed import Bed
from tests.real.bed.desk import Desk
from tests.real.bed.dovecot import EXPIRED, NO_STARTTLS, UNKNOWN_AUTHORITY, WRONG_HOST
from tests.real.bed.oidc import INTROSPECTION
from tests.real.steps import SIGN_IN_DEADLINE_S, quit_program, sign_in


def test_check_is_content_after_a_sign_in_and_prints_no_secret(desk: Desk, bed: Bed) -> None:
    quit_program(sign_in(desk))

    done = desk.run("check")

    assert done.returncode == 0, done.stdout + done.stderr
    good = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("ok  ")]
    assert [line.split(" at ")[0] for line in good] == [
        "ok  profile",
        "ok  keychain",
        "ok  localhost metadata",
        "ok  IMAP sign-in",
        "ok  SMTP sign-in",
        # How the sign-in stands.
        "ok  Signed in",
        "ok  Permission",
        "ok  Permission",
        "ok  Secrets",
        # With the provider and with the mail server.
        "ok  TLS",
        "ok  TLS",
    ]
    assert "sending is not granted yet" in done.stdout
    assert [token.kind for token in bed.provider.issued() if token.value in done.stdout + done.stderr] == []


def test_check_fails_where_a_server_cannot_check_tokens(desk: Desk, bed: Bed) -> None:
    quit_program(sign_in(desk))
    bed.provider.make_unavailable(INTROSPECTION)

    done = desk.run("check")

    assert done.returncode == 1, done.stdout + done.stderr


def test_a_bad_profile_ends_with_status_2_and_names_the_nearest_key(desk: Desk) -> None:
    profile = desk.home.profile
    profile.write_text(profile.read_text().replace("client_id", "clientid"))

    done = desk.run("check")

    assert done.returncode == 2
    assert "profile.toml" in done.stderr
    assert "client_id" in done.stderr


def test_without_a_terminal_the_program_says_so_in_one_line(desk: Desk) -> None:
    done = desk.run()

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_version_is_told(desk: Desk) -> None:
    assert desk.run("--version").stdout.startswith("tuimail ")


@pytest.mark.parametrize("host", [EXPIRED, WRONG_HOST, UNKNOWN_AUTHORITY], ids=["expired", "wrong-host", "unknown-ca"])
def test_a_server_with_a_bad_certificate_gets_no_token(desk: Desk, bed: Bed, host: str) -> None:
    desk.home.write_profile(replace(bed.servers, imap_host=host))
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")

    terminal.wait_for(words.BAD_CERTIFICATE, deadline_s=SIGN_IN_DEADLINE_S)
    assert f"lip={host}" not in logins(bed)


def test_a_server_without_starttls_gets_no_token(desk: Desk, bed: Bed) -> None:
    starttls = bed.dovecot.ports.starttls
    desk.home.write_profile(replace(bed.servers, imap_host=NO_STARTTLS, imap_port=starttls, imap_tls="starttls"))
    terminal = desk.start()
    terminal.wait_for(words.CONSENT, deadline_s=SIGN_IN_DEADLINE_S)

    terminal.keys("Enter")

    terminal.wait_for(words.NO_STARTTLS, deadline_s=SIGN_IN_DEADLINE_S)
    assert f"lip={NO_STARTTLS}" not in logins(bed)


def test_starttls_works_for_reading_and_sending(desk: Desk, bed: Bed) -> None:
    servers = replace(
        bed.servers,
        imap_port=bed.dovecot.ports.starttls,
        imap_tls="starttls",
        smtp_port=bed.postfix.ports.starttls,
        smtp_tls="starttls",
    )
    desk.home.write_profile(servers)

    sign_in(desk).wait_for(words.ONLINE)

    assert "TLS" in logins(bed).splitlines()[-1]


def logins(bed: Bed) -> str:
    """The lines of Dovecot's log that tell of a login."""
    return "\n".join(line for line in bed.dovecot.log.read_text().splitlines() if "Login: user=" in line)
