"""What a value hides shows nowhere, and every name that is to be hidden is the name of a field."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import ClassVar

import pytest
from rich.pretty import pretty_repr

import tuimail
from tuimail.api.events import DraftOpened, SourceLoaded
from tuimail.domain.address import Address
from tuimail.domain.discreet import Discreet
from tuimail.domain.draft import Draft, DraftAttachment, DraftKind, OutgoingMail
from tuimail.domain.ids import AccountId, DraftId, RowId, Uid
from tuimail.domain.token import Secret, TokenSet
from tuimail.mime.compose import BuiltMail
from tuimail.net.imap.arguments import Literal
from tuimail.net.imap.rows import FetchedRow
from tuimail.net.imap.translate import EPOCH, Response
from tuimail.store.messages import NewMessage
from tuimail.ui.external_editor import Edited
from tuimail.ui.stack import Letter

HIDDEN = "between-us"
ACCOUNT = AccountId("me")
SOMEBODY = Address(name=HIDDEN, spec=f"{HIDDEN}@example.test")
FILE = DraftAttachment(name=HIDDEN, content_type=HIDDEN, data=HIDDEN.encode())
DRAFT = Draft(id=DraftId("d"), account=ACCOUNT, to=HIDDEN, subject=HIDDEN, text=HIDDEN, attachments=(FILE,))


class _Base(Discreet, frozen=True, kw_only=True):
    hidden: ClassVar[tuple[str, ...]] = ("first",)

    first: str = HIDDEN
    seen: int = 7


class _Derived(_Base, frozen=True, kw_only=True):
    hidden: ClassVar[tuple[str, ...]] = ("second",)

    second: str = HIDDEN


VALUES = (
    _Base(),
    _Derived(),
    FILE,
    DRAFT,
    DraftOpened(draft=DRAFT, identities=()),
    OutgoingMail(
        draft=DraftId("d"),
        account=ACCOUNT,
        sender=SOMEBODY,
        to=(SOMEBODY,),
        cc=(),
        bcc=(),
        subject=HIDDEN,
        text=HIDDEN,
        in_reply_to=HIDDEN,
        references=(HIDDEN,),
        answers=None,
        kind=DraftKind.NEW,
        attachments=(FILE,),
    ),
    SourceLoaded(account=ACCOUNT, row=RowId(1), text=HIDDEN),
    TokenSet(access=Secret(HIDDEN), refresh=Secret(HIDDEN), received_at_s=0.0),
    BuiltMail(data=HIDDEN.encode(), envelope_sender=HIDDEN, recipients=(HIDDEN,)),
    FetchedRow(uid=1, header=HIDDEN.encode()),
    NewMessage(uid=Uid(1), internal_date=EPOCH, sent_at=EPOCH, sender=(SOMEBODY,), to=(SOMEBODY,), subject=HIDDEN),
    Literal(HIDDEN.encode()),
    Response(HIDDEN.encode(), (HIDDEN.encode(),)),
    Edited(text=HIDDEN),
    Letter(source=HIDDEN, words=HIDDEN),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_hidden_shows_in_no_form(value: object) -> None:
    for shown in (repr(value), str(value), f"{value}", repr([value]), pretty_repr(value), pretty_repr([value])):
        assert type(value).__name__ in shown
        assert HIDDEN not in shown


def test_the_other_fields_show() -> None:
    assert repr(_Derived()) == "_Derived(seen=7)"
    assert pretty_repr(_Derived()) == "_Derived(seen=7)"
    assert repr(DRAFT) == "Draft(id='d', kind='new')"


def test_what_is_hidden_is_a_field() -> None:
    for module in pkgutil.walk_packages(tuimail.__path__, "tuimail."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    unknown = {
        kind.__name__: names for kind in _below(Discreet) if (names := set(kind.hidden) - set(kind.__struct_fields__))
    }

    assert unknown == {}


def _below(kind: type[Discreet]) -> Iterator[type[Discreet]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
