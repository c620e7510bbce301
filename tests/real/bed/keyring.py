"""A D-Bus session with gnome-keyring in it: unlocked, locked, or with no Secret Service at all."""

import os
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, Message, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.real.bed.programs import program
from tests.real.bed.waiting import wait_until

_PASSWORD = b"keyring password"
_BUS = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
_SECRETS = "org.freedesktop.secrets"
_SERVICE = DBusAddress("/org/freedesktop/secrets", bus_name=_SECRETS, interface="org.freedesktop.Secret.Service")
_MASTER = DBusAddress(
    "/org/freedesktop/secrets",
    bus_name=_SECRETS,
    interface="org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
)
_LOGIN = "/org/freedesktop/secrets/collection/login"


class KeyringState(StrEnum):
    """What the program under test finds."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    """There is a keyring, and nobody has typed its password."""
    ABSENT = "absent"
    """A session bus without a Secret Service."""


class Keyring:
    """One session bus and what is on it; it outlives the program, so that a second start finds the first's secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bus: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None
        self.address = f"unix:path={folder}/bus"

    def start(self, state: KeyringState) -> None:
        """Start bus and daemon; returns when the Secret Service answers, if there is to be one."""
        for name in ("data", "runtime"):
            (self._folder / name).mkdir(parents=True, mode=0o700)
        self._start_bus()
        if state is KeyringState.ABSENT:
            return
        # The first unlock creates the keyring; without one there would be nothing to be locked.
        self._start_daemon()
        if state is KeyringState.LOCKED:
            self.lock()

    def stop(self) -> None:
        """End daemon and bus."""
        for process in (self._daemon, self._bus):
            if process is not None:
                process.terminate()
                process.wait(10)

    def environment(self) -> dict[str, str]:
        """What a program needs to find this session."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.address}

    def lock(self) -> None:
        """Lock the keyring, as a desktop does when the lid closes."""
        self._call(new_method_call(_SERVICE, "Lock", "ao", ([_LOGIN],)))

    def unlock(self) -> None:
        """Type the keyring's password, as a person does at the prompt of a desktop."""
        opening = new_method_call(_SERVICE, "OpenSession", "sv", ("plain", ("s", "")))
        with open_dbus_connection(bus=self.address) as connection:
            _, session = _body_of(connection.send_and_get_reply(opening, timeout=10))
            secret = (session, b"", _PASSWORD, "text/plain")
            unlocking = new_method_call(_MASTER, "UnlockWithMasterPassword", "o(oayays)", (_LOGIN, secret))
            _body_of(connection.send_and_get_reply(unlocking, timeout=10))

    def items(self) -> list[dict[str, str]]:
        """The attributes of every item kept, without the secrets."""
        found = self._call(new_method_call(_SERVICE, "SearchItems", "a{ss}", ({},)))
        paths = [path for group in found for path in group]
        return [self._attributes(path) for path in paths]

    def _attributes(self, path: str) -> dict[str, str]:
        item = DBusAddress(path, bus_name=_SECRETS, interface="org.freedesktop.DBus.Properties")
        ((_, attributes),) = self._call(
            new_method_call(item, "Get", "ss", ("org.freedesktop.Secret.Item", "Attributes"))
        )
        return dict(attributes)

    def _start_bus(self) -> None:
        # No service folders: a bus that may start services by itself would bring gnome-keyring up where none is wanted.
        settings = self._folder / "bus.conf"
        settings.write_text(f"""\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig><type>session</type><listen>{self.address}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
""")
        with (self._folder / "bus.log").open("wb") as output:
            self._bus = subprocess.Popen(
                [program("dbus-daemon"), f"--config-file={settings}", "--nofork", "--nopidfile"],
                stdout=output,
                stderr=output,
            )
        wait_until(self._has_bus, "the session bus")

    def _start_daemon(self) -> None:
        with (self._folder / "keyring.log").open("wb") as output:
            self._daemon = subprocess.Popen(
                [program("gnome-keyring-daemon"), "--foreground", "--unlock", "--components=secrets"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=self._daemon_environment(),
            )
        stdin = self._daemon.stdin
        if stdin is None:
            raise RuntimeError("the daemon has no standard input")
        with stdin:
            stdin.write(_PASSWORD)
        wait_until(self._is_owned, "the Secret Service on the bus")

    def _has_bus(self) -> bool:
        # The socket's file is there a moment before anybody listens on it.
        try:
            open_dbus_connection(bus=self.address).close()
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True

    def _is_owned(self) -> bool:
        (owned,) = self._call(new_method_call(_BUS, "NameHasOwner", "s", (_SECRETS,)))
        return bool(owned)

    def _daemon_environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "XDG_DATA_HOME": str(self._folder / "data"),
            "XDG_RUNTIME_DIR": str(self._folder / "runtime"),
            **self.environment(),
        }

    def _call(self, message: Message) -> tuple[Any, ...]:
        with open_dbus_connection(bus=self.address) as connection:
            return _body_of(connection.send_and_get_reply(message, timeout=10))


def _body_of(reply: Message) -> tuple[Any, ...]:  # D-Bus values, as many and of the types the method promises
    if reply.header.message_type is MessageType.error:
        raise RuntimeError(f"Secret Service: {reply.body}")
    return tuple(reply.body)
