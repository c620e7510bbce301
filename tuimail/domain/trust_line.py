"""The trust line of a message: what speaks for its sender and what against, as sentences. Pure.

Nothing that a sender writes is believed but for what the reader's own provider says of it.
"""

from collections.abc import Iterable

from tuimail.domain.address import Address
from tuimail.domain.lookalike import scripts_mixed, site
from tuimail.domain.message import Message
from tuimail.domain.trust import AuthResult, AuthResults, KnownSender, TrustNote, believed

_MAX_SIGNERS = 3
_FAILED = frozenset({"fail", "hardfail"})


def trust_notes(
    message: Message, *, servers: frozenset[str], known: KnownSender, own: frozenset[str] = frozenset()
) -> tuple[TrustNote, ...]:
    """The sentences, warnings first.

    ``servers``: as in ``believed``; none where it is not known who checks the reader's mail.
    ``own``: the reader's own addresses, lower case.
    """
    sender = message.sender[0] if message.sender else None
    if sender is None:
        return (TrustNote(words="This mail names no sender."),)
    is_own = sender.spec.lower() in own
    verdict = believed(message.authentication, servers)
    notes = [
        # What one writes oneself goes through no check on its way into the own mailbox.
        *(() if is_own and verdict is None else _checked(verdict, sender, is_told=bool(servers))),
        *_warnings(message, sender),
        *(() if is_own else _acquaintance(sender, known)),
    ]
    return tuple(sorted(notes, key=lambda note: not note.is_warning))


def signers(results: Iterable[AuthResult]) -> tuple[str, ...]:
    """The domains whose DKIM signatures hold, each once."""
    return tuple(dict.fromkeys(each.domain for each in results if _passed(each, "dkim") and each.domain))


def _passed(result: AuthResult, method: str) -> bool:
    return result.method == method and result.result == "pass"


def _checked(verdict: AuthResults | None, sender: Address, *, is_told: bool) -> Iterable[TrustNote]:
    """Passed, failed or not checked, and who signed. Where nobody knows whom to believe, nothing is said."""
    results = verdict.results if verdict else ()
    if not results:
        if is_told:
            yield TrustNote(words="The sender was not checked.", is_warning=False)
        return
    signed = signers(results)
    home = site(sender.domain)
    own_signature = any(site(each) == home for each in signed)
    passes_spf = any(_passed(each, "spf") and site(each.domain) == home for each in results)
    by = f" Signed by {', '.join(signed[:_MAX_SIGNERS])}." if signed else " Not signed."
    verdicts = {each.method: each.result for each in reversed(results)}
    passed = verdicts.get("dmarc") == "pass" or own_signature or passes_spf
    if passed and verdicts.get("dmarc") not in _FAILED:
        yield TrustNote(words=f"The check of the sender passed.{by}", is_warning=False)
    elif verdicts.get("dmarc") in _FAILED or verdicts.get("spf") in _FAILED or verdicts.get("dkim") in _FAILED:
        words = f"The check of the sender failed: it may not be {sender.domain} that sent this.{by}"
        yield TrustNote(words=words)
    else:
        yield TrustNote(words=f"Nothing confirms that this comes from {sender.domain}.{by}", is_warning=False)


def _warnings(message: Message, sender: Address) -> Iterable[TrustNote]:
    """What in the mail itself deserves a second look."""
    if sum(name.lower() == "from" for name, _ in message.headers) > 1:
        yield TrustNote(words="This mail names its sender more than once; the first is shown.")
    if len(message.sender) > 1:
        yield TrustNote(words=f"This mail names {len(message.sender)} senders.")
    named = [word.strip("<>()[]\"',;:") for word in sender.name.split() if "@" in word.strip("@")]
    if any(word.lower() != sender.spec.lower() for word in named):
        yield TrustNote(words=f"The sender's name holds another address; the mail names {sender.spec}.")
    homes = {site(address.domain) for address in message.sender}
    elsewhere = [address for address in message.reply_to if "@" in address.spec and site(address.domain) not in homes]
    # A list that asks for answers to itself is what lists do.
    posts = message.lists.post_to.lower() if message.lists else ""
    elsewhere = [address for address in elsewhere if address.spec.lower() not in posts]
    if elsewhere:
        yield TrustNote(words=f"An answer would go elsewhere: to {elsewhere[0].spec}.")
    if scripts_mixed(sender.domain):
        yield TrustNote(words=f"The sender's domain mixes scripts, as names do that imitate others: {sender.domain}")


def _acquaintance(sender: Address, known: KnownSender) -> Iterable[TrustNote]:
    if known.alike:
        yield TrustNote(words=f"{site(sender.domain)} is not {known.alike}, which you know; it only looks like it.")
    if known.is_first:
        yield TrustNote(words=f"This is the first mail from {sender.spec}.", is_warning=False)
