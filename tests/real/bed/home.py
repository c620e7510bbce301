"""The home folder of one test: a profile for the servers of the bed, and an environment that leads nowhere else."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.real.bed.oidc import CLIENT_ID
from tests.real.bed.people import ALICE

_PROFILE = """\
default_account = "work"

[accounts.work]
address  = "{address}"
name     = "{name}"
provider = "custom"
ca_file  = "ca.pem"
signature = "Alice"
{sign_in}
[accounts.work.imap]
host = "{imap_host}"
port = {imap_port}
tls  = "{imap_tls}"

[accounts.work.smtp]
host = "localhost"
port = {smtp_port}
tls  = "{smtp_tls}"

[ui]
theme = "tuimail-dark"
keys  = "default"
send_delay_s = {send_delay_s}
"""

_OAUTH = """
[accounts.work.oauth]
issuer    = "{issuer}"
client_id = "{client_id}"
scopes = {{ identity = ["openid", "email", "offline_access"], read = ["mail.read"], send = ["mail.send"] }}
extra = {{ prompt = "consent" }}
"""
_BY_PASSWORD = 'sign_in = "app_password"\n'  # noqa: S105 (the way of signing in, not a password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the profile points."""

    issuer: str
    ca_file: Path
    imap_port: int
    smtp_port: int
    imap_host: str = "localhost"
    imap_tls: str = "implicit"
    smtp_tls: str = "implicit"


class Home:
    """A fresh HOME with every XDG folder below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config" / "tuimail"
        self.profile = self.config / "profile.toml"
        self.downloads = folder / "Downloads"
        for path in (self.config, self.downloads, folder / "runtime"):
            path.mkdir(parents=True, mode=0o700)

    def write_profile(self, servers: Servers, *, send_delay_s: float = 1.0, with_password: bool = False) -> None:
        """Alice's account at these servers; a mail can be called back for so long."""
        oauth = _OAUTH.format(issuer=servers.issuer, client_id=CLIENT_ID)
        (self.config / "ca.pem").write_bytes(servers.ca_file.read_bytes())
        self.profile.write_text(
            _PROFILE.format(
                address=ALICE.address,
                name=ALICE.name,
                sign_in=_BY_PASSWORD if with_password else oauth,
                imap_host=servers.imap_host,
                imap_port=servers.imap_port,
                imap_tls=servers.imap_tls,
                smtp_port=servers.smtp_port,
                smtp_tls=servers.smtp_tls,
                send_delay_s=send_delay_s,
            )
        )
        self.profile.chmod(0o600)

    def environment(self) -> dict[str, str]:
        """HOME and XDG folders in here, a fixed language and time zone, and nothing of the tester's own."""
        return {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "XDG_DOWNLOAD_DIR": str(self.downloads),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }

    def files_holding(self, secret: str) -> list[str]:
        """The files in here, profile and certificate included, whose bytes or name contain the text."""
        needle = secret.encode()
        return [
            str(path.relative_to(self.folder))
            for path in sorted(self.folder.rglob("*"))
            if secret in path.name or (path.is_file() and needle in path.read_bytes())
        ]

    def loose_permissions(self) -> list[str]:
        """Files and folders that the program wrote and others could read."""
        return [
            f"{path.relative_to(self.folder)} {path.lstat().st_mode & 0o777:o}"
            for base in ("config", "data", "cache", "state", "runtime")
            for path in sorted((self.folder / base).rglob("*"))
            if not path.is_symlink() and path != self.config / "ca.pem" and path.lstat().st_mode & 0o077
        ]
