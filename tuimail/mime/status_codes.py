"""What the codes of delivery reports mean (RFC 3463, with the additions registered by RFC 5248 and later)."""

import re

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")

_CLASSES = {"2": "it was delivered", "4": "it could not be delivered so far", "5": "it could not be delivered"}
_SUBJECTS = {
    "1": "something is wrong with the address",
    "2": "something is wrong with the mailbox",
    "3": "the receiving system could not take it",
    "4": "the way to the receiving system failed",
    "5": "the two mail systems did not understand each other",
    "6": "the receiving system cannot cope with what it holds",
    "7": "it is against the rules of a mail system",
}
_DETAILS = {
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail domain",
    "1.3": "the address is not a valid one",
    "1.4": "the address is not unambiguous",
    "1.6": "the mailbox has moved away",
    "1.7": "the sender's address is not a valid one",
    "1.8": "the sender's domain does not exist",
    "1.9": "it was handed to a system that tells no more",
    "1.10": "there is no such mailbox, or its domain takes no mail",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "2.3": "it is longer than the mailbox takes",
    "2.4": "the mailing list could not pass it on",
    "3.1": "the receiving system is full",
    "3.2": "the receiving system takes no mail at present",
    "3.3": "the receiving system lacks something that it needs",
    "3.4": "it is too big for the receiving system",
    "3.5": "the receiving system is not set up rightly",
    "4.1": "the receiving host does not answer",
    "4.2": "the connection broke",
    "4.3": "the address of the receiving host could not be found out",
    "4.4": "the receiving host could not be found",
    "4.5": "the mail system is overloaded",
    "4.6": "it went round in circles",
    "4.7": "it took too long",
    "5.2": "the mail systems did not understand each other",
    "5.3": "it has too many recipients",
    "6.1": "the receiving system does not take this kind of file",
    "6.7": "the receiving system cannot take an address with letters beyond ASCII",
    "7.0": "it was refused by a rule of the receiving system",
    "7.1": "this sender may not write there, or it was taken for spam",
    "7.2": "this sender may not write to that list",
    "7.3": "it would have to be encoded anew, which is not allowed",
    "7.4": "a protection that it asks for is missing",
    "7.5": "it could not be deciphered",
    "7.7": "it was changed on the way",
    "7.8": "the sign-in to the mail server failed",
    "7.9": "the sign-in to the mail server is too weak",
    "7.13": "the account is disabled",
    "7.17": "the mailbox has another owner now",
    "7.20": "it has no DKIM signature that holds",
    "7.23": "the sender's domain does not allow that server to send (SPF)",
    "7.24": "the sender's SPF record is wrong",
    "7.25": "the sending server has no name of its own",
    "7.26": "it failed the checks of its sender's domain (SPF, DKIM)",
    "7.27": "the sender's domain takes no mail, so none is taken from it",
    "7.28": "too much mail came at once",
    "7.29": "it failed the check of those who passed it on (ARC)",
    "7.30": "the receiving system asks for an encrypted connection",
}


def find_code(text: str) -> str:
    """The first code such as ``5.1.1`` in a text; empty if there is none."""
    match = _CODE.search(text)
    return match[0] if match else ""


def tells_nothing(code: str) -> bool:
    """Whether a code says no more than that it failed, such as ``5.0.0``; no code says as little."""
    return not code or code.partition(".")[2] in {"0.0", "0"}


def meaning(code: str) -> str:
    """The code in words; of one that is not known, what its first figures say."""
    kind, _, rest = code.partition(".")
    subject = rest.partition(".")[0]
    return _DETAILS.get(rest) or _SUBJECTS.get(subject) or _CLASSES.get(kind) or "no reason is given"
