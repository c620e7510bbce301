"""The composition root below the interface: profile -> keychain, store, engine. Knows all rooms but ``ui``.

Before the first paint it imports the profile's reader and the store; a child process reads the store's key meanwhile.
``load_rest`` brings in everything else on a thread, once the first list is on the screen, or at once where nothing is
stored: its imports cost about half as much as all of the start before them.
"""

import gc
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tuimail.api.commands import ChooseKeychain, KeychainChoice, OpenAccount
from tuimail.api.events import Noticed
from tuimail.config.load import load_profile
from tuimail.config.model import Profile
from tuimail.config.paths import Places, find_profile, sweep
from tuimail.config.remember import recall, remember
from tuimail.config.zone import LocalZone
from tuimail.domain.clean import clean_line
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy, TuimailError
from tuimail.domain.ids import AccountId
from tuimail.domain.together import MOST
from tuimail.domain.token import Secret, StoreKey
from tuimail.engine.engine import MailEngine, Routes
from tuimail.engine.job import unforeseen
from tuimail.engine.mailboxes import ListRoom
from tuimail.engine.opening import Opener
from tuimail.engine.search import SearchRoom
from tuimail.engine.storage import Storage
from tuimail.engine.timers import Timers
from tuimail.engine.worker import Worker, log_crash
from tuimail.keychain import child
from tuimail.keychain.base import ACTIVITY_ENTRY, Keychain, entry_for
from tuimail.store.lock import Turn

if TYPE_CHECKING:
    from tuimail.domain.neighbour import Answer, Request
    from tuimail.engine.auth import Early
    from tuimail.engine.health import HealthDesk
    from tuimail.engine.household import Household
    from tuimail.engine.journal import Journal
    from tuimail.engine.outside import Outside
    from tuimail.engine.rooms import House
    from tuimail.engine.vault import Vault
    from tuimail.engine.ways import Browser

CLOSE_S = 1.0
_KEY_SLICE_S = 1.0
_YOUNG = 10_000
"""New objects after which cycles are looked for; Python's 700 would do so at nearly every key."""
_PAINT_S = 0.03
"""From a list sent to the screen until it is painted; importing earlier would take the lock from the painting."""
_SEALED = "sealed file"
"""Remembered in the place of a backend's name."""


def now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


class Setting(Struct, frozen=True, kw_only=True):
    """What differs between a real start and the demo."""

    profile: Profile
    places: Places
    environ: dict[str, str]
    zone: tzinfo
    keychain: Callable[[], Keychain] | None = None
    """A keychain to use instead of the system's."""
    open_sign_in: Callable[[str], bool] | None = None
    """Who goes to the sign-in page instead of the browser."""
    sign_in_limit_s: float = 300.0
    sign_in_every_s: float = 3.0
    """How long a sign-in waits for the person at the browser."""
    is_passing: bool = False
    """Whether all its places go when it ends."""
    clock: Callable[[], datetime] = now
    """What time it is for all that is stored and shown; waits and certificates go by the system's clock."""


class Program:
    """One running engine with everything behind it."""

    def __init__(self, setting: Setting, default: AccountId) -> None:
        self.setting = setting
        self.default = default
        self._remembered = recall(setting.places.remembered)
        self._turn_before = Turn(setting.places.lock(default)).last_end()
        self._pending_key = self._start_key_child()
        self._is_key_taken = False
        self.engine = MailEngine()
        self.timers = Timers()
        store_worker = Worker("store", on_crash=log_crash)
        self.storage = Storage(
            setting.places, store_worker, emit=self.engine.emit, now=setting.clock, zone=setting.zone
        )
        self.lists = ListRoom(self.storage, self.engine.emit, self.timers)
        names = tuple(account.id for account in setting.profile.accounts)
        self.searches = SearchRoom(self.storage, self.lists, emit=self.engine.emit, timers=self.timers, accounts=names)
        self.opener = Opener(
            self.storage,
            self.lists,
            key_source=self._wait_for_key,
            emit=self.engine.emit,
            wants_rest=self._load_rest_in,
        )
        self.lists.on_shown = lambda: self._load_rest_in(_PAINT_S)
        self._has_door = False
        self.engine.on_close(self.timers.close)
        self.engine.on_close(self.storage.close)
        self._early_routes: Routes = {**self.lists.routes(), **self.searches.routes()}
        self.engine.attach({**self._early_routes, OpenAccount: self.opener.open})
        self._loading = threading.Lock()
        self._is_loaded = False
        self.household: Household | None = None
        self.health: HealthDesk | None = None

    def open_door(self) -> None:
        """Listen for other windows of every account that this process comes to write for. Before ``load_rest``."""
        self._has_door = True

    def hurry(self) -> None:
        """Where nothing is stored that could be shown, the network is on the way to the first list."""
        if not self.setting.places.store(self.default).exists():
            self._load_rest_in(0.0)

    def load_rest(self) -> None:
        """Import the network, the keychain and the mail parser, and attach their routes."""
        with self._loading:
            if self._is_loaded:
                return
            self._is_loaded = True
            try:
                self._attach_rooms()
            finally:
                _look_for_garbage()

    def _load_rest_in(self, delay_s: float) -> None:
        if not self._is_loaded:
            self.timers.after(delay_s, lambda: threading.Thread(target=self._load_and_tell, name="loading").start())

    def _load_and_tell(self) -> None:
        """``load_rest`` at the bottom of its thread: a failure is told, not left as an endless "not connected"."""
        try:
            self.load_rest()
        except TuimailError as error:
            self.engine.emit(Noticed(problem=error.as_problem()))
        except Exception as error:  # noqa: BLE001 (the crash barrier of this thread)
            log_crash("loading", error)
            self.engine.emit(Noticed(problem=unforeseen(error)))

    def _attach_rooms(self) -> None:
        # Imported here, after the first paint: together they cost as much as all of the start before them.
        from tuimail.engine.auth import Surroundings  # noqa: PLC0415
        from tuimail.engine.contacts import ContactFiles  # noqa: PLC0415
        from tuimail.engine.doorway import Doorway  # noqa: PLC0415
        from tuimail.engine.household import Household  # noqa: PLC0415
        from tuimail.engine.rooms import ACCOUNT_COMMANDS, House  # noqa: PLC0415
        from tuimail.engine.vault import Vault  # noqa: PLC0415
        from tuimail.net.tls import make_context  # noqa: PLC0415

        setting, engine = self.setting, self.engine
        vault = Vault(
            self._make_keychain,
            self._first_choice(),
            emit=engine.emit,
            timers=self.timers,
            sealed_exists=setting.places.sealed_file.exists(),
        )
        journal = self._journal(vault)
        house = House(
            storage=self.storage,
            lists=self.lists,
            vault=vault,
            journal=journal,
            timers=self.timers,
            parser=Worker("parser", on_crash=log_crash),
            browser=self._browser(),
            outside=self._outside(),
            around=Surroundings(
                emit=engine.emit,
                monotonic=monotonic,
                now=setting.clock,
                random=chance,
                turn=self.storage.turn,
                early=self._early_entry,
                zone=setting.zone,
            ),
            send_delay_s=setting.profile.ui.send_delay_s,
            zone=setting.zone,
            nudge=self._nudge,
        )
        contacts = ContactFiles(setting.profile.contacts, setting.profile.groups)
        household = Household(setting.profile.accounts, house, make_context, contacts=contacts)
        engine.on_close(vault.close)
        engine.on_close(journal.close)
        engine.on_close(household.close)
        if self._has_door:
            doorway = Doorway(engine, setting.places.socket, emit=engine.emit, look=household.look_at_outbox)
            self.storage.when_locked(doorway.open)
            engine.on_close(doorway.close)
        engine.attach(self._joined({**self._early_routes, **household.routes(ACCOUNT_COMMANDS)}))
        self.lists.on_opened = household.mailbox_opened
        self.opener.continue_with(household.open)
        self.household = household
        # The account's server is being asked by now.
        self._attach_safety(household, house)

    def _journal(self, vault: "Vault") -> "Journal":
        from tuimail.engine.journal import Journal  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.store.activity import ActivityLog  # noqa: PLC0415 (see _attach_rooms)

        def open_log() -> ActivityLog:
            read = self._pending_key.beside if self._pending_key is not None else None
            # The keychain's library weighs 9 MB, and a session without a sign-in or a sign-out has no other use for it.
            key = StoreKey(bytes.fromhex(read.reveal())) if read is not None else vault.activity_key()
            return ActivityLog(self.setting.places.activity, key)

        return Journal(
            open_log,
            self.setting.clock,
            {account.id: account.keep.activity_days for account in self.setting.profile.accounts},
            after=self.timers.after,
        )

    def _attach_safety(self, household: "Household", house: "House") -> None:
        """What ends, shows and exports all that is held."""
        from tuimail.engine.emergency import EmergencyDesk, EmergencyTools  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.engine.health import HealthDesk  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.engine.privacy import PrivacyDesk, PrivacyTools  # noqa: PLC0415 (see _attach_rooms)

        tools = EmergencyTools(
            accounts=self.setting.profile.accounts,
            rooms=household.rooms,
            vault=house.vault,
            places=self.setting.places,
            worker=house.parser,
            follow=self._ask_neighbour,
        )
        privacy = PrivacyTools(
            accounts=self.setting.profile.accounts,
            rooms=household.rooms,
            storage=self.storage,
            vault=house.vault,
            journal=house.journal,
            places=self.setting.places,
            profile=self.setting.profile.path,
            now=self.setting.clock,
        )
        self.health = HealthDesk(household.rooms, house.journal)
        for desk in (EmergencyDesk(tools), PrivacyDesk(privacy), self.health):
            self.engine.attach(desk.routes())

    def _joined(self, routes: Routes) -> Routes:
        """The routes; of several accounts, with those of all together."""
        names = tuple(account.id for account in self.setting.profile.accounts)
        if not 1 < len(names) <= MOST:
            return routes
        from tuimail.engine.together import Together  # noqa: PLC0415 (see _attach_rooms)

        together = Together(names, first=self.default, emit=self.engine.emit)
        self.engine.listen(together.hear)
        if self.storage.is_open(self.default):
            # It was told before anybody joined it to the others.
            self.storage.worker.post(lambda: self.lists.show_mailboxes(self.default))
        return together.around(routes)

    @property
    def wants_passphrase(self) -> bool:
        """Whether the secrets lie in the sealed file, which nothing opens unasked."""
        return self._first_choice() is None

    @property
    def knows_keychain(self) -> bool:
        """Whether any run on this machine had a keychain that lasts."""
        return bool(self._remembered.keychain_backend)

    def _nudge(self, account: AccountId) -> None:
        from tuimail.domain.neighbour import Request, Wish  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.net.neighbour import ask  # noqa: PLC0415 (see _attach_rooms)

        ask(self.setting.places.socket(account), Request(wish=Wish.LOOK, account=account))

    def _ask_neighbour(self, request: "Request") -> "Iterator[Answer]":
        from tuimail.engine.doorway import ANSWER_LIMIT_S  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.net.neighbour import follow  # noqa: PLC0415 (see _attach_rooms)

        yield from follow(self.setting.places.socket(request.account), request, timeout_s=ANSWER_LIMIT_S)

    def _make_keychain(self, choice: KeychainChoice, passphrase: Secret | None) -> Keychain:
        """The keychain that was chosen; runs on the keychain worker."""
        from tuimail.keychain.file import SealedFile  # noqa: PLC0415 (imports cryptography)
        from tuimail.keychain.memory import MemoryKeychain  # noqa: PLC0415 (as its neighbours)
        from tuimail.keychain.system import SystemKeychain  # noqa: PLC0415 (imports keyring)

        match choice:
            case KeychainChoice.SEALED_FILE:
                sealed = SealedFile(self.setting.places.sealed_file, passphrase or Secret(""))
                self._remember_keychain(_SEALED)
                return sealed
            case KeychainChoice.MEMORY:
                return MemoryKeychain()
            case KeychainChoice.RETRY:
                if self.setting.keychain is not None:
                    return self.setting.keychain()
                remembered = self._remembered.keychain_backend
                system = SystemKeychain(remembered if remembered != _SEALED else None)
                self._remember_keychain(system.backend_name)
                return system

    def _browser(self) -> "Browser":
        from tuimail.engine.ways import Browser  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.oauth.browser import looks_remote, open_url  # noqa: PLC0415 (see _attach_rooms)

        environ = self.setting.environ
        stand_in = self.setting.open_sign_in
        return Browser(
            open_url=stand_in or open_url,
            open_link=open_url,
            is_remote=stand_in is None and looks_remote(environ),
            is_played=stand_in is not None,
            time_limit_s=self.setting.sign_in_limit_s,
            every_s=self.setting.sign_in_every_s,
        )

    def _outside(self) -> "Outside":
        from tuimail.engine.opener import open_file  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.engine.outside import Outside  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.engine.temporary import PrivateFiles  # noqa: PLC0415 (see _attach_rooms)
        from tuimail.oauth.browser import open_page  # noqa: PLC0415 (see _attach_rooms)

        files, environ = PrivateFiles(self.setting.places.temporary), self.setting.environ
        files.sweep()
        self.engine.on_close(files.clear)
        return Outside(
            files=files,
            open_file=lambda path: open_file(path, environ),
            open_page=lambda path: open_page(path, environ),
        )

    def _remember_keychain(self, name: str) -> None:
        """Note which keychain was used, for the child process of the next start."""
        if self._remembered.keychain_backend != name:
            self._remembered = replace(self._remembered, keychain_backend=name)
            remember(self.setting.places.remembered, self._remembered)

    def _first_choice(self) -> ChooseKeychain | None:
        """What to try unasked: None where only a passphrase opens it."""
        if self.setting.keychain is None and self._remembered.keychain_backend == _SEALED:
            return None
        return ChooseKeychain(choice=KeychainChoice.RETRY)

    def close(self) -> None:
        """Stop everything within a second."""
        self.engine.close(CLOSE_S)
        if self._pending_key is not None:
            self._pending_key.close()

    def _start_key_child(self) -> child.PendingKey | None:
        backend = self._remembered.keychain_backend
        if self.setting.keychain is not None or "." not in backend:
            return None
        return child.start(entry_for(self.default), backend, beside=ACTIVITY_ENTRY)

    def _wait_for_key(self, account: AccountId, tell: Callable[[], None]) -> StoreKey | None:
        # Once only: after a sign-out it would open a new store with the key of the deleted one.
        if self._pending_key is None or account != self.default or self._is_key_taken:
            return None
        self._is_key_taken = True
        answer = self._pending_key.wait(_KEY_SLICE_S)
        if answer is child.NoKey.NOT_YET:
            tell()
            while answer is child.NoKey.NOT_YET:
                answer = self._pending_key.wait(_KEY_SLICE_S)
        return answer if isinstance(answer, StoreKey) else None

    def _early_entry(self, account: AccountId) -> "Early | None":
        """What the child process read beside the key: a start need not ask the keychain again. Once."""
        from tuimail.engine.auth import Early  # noqa: PLC0415 (see _attach_rooms)

        pending = self._pending_key
        if pending is None or pending.entry is None or account != self.default:
            return None
        entry, pending.entry = pending.entry, None
        return Early(entry=entry, turn=self._turn_before)


def _look_for_garbage() -> None:
    """From now on, and only among what is made from now on: what a start loaded stays."""
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    gc.enable()


def monotonic() -> float:
    """Seconds that go on while the machine sleeps, so that a token's end is not missed; Linux, else monotonic."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def chance() -> float:
    """A number from [0, 1) for spreading retries; nothing secret hangs on it."""
    return random.random()  # noqa: S311 (see above)


def read_setting(profile_flag: str | None, environ: dict[str, str], places: Places) -> Setting:
    """The setting of a real start; raises ConfigError for a bad profile."""
    profile = load_profile(find_profile(environ, profile_flag, places))
    places.create()
    sweep(places.temporary, now_s=time.time())
    return Setting(profile=profile, places=places, environ=environ, zone=LocalZone())


def chosen_account(profile: Profile, name: str | None) -> AccountId:
    """The account named on the command line, or the default one; ConfigError for an unknown name."""
    if name is None:
        return profile.default
    known = [account.id for account in profile.accounts]
    if name not in known:
        words = f"there is no account “{clean_line(name)}” in {profile.path}; there is: {', '.join(known)}."
        raise ConfigError(ErrorKind.BAD_PROFILE, words, remedy=Remedy.FIX_CONFIG)
    return AccountId(name)
