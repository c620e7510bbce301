"""The command line. Imports what a command needs inside it, so that --version and --help answer at once."""

import gc
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from tuimail import __version__

if TYPE_CHECKING:
    import argparse

EXIT_GOOD = 0
EXIT_FAILED = 1
EXIT_USAGE = 2


class Chosen:
    """What was asked for; unchanged, the mail of the default account."""

    command = "mail"
    version = False
    verbose = False
    profile: str | None = None
    account: str | None = None
    name: str | None = None
    """The account to sign out of."""
    mailto = ""
    screenshot = ""
    no_browser = False
    here_only = False
    everything = False
    """The emergency: all accounts."""
    report: str | None = None
    yes = False


def parser() -> "argparse.ArgumentParser":
    """The arguments, as the README documents them."""
    import argparse  # noqa: PLC0415 (a start without arguments, the usual one, needs none of it)

    main_parser = argparse.ArgumentParser(
        prog="tuimail",
        description="Mail in the terminal: sign in through the browser, tokens in the keychain, everything encrypted.",
    )
    main_parser.add_argument("--version", action="store_true", help="print the version")
    main_parser.add_argument("--verbose", action="store_true", help="with --version: of every part that matters")
    main_parser.add_argument("--profile", metavar="FILE", help="another profile than the one in the config folder")
    main_parser.add_argument("--account", metavar="NAME", help="open this account instead of the default one")
    subparsers = main_parser.add_subparsers(title="commands", metavar="COMMAND")
    demo = subparsers.add_parser("demo", help="the full tour on a made-up mailbox; nothing leaves this machine")
    demo.set_defaults(command="demo")
    demo.add_argument("--no-browser", action="store_true", help="sign in to the demo without a browser")
    demo.add_argument("--screenshot", metavar="DIR", help="write the pictures of the tour into this folder")
    check = subparsers.add_parser("check", help="try profile, keychain, provider, IMAP and SMTP, a line each")
    check.set_defaults(command="check")
    compose = subparsers.add_parser("compose", help="write a mail")
    compose.set_defaults(command="compose")
    compose.add_argument("mailto", nargs="?", default="", help="a mailto: address to begin with")
    logout = subparsers.add_parser("logout", help="sign out: revoke the tokens, delete everything here")
    logout.set_defaults(command="logout")
    logout.add_argument("name", nargs="?", help="the account; the default one if left out")
    logout.add_argument("--all", action="store_true", dest="everything", help="the emergency: every account, at once")
    logout.add_argument("--report", metavar="FILE", help="with --all: write what was done, and what is left, to FILE")
    logout.add_argument("--yes", action="store_true", help="with --all: do not ask")
    logout.add_argument("--here-only", action="store_true", help="forget on this machine without revoking")
    for subparser in (check, compose, logout):
        subparser.add_argument("--profile", metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    for subparser in (check, compose):
        subparser.add_argument("--account", metavar="NAME", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return main_parser


def main() -> None:
    """The installed program: ``run`` as a process of its own, ended at once."""
    # A start makes some 50,000 objects that stay, and looking for cycles among them takes 20 ms at a time.
    # ``Program.load_rest`` begins to look, once everything is loaded.
    gc.disable()
    # A thread that imports or parses lets the screen in after a millisecond; Python's five are felt with every key.
    sys.setswitchinterval(0.001)
    sys.excepthook = _tell_fault
    status = run()
    # Freeing every object of the interpreter takes 0.3 s more, in which the shell shows no prompt. All files are
    # closed by now, and the threads that are left wait for a keychain or a server.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def run(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run a command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    chosen = parser().parse_args(given, namespace=Chosen()) if given else Chosen()
    if chosen.version:
        return _tell_versions(verbose=chosen.verbose)
    if not sys.warnoptions:
        # A library's warning would land in the middle of the screen; python -W shows them.
        warnings.simplefilter("ignore")
    # Imported after the arguments are read: --version and --help never get here.
    from tuimail.domain.errors import ConfigError, TuimailError  # noqa: PLC0415

    try:
        return _do(chosen, dict(environ))
    except ConfigError as error:
        return _say(error.summary, EXIT_USAGE)
    except TuimailError as error:
        return _say(error.summary, EXIT_FAILED)
    except KeyboardInterrupt:
        return 130


def _without_screen(chosen: Chosen, environ: dict[str, str]) -> int:
    from tuimail.config.paths import find_places, find_profile, is_named  # noqa: PLC0415 (see run)

    profile = find_profile(environ, chosen.profile, find_places())
    if not profile.exists() and not is_named(environ, chosen.profile):
        words = f"no account is set up yet: there is no {profile}. Start tuimail to set one up, or tuimail demo."
        return _say(words, EXIT_USAGE)
    from tuimail import headless  # noqa: PLC0415 (the network's libraries, for these two commands alone)

    if chosen.command == "check":
        return headless.check(chosen.profile, chosen.account, environ)
    if chosen.everything:
        return headless.logout_all(chosen.profile, environ, report=chosen.report, is_certain=chosen.yes)
    return headless.logout(chosen.profile, chosen.name, environ, here_only=chosen.here_only)


def _tell_versions(*, verbose: bool) -> int:
    if verbose:
        from tuimail.versions import lines  # noqa: PLC0415 (without --verbose nothing is imported)

        sys.stdout.writelines(f"{line}\n" for line in lines())
    else:
        sys.stdout.write(f"tuimail {__version__}\n")
    return EXIT_GOOD


def _do(chosen: Chosen, environ: dict[str, str]) -> int:
    if chosen.command in {"check", "logout"}:
        return _without_screen(chosen, environ)
    if chosen.command == "demo" and chosen.screenshot:
        from tuimail.pictures import take_pictures  # noqa: PLC0415 (the demo's own libraries)

        return take_pictures(Path(chosen.screenshot), environ)
    from tuimail.config.paths import find_places, find_profile, is_named  # noqa: PLC0415 (see run)

    profile = find_profile(environ, chosen.profile, find_places())
    has_profile = is_named(environ, chosen.profile) or profile.exists()
    if chosen.command == "compose" and has_profile:
        from tuimail.assembly import hand_over  # noqa: PLC0415 (see run)

        # Before the terminal is looked for: as the system's mailto handler it has none.
        if hand_over(chosen.profile, chosen.account, environ, mailto=chosen.mailto):
            return EXIT_GOOD
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _say("this needs a terminal; run it in one, not in a pipe.", EXIT_USAGE)
    if chosen.command == "demo":
        from tuimail.tour import run_demo  # noqa: PLC0415 (the demo's own libraries)

        return run_demo(environ, no_browser=chosen.no_browser)
    if not has_profile:
        from tuimail.tour import run_first  # noqa: PLC0415 (the demo's own libraries)

        return run_first(profile, environ)
    from tuimail.assembly import run_mail  # noqa: PLC0415 (see run)
    from tuimail.ui.start import ComposeMail, OpenMail  # noqa: PLC0415 (see run)

    start = ComposeMail(mailto=chosen.mailto) if chosen.command == "compose" else OpenMail()
    return run_mail(chosen.profile, chosen.account, environ, start=start)


def _tell_fault(_kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
    """Python's traceback ends with the exception's own words, which may quote mail or a server."""
    from tuimail.config.logs import fault_of  # noqa: PLC0415 (see run)

    _say(f"a fault in tuimail ended it: {fault_of(fault)}", EXIT_FAILED)


def _say(words: str, status: int) -> int:
    sys.stderr.write(f"tuimail: {words}\n")
    return status
