"""The registry of everything a key can do: one entry an action, read by keymap, help, palette and hint line."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct


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


class Action(Struct, frozen=True, kw_only=True):
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


def _actions(context: Context, rows: Iterable[tuple[str, ...]]) -> Iterator[Action]:
    """Rows hold name, keys, title, and perhaps the hint's word and a sentence for help."""
    for name, keys, title, *more in rows:
        yield Action(
            name=name,
            title=title,
            hint=more[0] if more else title.lower(),
            context=context,
            keys=tuple(key.strip() for key in keys.split(" | ") if key.strip()),
            help=more[1] if len(more) > 1 else "",
        )


_EVERYWHERE = (
    ("compose", "c", "Write a new mail", "compose"),
    ("search", "/", "Search", "search", "Sender, recipients, subject, text; in:all searches every folder."),
    ("search_server", "", "Search at the server, too", "ask the server"),
    ("save_search", "", "Save this search as a folder", "keep"),
    ("delete_search", "", "Delete this kept search", "forget"),
    ("undo", "z", "Undo", "undo", "Takes back the newest change, also a mail not yet sent."),
    ("refresh", "ctrl+r | f5", "Check for mail now", "check"),
    ("go_inbox", "g i", "Go to Inbox", "inbox"),
    ("go_drafts", "g d", "Go to drafts", "drafts"),
    ("go_sent", "g t", "Go to Sent", "sent"),
    ("go_archive", "g a", "Go to Archive", "archive"),
    ("go_starred", "g s", "Go to Starred", "starred"),
    ("go_junk", "g j", "Go to Junk", "junk"),
    ("go_trash", "g x", "Go to Trash", "trash"),
    ("go_outbox", "g o", "Go to the outbox", "outbox"),
    ("go_folder", "g f", "Go to any folder", "any folder"),
    ("switch_account", "@", "Switch account", "account"),
    ("settings", ",", "Settings and accounts", "settings"),
    ("health", "", "Sign-in health: permissions, tokens, traps, test now", "health"),
    ("kept", "", "What is kept on this machine: delete, export", "kept"),
    ("emergency", "", "My machine or a token may be compromised: end everything", "emergency"),
    ("details", "f8", "The newest problem, in the server's own words", "its words"),
    ("help", "? | f1", "Help for this screen", "help"),
    ("palette", ":", "Command palette", "palette"),
    ("folders", "ctrl+g", "Show the folder list", "folders"),
    ("sign_in", "", "Sign in again", "sign in"),
    ("pause_filling", "", "Pause fetching older messages", "pause"),
    ("resume_filling", "", "Go on fetching older messages", "go on"),
    ("keychain", "ctrl+k", "Other ways than the keychain that is asking", "keychain"),
    ("quit", "ctrl+q", "Quit", "quit"),
)
_MESSAGE = (
    ("reply", "r", "Reply", "reply"),
    ("reply_all", "R", "Reply to all", "reply all"),
    ("reply_list", "L", "Reply to the mailing list", "to list"),
    ("forward", "f", "Forward", "forward"),
    ("forward_whole", "F", "Forward as an attachment, unchanged", "forward whole"),
    ("archive", "a | e", "Archive", "archive"),
    ("delete", "d | #", "Delete (to Trash)", "delete"),
    ("move", "m", "Move to a folder", "move"),
    ("copy_to", "M", "Copy to a folder", "copy"),
    ("label", "l", "Add or take away labels", "label", "Gmail's labels; elsewhere keywords of the server."),
    ("delete_for_good", "D", "Delete for good, in Trash and Junk", "delete for good", "Asks first."),
    ("junk", "!", "Junk, or not junk", "junk"),
    ("star", "s", "Star, or take the star away", "star"),
    ("toggle_read", "u", "Mark as read or unread", "unread"),
    ("attachments", "A", "List attachments: look, save, open", "attachments"),
    ("invitation", "i", "Answer the invitation", "answer"),
    ("unsubscribe", "U", "Unsubscribe from the mailing list", "unsubscribe", "Asks, and names whom it tells."),
    ("browser", "ctrl+o", "Show in the browser, cleaned", "browser", "A copy that loads nothing from the network."),
    ("export", "E", "Export as .eml", "export"),
    ("pipe", "|", "Run a command on the message", "command"),
)
_LIST = (
    ("list_down", "j | down", "Next message", "next"),
    ("list_up", "k | up", "Previous message", "previous"),
    ("list_page_down", "pagedown | ctrl+f", "Page down"),
    ("list_page_up", "pageup | ctrl+b", "Page up"),
    ("list_half_down", "ctrl+d", "Half a page down"),
    ("list_half_up", "ctrl+u", "Half a page up"),
    ("list_first", "g g | home", "First message", "first"),
    ("list_last", "G | end", "Last message", "last"),
    ("open", "enter", "Open the message", "open"),
    ("list_back", "q", "Back: marks, search, message; twice more to quit", "back"),
    ("list_clear", "escape", "Clear marks or search", "clear"),
    ("next_folder", "J", "Next folder"),
    ("previous_folder", "K", "Previous folder"),
    ("next_unread", "n", "Next unread message; next hit in a search", "next unread"),
    ("previous_hit", "N", "Previous hit of a search"),
    ("mark", "space | x", "Mark and move on", "mark"),
    ("mark_range", "v", "Mark a range: then move", "range"),
    ("mark_all", "*", "Mark all, or none", "mark all"),
    ("narrow", "\\", "Narrow the list to what matches", "narrow", "Words as in a search."),
    ("sort_date", "O d", "Sort by date; again turns the order round", "date"),
    ("sort_sender", "O f", "Sort by sender; again turns the order round", "sender"),
    ("sort_subject", "O s", "Sort by subject; again turns the order round", "subject"),
    ("sort_size", "O z", "Sort by size; again turns the order round", "size"),
    ("reverse", "O O", "Turn the order round", "turn round"),
    ("threads", "T", "Conversations on or off", "conversations"),
    ("unfold", "right", "Unfold the conversation", "unfold"),
    ("fold", "left", "Fold the conversation", "fold"),
    ("unfold_all", "+", "Unfold all conversations", "unfold all"),
    ("fold_all", "-", "Fold all conversations", "fold all"),
)
_READER = (
    ("scroll_line_down", "j | down", "Scroll down", "scroll"),
    ("scroll_line_up", "k | up", "Scroll up"),
    ("scroll_page_down", "space | pagedown | ctrl+f", "Page down"),
    ("scroll_page_up", "b | shift+space | pageup | ctrl+b", "Page up"),
    ("scroll_half_down", "ctrl+d", "Half a page down"),
    ("scroll_half_up", "ctrl+u", "Half a page up"),
    ("scroll_top", "g g | home", "To the top", "top"),
    ("scroll_bottom", "G | end", "To the end", "end"),
    ("reader_back", "q | escape", "Back to the list", "back"),
    ("next_message", "J", "Next message", "next"),
    ("previous_message", "K", "Previous message", "previous"),
    ("links", "o", "List links with their targets", "links"),
    ("headers", "h", "All headers, or the main ones", "headers"),
    ("source", "H", "The mail as it was sent", "source"),
    ("plain_or_html", "t", "Plain text or HTML", "text/HTML"),
    ("quotes", "Q", "Fold or unfold quotations", "quotes"),
    ("skip_quotes", "S", "Jump over the quotation", "own words"),
    ("toggle_message", "enter", "Fold or unfold this message of the conversation", "fold"),
    ("unfold_message", "right", "Unfold this message of the conversation", "unfold"),
    ("fold_message", "left", "Fold this message of the conversation", "fold"),
    ("unfold_messages", "+", "Unfold all messages of the conversation", "unfold all"),
    ("fold_messages", "-", "Fold all other messages of the conversation", "fold all"),
    ("find", "'", "Find in the message", "find", "Words in what is shown, whatever their case."),
    ("find_next", "n | f3", "Next place where it was found", "next"),
    ("find_previous", "N | shift+f3", "Previous place where it was found", "previous"),
    ("copy", "y", "Copy the selection, a link, an address or a code", "copy"),
    *((f"link_{number}", str(number), f"Open link {number}") for number in range(1, 10)),
)
_FOLDERS = (
    ("folder_down", "j | down", "Next folder", "next"),
    ("folder_up", "k | up", "Previous folder", "previous"),
    ("folder_first", "g g | home", "First folder"),
    ("folder_last", "G | end", "Last folder"),
    ("folder_open", "enter | right", "Open the folder", "open"),
    ("folder_fold", "space", "Fold or unfold the account's folders", "fold"),
    ("folder_back", "q | escape | left", "Back to the list", "back"),
)
ACTIONS = (
    *_actions(Context.EVERYWHERE, _EVERYWHERE),
    *_actions(Context.MESSAGE, _MESSAGE),
    *_actions(Context.LIST, _LIST),
    *_actions(Context.READER, _READER),
    *_actions(Context.FOLDERS, _FOLDERS),
)
BY_NAME = {action.name: action for action in ACTIONS}
