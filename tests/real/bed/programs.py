"""Which outside programs the bed needs, where they are, and what to say when one is missing."""

import os
import shutil
import sys
from pathlib import Path

NODE_FOLDER = Path(__file__).parent.parent
NODE_MODULES = NODE_FOLDER / "node_modules"
NODE = NODE_MODULES / "node" / "bin" / "node"
REQUIRE = "TUIMAIL_REQUIRE_REAL"

_COMMANDS = {
    "dovecot": "dovecot-imapd and dovecot-lmtpd",
    "doveadm": "dovecot-imapd",
    "postfix": "postfix",
    "chromium": "chromium",
    "certutil": "libnss3-tools",
    "dbus-daemon": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "tmux": "tmux",
}
_FILES = {
    Path("/usr/lib/dovecot/imap"): "dovecot-imapd",
    Path("/usr/lib/dovecot/lmtp"): "dovecot-lmtpd",
}
# Debian's own Node 18 lacks URL.parse, which oidc-provider calls; hence a Node of our own.
_NODE_PACKAGES = {
    NODE: "node",
    NODE_MODULES / "oidc-provider": "oidc-provider",
    NODE_MODULES / "playwright-core": "playwright-core",
}
_SYSTEM_FOLDERS = os.pathsep.join(["/usr/local/sbin", "/usr/sbin", "/sbin"])


def locate(command: str) -> str | None:
    """The path of a program; servers live in sbin folders, which a plain user's PATH often leaves out."""
    return shutil.which(command) or shutil.which(command, path=_SYSTEM_FOLDERS)


def program(command: str) -> str:
    """The path of a program that is known to be there."""
    path = locate(command)
    if path is None:
        raise FileNotFoundError(command)
    return path


def installed_tuimail() -> list[str]:
    """The command that starts the program under test: the one installed beside this interpreter."""
    script = Path(sys.executable).with_name("tuimail")
    return [str(script)] if script.exists() else [sys.executable, "-m", "tuimail"]


def missing() -> list[str]:
    """One line for each thing that keeps the bed from starting; empty when it can."""
    lines = [
        f"{command} (Debian package {package})" for command, package in _COMMANDS.items() if locate(command) is None
    ]
    lines += [f"{path} (Debian package {package})" for path, package in _FILES.items() if not path.exists()]
    if packages := [name for path, name in _NODE_PACKAGES.items() if not path.exists()]:
        lines.append(f"npm packages {', '.join(packages)} (in tests/real: npm install --no-package-lock)")
    if os.geteuid() != 0:
        lines.append("root, because Dovecot and Postfix give their processes users of their own")
    return lines


def is_required() -> bool:
    """Whether a missing program is a failure and not a reason to skip, as in CI."""
    return os.environ.get(REQUIRE) == "1"
