"""The child process of ``child``: print one account's entry, or why there is none. A script; never imported.

The Secret Service is asked through jeepney alone: it takes a quarter of the time that keyring with its backend needs
to be imported, and the bus is a socket of the user's own, so that the session may be a plain one. Other keychains go
through keyring's backend class.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

_SERVICE_NAME = "org.freedesktop.secrets"
_ROOT = "/org/freedesktop/secrets"
_ABSENT = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner")


def main(arguments: list[str]) -> str:
    """The answer to the parent; the format is ``child``'s."""
    backend, service, beside, user, *paths = arguments
    sys.path.extend(paths)
    # Keyring lets the environment change how items are looked up: then its own class has to do it.
    is_plain = not any(name.startswith("KEYRING_PROPERTY_") for name in os.environ)
    if backend == "keyring.backends.SecretService.Keyring" and is_plain:
        record, other = _from_secret_service(service, beside, user)
    else:
        record, other = _from_backend(backend, service, user), None
    if record is None:
        return "none"
    if not record.startswith("{"):
        return record
    # The key apart, so that the parent need not read JSON to open the store.
    return f"key {json.loads(record)['store_key']} {record}" + (f"\n{other}" if other else "")


def _from_secret_service(service: str, beside: str, user: str) -> tuple[str | None, str | None]:
    """The first entry, or why there is none; and the second one, where both can be read."""
    import jeepney.io.blocking  # noqa: PLC0415 (only Linux has it)

    try:
        bus = jeepney.io.blocking.open_dbus_connection()
    except (KeyError, ValueError, RuntimeError, OSError):
        return "missing", None

    # Any: what the bus answers has the types of the called method, which the callers below know.
    def ask(path: str, interface: str, message: Callable[[Any], Any]) -> Any:  # noqa: ANN401
        address = jeepney.DBusAddress(path, _SERVICE_NAME, f"org.freedesktop.Secret.{interface}")
        return jeepney.wrappers.unwrap_msg(bus.send_and_get_reply(message(address)))

    def call(method: str, signature: str, *values: object) -> Callable[[Any], Any]:
        return lambda address: jeepney.new_method_call(address, method, signature, values)

    def search(name: str) -> Any:  # noqa: ANN401 (as above)
        return ask(_ROOT, "Service", call("SearchItems", "a{ss}", {"username": user, "service": name}))

    def find() -> tuple[str | None, str | None]:
        unlocked, locked = search(service)
        if unlocked:
            _, session = ask(_ROOT, "Service", call("OpenSession", "sv", "plain", ("s", "")))
            items = [*unlocked[:1], *search(beside)[0][:1]]
            texts = [bytes(ask(item, "Item", call("GetSecret", "o", session))[0][2]).decode() for item in items]
            return texts[0], texts[1] if len(texts) > 1 else None
        if locked:
            return "locked", None
        default = f"{_ROOT}/aliases/default"
        ((_, is_locked),) = ask(default, "Collection", lambda address: jeepney.Properties(address).get("Locked"))
        return "locked" if is_locked else None, None

    try:
        return find()
    except jeepney.DBusErrorResponse as error:
        return "missing" if error.name in _ABSENT else "failed", None


def _from_backend(backend: str, service: str, user: str) -> str | None:
    import importlib  # noqa: PLC0415 (only where keyring is needed)

    module, _, name = backend.rpartition(".")
    keyring = getattr(importlib.import_module(module), name)()

    def get(service: str) -> str | None:
        text: str | None = keyring.get_password(service, user)
        return text

    if "Windows" not in backend:
        return get(service)
    from tuimail.keychain.parts import joined  # noqa: PLC0415 (only there are values cut)

    return joined(get, service)


if __name__ == "__main__":
    print(main(sys.argv[1:]), end="")  # noqa: T201 (the pipe to the parent)
