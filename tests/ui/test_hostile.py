"""Words from outside on the main screen: shown as they are, never read as markup."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.fakes.app import make_app, press, settle
from tests.fakes.mailbox import NOW, WORK, FakeMailbox, mailboxes, message
from tests.ui.screens.host import HOSTILE
from tuimail.api import commands as c
from tuimail.api import events as e
from tuimail.domain.account import Expired, Link, LinkState
from tuimail.domain.address import Address
from tuimail.domain.body import Block, Span
from tuimail.domain.errors import ErrorKind, Problem, Remedy
from tuimail.domain.ids import CommandId
from tuimail.domain.message import Attachment
from tuimail.ui.app import TuimailApp

SIZES = ((80, 24), (200, 40))
PROBLEM = Problem(kind=ErrorKind.OFFLINE, summary=HOSTILE, detail=HOSTILE, remedy=Remedy.WAIT)


class Hostile(FakeMailbox):
    """Every name, subject and text is what markup would choke on."""

    def __init__(self) -> None:
        super().__init__()
        people = (Address(name=HOSTILE, spec="someone@example.test"),)
        self.envelopes = {row: replace(each, subject=HOSTILE, sender=people) for row, each in self.envelopes.items()}

    def __call__(self, command: c.Command, number: CommandId) -> Iterator[e.Event]:
        for event in super().__call__(command, number):
            match event:
                case e.MailboxesListed():
                    yield replace(event, mailboxes=tuple(replace(box, name=HOSTILE) for box in mailboxes()))
                case e.MessageLoaded(row=row):
                    plain = replace(
                        message(self.envelopes[row]),
                        blocks=(Block(spans=(Span(text=HOSTILE),)),),
                        attachments=(Attachment(part="2", name=HOSTILE, content_type="a/b", size_bytes=1),),
                        notes=(HOSTILE,),
                    )
                    yield replace(event, message=plain)
                case _:
                    yield event


def shown(app: TuimailApp) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", SIZES)
async def test_folders_rows_and_message_are_shown_as_they_are(size: tuple[int, int]) -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert HOSTILE[:12] in shown(app)
        await press(pilot, "enter")

        assert HOSTILE in shown(app)


@pytest.mark.parametrize("size", SIZES)
async def test_notices_banner_and_status_are_shown_as_they_are(size: tuple[int, int]) -> None:
    app, engine = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        engine.play(
            e.AccountChanged(account=WORK, state=Expired(problem=PROBLEM)),
            e.LinkChanged(account=WORK, state=LinkState(link=Link.OFFLINE, since=NOW, problem=PROBLEM)),
            e.Finished(command=CommandId(999), words=HOSTILE, can_undo=True),
        )
        await settle(pilot)

        assert shown(app).count(HOSTILE[:12]) >= 3
        assert f"! {HOSTILE}" in shown(app)


@pytest.mark.parametrize("keys", [("g", "f"), ("m",), ("enter", "A"), ("enter", "h"), ("slash", "e")])
async def test_what_lies_over_the_list_is_shown_as_it_is(keys: tuple[str, ...]) -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=SIZES[1]) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        await settle(pilot)

        assert HOSTILE[:12] in shown(app)


async def test_the_titles_name_no_mail() -> None:
    app, _ = make_app(Hostile(), seen_after_s=600.0)

    async with app.run_test(size=SIZES[0]) as pilot:
        await press(pilot, "enter")

        assert (app.title, app.sub_title) == ("tuimail", "")
