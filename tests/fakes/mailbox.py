"""A made-up account behind ``FakeEngine``: enough mail to draw every kind of row and page."""

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.api import reading
from tuimail.domain.account import Account, Link, LinkState, OAuthSettings, Server, SignedIn, SignInState, Tls
from tuimail.domain.address import Address
from tuimail.domain.body import Block, BlockKind, LinkTarget, Span, Style
from tuimail.domain.ids import AccountId, CommandId, MailboxId, RowId, Uid
from tuimail.domain.mailbox import Mailbox, MailboxRole
from tuimail.domain.message import Attachment, Envelope, Flag, Message
from tuimail.domain.scope import Permission, ScopeSets

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORK = AccountId("work")
INBOX, SENT, ARCHIVE, TRASH = MailboxId(1), MailboxId(3), MailboxId(4), MailboxId(6)
RECEIPTS = MailboxId(9)
SIGNED_IN = SignedIn(granted=frozenset({Permission.READ}), scopes=("mail.read",), since=NOW - timedelta(days=3))


def account(name: str = "work") -> Account:
    address = f"alice@{name}.example"
    return Account(
        id=AccountId(name),
        address=address,
        login=address,
        provider="Example",
        oauth=OAuthSettings(scopes=ScopeSets(read=("mail.read",), send=("mail.send",))),
        imap=Server(host="imap.example", port=993, tls=Tls.IMPLICIT),
    )


def mailboxes() -> tuple[Mailbox, ...]:
    return (
        Mailbox(id=INBOX, name="INBOX", role=MailboxRole.INBOX, total=24, unread=4),
        Mailbox(id=MailboxId(2), name="Drafts", role=MailboxRole.DRAFTS),
        Mailbox(id=SENT, name="Sent", role=MailboxRole.SENT, total=31),
        Mailbox(id=ARCHIVE, name="Archive", role=MailboxRole.ARCHIVE, total=1204),
        Mailbox(id=MailboxId(5), name="Junk", role=MailboxRole.JUNK, total=3, unread=3),
        Mailbox(id=TRASH, name="Trash", role=MailboxRole.TRASH, total=5),
        Mailbox(id=MailboxId(7), name="Projects", total=90, unread=2),
        Mailbox(id=MailboxId(8), name="Projects/Harbour", total=0),
        Mailbox(id=RECEIPTS, name="Receipts", total=61),
    )


_ROWS = (
    ("Mara Lindqvist", "Harbour lights: the final drawings", "N @", 18),
    ("Tobias Brandt", "Re: Train on Friday?", "N", 51),
    ("Kirjasto", "Your loans are due on Thursday", "", 95),
    ("田中 健一", "打ち合わせの資料をお送りします", "N@*", 200),
    ("Priya Raman", "Minutes of Tuesday, and two open questions about the budget for the spring", "r", 1500),
    ("Weekly Harvest", "Five soups for cold days 🍲", "", 1650),
    ("Jonas Weber", "Invoice 2026-1184", "@", 2900),
    ("Board", "Agenda for the December meeting", "*", 4400),
    ("Tobias Brandt", "Train on Friday?", "r", 5800),
    ("Łukasz Nowak", "Zdjęcia z wakacji", "f@", 9100),
    ("Mara Lindqvist", "Harbour lights: first drawings", "r@", 14000),
    ("Sign-in notices", "Your code is 481 920", "N", 20000),
)


def envelopes(count: int = len(_ROWS)) -> tuple[Envelope, ...]:
    return tuple(_envelope(number) for number in range(count))


def _envelope(number: int) -> Envelope:
    name, subject, signs, minutes = _ROWS[number % len(_ROWS)]
    rounds = number // len(_ROWS)
    flags = {Flag.SEEN.value} if "N" not in signs else set()
    flags |= {
        flag.value for sign, flag in (("r", Flag.ANSWERED), ("f", Flag.FORWARDED), ("*", Flag.FLAGGED)) if sign in signs
    }
    return Envelope(
        row=RowId(1_000_000 - number),
        mailbox=INBOX,
        uid=Uid(9000 - number),
        sender=(Address(name=name, spec="someone@example.test"),),
        to=(Address(name="Alice Example", spec="alice@work.example"),),
        subject=subject,
        sent_at=NOW - timedelta(minutes=minutes) - timedelta(days=30 * rounds),
        flags=frozenset(flags),
        has_attachment="@" in signs,
    )


def rows(count: int = len(_ROWS)) -> "array[int]":
    return array("q", (1_000_000 - number for number in range(count)))


def message(envelope: Envelope) -> Message:
    quote = (
        "Could we take the earlier train? The later one has no seats left, and I would rather not stand for two hours."
    )
    return Message(
        sender=(Address(name=envelope.sender[0].name, spec="mara@lindqvist.example"),),
        to=envelope.to,
        cc=(Address(name="Tobias Brandt", spec="tobias@example.test"),),
        subject=envelope.subject,
        sent_at=envelope.sent_at,
        headers=(("From", "Mara Lindqvist <mara@lindqvist.example>"), ("Message-ID", "<1@lindqvist.example>")),
        blocks=(
            _text("Dear Alice,"),
            _blank(),
            Block(
                spans=(
                    Span(text="the drawings for the harbour lights are done. The short version: "),
                    Span(text="twelve lamps instead of fourteen", style=Style.BOLD),
                    Span(text=", and the long mast stays where it is. All of it is on "),
                    Span(text="the project page", style=Style.LINK, link=1),
                    Span(text="; prices as agreed:"),
                )
            ),
            _blank(),
            Block(
                kind=BlockKind.TABLE,
                has_header=True,
                cells=(
                    _cells("Item", "Pieces", "Price"),
                    _cells("Mast lamp, 4 m", "12", "14,280.00"),
                    _cells("Ground socket", "12", "2,040.00"),
                    _cells("Cable, by the metre", "640", "1,856.00"),
                ),
            ),
            _blank(),
            Block(kind=BlockKind.HEADING, spans=(Span(text="What I need from you"),)),
            Block(kind=BlockKind.ITEM, lead="1. ", spans=(Span(text="a yes or no to the colour of the masts"),)),
            Block(
                kind=BlockKind.ITEM,
                lead="2. ",
                spans=(Span(text="somebody who opens the gate on Thursday at eight, since the crane comes early"),),
            ),
            _blank(),
            _text(
                "On Thursday, Tobias Brandt wrote:",
            ),
            Block(quote=1, spans=(Span(text=quote),)),
            Block(quote=2, spans=(Span(text="I can also drive, if that is easier for everybody."),)),
            _blank(),
            Block(kind=BlockKind.SIGNATURE, spans=(Span(text="-- "),)),
            Block(kind=BlockKind.SIGNATURE, spans=(Span(text="Mara Lindqvist, Lindqvist & Daughters"),)),
        ),
        other_blocks=(_text("The same as HTML."),),
        has_other_form=True,
        links=(LinkTarget(number=1, url="https://harbour.example/drawings/final", host="harbour.example"),),
        attachments=(
            Attachment(part="2", name="masts-final.pdf", content_type="application/pdf", size_bytes=348_000),
            Attachment(
                part="3",
                name="prices.ods",
                content_type="application/vnd.oasis.opendocument.spreadsheet",
                size_bytes=21_400,
            ),
        ),
        notes=("2 remote images not loaded.",),
    )


def _text(words: str) -> Block:
    return Block(spans=(Span(text=words),))


def _blank() -> Block:
    return Block(kind=BlockKind.BLANK)


def _cells(*texts: str) -> tuple[tuple[Span, ...], ...]:
    return tuple((Span(text=text),) for text in texts)


class FakeMailbox:
    """Answers commands as a quick engine would."""

    def __init__(self, count: int = len(_ROWS), *, sign_in: SignInState = SIGNED_IN, link: Link = Link.ONLINE) -> None:
        self.rows = rows(count)
        self.envelopes = {each.row: each for each in envelopes(min(count, 500))}
        self.sign_in = sign_in
        self.link = link

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        match command:
            case c.OpenAccount(account=account):
                yield e.AccountChanged(command=number, account=account, state=self.sign_in)
                yield e.LinkChanged(command=number, account=account, state=LinkState(link=self.link))
                if isinstance(self.sign_in, SignedIn):
                    yield e.MailboxesListed(command=number, account=account, mailboxes=mailboxes())
            case c.OpenMailbox(account=account, mailbox=mailbox):
                listed = self.rows if mailbox == INBOX else array("q")
                first = tuple(self.envelopes[RowId(row)] for row in listed[:60])
                yield e.ListLoaded(command=number, account=account, mailbox=mailbox, rows=listed, envelopes=first)
            case c.Search(account=account, mailbox=mailbox, query=query):
                hits = [each for each in self.envelopes.values() if query.lower() in each.subject.lower()]
                found = array("q", (each.row for each in hits))
                yield e.ListLoaded(
                    command=number, account=account, mailbox=mailbox, rows=found, envelopes=tuple(hits), query=query
                )
            case c.LoadRows(account=account, rows=wanted):
                loaded = tuple(
                    self.envelopes.get(row) or replace(_envelope(1_000_000 - row), row=row) for row in wanted
                )
                yield e.RowsLoaded(command=number, account=account, envelopes=loaded)
            case c.OpenMessage(account=account, row=row):
                loaded_message = message(self.envelopes[row])
                yield e.MessageLoaded(command=number, account=account, row=row, message=loaded_message)
            case reading.ShowSource(account=account, row=row):
                yield e.SourceLoaded(command=number, account=account, row=row, text="Subject: a source\n\nBody")
            case c.SetFlags(account=account, rows=changed, add=add, remove=remove):
                for row in changed:
                    known = self.envelopes[row]
                    self.envelopes[row] = replace(known, flags=known.flags - remove | add)
                yield self._changed(account, tuple(self.envelopes[row] for row in changed))
            case c.MoveMessages(account=account, rows=moved):
                self.rows = array("q", (row for row in self.rows if row not in moved))
                yield self._changed(account)
                yield e.Finished(command=number, words=f"Moved {len(moved)}.", can_undo=True)
                return
            case c.Send() | c.SignIn() | c.SignInByCode() | c.SignInWithPassword():
                return
            case _:
                pass
        yield e.Finished(command=number)

    def _changed(self, account: AccountId, changed: tuple[Envelope, ...] = ()) -> e.ListChanged:
        return e.ListChanged(account=account, mailbox=INBOX, rows=self.rows, changed=changed)
