"""The line above the list, at every width."""

from array import array

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import INBOX, WORK, FakeMailbox, account, mailboxes
from tests.ui.test_orders import screen, text
from tuimail.api import commands as c
from tuimail.domain.ids import CommandId
from tuimail.domain.listing import ListView, SortBy
from tuimail.ui.heading import Line, fitted, heading
from tuimail.ui.state import AccountView, AppState, begin, open_mailbox


def opened(rows: int = 24, *, view: ListView | None = None) -> AppState:
    state = open_mailbox(begin((account(),), WORK), INBOX, CommandId(1))
    listed = array("q", range(rows, 0, -1))
    return replace(
        state,
        accounts={WORK: AccountView(mailboxes=mailboxes())},
        rows=listed,
        listed=listed,
        rows_known=True,
        list_view=view or ListView(),
    )


def words(line: Line) -> str:
    return f"{line.name}   {line.detail}".rstrip()


@pytest.mark.parametrize(
    ("view", "whose", "width", "said"),
    [
        (ListView(), "", 80, "Inbox   4 unread of 24"),
        (ListView(), "", 20, "Inbox   4 unread"),
        (ListView(), "work", 22, "Inbox   4 unread of 24"),
        (ListView(), "work", 3, "In…"),
        (ListView(narrow="from:mara is:unread"), "", 80, "Inbox   3 of 24 · narrowed to “from:mara is:unread”"),
        (ListView(narrow="from:mara is:unread"), "", 40, "Inbox   3 of 24 · “from:mara is:unread”"),
        (ListView(narrow="from:mara is:unread"), "", 35, "Inbox   3 of 24"),
        (ListView(narrow="from:mara"), "work", 25, "work · Inbox   3 of 24"),
        (ListView(narrow="from:mara"), "work", 18, "Inbox   3 of 24"),
        (ListView(is_threaded=True), "", 60, "Inbox   4 unread, 3 conversations"),
    ],
)
def test_what_matters_most_is_said_at_every_width(view: ListView, whose: str, width: int, said: str) -> None:
    rows = 24 if view == ListView() else 3

    line = fitted(heading(opened(rows, view=view), whose=whose, has_field=False), width)

    assert words(line) == said
    assert cell_len(words(line)) <= width


@pytest.mark.parametrize("width", range(1, 90))
def test_it_never_is_wider_than_its_place(width: int) -> None:
    for view in (ListView(), ListView(narrow="予定の確認 " * 5), ListView(sort=SortBy.SUBJECT)):
        line = fitted(heading(opened(view=view), whose="work", has_field=False), width)

        assert cell_len(words(line)) <= width
        assert all(cell_len(words(line)) < label.at for label in line.labels)
        assert all(label.at + cell_len(label.text) <= width for label in line.labels)


def test_an_unusual_order_is_named_even_where_the_other_columns_have_no_room() -> None:
    usual = fitted(heading(opened(), whose="", has_field=False), 40)
    other = fitted(heading(opened(view=ListView(sort=SortBy.SUBJECT)), whose="", has_field=False), 40)

    assert usual.labels == ()
    assert [label.text for label in other.labels] == ["subject ↑"]
    narrow = fitted(heading(opened(view=ListView(sort=SortBy.SIZE)), whose="", has_field=False), 30)
    assert (words(narrow), [label.text for label in narrow.labels]) == ("Inbox   4 unread", ["size ↓"])


async def test_a_click_on_a_column_sorts_by_it_and_beside_it_does_nothing() -> None:
    app, engine = make_app(FakeMailbox())

    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        title = screen(app)._list_title
        at = title.render().plain.index("subject")
        assert "sender  subject  date ↓  size" in text(app)
        await pilot.click(title, offset=(at + title.styles.padding.left, 0))
        await settle(pilot)
        await pilot.click(title, offset=(3, 0))
        await press(pilot, "j")

    views = [each.view for each in engine.sent(c.OpenMailbox)]
    assert views == [None, ListView(sort=SortBy.SUBJECT)]
