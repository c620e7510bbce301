"""What a domain's DNS says about its mail: SRV (RFC 6186) and MX. Asks the machine's own resolver; home of dnspython.

Nothing of it is signed as far as we know, so it may name where to look and never whom to trust.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.SRV import SRV
from msgspec import Struct

from tuimail.domain.errors import ErrorKind, NetworkError, Remedy

LIFETIME_S = 4.0
MOST_RECORDS = 20
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


class SrvTarget(Struct, frozen=True, kw_only=True):
    """Where a service is offered."""

    host: str
    port: int


class Dns:
    """Questions to the machine's resolver, or to the one named by ``nameserver``."""

    def __init__(self, nameserver: tuple[str, int] | None = None, *, lifetime_s: float = LIFETIME_S) -> None:
        self._nameserver = nameserver
        self._lifetime_s = lifetime_s

    def srv(self, service: str, domain: str) -> tuple[SrvTarget, ...]:
        """Targets of ``_service._tcp.domain``, best first; none where there are none or "." says so.

        Raises NetworkError where the resolver gives no answer.
        """
        records = [each for each in self._ask(f"_{service}._tcp.{domain}", "SRV") if isinstance(each, SRV)]
        records.sort(key=lambda each: (each.priority, -each.weight))
        named = ((_host(each.target), each.port) for each in records)
        return tuple(SrvTarget(host=host, port=port) for host, port in named if host and port)

    def mx(self, domain: str) -> tuple[str, ...]:
        """Where the domain's mail is taken in, best first. Raises NetworkError as ``srv`` does."""
        records = [each for each in self._ask(domain, "MX") if isinstance(each, MX)]
        hosts = (_host(each.exchange) for each in sorted(records, key=lambda each: each.preference))
        return tuple(host for host in hosts if host)

    def _ask(self, name: str, kind: str) -> list[object]:
        with _translating():
            resolver = dns.resolver.Resolver(configure=self._nameserver is None)
            if self._nameserver is not None:
                address, resolver.port = self._nameserver
                resolver.nameservers = [address]
            try:
                answer = resolver.resolve(name, kind, lifetime=self._lifetime_s, search=False)
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                return []
            return list(answer)[:MOST_RECORDS]


def _host(name: dns.name.Name) -> str:
    """The name as one may connect to it; empty for the root, which means "not offered", and for odd names."""
    text = name.to_text(omit_final_dot=True).lower()
    return text if _HOST.fullmatch(text) else ""


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except (dns.exception.DNSException, OSError, ValueError) as error:
        # Timeouts, no resolver, SERVFAIL and nonsense alike: for a search they are all "no answer".
        raise NetworkError(
            ErrorKind.OFFLINE, "The name service (DNS) gave no answer.", remedy=Remedy.WAIT, detail=type(error).__name__
        ) from error
