"""Attachments: looked at, saved, opened by another program; mails within mails; and nothing left behind."""

import base64
import os
import stat
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from tests.engine.conftest import ACCOUNT, Rig, box
from tests.engine.test_bodies import parcel
from tests.journeys.conftest import Heard
from tests.journeys.steps import open_full
from tuimail.api.commands import OpenMessage
from tuimail.api.events import AttachmentPreviewed, Failed, FileSaved, Finished, MessageLoaded
from tuimail.api.reading import OpenAttachment, PreviewAttachment, SaveAttachment
from tuimail.domain.account import Keep
from tuimail.domain.ids import RowId
from tuimail.engine.opener import open_file
from tuimail.engine.temporary import PrivateFiles
from tuimail.program import Setting

HEAD = (
    b"From: Ada <ada@example.org>\r\nTo: alice@example.test\r\nSubject: %b\r\nMIME-Version: 1.0\r\n"
    b"Date: Sat, 14 Mar 2026 12:00:00 +0000\r\nMessage-ID: <%b@example.test>\r\n"
)


def mixed(*parts: bytes, name: bytes = b"plans") -> bytes:
    boundary = b"b-" + name
    inner = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    head = HEAD % (name, name) + b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n' % boundary
    return head + inner + b"--%b--\r\n" % boundary


def file(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    return (
        f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\n'.encode()
        + content
    )


TEXT = b"Content-Type: text/plain\r\n\r\nSee below."
INNER = mixed(TEXT, file("deep.txt", b"found", "text/plain"), name=b"inner")
NESTED = mixed(TEXT, b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + INNER, name=b"outer")


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """Nothing is fetched that nobody asked for."""
    rig.account = replace(rig.account, keep=Keep(days=0))
    return rig


def opened(rig: Rig, raw: bytes) -> tuple[Heard, RowId]:
    rig.mail.deliver(raw)
    heard = rig.signed_in()
    return heard, open_full(heard, box(heard))[0]


def look(heard: Heard, row: RowId, part: str) -> AttachmentPreviewed:
    return heard.ask(PreviewAttachment(account=ACCOUNT, row=row, part=part), AttachmentPreviewed)


def test_a_text_is_shown_cleaned_and_a_table_aligned(rig: Rig) -> None:
    text, table = file("run.log", b"ok\x1b]52;c;eA==\x07\n\xe2\x80\xaedone", "text/plain"), b"a,bee\nlong cell,c\n"
    heard, row = opened(rig, mixed(TEXT, text, file("t.csv", table, "text/csv")))

    shown = look(heard, row, "2").text

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "ok" in shown
    assert look(heard, row, "3").text.splitlines() == ["a          bee", "long cell  c"]


def test_what_is_no_text_says_so(rig: Rig) -> None:
    heard, row = opened(rig, mixed(TEXT, file("a.bin", b"\x00\x01\x02" * 50)))

    ended = heard.do(PreviewAttachment(account=ACCOUNT, row=row, part="2"))

    assert isinstance(ended, Failed)
    assert "no text" in ended.problem.summary


def test_a_picture_is_shown_as_pixels_where_it_is_one(rig: Rig) -> None:
    written = BytesIO()
    Image.new("RGB", (4, 2), (9, 8, 7)).save(written, "PNG")
    parts = file("p.png", written.getvalue(), "image/png"), file("fake.png", b"\x89PNG\r\n\x1a\n\x00", "image/png")
    heard, row = opened(rig, mixed(TEXT, *parts))

    picture = look(heard, row, "2").picture
    fake = heard.do(PreviewAttachment(account=ACCOUNT, row=row, part="3"))

    assert picture is not None
    assert picture.at(3, 1) == (9, 8, 7)
    assert isinstance(fake, Failed)


def test_a_big_binary_is_not_fetched_to_find_out(rig: Rig) -> None:
    heard, row = opened(rig, parcel(lines=25_000))
    heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)

    ended = heard.do(PreviewAttachment(account=ACCOUNT, row=row, part="2"))

    assert isinstance(ended, Failed)
    assert not [text for text in rig.mail.commands if b"BODY.PEEK[2]" in text]


def test_a_mail_within_a_mail_is_read_and_its_files_are_saved(rig: Rig, tmp_path: Path) -> None:
    heard, row = opened(rig, NESTED)

    loaded = heard.ask(OpenMessage(account=ACCOUNT, row=row, part="2"), MessageLoaded)
    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2/2", folder=str(tmp_path)), FileSaved)

    assert (loaded.part, loaded.message.subject) == ("2", "inner")
    assert [each.part for each in loaded.message.attachments] == ["2/2"]
    assert Path(saved.path).read_bytes() == b"found"


def test_a_part_that_is_no_mail_cannot_be_read_as_one(rig: Rig) -> None:
    heard, row = opened(rig, mixed(TEXT, file("a.txt", b"x")))

    assert isinstance(heard.do(OpenMessage(account=ACCOUNT, row=row, part="2")), Failed)
    assert isinstance(heard.do(OpenMessage(account=ACCOUNT, row=row, part="9/9")), Failed)


def test_saving_takes_no_link_and_overwrites_nothing(rig: Rig, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "a.txt").symlink_to(target)
    heard, row = opened(rig, mixed(TEXT, file("../../a.txt", b"x")))

    saved = heard.ask(SaveAttachment(account=ACCOUNT, row=row, part="2", folder=str(tmp_path / "got")), FileSaved)

    assert Path(saved.path) == tmp_path / "got" / "a (2).txt"
    assert stat.S_IMODE(Path(saved.path).stat().st_mode) == 0o600
    assert not target.exists()


def with_opener(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's opener plays along and notes its arguments."""
    noted, programs = tmp_path / "noted", tmp_path / "bin"
    programs.mkdir()
    script = programs / "xdg-open"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" > "{noted}"\n')
    script.chmod(0o755)
    plain = rig.setting
    environ = {"PATH": f"{programs}:/usr/bin:/bin", "DISPLAY": ":9"}

    def setting() -> Setting:
        whole = plain()
        return Setting(**{name: getattr(whole, name) for name in whole.__struct_fields__} | {"environ": environ})

    monkeypatch.setattr(rig, "setting", setting)
    return noted


def test_another_program_gets_a_private_copy_that_goes_at_the_end(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = with_opener(rig, tmp_path, monkeypatch)
    heard, row = opened(rig, mixed(TEXT, file("-rf $(touch x);.pdf", b"%PDF")))

    ended = heard.do(OpenAttachment(account=ACCOUNT, row=row, part="2"))

    assert isinstance(ended, Finished), ended
    count, path = noted.read_text().splitlines()
    copy = Path(path)
    assert count == "1"
    assert copy.read_bytes() == b"%PDF"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert copy.is_relative_to(rig.places.temporary)
    rig.programs[-1].close()
    assert list(rig.places.temporary.iterdir()) == []


def test_without_a_display_nothing_is_started(tmp_path: Path) -> None:
    marker = tmp_path / "started"
    opener = tmp_path / "xdg-open"
    opener.write_text(f"#!/bin/sh\ntouch {marker}\n")
    opener.chmod(0o755)

    assert not open_file(tmp_path / "a", {"PATH": str(tmp_path)}, "linux")
    assert not open_file(tmp_path / "a", {"PATH": str(tmp_path / "none"), "DISPLAY": ":0"}, "linux")
    assert not marker.exists()


def test_what_a_dead_run_left_is_swept_and_a_living_one_keeps_its_own(tmp_path: Path) -> None:
    dead, alive, other = (tmp_path / name for name in ("shown-4194399-ab", f"shown-{os.getpid()}-cd", "draft-x"))
    for folder in (dead, alive, other):
        folder.mkdir()
        (folder / "a.txt").write_text("secret")

    PrivateFiles(tmp_path).write("b.txt", b"x")

    assert not dead.exists()
    assert alive.exists()
    assert other.exists()


def test_what_turns_out_to_be_a_program_is_not_opened(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = with_opener(rig, tmp_path, monkeypatch)
    program = b"MZ" + b"\0" * 300_000
    encoded = base64.encodebytes(program).replace(b"\n", b"\r\n")
    head = b'Content-Type: image/png; name="cat.png"\r\nContent-Transfer-Encoding: base64\r\n'
    raw = mixed(TEXT, head + b"Content-Disposition: attachment\r\n\r\n" + encoded)
    heard, row = opened(rig, raw)
    heard.ask(OpenMessage(account=ACCOUNT, row=row), MessageLoaded)

    ended = heard.do(OpenAttachment(account=ACCOUNT, row=row, part="2"))

    assert isinstance(ended, Failed)
    assert "application/x-msdownload" in ended.problem.summary
    assert not noted.exists()


def test_a_program_that_was_told_of_is_opened(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = with_opener(rig, tmp_path, monkeypatch)
    heard, row = opened(rig, mixed(TEXT, file("run.sh", b"#!/bin/sh\n")))

    assert isinstance(heard.do(OpenAttachment(account=ACCOUNT, row=row, part="2")), Finished)
    assert noted.exists()


def test_a_start_removes_what_a_run_left_that_was_cut_off(rig: Rig) -> None:
    left = rig.places.temporary / "shown-4194399-ab"
    left.mkdir()
    (left / "a.pdf").write_text("secret")

    rig.signed_in()

    assert not left.exists()
