"""The last messages that were read, parsed: opening one of them again costs nothing."""

import threading
from collections import OrderedDict

from tuimail.domain.ids import RowId
from tuimail.domain.message import Message

_SIZE = 20


class Recent:
    """A few messages by row, of one account. Any thread."""

    def __init__(self) -> None:
        self._messages: OrderedDict[RowId, Message] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, row: RowId) -> Message | None:
        """The message, None if it was not among the last ones."""
        with self._guard:
            if row in self._messages:
                self._messages.move_to_end(row)
            return self._messages.get(row)

    def put(self, row: RowId, message: Message) -> bool:
        """Keep it instead of the one unused for longest; whether it was not there before."""
        with self._guard:
            is_new = row not in self._messages
            self._messages[row] = message
            self._messages.move_to_end(row)
            if len(self._messages) > _SIZE:
                self._messages.popitem(last=False)
            return is_new

    def drop(self, row: RowId) -> None:
        """More of this message is known now."""
        with self._guard:
            self._messages.pop(row, None)

    def forget(self) -> None:
        """Keep nothing: the account is signed out."""
        with self._guard:
            self._messages.clear()
