"""A session bus with a real gnome-keyring on it, for one test run."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEADLINE_S = 10.0
# No service folders: nothing may be activated that a test did not start.
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
_PASSWORD = b"of the test keyring"
NEEDED = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")


def missing_programs() -> list[str]:
    """What has to be installed before ``secret_service`` can run."""
    return [name for name in NEEDED if shutil.which(name) is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """A running session bus."""

    address: str
    environ: dict[str, str]

    def lock(self) -> None:
        """Lock the login keyring, as a screen lock may."""
        self._send(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        )

    def wait_for_keyring(self) -> None:
        """Return once the keyring has joined the bus: a call activates or awaits nothing here."""
        for _ in range(200):
            answer = self._send(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            )
            if "true" in answer:
                return
        raise TimeoutError("gnome-keyring did not join the bus")

    def _send(self, to: str, path: str, *message: str) -> str:
        command = ["dbus-send", "--session", "--print-reply", f"--dest={to}", path, *message]
        done = subprocess.run(  # noqa: S603 (a constant command)
            command, env=self.environ, capture_output=True, text=True, check=True, timeout=DEADLINE_S
        )
        return done.stdout


@contextlib.contextmanager
def session_bus(folder: Path) -> Iterator[Bus]:
    """A bus of its own with nothing on it."""
    folder.chmod(0o700)
    config = folder / "bus.conf"
    config.write_text(_CONFIG.format(folder=folder))
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:  # noqa: S603 (a constant command)
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        environ = {
            **kept,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
        }
        try:
            yield Bus(address=address, environ=environ)
        finally:
            daemon.terminate()


@contextlib.contextmanager
def secret_service(folder: Path) -> Iterator[Bus]:
    """A bus with an unlocked, empty gnome-keyring, which ends with the bus."""
    with session_bus(folder) as bus:
        subprocess.run(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets"],  # noqa: S607 (found by missing_programs)
            input=_PASSWORD,
            env=bus.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=DEADLINE_S,
        )
        bus.wait_for_keyring()
        yield bus
