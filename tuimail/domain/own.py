"""Which addresses are the user's own: identities, plus-addresses of them, and whole domains. Pure."""

from msgspec import Struct

from tuimail.domain.address import Address, is_address


class Own(Struct, frozen=True, kw_only=True):
    """The user's addresses in one account."""

    addresses: tuple[Address, ...] = ()
    """What can be chosen as the sender, the main one first."""
    domains: frozenset[str] = frozenset()
    """Domains of which every address is the user's, lower case."""

    elsewhere: frozenset[str] = frozenset()
    """Addresses in the user's other accounts, lower case: their mail can be answered, but they need no copy."""

    def without_elsewhere(self, addresses: tuple[Address, ...]) -> tuple[Address, ...]:
        """Those that lead to none of the user's other accounts; all, where all do."""
        return tuple(each for each in addresses if each.spec.lower() not in self.elsewhere) or addresses

    def holds(self, address: Address) -> bool:
        """Whether mail to this address is mail to the user."""
        return self.identity(address) is not None

    def identity(self, address: Address) -> Address | None:
        """The sender as whom mail to this address is answered; None where it is somebody else's."""
        spec = address.spec.lower()
        for wanted in (spec, _without_tag(spec)):
            for mine in self.addresses:
                if mine.spec.lower() == wanted:
                    return mine
        if address.domain in self.domains and is_address(address.spec):
            # Of a domain of one's own each address stands for something: a shop, a list.
            return Address(name=self.addresses[0].name if self.addresses else "", spec=address.spec)
        return None


def _without_tag(spec: str) -> str:
    """The address without a plus-tag (RFC 5233)."""
    local, at, domain = spec.rpartition("@")
    return local.partition("+")[0] + at + domain
