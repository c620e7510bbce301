"""The registry of everything a key can do: one entry an action, read by keymap, help, palette and hint line."""

from dataclasses import dataclass
from enum import StrEnum


class Context(StrEnum):
    """Where an action is at hand."""

    EVERYWHERE = "everywhere"
    MESSAGE = "messages"
    """List and reader alike."""
    LIST = "list"
    READER = "reader"
    FOLDERS = "folders"


class Pane(StrEnum):
    """A pane that can have the focus; it offers the actions of some contexts."""

    LIST = "list"
    READER = "reader"
    FOLDERS = "folders"


CONTEXTS = {
    Pane.LIST: (Context.EVERYWHERE, Context.MESSAGE, Context.LIST),
    Pane.READER: (Context.EVERYWHERE, Context.MESSAGE, Context.READER),
    Pane.FOLDERS: (Context.EVERYWHERE, Context.FOLDERS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the user can do on the main screen."""

    name: str
    """What a keymap calls it; the main screen has a method of this name for it."""
    title: str
    """For help and palette."""
    hint: str
    """One word for the hint line."""
    context: Context
    keys: tuple[str, ...]
    """Default keys; a sequence has a space between its keys."""
    help: str = ""


def _action(context: Context, name: str, keys: str, title: str, *, hint: str = "", about: str = "") -> Action:
    return Action(
        name=name,
        title=title,
        hint=hint or title.lower(),
        context=context,
        keys=tuple(key.strip() for key in keys.split("|") if key.strip()),
        help=about,
    )


ACTIONS = tuple(
    _action(*entry[:4], hint=entry[4] if len(entry) > 4 else "", about=entry[5] if len(entry) > 5 else "")  # noqa: PLR2004 (optional columns)
    for entry in (
        (Context.EVERYWHERE, "compose", "c", "Write a new mail", "compose"),
        (Context.EVERYWHERE, "search", "/", "Search this folder", "search", "Words in sender, recipients and subject."),
        (Context.EVERYWHERE, "undo", "z", "Undo", "undo", "Takes back the newest change, also a mail not yet sent."),
        (Context.EVERYWHERE, "refresh", "ctrl+r | f5", "Check for mail now", "check"),
        (Context.EVERYWHERE, "go_inbox", "g i", "Go to Inbox", "inbox"),
        (Context.EVERYWHERE, "go_drafts", "g d", "Go to drafts", "drafts"),
        (Context.EVERYWHERE, "go_sent", "g t", "Go to Sent", "sent"),
        (Context.EVERYWHERE, "go_archive", "g a", "Go to Archive", "archive"),
        (Context.EVERYWHERE, "go_starred", "g s", "Go to Starred", "starred"),
        (Context.EVERYWHERE, "go_junk", "g j", "Go to Junk", "junk"),
        (Context.EVERYWHERE, "go_trash", "g x", "Go to Trash", "trash"),
        (Context.EVERYWHERE, "go_outbox", "g o", "Go to the outbox", "outbox"),
        (Context.EVERYWHERE, "go_folder", "g f", "Go to any folder", "any folder"),
        (Context.EVERYWHERE, "switch_account", "@", "Switch account", "account"),
        (Context.EVERYWHERE, "settings", ",", "Settings and accounts", "settings"),
        (Context.EVERYWHERE, "help", "? | f1", "Help for this screen", "help"),
        (Context.EVERYWHERE, "palette", ":", "Command palette", "palette"),
        (Context.EVERYWHERE, "folders", "ctrl+g", "Show the folder list", "folders"),
        (Context.EVERYWHERE, "sign_in", "", "Sign in again", "sign in"),
        (Context.EVERYWHERE, "quit", "ctrl+q", "Quit", "quit"),
        (Context.MESSAGE, "reply", "r", "Reply", "reply"),
        (Context.MESSAGE, "reply_all", "R", "Reply to all", "reply all"),
        (Context.MESSAGE, "forward", "f", "Forward", "forward"),
        (Context.MESSAGE, "archive", "a | e", "Archive", "archive"),
        (Context.MESSAGE, "delete", "d | #", "Delete (to Trash)", "delete"),
        (Context.MESSAGE, "move", "m", "Move to a folder", "move"),
        (Context.MESSAGE, "junk", "!", "Junk, or not junk", "junk"),
        (Context.MESSAGE, "star", "s", "Star, or take the star away", "star"),
        (Context.MESSAGE, "toggle_read", "u", "Mark as read or unread", "unread"),
        (Context.MESSAGE, "attachments", "A", "List attachments", "attachments"),
        (Context.LIST, "list_down", "j | down", "Next message", "next"),
        (Context.LIST, "list_up", "k | up", "Previous message", "previous"),
        (Context.LIST, "list_page_down", "pagedown | ctrl+f", "Page down"),
        (Context.LIST, "list_page_up", "pageup | ctrl+b", "Page up"),
        (Context.LIST, "list_half_down", "ctrl+d", "Half a page down"),
        (Context.LIST, "list_half_up", "ctrl+u", "Half a page up"),
        (Context.LIST, "list_first", "g g | home", "First message", "first"),
        (Context.LIST, "list_last", "G | end", "Last message", "last"),
        (Context.LIST, "open", "enter", "Open the message", "open"),
        (Context.LIST, "list_back", "q", "Back: marks, search, open message; then twice to quit", "back"),
        (Context.LIST, "list_clear", "escape", "Clear marks or search", "clear"),
        (Context.LIST, "next_folder", "J", "Next folder"),
        (Context.LIST, "previous_folder", "K", "Previous folder"),
        (Context.LIST, "next_unread", "n", "Next unread message; next hit in a search", "next unread"),
        (Context.LIST, "previous_hit", "N", "Previous hit of a search"),
        (Context.LIST, "mark", "space | x", "Mark and move on", "mark"),
        (Context.LIST, "mark_range", "v", "Mark a range: then move", "range"),
        (Context.LIST, "mark_all", "*", "Mark all, or none", "mark all"),
        (Context.READER, "scroll_line_down", "j | down", "Scroll down", "scroll"),
        (Context.READER, "scroll_line_up", "k | up", "Scroll up"),
        (Context.READER, "scroll_page_down", "space | pagedown | ctrl+f", "Page down"),
        (Context.READER, "scroll_page_up", "b | shift+space | pageup | ctrl+b", "Page up"),
        (Context.READER, "scroll_half_down", "ctrl+d", "Half a page down"),
        (Context.READER, "scroll_half_up", "ctrl+u", "Half a page up"),
        (Context.READER, "scroll_top", "g g | home", "To the top", "top"),
        (Context.READER, "scroll_bottom", "G | end", "To the end", "end"),
        (Context.READER, "reader_back", "q | escape", "Back to the list", "back"),
        (Context.READER, "next_message", "J", "Next message", "next"),
        (Context.READER, "previous_message", "K", "Previous message", "previous"),
        (Context.READER, "links", "o", "List links with their targets", "links"),
        (Context.READER, "headers", "h", "All headers, or the main ones", "headers"),
        (Context.READER, "source", "H", "The mail as it was sent", "source"),
        (Context.READER, "plain_or_html", "t", "Plain text or HTML", "text/HTML"),
        (Context.READER, "quotes", "Q", "Fold quotations", "quotes"),
        (Context.READER, "copy", "y", "Copy the selection, a link, an address or a code", "copy"),
        *((Context.READER, f"link_{n}", str(n), f"Open link {n}") for n in range(1, 10)),
        (Context.FOLDERS, "folder_down", "j | down", "Next folder", "next"),
        (Context.FOLDERS, "folder_up", "k | up", "Previous folder", "previous"),
        (Context.FOLDERS, "folder_first", "g g | home", "First folder"),
        (Context.FOLDERS, "folder_last", "G | end", "Last folder"),
        (Context.FOLDERS, "folder_open", "enter | right", "Open the folder", "open"),
        (Context.FOLDERS, "folder_back", "q | escape | left", "Back to the list", "back"),
    )
)
BY_NAME = {action.name: action for action in ACTIONS}
