"""An account's table and its preset made into the account that the program uses. Only ``ca_file`` is looked for."""

import ipaddress
import re
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from tuimail.config.home import from_home
from tuimail.config.model import AccountTable, KeepTable, OAuthTable, Preset, ScopesTable, ServerTable
from tuimail.config.shape import Path as Keys
from tuimail.config.shape import ShapeError, dotted
from tuimail.domain.account import Account, Endpoints, Keep, OAuthSettings, Revokes, Server, SignInMethod, Tls
from tuimail.domain.address import is_address
from tuimail.domain.clean import clean_block, clean_line, is_clean_line
from tuimail.domain.ids import AccountId
from tuimail.domain.scope import ScopeSets

RESERVED = frozenset(
    {
        *("response_type", "response_mode", "client_id", "client_secret", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method", "login_hint", "request", "request_uri", "id_token_hint"),
    }
)
"""Authorization parameters that tuimail sets itself or that would change what an answer means."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "device_authorization_endpoint")
_WHOLE_DOMAIN = "*@"
"""Begins an alias that stands for every address of a domain."""
_IMAP_PORTS = {Tls.IMPLICIT: 993, Tls.STARTTLS: 143}
_SMTP_PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587}
_HIGHEST_PORT = 65535
V = TypeVar("V")


def resolve_account(name: str, table: AccountTable, *, preset: Preset, folder: Path) -> Account:
    """Merge and check; ShapeError at the first key that is wrong. ``folder``: what ``ca_file`` is relative to."""
    keys = ("accounts", name)
    if not _NAME.fullmatch(name):
        raise ShapeError(keys, f"{dotted(keys)}: name accounts with letters, digits, - and _ only.")
    _check_person(table, keys)
    method = _method(table, preset, keys)
    imap = _server(table.imap, preset.imap, ports=_IMAP_PORTS, keys=(*keys, "imap"))
    if method is SignInMethod.APP_PASSWORD:
        oauth = OAuthSettings(scopes=ScopeSets())
        # Without any host there is no way to send: an account for reading.
        sends = table.smtp.host is not None or preset.smtp.host is not None
        provider = preset.title or imap.host
    else:
        oauth = _oauth(table, preset, (*keys, "oauth"))
        sends = oauth.scopes.can_send
        provider = preset.title or _host_of(oauth.issuer or oauth.endpoints.authorization or "")
    smtp = _server(table.smtp, preset.smtp, ports=_SMTP_PORTS, keys=(*keys, "smtp")) if sends else None
    return Account(
        id=AccountId(name),
        address=table.address,
        login=table.login or table.address,
        name=clean_line(table.name),
        provider=provider,
        sign_in=method,
        ca_file=_ca_file(table.ca_file, folder, (*keys, "ca_file")),
        aliases=tuple(alias for alias in table.aliases if not alias.startswith(_WHOLE_DOMAIN)),
        own_domains=frozenset(alias[2:].lower() for alias in table.aliases if alias.startswith(_WHOLE_DOMAIN)),
        signature=clean_block(table.signature),
        oauth=oauth,
        imap=imap,
        smtp=smtp,
        save_sent=preset.save_sent if table.save_sent is None else table.save_sent,
        flowed=table.flowed,
        markdown=table.markdown,
        checked_by=preset.checked_by if table.checked_by is None else table.checked_by,
        access_page=preset.access_page,
        password_page=preset.password_page,
        keep=_keep(table.keep),
    )


def _keep(table: KeepTable) -> Keep:
    return Keep(
        days=table.days, megabytes=table.megabytes, forget_days=table.forget_days, activity_days=table.activity_days
    )


def _check_person(table: AccountTable, keys: Keys) -> None:
    for key, address in (("address", table.address), *(("aliases", alias) for alias in table.aliases)):
        if not is_address(address) or (key == "address" and address.startswith(_WHOLE_DOMAIN)):
            raise ShapeError((*keys, key), f"{dotted((*keys, key))}: “{clean_line(address)}” is not a mail address.")
    if table.login is not None and not (table.login and is_clean_line(table.login)):
        raise ShapeError(
            (*keys, "login"), f"{dotted((*keys, 'login'))} must be one line of plain text, or be left out."
        )


def _method(table: AccountTable, preset: Preset, keys: Keys) -> SignInMethod:
    method = SignInMethod(table.sign_in or preset.sign_in)
    is_without = preset.sign_in == SignInMethod.APP_PASSWORD.value and preset.oauth.scopes is None
    if method is SignInMethod.OAUTH and is_without and table.oauth.scopes is None:
        where = (*keys, "sign_in")
        words = f"{dotted(where)}: {preset.title} has no OAuth for mail; write app_password, or leave it out."
        raise ShapeError(where, words)
    if method is SignInMethod.APP_PASSWORD and table.sign_in is None and table.oauth != OAuthTable():
        where = (*keys, "oauth")
        words = f'{dotted(where)}: {preset.title} takes app passwords. To sign in with OAuth, add sign_in = "oauth".'
        raise ShapeError(where, words)
    return method


def _oauth(table: AccountTable, preset: Preset, keys: Keys) -> OAuthSettings:
    own, given = table.oauth, preset.oauth
    urls = {key: _url(own, given, key=key, keys=keys) for key in ("issuer", *_ENDPOINTS)}
    if own.issuer and not own.authorization_endpoint:
        # Another issuer than the preset's has other endpoints: they are discovered.
        urls |= {key: getattr(own, key) for key in _ENDPOINTS}
    if not urls["issuer"] and not (urls["authorization_endpoint"] and urls["token_endpoint"]):
        raise ShapeError(
            keys,
            f"{dotted(keys)}: name the issuer, or authorization_endpoint and token_endpoint, or a provider preset.",
        )
    client_id = own.client_id or given.client_id
    if client_id is not None and not is_clean_line(client_id):
        raise ShapeError((*keys, "client_id"), f"{dotted((*keys, 'client_id'))} must be one line of plain text.")
    return OAuthSettings(
        issuer=urls["issuer"],
        endpoints=Endpoints(
            authorization=urls["authorization_endpoint"],
            token=urls["token_endpoint"],
            revocation=urls["revocation_endpoint"],
            device_authorization=urls["device_authorization_endpoint"],
        ),
        client_id=client_id,
        secret_in_keychain=own.client_secret_in == "keychain",  # noqa: S105 (a place, not a secret)
        redirect_path=_redirect_path(_first(own.redirect_path, given.redirect_path, "/callback"), keys),
        redirect_host=_first(own.redirect_host, given.redirect_host, "127.0.0.1"),
        scopes=_scopes(own, preset, keys, is_registered=client_id is not None),
        extra=_extra({**(given.extra or {}), **(own.extra or {})}, keys),
        resource=_url(own, given, key="resource", keys=keys),
        revokes=Revokes(own.revokes or given.revokes or Revokes.GRANT.value),
        device_code=preset.device_code or own.device_authorization_endpoint is not None,
        rotates=preset.rotates,
    )


def _url(own: OAuthTable, given: OAuthTable, *, key: str, keys: Keys) -> str | None:
    url: str | None = _first(getattr(own, key), getattr(given, key), None)
    if url is None:
        return None
    where = (*keys, key)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ShapeError(where, f"{dotted(where)} is not an address: {clean_line(url)[:80]}") from error
    is_plain = url.isascii() and is_clean_line(url) and " " not in url
    if not host or parts.username is not None or parts.fragment or not is_plain or port == 0:
        raise ShapeError(where, f"{dotted(where)} is not an address of the form https://host/path.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ShapeError(where, f"{dotted(where)} must begin with https:// (http:// works on this machine alone).")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        # A request with two answers for one parameter: whose counts, the server decides.
        if name.lower() in RESERVED:
            raise ShapeError(where, f"{dotted(where)} may not set {clean_line(name)}: tuimail sets it itself.")
    return url


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _redirect_path(path: str, keys: Keys) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._~/-]*", path):
        where = (*keys, "redirect_path")
        raise ShapeError(where, f"{dotted(where)} must begin with / and hold letters, digits and ._~/- only.")
    return path


def _scopes(own: OAuthTable, preset: Preset, keys: Keys, *, is_registered: bool) -> ScopeSets:
    scopes = own.scopes or (None if is_registered else preset.unregistered_scopes) or preset.oauth.scopes
    where = (*keys, "scopes")
    if scopes is None or not scopes.read:
        raise ShapeError(where, f"{dotted((*where, 'read'))} is missing: the scopes that let tuimail read mail.")
    for name in ScopesTable.__struct_fields__:
        for scope in getattr(scopes, name):
            if not _SCOPE.fullmatch(scope):
                raise ShapeError(
                    (*where, name), f"{dotted((*where, name))}: “{clean_line(scope)[:60]}” is not a scope."
                )
    return ScopeSets(identity=scopes.identity, read=scopes.read, send=scopes.send)


def _extra(extra: dict[str, str], keys: Keys) -> tuple[tuple[str, str], ...]:
    for name, value in extra.items():
        where = (*keys, "extra", name)
        if name.lower() in RESERVED:
            raise ShapeError(where, f"{dotted(where)} is a parameter that tuimail sets itself.")
        if not is_clean_line(name) or not is_clean_line(value):
            raise ShapeError(where, f"{dotted(where)} must be one line of plain text.")
    return tuple(extra.items())


def _server(own: ServerTable, given: ServerTable, *, ports: dict[Tls, int], keys: Keys) -> Server:
    host = _first(own.host, given.host, None)
    if host is None:
        raise ShapeError((*keys, "host"), f"{dotted((*keys, 'host'))} is missing.")
    if not _HOST.fullmatch(host) and not _is_ip(host):
        raise ShapeError((*keys, "host"), f"{dotted((*keys, 'host'))} must be a host name alone, without port or path.")
    tls = Tls(_first(own.tls, given.tls, Tls.IMPLICIT.value))
    # A preset's port belongs to the preset's way of protection.
    port = own.port or (given.port if own.tls is None else None) or ports[tls]
    if own.port == 0 or not 1 <= port <= _HIGHEST_PORT:
        raise ShapeError((*keys, "port"), f"{dotted((*keys, 'port'))} must be between 1 and {_HIGHEST_PORT}.")
    return Server(host=host, port=port, tls=tls, mechanism=_first(own.mechanism, given.mechanism, ""))


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ca_file(named: str | None, folder: Path, keys: Keys) -> str | None:
    if named is None:
        return None
    file = folder / from_home(named)
    if not file.is_file():
        raise ShapeError(keys, f"{dotted(keys)}: there is no file {clean_line(str(file))}.")
    return str(file.absolute())


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _first(own: V | None, given: V | None, default: V) -> V:
    if own is not None:
        return own
    return default if given is None else given
