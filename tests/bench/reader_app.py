"""The reader over an engine that answers at once, so that what is measured is reading, laying out and drawing."""

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from tests.fakes.app import make_app
from tests.fakes.mailbox import FakeMailbox
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.draft import Draft, Identity
from tuimail.domain.ids import CommandId, DraftId, RowId
from tuimail.domain.listing import ListView, ThreadPlace
from tuimail.domain.message import Envelope, Flag
from tuimail.mime.parse import parse_message

THREAD = 500
NEWSLETTER, LARGE, CONVERSATION = "Newsletter of 100 KB", "Mail of 1 MB", "Thread of 500"
BEGINS = "This letter begins"
ANSWERS = "The last answer says"
DRAFT_BEGINS = "This draft begins"
_NEWSLETTER_ROW, _LARGE_ROW, _HEAD = RowId(3_000_000), RowId(2_000_000), RowId(1_000_000)
_KB = 1_000
_ITEM = """<tr><td width="50%" valign="top" style="padding:16px;font-family:Georgia,serif;color:#334"><a
href="https://letters.example/story/{n}"><img src="https://letters.example/{n}.jpg" width="280" height="200"
alt="Picture {n}"></a><h3>Story {n}, <b>which</b> is told shortly</h3><p style="margin:0 0 12px">{words}</p></td>
<td width="50%" valign="top"><p>{words}</p><ul><li>first of {n}</li><li>second of {n}</li></ul>
<table border="1"><tr><th>Day</th><th>Rise</th><th>Set</th></tr><tr><td>Monday</td><td>07:{n:02}</td><td>16:{n:02}</td>
</tr></table></td></tr>"""
_WORDS = (
    "The ferry had left when the harbour master came down with his lamp, and so the parcels stayed on the quay until "
    "the morning, where two gulls looked after them without being asked. "
) * 3


def newsletter(size_bytes: int) -> bytes:
    """A letter in nested layout tables, as they are sent, of about this size."""
    item = len(_ITEM.format(n=0, words=_WORDS))
    rows = "".join(_ITEM.format(n=number % 60, words=_WORDS) for number in range(size_bytes // item + 1))
    head = f"<html><body bgcolor=#eee><table width=640 align=center><tr><td colspan=2><h1>{BEGINS}</h1></td></tr>"
    return _mail(NEWSLETTER, "text/html", f"{head}{rows}</table></body></html>")


def large(size_bytes: int) -> bytes:
    """Plain text, wrapped where people wrap it, with quotations."""
    lines = [f"{BEGINS}"]
    line = "of many words about the quay and its gulls, until the line is full"
    while len(lines) * len(line) < size_bytes:
        number = len(lines)
        lines.append(f"> {line}" if number % 40 > 30 else "" if number % 10 == 0 else f"{line} {number}")
    return _mail(LARGE, "text/plain", "\r\n".join(lines))


def answer(number: int) -> bytes:
    """One message of the thread."""
    quoted = "\r\n".join("> What was said before is said once more." for _ in range(12))
    return _mail(f"Re: {CONVERSATION}", "text/plain", f"{ANSWERS} {number}.\r\n\r\n{quoted}\r\n")


def _draft(size_bytes: int) -> str:
    """Paragraphs as they are typed, each in one line."""
    paragraph = f"{DRAFT_BEGINS}. {_WORDS.strip()}"
    return "\n\n".join([paragraph] * (size_bytes // len(paragraph)))


def _mail(subject: str, kind: str, body: str) -> bytes:
    head = f"From: Mara <mara@letters.example>\r\nTo: alice@work.example\r\nSubject: {subject}\r\n"
    return f"{head}Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{body}".encode()


class Measured(FakeMailbox):
    """A newsletter, a large mail and a conversation of five hundred, a tenth of it unread."""

    def __init__(self) -> None:
        super().__init__()
        self._raw = {_NEWSLETTER_ROW: newsletter(100 * _KB), _LARGE_ROW: large(1_000 * _KB)}
        self._thread = tuple(RowId(_HEAD - number) for number in range(THREAD - 1, -1, -1))
        model = next(iter(self.envelopes.values()))
        subjects = {_NEWSLETTER_ROW: NEWSLETTER, _LARGE_ROW: LARGE}
        seen = frozenset({Flag.SEEN.value})
        self.envelopes = {
            row: replace(
                model,
                row=row,
                subject=subjects.get(row, CONVERSATION),
                sent_at=datetime(2026, 11, 20, tzinfo=UTC),
                flags=frozenset() if row % 10 == 5 else seen,
            )
            for row in (_NEWSLETTER_ROW, _LARGE_ROW, *self._thread)
        }
        self.rows = array("q", (_NEWSLETTER_ROW, _LARGE_ROW, _HEAD))

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        match command:
            case c.OpenMailbox(account=account, mailbox=mailbox):
                yield e.ListLoaded(
                    command=number,
                    account=account,
                    mailbox=mailbox,
                    view=ListView(is_threaded=True),
                    rows=self.rows,
                    envelopes=tuple(self.envelopes[RowId(row)] for row in self.rows),
                    places={
                        row: ThreadPlace(head=row, count=THREAD if row == _HEAD else 1, unread=0) for row in self.rows
                    },
                )
            case c.LoadThread(account=account, mailbox=mailbox, row=row):
                yield e.ThreadLoaded(
                    command=number,
                    account=account,
                    mailbox=mailbox,
                    head=_HEAD,
                    rows=self._thread,
                    envelopes=tuple(map(self._envelope, self._thread)),
                    places={},
                )
            case c.OpenMessage(account=account, row=row):
                message = parse_message(self._raw.get(row) or answer(row))
                yield e.MessageLoaded(command=number, account=account, row=row, message=message)
            case c.BeginDraft(account=account):
                sender = "Alice <alice@work.example>"
                draft = Draft(id=DraftId("d"), account=account, sender=sender, text=_draft(100 * _KB))
                yield e.DraftOpened(command=number, draft=draft, identities=(Identity(sender=sender, account=account),))
            case c.LoadRows() | c.SetFlags():
                pass
            case _:
                yield from super().__call__(command, number)
                return
        yield e.Finished(command=number)

    def _envelope(self, row: RowId) -> Envelope:
        return self.envelopes[row]


def _place(row: int) -> ThreadPlace:
    return ThreadPlace(head=row, count=THREAD if row == _HEAD else 1, unread=0)


if __name__ == "__main__":
    make_app(Measured(), seen_after_s=-1)[0].run()
