"""aerc: header cache on; it keeps nothing else."""

import shutil
from pathlib import Path

from tests.bench.peers.base import Keys, Peer, Where

_ACCOUNTS = """\
[bench]
source = imaps://{user}:{where.password}@localhost:{where.imap_port}
default = INBOX
from = Bench Mark <me@bench.test>
cache-headers = true
"""
_SETTINGS = """\
[general]
unsafe-accounts-conf = true
[ui]
sort = -r arrival
[viewer]
pager = less -R
alternatives = text/plain,text/html
[filters]
text/plain = cat
text/html = cat
"""


class Aerc(Peer):
    """aerc trusts what SSL_CERT_FILE names, as programs in Go do."""

    name = "aerc"
    keys = Keys(
        page_down="\x06",
        first="g",
        last="G",
        back="q",
        flag=":flag -t\r",
        find=":filter ",
        clear=":clear\r",
        quit=":quit\r",
    )

    def set_up(self, home: Path, where: Where) -> None:
        folder = home / "config" / "aerc"
        folder.mkdir(parents=True, exist_ok=True)
        accounts = folder / "accounts.conf"
        accounts.write_text(_ACCOUNTS.format(where=where, user=where.address.replace("@", "%40")))
        accounts.chmod(0o600)
        (folder / "aerc.conf").write_text(_SETTINGS)
        shutil.copy("/usr/share/aerc/binds.conf", folder / "binds.conf")
        (home / "ca.pem").write_bytes(where.ca_file.read_bytes())

    def command(self, home: Path) -> list[str]:  # noqa: ARG002 (its folders come from the environment)
        return [self.name]

    def environ(self, home: Path) -> dict[str, str]:
        return {**super().environ(home), "SSL_CERT_FILE": str(home / "ca.pem")}
