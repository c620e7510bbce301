"""Writing a draft's text in the person's own editor: a private file, an argument list, no shell."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tuimail.domain.clean import clean_line
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import Draft

FIELDS = ("to", "cc", "bcc", "subject")
"""Above the text, where headers are wanted. The sender is chosen in the composer."""

FALLBACK = "vi"
"""The editor that POSIX promises."""


class ExternalEditor(Struct, frozen=True, kw_only=True):
    """The command as the person set it, and the private folder for its file."""

    command: str
    folder: Path
    is_first: bool = False
    """Each new composer opens it at once."""
    has_headers: bool = False
    """Its file begins with the fields of the draft."""


class Edited(Discreet, frozen=True, kw_only=True):
    """The text as the editor left it."""

    text: str

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [("characters", len(self.text))]


class EditorTrouble(Struct, frozen=True, kw_only=True):
    """Nothing was taken over; ``kept`` names the file with what was written, if there is one."""

    words: str
    kept: Path | None = None


def editor_command(environ: Mapping[str, str]) -> str:
    """The editor to use: VISUAL before EDITOR, as everywhere."""
    return environ.get("VISUAL") or environ.get("EDITOR") or FALLBACK


def edit_text(editor: ExternalEditor, text: str) -> Edited | EditorTrouble:
    """Run the editor and wait for it. The file goes once its text is taken over, and stays if the editor failed."""
    try:
        command = shlex.split(editor.command)
    except ValueError:
        return EditorTrouble(words=f"The editor's command cannot be read: {editor.command}")
    if not command:
        return EditorTrouble(words="No editor is set. Set VISUAL or EDITOR.")
    try:
        path = _write(editor.folder, text)
    except OSError as error:
        return EditorTrouble(words=f"The file for the editor cannot be written: {error.strerror}.")
    try:
        # The command is the person's own setting, and no shell reads it.
        status = subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603 (see above)
    except OSError as error:
        path.unlink(missing_ok=True)
        return EditorTrouble(words=f"{command[0]} cannot be started: {error.strerror}.")
    if status:
        how = f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"
        return EditorTrouble(words=f"{command[0]} {how}; the text here is as it was.", kept=path)
    return _take_over(path)


def with_fields(draft: Draft) -> str:
    """The fields as a header, an empty line, the text."""
    lines = [f"{name.capitalize()}: {getattr(draft, name)}".rstrip() for name in FIELDS]
    return "\n".join([*lines, "", draft.text])


def read_fields(draft: Draft, text: str) -> Draft | None:
    """The draft with fields and text as the editor left them, a field that is gone emptied; None without a header."""
    header, gap, body = text.partition("\n\n")
    if not gap:
        header, body = text, ""
    fields = dict.fromkeys(FIELDS, "")
    name = ""
    for line in header.splitlines():
        if line[:1] in {" ", "\t"} and name:
            fields[name] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name not in fields:
            return None
        fields[name] = f"{fields[name]}, {value.strip()}" if fields[name] else value.strip()
    return replace(draft, text=body, **{name: clean_line(value) for name, value in fields.items()})


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600 and follows no link.
    descriptor, name = tempfile.mkstemp(suffix=".eml.txt", prefix="draft-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return Path(name)


def _take_over(path: Path) -> Edited | EditorTrouble:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return EditorTrouble(words=f"The editor's file cannot be read: {error.strerror}.", kept=path)
    path.unlink(missing_ok=True)
    return Edited(text=text)
