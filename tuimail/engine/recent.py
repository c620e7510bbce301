"""The last messages that were read, parsed: opening one of them again costs nothing."""

import threading
from collections import OrderedDict

from tuimail.domain.ids import RowId
from tuimail.domain.message import Message

MAX_MESSAGES = 20
MAX_BLOCKS = 10_000
"""Of all together, about 10 MB; the newest is kept whatever its length."""


class Recent:
    """A few messages by row, of one account. Any thread."""

    def __init__(self) -> None:
        self._messages: OrderedDict[RowId, Message] = OrderedDict()
        self._blocks = 0
        self._guard = threading.Lock()

    def get(self, row: RowId) -> Message | None:
        """The message, None if it was not among the last ones."""
        with self._guard:
            if row in self._messages:
                self._messages.move_to_end(row)
            return self._messages.get(row)

    def put(self, row: RowId, message: Message) -> bool:
        """Keep it instead of those unused for longest; whether it was not there before."""
        with self._guard:
            is_new = not self._take_out(row)
            self._messages[row] = message
            self._blocks += _weight(message)
            while len(self._messages) > 1 and (len(self._messages) > MAX_MESSAGES or self._blocks > MAX_BLOCKS):
                self._take_out(next(iter(self._messages)))
            return is_new

    def drop(self, row: RowId) -> None:
        """More of this message is known now."""
        with self._guard:
            self._take_out(row)

    def forget(self) -> None:
        """Keep nothing: the account is signed out."""
        with self._guard:
            self._messages.clear()
            self._blocks = 0

    def _take_out(self, row: RowId) -> bool:
        message = self._messages.pop(row, None)
        if message is not None:
            self._blocks -= _weight(message)
        return message is not None


def _weight(message: Message) -> int:
    return len(message.blocks) + len(message.other_blocks)
