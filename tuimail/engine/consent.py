"""What is said before and after a sign-in: the consent screen's lines, and what was granted of them."""

from tuimail.domain.account import Account, ConsentRequest, Revokes
from tuimail.domain.scope import Permission, describe
from tuimail.engine.auth import AuthDesk
from tuimail.engine.ways import Browser
from tuimail.oauth.metadata import Metadata


def can_use_code(account: Account, metadata: Metadata | None) -> bool:
    """Whether the account can be signed in to with a code on another device, as far as known."""
    known = metadata.device_authorization_endpoint if metadata else account.oauth.endpoints.device_authorization
    return account.oauth.device_code and known is not None


def consent_request(
    auth: AuthDesk, permissions: frozenset[Permission], browser: Browser, *, only: bool = False
) -> ConsentRequest:
    """Everything that the consent screen says about asking for these permissions. Waits for the keychain's name.

    ``only``: for these and no others, which gives back what is granted beyond them.
    """
    account, sets = auth.account, auth.account.oauth.scopes
    held = auth.record.scopes if auth.record and auth.record.refresh else ()
    hosts = [("sign-in", account.auth_host), ("reading mail", str(account.imap))]
    if account.smtp is not None:
        hosts.append(("sending mail", str(account.smtp)))
    asked = permissions | {Permission.IDENTITY}
    granted = [line for line in describe(sets, frozenset(Permission), held) if line.granted]
    lines = [line for line in describe(sets, asked, held) if only or not line.granted]
    return ConsentRequest(
        account=account.id,
        address=account.address,
        provider=account.provider,
        hosts=tuple(hosts),
        lines=tuple(lines),
        already=() if only else tuple(granted),
        only=only,
        dropped=tuple(line for line in granted if line.permission not in asked) if only else (),
        ends_earlier=account.oauth.revokes is Revokes.TOKEN,
        kept_in=auth.vault.open(),
        one_permission=sets.can_send and not sets.separate,
        sign_out=sign_out_words(account),
        can_use_code=can_use_code(account, auth.known_metadata),
        is_remote=browser.is_remote,
        is_played=browser.is_played,
    )


def sign_out_words(account: Account) -> str:
    """What signing out will do at this provider."""
    if not account.can_revoke and account.access_page:
        return f"deletes everything here; you end the access at {account.access_page}"
    return f"ends this access at {account.provider}, at any time, and deletes everything here"


def granted_words(account: Account, missing: frozenset[Permission]) -> str:
    """How a sign-in ended; a permission that was asked for and not given is named."""
    if not missing:
        return f"Signed in as {account.address}."
    words = " and ".join(sorted(permission.value for permission in missing))
    return f"Signed in as {account.address}. {account.provider} did not grant: {words} mail."


def read_only_words(account: Account) -> str:
    """Said in the composer of an account that cannot send, with the way to change it: one line of 80 columns."""
    missing = "smtp.host" if account.uses_password else "oauth.scopes.send and smtp.host"
    return f"Reading only. To send, set accounts.{account.id}.{missing} in the profile."
