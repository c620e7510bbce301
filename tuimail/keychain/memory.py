"""Secrets for this run only: for a machine without a keychain, for the demo and for tests."""

from tuimail.domain.token import Secret


class MemoryKeychain:
    """A keychain that forgets everything when the program ends."""

    title = "memory, for this run only"

    def __init__(self) -> None:
        self._entries: dict[str, Secret] = {}

    def read(self, entry: str) -> Secret | None:
        """What is kept under this name."""
        return self._entries.get(entry)

    def write(self, entry: str, value: Secret) -> None:
        """Keep ``value`` until the program ends."""
        self._entries[entry] = value

    def delete(self, entry: str) -> None:
        """Forget the entry."""
        self._entries.pop(entry, None)
