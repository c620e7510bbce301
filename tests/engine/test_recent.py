from tuimail.domain.body import Block
from tuimail.domain.ids import RowId
from tuimail.domain.message import Message
from tuimail.engine.recent import MAX_BLOCKS, MAX_MESSAGES, Recent

SHORT = Message(sender=(), blocks=(Block(),))
LONG = Message(sender=(), blocks=(Block(),) * MAX_BLOCKS)


def test_the_message_unused_for_longest_goes_first() -> None:
    recent = Recent()
    for row in range(MAX_MESSAGES):
        assert recent.put(RowId(row), SHORT)
    recent.get(RowId(0))

    assert recent.put(RowId(99), SHORT)

    assert recent.get(RowId(0)) is SHORT
    assert recent.get(RowId(1)) is None
    assert not recent.put(RowId(99), SHORT)


def test_a_long_message_takes_the_room_of_all_others() -> None:
    recent = Recent()
    recent.put(RowId(1), SHORT)

    recent.put(RowId(2), LONG)

    assert recent.get(RowId(1)) is None
    assert recent.get(RowId(2)) is LONG
    recent.put(RowId(3), SHORT)
    assert recent.get(RowId(2)) is None
    assert recent.get(RowId(3)) is SHORT


def test_nothing_stays_after_a_sign_out() -> None:
    recent = Recent()
    recent.put(RowId(1), LONG)
    recent.forget()

    assert recent.get(RowId(1)) is None
    recent.put(RowId(2), SHORT)
    recent.drop(RowId(2))
    assert recent.get(RowId(2)) is None
