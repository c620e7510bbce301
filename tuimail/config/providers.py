"""The built-in presets of ``providers.toml``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from msgspec import convert

from tuimail.config.model import Preset

CUSTOM = "custom"
"""The provider about which nothing is known beforehand."""


def bundled_presets() -> Mapping[str, Preset]:
    """Presets by the name that ``provider`` has in a profile, ``custom`` among them."""
    text = Path(__file__).with_name("providers.toml").read_text(encoding="utf-8")
    presets = {name: convert(table, Preset) for name, table in tomllib.loads(text).items()}
    return {CUSTOM: Preset(title=""), **presets}
