"""A new account as lines of the profile, pure; what the preset says anyway is left out, so that its mends count."""

import re
from collections.abc import Iterable

from tuimail.config.edit import Setting
from tuimail.config.model import Preset, ScopesTable, ServerTable
from tuimail.config.providers import CUSTOM
from tuimail.domain.account import Server, SignInMethod, Tls
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets
from tuimail.domain.setup import NewAccount

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_MOST_LETTERS = 30
_IMAP_PORTS = {Tls.IMPLICIT: 993, Tls.STARTTLS: 143}
_SMTP_PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587}


def name_for(address: str, taken: Iterable[str]) -> AccountId:
    """A name for the account: its domain's first word, with a number where another account has it."""
    labels = address.rpartition("@")[2].lower().split(".")
    word = _NOT_IN_NAMES.sub("-", labels[0]).strip("-_")[:_MOST_LETTERS] or "mail"
    used = {name.casefold() for name in taken}
    names = [word, *(f"{word}{number}" for number in range(2, len(used) + 3))]
    return AccountId(next(name for name in names if name not in used))


def settings_of(new: NewAccount, preset: Preset) -> dict[str, Setting]:
    """What stands in ``[accounts.NAME]`` and its tables."""
    settings: dict[str, Setting] = {"address": new.address}
    if new.login and new.login != new.address:
        settings["login"] = new.login
    if new.name:
        settings["name"] = new.name
    if new.provider != CUSTOM:
        settings["provider"] = new.provider
    if new.sign_in.value != preset.sign_in:
        settings["sign_in"] = new.sign_in.value
    if new.ca_file:
        settings["ca_file"] = new.ca_file
    if new.sign_in is SignInMethod.OAUTH and (oauth := _oauth(new, preset)):
        settings["oauth"] = oauth
    if imap := _server(new.imap, preset.imap, _IMAP_PORTS):
        settings["imap"] = imap
    if new.can_send and (smtp := _server(new.smtp, preset.smtp, _SMTP_PORTS)):
        settings["smtp"] = smtp
    return settings


def _oauth(new: NewAccount, preset: Preset) -> dict[str, Setting]:
    given = preset.oauth
    oauth: dict[str, Setting] = {}
    if new.issuer and new.issuer != given.issuer:
        oauth["issuer"] = new.issuer
    if new.client_id and new.client_id != given.client_id:
        oauth["client_id"] = new.client_id
    if new.has_secret:
        oauth["client_secret_in"] = "keychain"  # noqa: S105 (a place, not a secret)
    if scopes := _scopes(new, preset):
        oauth["scopes"] = scopes
    if new.wants_consent and (given.extra or {}).get("prompt") != "consent":
        oauth["extra"] = {"prompt": "consent"}
    return oauth


def _scopes(new: NewAccount, preset: Preset) -> dict[str, Setting]:
    """None where they are the preset's own."""
    usual = (None if new.client_id else preset.unregistered_scopes) or preset.oauth.scopes
    of_preset = [table for table in (preset.unregistered_scopes, preset.oauth.scopes) if table is not None]
    # An id of one's own brings the preset's scopes for such ids with it.
    is_usual = not new.scopes.read or any(_same(new.scopes, table) for table in of_preset)
    wanted = usual if is_usual and usual is not None else new.scopes
    if is_usual and new.can_send:
        return {}
    sets = {"identity": wanted.identity, "read": wanted.read, "send": wanted.send if new.can_send else ()}
    return {name: list(scopes) for name, scopes in sets.items() if scopes}


def _same(scopes: ScopeSets, table: ScopesTable) -> bool:
    return (scopes.identity, scopes.read, scopes.send) == (table.identity, table.read, table.send)


def _server(server: Server | None, given: ServerTable, ports: dict[Tls, int]) -> dict[str, Setting]:
    if server is None:
        return {}
    tls = Tls(given.tls or Tls.IMPLICIT)
    usual = (given.host, given.port or ports[tls], tls)
    if (server.host, server.port, server.tls) == usual:
        return {}
    settings: dict[str, Setting] = {"host": server.host}
    if server.port != ports[server.tls] or (given.port and server.tls is tls):
        settings["port"] = server.port
    if server.tls is not tls:
        settings["tls"] = server.tls.value
    return settings
