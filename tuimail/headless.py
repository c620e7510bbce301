"""``tuimail check`` and ``tuimail logout``: the engine without a screen, its answers as lines."""

import getpass
import itertools
import queue
import sys
from collections.abc import Iterable, Mapping

from tuimail.api.commands import ChooseKeychain, KeychainChoice, PreviewSignOutAll, RetryRevocation, SignOut, SignOutAll
from tuimail.api.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    KeychainNeeded,
    SignedOutReport,
    SignOutAllPreviewed,
    SignOutStepped,
)
from tuimail.config.home import from_home
from tuimail.config.load import check_theme
from tuimail.config.logs import close_log, open_log
from tuimail.config.paths import find_places
from tuimail.config.themes import bundled_dir, load_themes
from tuimail.domain.draft import SignOutStep, SignOutStepState
from tuimail.domain.emergency import AccountEnd, owed, report_text
from tuimail.domain.errors import ErrorKind, KeychainError, Remedy
from tuimail.domain.health import Grade
from tuimail.domain.ids import AccountId
from tuimail.domain.neighbour import Answer, Refused, Reported, Request, Stepped, Wish
from tuimail.domain.token import Secret
from tuimail.engine.check import Check, CheckLine
from tuimail.engine.doorway import ANSWER_LIMIT_S
from tuimail.engine.files import write_new
from tuimail.net.neighbour import follow
from tuimail.program import Program, Setting, chosen_account, read_setting

EXIT_GOOD = 0
EXIT_FAILED = 1
_GRADES = {Grade.GOOD: "ok", Grade.FACT: "  ", Grade.WEAK: " !"}
SILENCE_S = ANSWER_LIMIT_S + 5.0
"""Longest wait for a word of the window that signs out."""

_SIGNS = {
    SignOutStepState.DOING: "..",
    SignOutStepState.DONE: "ok",
    SignOutStepState.FAILED: "!!",
    SignOutStepState.NOT_POSSIBLE: "--",
}


def check(profile_flag: str | None, account: str | None, environ: Mapping[str, str]) -> int:
    """Try every link of the chain for one account or all of them; 0 all good, 1 something failed."""
    setting = read_setting(profile_flag, dict(environ), find_places())
    check_theme(setting.profile, [theme.name for theme in load_themes([bundled_dir(), setting.places.user_themes])])
    _print(f"ok  profile: {setting.profile.path}")
    names = [chosen_account(setting.profile, account)] if account else [each.id for each in setting.profile.accounts]
    is_good = True
    for name in names:
        is_good = check_account(setting, name) and is_good
    return EXIT_GOOD if is_good else EXIT_FAILED


def logout(profile_flag: str | None, name: str | None, environ: Mapping[str, str], *, here_only: bool) -> int:
    """Sign an account out as the settings screen does; 1 where the revocation failed, local data being gone."""
    setting = read_setting(profile_flag, dict(environ), find_places())
    return sign_out(setting, chosen_account(setting.profile, name), here_only=here_only)


def sign_out(setting: Setting, account: AccountId, *, here_only: bool) -> int:
    """``logout`` for one account of a setting: by the window that is open, or here where there is none."""
    request = Request(wish=Wish.SIGN_OUT, account=account, here_only=here_only)
    answers = follow(setting.places.socket(account), request, timeout_s=SILENCE_S)
    first = next(answers, None)
    if first is not None:
        return _print_answers(itertools.chain([first], answers))
    log = open_log(setting.places.log)
    program = Program(setting, account)
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    program.engine.listen(heard.put)
    try:
        program.load_rest()
        if not _holds_anything(program, account):
            _print(f"ok  {account}: nobody is signed in; nothing of it is left here")
            return EXIT_GOOD
        program.engine.submit(SignOut(account=account, here_only=here_only))
        return _follow_sign_out(heard)
    finally:
        program.close()
        close_log(log)


def logout_all(profile_flag: str | None, environ: Mapping[str, str], *, report: str | None, is_certain: bool) -> int:
    """The emergency: every account ended, this machine first; 1 where access at a provider may live on."""
    setting = read_setting(profile_flag, dict(environ), find_places())
    return sign_out_all(setting, report=report, is_certain=is_certain)


def sign_out_all(setting: Setting, *, report: str | None, is_certain: bool) -> int:
    """``logout_all`` for a setting. Asks first, unless the command line said yes."""
    log = open_log(setting.places.log)
    program = Program(setting, setting.profile.default)
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    try:
        program.load_rest()
        _unlock_if_known(program)
        program.engine.listen(heard.put)
        if not is_certain and not _is_certain(program, heard):
            _print("Nothing was changed.")
            return EXIT_FAILED
        program.engine.submit(SignOutAll())
        ends = _follow_all(setting, heard)
        while sys.stdin.isatty() and any(end.is_owed for end in ends.values()):
            if input("r tries again to revoke what is owed, Enter ends: ").strip() != "r":
                break
            for end in ends.values():
                if end.is_owed:
                    program.engine.submit(RetryRevocation(account=end.account))
                    ends.update(_follow_all(setting, heard))
        return _print_ends(ends, setting, report)
    finally:
        program.close()
        close_log(log)


def _is_certain(program: Program, heard: "queue.SimpleQueue[Event]") -> bool:
    _print("This signs out of every account, revokes their access and deletes here:")
    program.engine.submit(PreviewSignOutAll())
    event = heard.get()
    while not isinstance(event, SignOutAllPreviewed):
        event = heard.get()
    for each in event.previews:
        lost = f"{each.drafts} drafts, {each.unsent} unsent mails" if each.is_counted else "drafts not counted"
        _print(f"    {each.account}: {each.address} at {each.provider}: sign-in, stored mail, {lost}")
    if not sys.stdin.isatty():
        _print("!!  Nobody is there to ask. Give --yes to go on without a question.")
        return False
    return input("Drafts and unsent mail lie nowhere else. Type yes to go on: ").strip() == "yes"


def _unlock_if_known(program: Program) -> None:
    """Without the passphrase nothing can be revoked, but the sealed file can be deleted unread."""
    if program.wants_passphrase and sys.stdin.isatty():
        try:
            _unlock(program)
        except KeychainError:
            _print("Going on without it: the sealed file is deleted unread, and nothing in it can be revoked.")


def _follow_all(setting: Setting, heard: "queue.SimpleQueue[Event]") -> dict[AccountId, AccountEnd]:
    known = {account.id: account for account in setting.profile.accounts}
    told: dict[AccountId, tuple[SignOutStep, ...]] = {}
    ends: dict[AccountId, AccountEnd] = {}
    while True:
        event = heard.get()
        match event:
            case SignOutStepped(account=name, steps=steps):
                told[name] = _print_steps(steps, told.get(name, ()), lead=f"{name}: ")
            case SignedOutReport(account=name):
                _print_steps(event.steps, told.get(name, ()), lead=f"{name}: ")
                account = known.get(name)
                ends[name] = AccountEnd(
                    account=name,
                    address=account.address if account else "",
                    provider=account.provider if account else "",
                    steps=event.steps,
                    revoked=event.revoked,
                    is_owed=event.can_retry,
                    page=event.access_page,
                )
            case Failed(problem=problem):
                _print(f"!!  {problem.summary}")
                return ends
            case Finished() | Cancelled() if event.command is not None:
                return ends


def _print_ends(ends: Mapping[AccountId, AccountEnd], setting: Setting, report: str | None) -> int:
    still = owed(ends.values())
    for end in still:
        _print(f"!!  {end.account}: access was NOT ended; do it at {end.page or 'the security page of the provider'}")
    if report is not None:
        path = from_home(report)
        written = write_new(path.parent, path.name, report_text(ends.values(), at=setting.clock()).encode())
        _print(f"ok  the report was saved as {written}")
    has_failed = any(step.state is SignOutStepState.FAILED for end in ends.values() for step in end.steps)
    return EXIT_FAILED if still or has_failed else EXIT_GOOD


def check_account(setting: Setting, name: AccountId) -> bool:
    """``check`` for one account of a setting: whether nothing failed."""
    log = open_log(setting.places.log)
    program = Program(setting, name)
    try:
        program.load_rest()
        household = program.household
        assert household is not None  # noqa: S101 (loaded above)
        rooms = household.rooms(name)
        _print(f"\n{name}: {rooms.account.address} at {rooms.account.provider}")
        _unlock(program)
        is_good = True
        tried = Check(rooms.auth, rooms.context, is_writer=rooms.is_writer)
        for line in tried.lines():
            _print(_as_text(line))
            is_good = is_good and line.is_good is not False
        assert program.health is not None  # noqa: S101 (loaded above)
        for fact in program.health.lines(name, tls=tried.tls, now=setting.clock()):
            _print(f"{_GRADES[fact.grade]}  {fact.title}: {fact.words}")
        return is_good
    finally:
        program.close()
        close_log(log)


def _holds_anything(program: Program, account: AccountId) -> bool:
    """Whether a sign-in or mail of the account is here; a keychain that was used and cannot be read may hold one."""
    places = program.setting.places
    # A copy that was set aside counts as well.
    has_store = places.store(account).exists() or any(places.data.glob(f"{account}-set-aside-*"))
    if program.wants_passphrase and not has_store and not places.sealed_file.exists():
        return False
    _unlock(program)
    household = program.household
    assert household is not None  # noqa: S101 (the caller loaded it)
    auth = household.rooms(account).auth
    try:
        auth.worker.call(auth.read_record)
    except KeychainError:
        return has_store or program.knows_keychain
    return has_store or auth.record is not None


def _unlock(program: Program) -> None:
    """Ask for the passphrase where the secrets lie in a sealed file; three tries, then the command fails in words."""
    if not program.wants_passphrase:
        return
    _print("The sign-ins are kept in a sealed file, which its passphrase opens.")
    for _ in range(3):
        passphrase = Secret(getpass.getpass("Passphrase of your sealed secrets: "))
        heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
        program.engine.listen(heard.put)
        program.engine.submit(ChooseKeychain(choice=KeychainChoice.SEALED_FILE, passphrase=passphrase))
        event = heard.get()
        while not isinstance(event, Finished | Failed | KeychainNeeded):
            event = heard.get()
        if isinstance(event, Finished):
            return
        _print("That passphrase does not open it.")
    words = "The sealed secrets were not opened, so nothing was done."
    raise KeychainError(ErrorKind.WRONG_PASSPHRASE, words, remedy=Remedy.UNLOCK)


def _print_answers(answers: Iterable[Answer]) -> int:
    """What the other window says of the sign-out, as it comes."""
    told: tuple[SignOutStep, ...] = ()
    report: Reported | None = None
    for answer in answers:
        match answer:
            case Stepped(steps=steps):
                told = _print_steps(steps, told)
            case Reported():
                report = answer
            case Refused(words=words):
                _print(f"!!  {words}")
                return EXIT_FAILED
            case _:
                continue
    if report is None:
        _print("!!  The other tuimail window ended before it said how the sign-out went. Run this again.")
        return EXIT_FAILED
    _print_steps(report.steps, told)
    _print_page(report.access_page, revoked=report.revoked)
    return EXIT_FAILED if any(step.state is SignOutStepState.FAILED for step in report.steps) else EXIT_GOOD


def _print_steps(
    steps: tuple[SignOutStep, ...], told: tuple[SignOutStep, ...], *, lead: str = ""
) -> tuple[SignOutStep, ...]:
    """Print the steps that have ended since; returns all that were printed."""
    for step in steps[len(told) :]:
        if step.state is not SignOutStepState.DOING:
            _print(f"{_SIGNS[step.state]}  {lead}{step.title}: {step.words}")
            told = (*told, step)
    return told


def _print_page(page: str | None, *, revoked: bool) -> None:
    if page and not revoked:
        _print(f"    To end access at the provider, open {page}")


def _follow_sign_out(heard: "queue.SimpleQueue[Event]") -> int:
    told: tuple[SignOutStep, ...] = ()
    failed = False
    while True:
        event = heard.get()
        if isinstance(event, SignOutStepped):
            told = _print_steps(event.steps, told)
        elif isinstance(event, SignedOutReport):
            failed = any(step.state is SignOutStepState.FAILED for step in event.steps)
            _print_page(event.access_page, revoked=event.revoked)
        elif isinstance(event, Failed):
            _print(f"!!  {event.problem.summary}")
            return EXIT_FAILED
        elif isinstance(event, Finished | Cancelled) and event.command is not None:
            return EXIT_FAILED if failed else EXIT_GOOD


def _as_text(line: CheckLine) -> str:
    if line.is_good is None:
        return f"--  {line.title}: {line.words}"
    return f"{'ok' if line.is_good else '!!'}  {line.title}: {line.words} ({line.seconds:.2f} s)"


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
