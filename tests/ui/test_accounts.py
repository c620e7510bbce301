"""Several accounts by key presses: opened behind each other, switched, folded, told apart."""

from array import array
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.engine import FakeEngine
from tests.fakes.mailbox import INBOX, RECEIPTS, SENT, WORK, FakeMailbox, mailboxes, message
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import SignedOut
from tuimail.domain.draft import Draft
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import AccountId, CommandId, DraftId, MailboxId, RowId
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Flag
from tuimail.domain.scope import Permission
from tuimail.domain.together import ALL_ACCOUNTS, joined, parted, shared_mailboxes
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.account_picker import AccountPicker
from tuimail.ui.screens.mail import MailScreen

NARROW, WIDE = (80, 24), (120, 40)
HOME, CLUB = AccountId("home"), AccountId("club")
NAMES = ("work", "home", "club")
UNREADABLE = Problem(kind=ErrorKind.BAD_PROFILE, summary="The file ca.pem cannot be used.", remedy=Remedy.FIX_CONFIG)


class Household:
    """Three mailboxes: of ``home`` nobody is signed in, ``club`` cannot be opened, unless they are said to be well."""

    def __init__(self, *, are_well: bool = False) -> None:
        self.are_well = are_well
        self.mailboxes = {name: FakeMailbox() for name in NAMES}
        self.mailboxes["home"].envelopes = {
            row: replace(each, subject="From home") for row, each in self.mailboxes["home"].envelopes.items()
        }
        if not are_well:
            self.mailboxes["home"].sign_in = SignedOut()

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        if isinstance(command, c.OpenAccount) and command.account == CLUB and not self.are_well:
            yield e.Failed(command=number, problem=UNREADABLE)
            return
        yield from self.mailboxes[getattr(command, "account", "work")](command, number)


def started(*, are_well: bool = True) -> tuple[TuimailApp, FakeEngine]:
    return make_app(Household(are_well=are_well), names=NAMES)


def screen(app: TuimailApp) -> MailScreen:
    top = app.screen
    assert isinstance(top, MailScreen)
    return top


def text(app: TuimailApp) -> str:
    """What the screen shows."""
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


async def test_the_other_accounts_are_opened_after_the_first_one_in_their_order() -> None:
    app, engine = started()

    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.pause(0.3)
        await settle(pilot)

        opened = engine.sent(c.OpenAccount)
        assert opened == [
            c.OpenAccount(account=WORK),
            c.OpenAccount(account=HOME, asks=False),
            c.OpenAccount(account=CLUB, asks=False),
        ]
        kinds = [type(command) for command in engine.commands]
        assert kinds.index(c.OpenMailbox) < kinds.index(c.OpenAccount, 1)
        assert app.state.account == WORK


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_accounts_in_trouble_are_signs_beside_their_names_and_nothing_else(size: tuple[int, int]) -> None:
    app, engine = started(are_well=False)

    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.3)
        await settle(pilot)
        assert screen(app).messages.has_focus
        assert len(app.state.rows) == 12

        await press(pilot, "ctrl+g")

        shown = text(app)
        assert "- home" in shown
        assert "○ signed" in shown
        assert "! not open" in shown
        assert engine.sent(c.AskConsent) == []


async def test_enter_on_the_name_of_a_signed_out_account_asks_for_its_consent() -> None:
    app, engine = started(are_well=False)

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "ctrl+g", "G", "k", "enter")

    wanted = frozenset({Permission.IDENTITY, Permission.READ})
    assert engine.sent(c.AskConsent) == [c.AskConsent(account=HOME, permissions=wanted)]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_at_shows_accounts_with_their_state_and_chooses_by_number(size: tuple[int, int]) -> None:
    app, _ = started()

    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@")
        assert isinstance(app.screen, AccountPicker)
        shown = text(app)
        assert "alice@home.example" in shown
        assert "4 unread, ● online" in shown

        await press(pilot, "3")

        assert app.state.account == CLUB
        assert app.state.mailbox == INBOX
        assert "club · Inbox" in text(app)


async def test_at_twice_goes_to_the_account_before_and_back_to_where_it_was() -> None:
    app, _ = started()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "j", "j")
        cursor = screen(app).messages.current
        await press(pilot, "@", "2")
        await press(pilot, "g", "t")
        assert (app.state.account, app.state.mailbox) == (HOME, SENT)

        await press(pilot, "@", "@")
        assert (app.state.account, app.state.mailbox) == (WORK, INBOX)
        assert screen(app).messages.current == cursor

        await press(pilot, "@", "@")
        assert (app.state.account, app.state.mailbox) == (HOME, SENT)


async def test_letters_find_an_account() -> None:
    app, _ = started()

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@", *"club", "enter")

    assert app.state.account == CLUB


async def test_folders_of_other_accounts_open_from_the_list_and_fold_away() -> None:
    app, engine = started()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        folders = screen(app).folders
        count = folders.count
        await press(pilot, "ctrl+g", "g", "g", "space")
        assert folders.count == count - 9
        assert "+ work" in text(app)
        assert folders.current is not None
        assert folders.current.account == WORK

        await press(pilot, "j", "j", "enter")

    assert engine.sent(c.OpenMailbox)[-1] == c.OpenMailbox(account=HOME, mailbox=INBOX)
    assert app.state.account == HOME


async def test_rows_of_one_account_are_never_drawn_for_those_of_another() -> None:
    app, engine = started()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        assert "Harbour lights" in text(app)
        await press(pilot, "@", "2")
        assert "Harbour lights" not in text(app)

        engine.play(e.RowsLoaded(account=WORK, envelopes=tuple(FakeMailbox().envelopes.values())))
        await settle(pilot)
        assert "Harbour lights" not in text(app)


async def test_what_happens_in_another_account_is_told_with_its_name() -> None:
    app, engine = started()

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        engine.play(e.Noticed(account=HOME, words="This window only reads."))
        await settle(pilot)
        assert screen(app).said == "home: This window only reads."

        engine.play(e.Noticed(account=CLUB, problem=UNREADABLE))
        await settle(pilot)
        assert screen(app).said == f"club: {UNREADABLE.summary}"


# All of them together

SHARED_INBOX = MailboxId(1)


class Joint(Household):
    """The inboxes of ``work`` and ``home`` as one, besides each of its own."""

    def __init__(self) -> None:
        super().__init__(are_well=True)
        self.envelopes = tuple(
            replace(each, row=joined(each.row, place), mailbox=SHARED_INBOX)
            for place, name in enumerate(("work", "home"))
            for each in self.mailboxes[name].envelopes.values()
        )
        self.rows = array("q", sorted((each.row for each in self.envelopes), reverse=True))

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        match command:
            case c.OpenAccount(account=account) if account == HOME:
                yield from super().__call__(command, number)
                yield e.MailboxesListed(account=ALL_ACCOUNTS, mailboxes=shared_mailboxes([mailboxes(), mailboxes()]))
            case c.OpenMailbox(account=account, mailbox=mailbox) if account == ALL_ACCOUNTS:
                is_inbox = mailbox == SHARED_INBOX
                rows = self.rows if is_inbox else array("q")
                yield e.ListLoaded(
                    command=number, account=account, mailbox=mailbox, rows=rows, envelopes=self.envelopes
                )
                yield e.Finished(command=number)
            case c.OpenMessage(account=account, row=row) if account == ALL_ACCOUNTS:
                own = next(each for each in self.envelopes if each.row == row)
                yield e.MessageLoaded(command=number, account=account, row=row, message=message(own))
                yield e.Finished(command=number)
            case _ if getattr(command, "account", None) == ALL_ACCOUNTS:
                yield e.Finished(command=number)
            case _:
                yield from super().__call__(command, number)


def together() -> tuple[TuimailApp, FakeEngine]:
    return make_app(Joint(), names=NAMES)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_all_inboxes_are_above_the_accounts_and_name_the_account_of_each_row(size: tuple[int, int]) -> None:
    app, engine = together()

    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "ctrl+g", "g", "g")
        line = screen(app).folders.current
        assert line is not None
        assert (line.title, line.unread) == ("All inboxes", 8)
        await press(pilot, "enter")

        shown = text(app)
        assert engine.sent(c.OpenMailbox)[-1] == c.OpenMailbox(account=ALL_ACCOUNTS, mailbox=SHARED_INBOX)
        assert "all accounts · Inbox" in shown
        assert "[work] Harbour" in shown
        assert "[home] From home" in shown
        assert "all online" in shown


async def test_zero_in_the_picker_is_all_accounts() -> None:
    app, engine = together()

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@")
        assert "0  All accounts" in text(app)
        await press(pilot, "0")

        assert app.state.account == ALL_ACCOUNTS
        assert len(app.state.rows) == 24
        assert not [each for each in engine.sent(c.OpenAccount) if each.account == ALL_ACCOUNTS]


async def test_what_is_done_with_rows_of_all_goes_to_the_engine_with_their_joint_numbers() -> None:
    app, engine = together()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@", "0")
        first, second = (RowId(row) for row in app.state.rows[:2])
        await press(pilot, "s", "d", "j", "enter")

        star = frozenset({Flag.FLAGGED.value})
        assert engine.sent(c.SetFlags) == [c.SetFlags(account=ALL_ACCOUNTS, rows=(first,), add=star)]
        move = c.MoveMessages(account=ALL_ACCOUNTS, rows=(first,), to=MailboxRole.TRASH)
        assert engine.sent(c.MoveMessages) == [move]
        assert engine.sent(c.OpenMessage) == [c.OpenMessage(account=ALL_ACCOUNTS, row=second)]


async def test_a_row_of_all_is_moved_to_folders_of_its_own_account_and_rows_of_several_to_shared_ones() -> None:
    app, engine = together()

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@", "0")
        row, place = parted(app.state.rows[0])
        await press(pilot, "m", *"receipts", "enter")
        own = c.MoveMessages(account=AccountId(NAMES[place]), rows=(row,), to=RECEIPTS)
        assert engine.sent(c.MoveMessages) == [own]

        await press(pilot, "space", "space", "m")
        assert "Receipts" not in text(app)
        assert "Archive" in text(app)


async def test_new_mail_of_an_account_elsewhere_is_told_with_its_name_and_that_of_other_folders_not() -> None:
    app, engine = together()

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        engine.play(e.MailArrived(account=HOME, mailbox=RECEIPTS, count=5))
        await settle(pilot)
        assert screen(app).said == ""

        engine.play(e.MailArrived(account=HOME, mailbox=INBOX, count=2))
        await settle(pilot)
        assert screen(app).said == "2 new in home"


async def test_drafts_of_all_accounts_are_listed_together_and_resumed_in_their_own() -> None:
    app, engine = together()
    drafts = {name: Draft(id=DraftId(name), account=AccountId(name), subject=f"Of {name}") for name in NAMES}

    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.3)
        await press(pilot, "@", "0", "g", "d")
        assert [each.account for each in engine.sent(c.ListDrafts)] == list(NAMES)
        for name in NAMES:
            engine.play(e.DraftsListed(account=AccountId(name), drafts=(drafts[name],)))
        await settle(pilot)
        assert "Of home" in text(app)

        await press(pilot, "j", "enter")

    assert engine.sent(c.ResumeDraft) == [c.ResumeDraft(account=HOME, draft=DraftId("home"))]


@pytest.mark.parametrize("rings", [False, True])
async def test_new_mail_rings_the_bell_only_where_the_profile_asks_for_it(
    rings: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, engine = together()
    app.session.rings = rings
    rung: list[bool] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(True))

    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause(0.3)
        engine.play(e.MailArrived(account=HOME, mailbox=INBOX, count=2))
        await settle(pilot)

    assert bool(rung) is rings
