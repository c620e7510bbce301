"""The sentence and the key for every state in which there is nothing, or something unusual, to see. Pure."""

from datetime import datetime, tzinfo
from math import ceil

from tuimail.api.events import FillingChanged, MailArrived
from tuimail.domain.account import Expired, Link, LinkState, Revoking, SignedOut
from tuimail.domain.clean import clean_line
from tuimail.domain.draft import OutboxState
from tuimail.domain.mailbox import MailboxRole
from tuimail.domain.message import Envelope, Flag
from tuimail.ui.fit import clock_time, plural
from tuimail.ui.state import AccountView, AppState
from tuimail.ui.widgets.status_bar import Status

_PLACES = ("in:", "-in:", "account:")
"""How words begin that say where to look."""
WIDTH, HEIGHT = 80, 24
"""The smallest terminal that is supported."""
_MINUTE = 60
_KEYCHAIN = "Your keychain is asking you something: look for its window. Ctrl+K shows other ways."


def list_words(state: AppState) -> str:  # noqa: PLR0911 (one sentence a state)
    """What stands in place of the list while it has no rows; empty if it has some."""
    if len(state.rows):
        return ""
    view = state.view
    if isinstance(view.sign_in, SignedOut):
        return f"{view.sign_in.reason or 'This account is signed out.'}\n\nEnter signs in. Comma opens settings."
    if isinstance(view.sign_in, Revoking):
        return "Signing out…"
    if view.trouble is not None and state.mailbox is None:
        return f"{view.trouble.summary}\n\nOther accounts are not concerned."
    mailbox = state.current_mailbox
    name = mailbox.title if mailbox else "this folder"
    if state.query and state.rows_known:
        return _no_hits(state, name)
    if state.list_view.narrow and state.rows_known:
        return f"Nothing in {name} matches “{state.list_view.narrow}”.\n\nEsc shows all messages again."
    if state.rows_known and state.is_complete:
        return f"{name} is empty."
    if view.link.link is Link.OFFLINE:
        return f"Offline, and {name} was not fetched yet.\n\nCtrl+R tries again."
    if state.mailbox is None and not view.mailboxes:
        return "" if view.link.link is Link.IDLE else "Connecting, then fetching your folders…"
    return f"Fetching {name} for the first time…" if state.rows_known else ""


def _no_hits(state: AppState, name: str) -> str:
    """An empty search, and each way to find more that was not taken."""
    is_everywhere = any(word.startswith(_PLACES) for word in state.query.lower().split())
    where = "Nothing stored" if is_everywhere else f"Nothing stored of {name}"
    ways = [] if is_everywhere else ["in:all in front of the words looks in every folder."]
    if not state.hits.words:
        ways.append("Enter asks the server too.")
    ways.append("Esc shows all messages again.")
    return "\n".join((f"{where} matches “{state.query}”.", "", *ways))


def reader_words(state: AppState) -> str:
    """What the reader says while nothing is open."""
    if not len(state.rows):
        return ""
    return "Enter opens the message under the cursor."


def reader_title(state: AppState) -> str:
    """What is open, and where in a conversation its cursor stands."""
    reading = state.reading
    if reading is None:
        return ""
    if not reading.is_stack:
        return "Message"
    return f"Message {reading.rows.index(reading.row) + 1:,} of {len(reading.rows):,}"


def banner_words(state: AppState) -> str:
    """What lasts and wants attention; of all accounts, the first that does."""
    if not state.is_joint:
        return _trouble_words(state.view) or (_KEYCHAIN if state.keychain_asking else state.view.read_only)
    if state.keychain_asking:
        return _KEYCHAIN
    told = {account: _trouble_words(state.accounts[account]) for account in state.own_accounts}
    return next((f"{account}: {words}" for account, words in told.items() if words), "")


def _trouble_words(view: AccountView) -> str:
    if view.trouble is not None:
        return view.trouble.summary
    if isinstance(view.sign_in, Expired):
        problem = view.sign_in.problem
        said = " F8: its own words." if problem.detail else ""
        return f"{problem.summary} Your stored mail stays readable. To sign in again: comma, then Enter.{said}"
    return ""


def filling_words(filling: FillingChanged) -> str:
    """How far the fetching in the background is, such as "older messages of Inbox: 12,400 of 100,000, 10 s left,
    9,000/s": what a narrow line cuts off first is the rate."""
    words = f"{filling.words}: {filling.done:,} of {filling.total:,}"
    if filling.is_paused:
        return f"{words}, paused"
    if filling.left_s is None:
        return words
    return f"{words}, {_duration(filling.left_s)} left, {filling.per_s:,.0f}/s"


def _duration(seconds: float) -> str:
    whole = ceil(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    return f"{ceil(whole / _MINUTE):,} min"


def row_words(envelope: Envelope | None) -> str:
    """The signs of a row in words."""
    if envelope is None:
        return ""
    words = [
        ("unread", envelope.is_unread),
        ("answered", Flag.ANSWERED in envelope.flags),
        ("forwarded", Flag.FORWARDED in envelope.flags),
        ("starred", envelope.is_flagged),
        ("attachment", envelope.has_attachment),
        ("waits for the server", envelope.pending),
    ]
    return ", ".join([word for word, holds in words if holds] + [f"“{clean_line(each)}”" for each in envelope.keywords])


def undo_window_s(state: AppState, now: datetime) -> int:
    """Whole seconds until the next mail leaves that can still be taken back; 0 if there is none."""
    left = [
        (item.send_at - now).total_seconds()
        for item in state.outbox
        if item.state is OutboxState.QUEUED and item.send_at is not None and item.send_at > now and not item.words
    ]
    return ceil(min(left, default=0))


def status(state: AppState, *, now: datetime, doing: str, right: str, zone: tzinfo) -> Status:
    """The status bar: link, what is being waited for, what stands under the cursor."""
    view = state.view
    if isinstance(view.sign_in, SignedOut):
        return Status(sign="○", link="signed out", middle=doing, right=right)
    sign, tone, link = _joint_link(state) if state.is_joint else _link(view.link, zone)
    if view.read_only:
        link += ", only reads"
    if view.filling is not None and not doing:
        doing = filling_words(view.filling)
    elif not state.is_complete and state.rows_known and not doing:
        mailbox = state.current_mailbox
        share = f": {len(state.rows):,} of {mailbox.total:,}" if mailbox and mailbox.total > len(state.rows) else ""
        doing = f"fetching the rest of this folder{share}"
    unsent = sum(len(state.accounts[account].unsent) for account in state.concerned)
    seconds = undo_window_s(state, now)
    if seconds:
        link += f", sending in {seconds} s"
    elif unsent:
        link += f", {unsent} in the outbox"
    return Status(sign=sign, tone=tone, link=link, middle=doing, right=right)


def too_small(width: int, height: int) -> str:
    """What a terminal below the smallest size is told; empty if it is large enough."""
    if width >= WIDTH and height >= HEIGHT:
        return ""
    return (
        f"tuimail needs {WIDTH}x{HEIGHT} characters.\nThis window has {width}x{height}.\nMake it larger; Ctrl+Q quits."
    )


def arrival_words(state: AppState, event: MailArrived) -> str:
    """What is said of new mail: of the mailbox on the screen, and of inboxes elsewhere; empty for other folders."""
    boxes = state.accounts[event.account].mailboxes
    is_inbox = any(box.id == event.mailbox and box.role is MailboxRole.INBOX for box in boxes)
    is_open = (event.account, event.mailbox) == (state.account, state.mailbox)
    if not is_inbox and not is_open:
        return ""
    here = len(state.own_accounts) == 1 or event.account == state.account
    return f"{event.count:,} new" if here else f"{event.count:,} new in {event.account}"


def is_outgoing(state: AppState) -> bool:
    """Whether the open folder holds mail of the user's own, so that its rows name recipients."""
    mailbox = state.current_mailbox
    return mailbox is not None and mailbox.role in {MailboxRole.SENT, MailboxRole.DRAFTS}


def _joint_link(state: AppState) -> tuple[str, str, str]:
    views = [state.accounts[account] for account in state.own_accounts]
    online = sum(1 for view in views if view.link.link in {Link.ONLINE, Link.SYNCING})
    waiting = sum(view.link.waiting for view in views)
    words = f", {plural(waiting, 'change')} waiting" if waiting else ""
    if online == len(views):
        return ("●", "$success", f"all online{words}")
    return ("○", "$warning", f"{online} of {len(views)} accounts online{words}")


def _link(link: LinkState, zone: tzinfo) -> tuple[str, str, str]:
    waiting = f", {plural(link.waiting, 'change')} waiting" if link.waiting else ""
    match link.link:
        case Link.ONLINE:
            return ("●", "$success", f"online{waiting}")
        case Link.CONNECTING | Link.SYNCING:
            if link.problem:
                return ("◌", "$warning", f"{link.link.value}: {link.problem.summary}{waiting}")
            return ("◌", "$accent", f"{link.link.value}{waiting}")
        case Link.OFFLINE:
            since = f" since {clock_time(link.since, zone=zone)}" if link.since else ""
            why = f": {link.problem.summary}" if link.problem else ""
            return ("○", "$warning", f"offline{since}{waiting}{why}")
        case Link.IDLE:
            return ("○", "$muted", f"not connected{waiting}")
