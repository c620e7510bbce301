"""What leaves a message: exports, commands, pages, list clicks, answers to invitations, whole forwards."""

import stat
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.engine.test_parts import with_opener
from tests.fakes.wire_server import Peer, WireServer
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import AnswerKind, BeginAnswer, Send
from tuimail.api.events import Cancelled, DraftOpened, Failed, FileSaved, Finished, ListChanged, Noticed, Progress
from tuimail.api.reading import (
    AnswerInvitation,
    AnswerWritten,
    CommandRan,
    ExportMessages,
    FindWayOut,
    LeaveList,
    OpenInBrowser,
    PipeMessage,
    WayOutFound,
)
from tuimail.domain.account import Keep
from tuimail.domain.ids import RowId
from tuimail.domain.invitation import InvitationAnswer
from tuimail.domain.message import Flag
from tuimail.domain.unsubscribe import Way
from tuimail.engine.pipe import run_command

HEAD = (
    b"From: Ada <ada@lists.example>\r\nTo: alice@example.test\r\nMIME-Version: 1.0\r\n"
    b"Date: Sat, 14 Mar 2026 12:00:00 +0000\r\nMessage-ID: <deed@example.test>\r\n"
)
PLAIN = HEAD + b"Subject: ../../Bees & \x1b[31mhoney\r\n\r\nThey swarm.\r\n.\r\nFrom here on.\r\n"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:tea-1\r\nSEQUENCE:2\r\n"
    b"DTSTART:20260401T140000Z\r\nDTEND:20260401T150000Z\r\nDTSTAMP:20260314T120000Z\r\nSUMMARY:Tea\r\n"
    b"ORGANIZER;CN=Bo:mailto:bo@example.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:alice@example.test\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
INVITATION = HEAD + b"Subject: Tea\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + CALENDAR


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """Nothing is fetched that nobody asked for."""
    rig.account = replace(rig.account, keep=Keep(days=0))
    return rig


def opened(rig: Rig, *raws: bytes) -> tuple[Heard, list[RowId]]:
    rig.mail.deliver(*raws)
    heard = rig.signed_in()
    return heard, open_full(heard, box(heard))


def test_an_export_is_the_mail_to_the_byte_under_a_safe_new_name(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, PLAIN)

    first = heard.ask(ExportMessages(account=ACCOUNT, rows=(row,), folder=str(tmp_path)), FileSaved)
    second = heard.ask(ExportMessages(account=ACCOUNT, rows=(row,), folder=str(tmp_path)), FileSaved)

    paths = [Path(first.path), Path(second.path)]
    assert [path.read_bytes() for path in paths] == [PLAIN, PLAIN]
    assert {path.parent for path in paths} == {tmp_path}
    assert len(set(paths)) == 2
    assert all(path.suffix == ".eml" and path.name.isprintable() for path in paths)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600


def test_several_are_exported_one_after_the_other(rig: Rig, tmp_path: Path) -> None:
    heard, rows = opened(rig, PLAIN, INVITATION)

    ended = heard.do(ExportMessages(account=ACCOUNT, rows=tuple(rows), folder=str(tmp_path)))

    assert isinstance(ended, Finished)
    assert "2 messages" in ended.words
    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_command_gets_the_mail_and_its_output_is_cleaned(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, PLAIN)
    copy = tmp_path / "copy of it"

    line = f'sh -c \'cat > "{copy}"; printf "a\\033[31mb; $(id -u)"; exit 3\''
    ran = heard.ask(PipeMessage(account=ACCOUNT, row=row, command_line=line), CommandRan)

    assert copy.read_bytes() == PLAIN
    assert "\x1b" not in ran.text
    assert "status 3" in ran.words


def test_no_shell_reads_the_command(rig: Rig, tmp_path: Path) -> None:
    heard, (row,) = opened(rig, PLAIN)
    marker = tmp_path / "marker"

    ran = heard.ask(PipeMessage(account=ACCOUNT, row=row, command_line=f"echo a; touch {marker} $(id)"), CommandRan)
    missing = heard.do(PipeMessage(account=ACCOUNT, row=row, command_line="no-such-program-here -x"))
    open_quote = heard.do(PipeMessage(account=ACCOUNT, row=row, command_line="echo 'a"))

    assert ran.text == f"a; touch {marker} $(id)"
    assert not marker.exists()
    assert isinstance(missing, Failed)
    assert isinstance(open_quote, Failed)


def test_a_command_without_an_end_is_ended_with_all_that_it_started() -> None:
    late = run_command("sh -c 'sleep 100 & sleep 100'", b"x" * 1_000_000, limit_s=0.2)
    endless = run_command("yes", b"")

    assert "0 s" in late.words
    assert len(endless.output) == 1_000_000
    assert "output" in endless.words


def test_what_a_command_leaves_running_is_not_waited_for() -> None:
    began = time.monotonic()

    ran = run_command("setsid --fork sleep 9", b"x" * 1_000_000)

    assert ran.words == "ended well"
    assert time.monotonic() - began < 6


def test_giving_a_command_up_ends_it(rig: Rig) -> None:
    heard, (row,) = opened(rig, PLAIN)

    number = heard.submit(PipeMessage(account=ACCOUNT, row=row, command_line="sleep 1000"))
    heard.wait_for(Progress, lambda event: event.command == number and "running" in event.words)
    heard.program.engine.cancel(number)

    heard.wait_for(Cancelled, lambda event: event.command == number)


def test_the_browser_gets_a_private_page_that_loads_nothing(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = with_opener(rig, tmp_path, monkeypatch)
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{noted}"\n')
    script.chmod(0o755)
    whole = rig.setting()
    environ = {**whole.environ, "BROWSER": str(script)}
    monkeypatch.setattr(rig, "setting", lambda: replace(whole, environ=environ))
    page = HEAD + (
        b"Subject: Hi\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p>Hello</p>"
        b'<img src="https://track.example/p.gif"><a href="javascript:x()">y</a>\r\n'
    )
    heard, (row,) = opened(rig, page)

    ended = heard.do(OpenInBrowser(account=ACCOUNT, row=row))

    assert isinstance(ended, Finished), ended
    assert "loads nothing" in ended.words
    path = Path(noted.read_text().removeprefix("file://"))
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Hello" in text
    assert not any(word in text for word in ("alert(1)", "track.example", "javascript:"))


class Lists:
    """A list's own server."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.came = threading.Event()

    def __call__(self, peer: Peer) -> None:
        head = b""
        while line := peer.line():
            head += line + b"\n"
        length = next(int(each[15:]) for each in head.lower().split(b"\n") if each.startswith(b"content-length:"))
        self.requests.append(head + b"\n" + peer.block(length))
        peer.send(self.answer)
        self.came.set()


def list_mail(url: str, *, signed: bool = True, server: bytes = b"mx.mine.test") -> bytes:
    covered = b":List-Unsubscribe:List-Unsubscribe-Post" if signed else b""
    return (
        b"Authentication-Results: " + server + b"; dkim=pass header.d=lists.example\r\n"
        b"DKIM-Signature: v=1; d=lists.example; h=From:To" + covered + b"; b=abc\r\n" + HEAD
        + b"Subject: News\r\nList-Id: News <news.lists.example>\r\nList-Post: <mailto:news@lists.example>\r\n"
        b"List-Unsubscribe: <" + url.encode() + b">, <mailto:leave@lists.example>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nNews!\r\n"
    )  # fmt: skip


def test_a_list_is_left_by_exactly_the_post_that_the_standard_names(rig: Rig) -> None:
    rig.account = replace(rig.account, checked_by=("mine.test",))
    lists = Lists(b"HTTP/1.1 202 OK\r\ncontent-length: 0\r\nset-cookie: a=b\r\nconnection: close\r\n\r\n")
    with WireServer(lists, rig.certificate.server_context()) as server:
        heard, (row,) = opened(rig, list_mail(f"https://localhost:{server.address.port}/u?id=7"))

        found = heard.ask(FindWayOut(account=ACCOUNT, row=row), WayOutFound).way_out
        assert lists.requests == []
        ended = heard.do(LeaveList(account=ACCOUNT, row=row))

    assert found.way is Way.ONE_CLICK
    assert isinstance(ended, Finished), ended
    (request,) = lists.requests
    head, _, body = request.partition(b"\n\n")
    assert head.startswith(b"POST /u?id=7 HTTP/1.1")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert b"cookie" not in head.lower()
    assert body == b"List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 307 Go\r\nlocation: https://evil.example/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 302 Go\r\nlocation: http://localhost/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ],
)
def test_a_list_server_that_points_elsewhere_or_fails_is_told_of(rig: Rig, answer: bytes) -> None:
    rig.account = replace(rig.account, checked_by=("mine.test",))
    lists = Lists(answer)
    with WireServer(lists, rig.certificate.server_context()) as server:
        heard, (row,) = opened(rig, list_mail(f"https://localhost:{server.address.port}/u"))
        ended = heard.do(LeaveList(account=ACCOUNT, row=row))

    assert isinstance(ended, Failed)
    assert len(lists.requests) == 1


@pytest.mark.parametrize(("signed", "server"), [(False, b"mx.mine.test"), (True, b"mx.forged.test")])
def test_without_proof_nothing_is_sent_to_a_list(rig: Rig, signed: bool, server: bytes) -> None:
    rig.account = replace(rig.account, checked_by=("mine.test",))
    lists = Lists(b"HTTP/1.1 200 OK\r\n\r\n")
    with WireServer(lists, rig.certificate.server_context()) as web:
        raw = list_mail(f"https://localhost:{web.address.port}/u", signed=signed, server=server)
        heard, (row,) = opened(rig, raw)

        found = heard.ask(FindWayOut(account=ACCOUNT, row=row), WayOutFound).way_out
        ended = heard.do(LeaveList(account=ACCOUNT, row=row))

    assert found.way is Way.MAIL
    assert isinstance(ended, Failed)
    assert lists.requests == []


def test_an_invitation_is_answered_to_its_organiser_and_marked(rig: Rig) -> None:
    heard, (row,) = opened(rig, INVITATION)

    command = AnswerInvitation(account=ACCOUNT, row=row, answer=InvitationAnswer.ACCEPTED)
    draft = heard.ask(command, AnswerWritten).draft
    ended = heard.do(Send(account=ACCOUNT, draft=draft))
    heard.wait_for(Noticed, lambda event: "bo@example.org" in event.words)

    assert isinstance(ended, Finished), ended
    (mail,) = rig.smtp.mails
    assert b"text/calendar" in mail
    assert b"method=reply" in mail.lower()
    heard.wait_for(ListChanged, lambda event: any(Flag.ANSWERED in each.flags for each in event.changed))


def test_a_mail_without_an_invitation_has_no_answer(rig: Rig) -> None:
    heard, (row,) = opened(rig, PLAIN)

    command = AnswerInvitation(account=ACCOUNT, row=row, answer=InvitationAnswer.DECLINED)

    assert isinstance(heard.do(command), Failed)


def test_a_list_is_answered_at_its_own_address_and_other_mail_says_that_there_is_none(rig: Rig) -> None:
    heard, (plain, listed) = opened(rig, list_mail("https://lists.example/u"), PLAIN)

    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=listed, kind=AnswerKind.REPLY_LIST), DraftOpened).draft
    none = heard.do(BeginAnswer(account=ACCOUNT, row=plain, kind=AnswerKind.REPLY_LIST))

    assert (draft.to, draft.cc) == ("news@lists.example", "")
    assert isinstance(none, Failed)
    assert "no mailing list" in none.problem.summary


def test_a_whole_forward_carries_the_mail_to_the_byte(rig: Rig) -> None:
    raw = PLAIN.replace(b"They swarm.", "Sie schwärmen.".encode())
    heard, (row,) = opened(rig, raw)

    draft = heard.ask(BeginAnswer(account=ACCOUNT, row=row, kind=AnswerKind.FORWARD_WHOLE), DraftOpened).draft
    heard.do(Send(account=ACCOUNT, draft=replace(draft, to="bob@example.org")))
    heard.wait_for(Noticed, lambda event: "bob@example.org" in event.words)

    (mail,) = rig.smtp.mails
    assert raw in mail.replace(b"\r\n..", b"\r\n.")
    assert b"Content-Type: message/rfc822" in mail
