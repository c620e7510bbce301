"""The composition root of the interface: a program behind, the app in front.

Textual is imported only once the program exists: the child process that reads the store's key works meanwhile.
"""

import os
import sys
from typing import TYPE_CHECKING

from tuimail.config.columns import parse_columns
from tuimail.config.load import check_theme
from tuimail.config.logs import close_log, open_log
from tuimail.config.paths import find_places
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.domain.errors import ErrorKind, Remedy, TuimailError
from tuimail.domain.ids import AccountId
from tuimail.program import Program, Setting, chosen_account, read_setting
from tuimail.ui.arrivals import opening
from tuimail.ui.external_editor import ExternalEditor, editor_command
from tuimail.ui.start import ADD_ACCOUNT, UNDO_ACCOUNT, FirstSignIn, OpenMail, StartMode

if TYPE_CHECKING:
    from tuimail.ui.app import TuimailApp


class AnotherAccountError(Exception):
    """The person left the mail for the assistant; ``undoes``: and does not want the account just set up."""

    def __init__(self, *, undoes: bool) -> None:
        super().__init__()
        self.undoes = undoes


_PATIENCE_S = 1.0
"""What lies over the list is loaded so long after the first painting, unless it is wanted before: rows and news come
first."""
_FRAMES_PER_S = "250"
"""Textual's own 60 let a key wait up to 16 ms for its repaint, and each of the first layouts too."""


def run_mail(profile_flag: str | None, account: str | None, environ: dict[str, str], *, start: StartMode) -> int:
    """``tuimail`` and ``tuimail compose``: open the profile's account, and again after one was added to it.

    Raises AnotherAccountError where the only account was set up just now and is not wanted after all.
    """
    while True:
        places = find_places()
        setting = read_setting(profile_flag, environ, places)
        path = setting.profile.path
        try:
            return run_app(setting, chosen_account(setting.profile, account), start=start)
        except AnotherAccountError as wish:
            from tuimail.assistant import run_assistant  # noqa: PLC0415 (what a start does without)
            from tuimail.config.edit import put_back  # noqa: PLC0415 (as its neighbour: tomlkit)

            if wish.undoes and isinstance(start, FirstSignIn):
                put_back(path, before=start.before, after=start.after)
                if start.before is None:
                    raise
                account, start = None, OpenMail()
                continue
            chosen = run_assistant(path, environ, places)
        start = OpenMail()
        if not isinstance(chosen, str):
            account, start = chosen.account, chosen.start


def hand_over(profile_flag: str | None, account: str | None, environ: dict[str, str], *, mailto: str) -> bool:
    """``tuimail compose`` beside an open window: whether that took the mail over. Needs no terminal."""
    setting = read_setting(profile_flag, environ, find_places())
    return handed_over(setting, chosen_account(setting.profile, account), mailto)


def handed_over(setting: Setting, account: AccountId, mailto: str) -> bool:
    """Whether the account's open window took the mail over; that is printed."""
    from tuimail.domain.neighbour import Request, Taken, Wish  # noqa: PLC0415 (no other start needs the network)
    from tuimail.net.neighbour import ask  # noqa: PLC0415 (as above)

    request = Request(wish=Wish.COMPOSE, account=account, mailto=mailto)
    if Taken() not in ask(setting.places.socket(account), request):
        return False
    sys.stdout.write("The composer is open in the tuimail window that was there already.\n")
    return True


def run_app(setting: Setting, default: AccountId, *, start: StartMode) -> int:
    """Run the interface until the user leaves it."""
    log = open_log(setting.places.log)
    program = Program(setting, default)
    try:
        program.open_door()
        app = make_app(program, start)
        app.run()
        if app.fault:
            raise crashed(app.fault, setting)
        ending: object = app.return_value
        if ending in {ADD_ACCOUNT, UNDO_ACCOUNT}:
            raise AnotherAccountError(undoes=ending == UNDO_ACCOUNT)
        return app.return_code or 0
    finally:
        program.close()
        close_log(log)


def crashed(fault: str, setting: Setting) -> TuimailError:
    """What the shell is told of a fault in the interface."""
    kept = "" if setting.is_passing else f" Drafts are kept. The log is {setting.places.log}"
    words = f"a fault in tuimail ended it: {fault}.{kept}"
    return TuimailError(ErrorKind.UNFORESEEN, words, remedy=Remedy.REPORT)


def make_app(program: Program, start: StartMode) -> "TuimailApp":
    """The interface of a program that is ready; checks theme and keys of the profile."""
    # The store is read meanwhile: importing Textual takes longer than all that comes before the list.
    arrivals = opening(program.engine, program.default)
    if isinstance(start, OpenMail):
        program.hurry()
    # Read by Textual when it is imported, and by nothing else.
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES_PER_S)
    from tuimail.ui.app import TuimailApp  # noqa: PLC0415 (see above)

    setting = program.setting
    ui = setting.profile.ui
    themes = load_themes([bundled_dir(), setting.places.user_themes])
    check_theme(setting.profile, [theme.name for theme in themes])
    app = TuimailApp(
        program.engine,
        accounts=setting.profile.accounts,
        default=program.default,
        themes=themes,
        theme=ui.theme,
        keys=ui.keys,
        columns=parse_columns(ui.columns),
        clock=setting.clock,
        zone=setting.zone,
        start=start,
        arrivals=arrivals,
        seen_after_s=ui.mark_read_after_s,
        editor=ExternalEditor(
            command=editor_command(setting.environ),
            folder=setting.places.temporary,
            is_first=setting.profile.ui.editor == "always",
            has_headers=setting.profile.ui.editor_headers,
        ),
        patience_s=_PATIENCE_S if isinstance(start, OpenMail) else 0.0,
    )
    app.session.rings = ui.bell
    if ui.bidi == "reorder":
        from tuimail.ui.bidi import visual  # noqa: PLC0415 (few profiles ask for it)

        app.session.order = visual
    app.session.can_add = not setting.is_passing
    if isinstance(start, FirstSignIn):
        app.session.first = start
    return app
