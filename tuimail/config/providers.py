"""The built-in presets of ``providers.toml``."""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import convert
from msgspec.structs import replace

from tuimail.config.model import OAuthTable, Preset

CUSTOM = "custom"
"""The provider about which nothing is known beforehand."""


def with_quirks(custom: Preset, own: OAuthTable, presets: Mapping[str, Preset]) -> Preset:
    """``custom`` with how its authorization server behaves, where a preset names the same one."""
    hosts = _hosts(own)
    for known in presets.values():
        if hosts & _hosts(known.oauth):
            oauth = OAuthTable(revokes=known.oauth.revokes)
            return replace(custom, device_code=known.device_code, rotates=known.rotates, oauth=oauth)
    return custom


def _hosts(oauth: OAuthTable) -> set[str]:
    hosts = set()
    for url in filter(None, (oauth.issuer, oauth.token_endpoint)):
        with suppress(ValueError):  # no address: refused in words where the account is resolved
            hosts.add(urlsplit(url).netloc)
    return hosts - {""}


def bundled_presets() -> Mapping[str, Preset]:
    """Presets by the name that ``provider`` has in a profile, ``custom`` among them."""
    text = Path(__file__).with_name("providers.toml").read_text(encoding="utf-8")
    presets = {name: convert(table, Preset) for name, table in tomllib.loads(text).items()}
    return {CUSTOM: Preset(title=""), **presets}
