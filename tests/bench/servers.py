"""Everything that the programs talk to: Dovecot, the token endpoint, and the proxy before both of them."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.dovecot import PASSWORD, Dovecot
from tests.bench.mailbox import Mailbox
from tests.bench.peers.base import Where
from tests.bench.proxy import Proxy
from tests.bench.tokens import Tokens
from tests.fakes.secret_service import missing_programs
from tests.real.bed.certificates import Authority
from tests.real.bed.ports import free_ports
from tests.real.bed.programs import locate

IMAP, TOKENS = 0, 1
"""The routes of the proxy."""


def missing() -> list[str]:
    """What keeps the servers from starting."""
    absent = [name for name in ("dovecot", "doveadm") if locate(name) is None] + missing_programs()
    return absent if os.geteuid() == 0 else [*absent, "root, for Dovecot's users"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Running, with a mailbox for each size."""

    folder: Path
    dovecot: Dovecot
    proxy: Proxy
    ca_file: Path
    mailboxes: dict[int, Mailbox]

    def where(self, size: int) -> Where:
        """A mailbox, through the proxy."""
        mailbox = self.mailboxes[size]
        return Where(
            size=size,
            address=mailbox.address,
            password=PASSWORD,
            imap_port=self.proxy.ports[IMAP],
            token_port=self.proxy.ports[TOKENS],
            ca_file=self.ca_file,
            identity=mailbox.identity,
        )


@contextmanager
def running(sizes: Sequence[int]) -> Iterator[Servers]:
    """All servers, in a folder that goes with them. Its name is short, as paths of sockets must be."""
    folder = Path(tempfile.mkdtemp(prefix="tuimail-bench-", dir="/tmp"))
    folder.chmod(0o755)
    with ExitStack() as open_now:
        open_now.callback(shutil.rmtree, folder, ignore_errors=True)
        (folder / "tls").mkdir()
        authority = Authority(folder / "tls", "ca")
        pair = authority.server("good", ["localhost", "127.0.0.1"])
        tokens = open_now.enter_context(Tokens(pair.certificate, pair.key))
        dovecot = Dovecot(folder / "imap", port=free_ports(1)[0])
        proxy = open_now.enter_context(Proxy([dovecot.port, tokens.https_port]))
        dovecot.start(pair, introspection_port=tokens.http_port)
        open_now.callback(dovecot.stop)
        mailboxes = {size: Mailbox(dovecot, size) for size in sizes}
        for mailbox in mailboxes.values():
            mailbox.provide()
        yield Servers(folder=folder, dovecot=dovecot, proxy=proxy, ca_file=authority.certificate, mailboxes=mailboxes)
