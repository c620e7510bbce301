"""The guides of ``guides.toml``: how a person comes to a client id, or to an app password, at each provider."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, convert

from tuimail.config.google_client import read_client, read_download
from tuimail.domain.clean import clean_line, is_clean_line
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy
from tuimail.domain.token import Secret

GENERAL = "general"
_MOST_ID = 300


class GuideStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do."""

    words: str
    url: str = ""
    """The page on which it is done."""


class Guide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of ``guides.toml``."""

    title: str
    ask: str = ""
    """A question that decides between ``yes`` and ``no``; such a table has nothing else."""
    yes: str = ""
    no: str = ""
    not_for: tuple[str, ...] = ()
    """Domains of private persons, who need not be asked: the answer is no."""
    yes_words: str = ""
    no_words: str = ""
    before: tuple[str, ...] = ()
    """What has to be known before anything is begun."""
    steps: tuple[GuideStep, ...] = ()
    after: tuple[str, ...] = ()
    """What will happen that might frighten."""
    shape: str = ""
    """The shape of the client id, as a pattern; empty where none is asked for."""
    example: str = ""
    secret: Literal["none", "optional"] = "none"  # noqa: S105 (whether the provider issues one)
    takes_google_json: bool = False
    asks_login: bool = False
    """Whether the sign-in name may differ from the address."""
    tests_sending: bool = False
    """Whether sending is asked for and tried at once, since it may be switched off at the provider."""


class GivenClient(Struct, frozen=True, kw_only=True):
    """What the person typed, checked."""

    client_id: str
    secret: Secret | None = None


def bundled_guides() -> Mapping[str, Guide]:
    """Every guide by its name."""
    text = Path(__file__).with_name("guides.toml").read_text(encoding="utf-8")
    return {name: convert(table, Guide) for name, table in tomllib.loads(text).items()}


def read_given(guide: Guide, typed: str) -> GivenClient:
    """The client id that was typed, or that a pasted JSON or a file holds. Raises ConfigError with a sentence.

    Reads a file where the guide takes one and its path was typed.
    """
    # A file manager may put quotes round a path.
    text = typed.strip().strip("'\"")
    if not text:
        raise _wrong("Paste the client id here once you have it.")
    if guide.takes_google_json and text.startswith("{"):
        client = read_client(text)
        return GivenClient(client_id=client.client_id, secret=client.secret)
    if guide.takes_google_json and (text.endswith(".json") or text.startswith(("/", "~", "."))):
        client = read_download(Path(text))
        return GivenClient(client_id=client.client_id, secret=client.secret)
    if not is_clean_line(text) or " " in text or len(text) > _MOST_ID:
        raise _wrong("A client id is one word without spaces.")
    if guide.shape and not re.fullmatch(guide.shape, text):
        raise _wrong(f"This is not the shape of a client id of {clean_line(guide.title)}, such as {guide.example}.")
    return GivenClient(client_id=text)


def _wrong(words: str) -> ConfigError:
    return ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_INPUT)
