"""Files that are attached: read as they are, and refused in words."""

import os
from pathlib import Path

import pytest

from tests.engine.conftest import ACCOUNT, Rig
from tuimail.api.commands import AttachFile, BeginDraft
from tuimail.api.events import DraftOpened, Failed, FileAttached
from tuimail.domain.errors import StoreError
from tuimail.engine.attaching import MAX_ATTACHMENT, read_attachment


def refusal(path: Path) -> str:
    """Why it cannot be attached."""
    with pytest.raises(StoreError) as caught:
        read_attachment(path)
    return caught.value.summary


def test_a_file_is_attached_as_it_is_under_a_name_that_is_safe(tmp_path: Path) -> None:
    data = os.urandom(3 * 1024 * 1024 + 17)
    file = tmp_path / "Plan b\u202egpj.pdf"
    file.write_bytes(data)
    seen: list[tuple[int, int]] = []

    attachment = read_attachment(file, look=lambda done, total: seen.append((done, total)))

    assert (attachment.data, attachment.content_type) == (data, "application/pdf")
    assert "\u202e" not in attachment.name
    assert seen[-1] == (len(data), len(data))
    assert len(seen) > 2


def test_what_cannot_be_attached_is_refused_in_words(tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(MAX_ATTACHMENT + 1)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()

    assert refusal(tmp_path) == f"{tmp_path} is a folder. Attach the files in it, or an archive of it."
    assert refusal(tmp_path / "none") == f"There is no file at {tmp_path}/none."
    assert refusal(tmp_path / "file" / "none") == f"There is no file at {tmp_path}/file/none."
    assert refusal(tmp_path / "nu\0l").startswith("There is no file at")
    assert refusal(large) == "large.bin is larger than 50 MB, more than any provider takes."
    assert refusal(tmp_path / "pipe") == f"{tmp_path}/pipe is no file that could be sent."


def test_a_file_that_cannot_be_read_says_so() -> None:
    # Nobody may read what lies at its start, root included.
    assert "cannot be read: Input/output error" in refusal(Path("/proc/self/mem"))


def test_the_home_folder_is_found_and_a_failure_ends_the_command(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "note.txt").write_text("x")
    heard = rig.signed_in()
    draft = heard.ask(BeginDraft(account=ACCOUNT), DraftOpened).draft

    attached = heard.ask(AttachFile(account=ACCOUNT, draft=draft.id, path="~/note.txt"), FileAttached)
    ended = heard.do(AttachFile(account=ACCOUNT, draft=draft.id, path="~"))

    assert attached.attachment.data == b"x"
    assert isinstance(ended, Failed)
    assert "is a folder" in ended.problem.summary
