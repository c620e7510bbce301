"""Where an account's secrets may go: to the places that they were given for, and to no others. Pure.

A profile is a plain file, and may come from a stranger who gives an account the name of one that is signed in. What
it names instead of the provider's own servers gets nothing before the person has seen it and signed in again.
"""

from urllib.parse import urlsplit

from msgspec.structs import replace

from tuimail.domain.account import Account
from tuimail.keychain.base import AccountRecord

ELSEWHERE = "The profile names other servers than this sign-in was made for, so nothing was sent to them."


def places_of(account: Account) -> tuple[str, ...]:
    """The servers that the profile and its preset name for this account's secrets, as they are kept beside them.

    What a provider's own metadata name is not among them: the issuer vouches for those.
    """
    named = account.oauth.endpoints
    urls = (account.oauth.issuer, named.token, named.revocation, named.device_authorization)
    servers = (account.imap, account.smtp)
    return tuple(
        sorted(
            {
                # The port counts: on this machine another one may be somebody else's.
                *(urlsplit(url).netloc.lower() for url in urls if url),
                *(server.host.lower() for server in servers if server is not None),
            }
        )
    )


def is_elsewhere(record: AccountRecord, account: Account) -> bool:
    """Whether the profile names a place that the record's secrets were not given for."""
    return bool(record.places) and not set(places_of(account)) <= set(record.places)


def usable(record: AccountRecord, account: Account) -> AccountRecord:
    """The record as far as it may be used with this profile; the store's key is nobody else's and stays."""
    if not is_elsewhere(record, account):
        return record
    return replace(
        record, refresh=None, app_password=None, client_id=None, client_secret=None, superseded=(), scopes=()
    )
