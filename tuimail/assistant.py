"""The composition root of the set-up assistant: its engine behind, its app in front. Runs while no account is open."""

from collections.abc import Mapping
from pathlib import Path

from tuimail.config.load import load_profile
from tuimail.config.model import UiSettings
from tuimail.config.paths import Places
from tuimail.config.providers import bundled_presets
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.engine.assistant import Assistant
from tuimail.engine.domain_search import Lines
from tuimail.engine.engine import MailEngine
from tuimail.net.dns import Dns
from tuimail.oauth.browser import looks_remote, open_url
from tuimail.ui.first_app import Chosen, FirstRunApp

CLOSE_S = 0.5


def run_assistant(profile: Path, environ: Mapping[str, str], places: Places) -> Chosen:
    """The first screen where there is no profile yet, else the assistant at once."""
    known = load_profile(profile) if profile.exists() else None
    wanted = known.ui.theme if known else UiSettings().theme
    theme = next(theme for theme in load_themes([bundled_dir(), places.user_themes]) if theme.name == wanted)
    lines = Lines(dns=Dns(), open_page=lambda url: not looks_remote(environ) and open_url(url, environ))
    engine = MailEngine()
    engine.attach(Assistant(lines, profile=profile, presets=bundled_presets()).routes())
    taken = [account.id for account in known.accounts] if known else []
    app = FirstRunApp(engine, theme=theme, taken=taken, adds=known is not None)
    try:
        return app.run() or "quit"
    finally:
        engine.close(CLOSE_S)
