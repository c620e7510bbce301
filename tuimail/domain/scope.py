"""Permissions: what tuimail may ask for, what each is good for, and which scopes carry it at a provider."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Permission(StrEnum):
    """What a feature needs, independent of how a provider calls it."""

    IDENTITY = "identity"
    READ = "read"
    SEND = "send"


TITLES = {
    Permission.IDENTITY: "Know which account this is",
    Permission.READ: "Read, sort, flag and delete your mail",
    Permission.SEND: "Send mail as you",
}
REASONS = {
    Permission.IDENTITY: "to notice it when the browser is signed in as somebody else",
    Permission.READ: "to show your mail, and to move or delete what you say",
    Permission.SEND: "to send what you write, and only when you send it",
}
WITHOUT = {
    Permission.IDENTITY: "tuimail cannot tell you whose mail it got",
    Permission.READ: "tuimail cannot show this account at all",
    Permission.SEND: "you can read and write drafts, and nothing can be sent",
}


class ScopeSets(Struct, frozen=True, kw_only=True):
    """The scopes a provider wants for each permission, in the order the profile gives them."""

    identity: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    send: tuple[str, ...] = ()
    """Empty: the account is read-only by choice."""

    def of(self, permission: Permission) -> tuple[str, ...]:
        """The scopes that carry this permission."""
        return {Permission.IDENTITY: self.identity, Permission.READ: self.read, Permission.SEND: self.send}[permission]

    @property
    def can_send(self) -> bool:
        """Whether the profile names a way to send at all."""
        return bool(self.send)

    @property
    def separate(self) -> bool:
        """Whether reading can be granted without sending."""
        return bool(self.send) and not set(self.send) <= set(self.read)

    def asked_for(self, permissions: Iterable[Permission]) -> tuple[str, ...]:
        """The scopes of an authorization request for these permissions, each once, in a stable order."""
        wanted = set(permissions)
        ordered = [scope for permission in Permission if permission in wanted for scope in self.of(permission)]
        return tuple(dict.fromkeys(ordered))

    def granted(self, scopes: Iterable[str]) -> frozenset[Permission]:
        """The permissions that these granted scopes add up to. Identity is a courtesy and counts as granted by any."""
        held = set(scopes)
        full = {permission for permission in (Permission.READ, Permission.SEND) if self._covers(held, permission)}
        if held & set(self.identity):
            full.add(Permission.IDENTITY)
        return frozenset(full)

    def _covers(self, held: set[str], permission: Permission) -> bool:
        needed = set(self.of(permission))
        return bool(needed) and needed <= held


class PermissionLine(Struct, frozen=True, kw_only=True):
    """One permission as the consent screen and the settings screen show it."""

    permission: Permission
    title: str
    reason: str
    without: str
    scopes: tuple[str, ...]
    granted: bool


def describe(sets: ScopeSets, permissions: Iterable[Permission], granted: Iterable[str] = ()) -> list[PermissionLine]:
    """The lines for these permissions, in their fixed order; those without scopes at this provider are left out."""
    held = sets.granted(granted)
    wanted = set(permissions)
    return [
        PermissionLine(
            permission=permission,
            title=TITLES[permission],
            reason=REASONS[permission],
            without=WITHOUT[permission],
            scopes=sets.of(permission),
            granted=permission in held,
        )
        for permission in Permission
        if permission in wanted and sets.of(permission)
    ]
