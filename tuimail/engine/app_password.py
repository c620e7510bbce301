"""What a mail server's no to an app password means, in words. Pure."""

import re

from tuimail.domain.account import Account
from tuimail.domain.errors import AuthError, ErrorKind, Remedy
from tuimail.net.errors import LoginRefused

_GROUPS = re.compile(r"[a-z]{4}( [a-z]{4}){3}")

# Google's and Yahoo's answers to the account's own password.
_WANTS_APP_PASSWORD = re.compile(r"application-specific|app[- ]?password|5\.7\.9\b|InvalidSecondFactor", re.IGNORECASE)
_WANTS_BROWSER = re.compile(r"web ?browser|web ?login|WEBALERT|5\.7\.14\b", re.IGNORECASE)


def plain_password(typed: str) -> str:
    """What was typed or pasted, without the spaces that Google shows between groups and does not mean."""
    text = typed.strip()
    return text.replace(" ", "") if _GROUPS.fullmatch(text) else text


def password_refusal(account: Account, refusal: LoginRefused) -> AuthError:
    """The error for an app password that a server did not take."""
    page = f" Make one at {account.password_page}." if account.password_page else ""
    if _WANTS_APP_PASSWORD.search(refusal.detail):
        words = f"{account.provider} wants an app password here, not the password of your account.{page}"
    elif _WANTS_BROWSER.search(refusal.detail):
        words = f"{account.provider} wants you to sign in with a browser first, and then to try again here."
    else:
        words = (
            f"{account.provider} did not accept the app password: mistyped, ended, or the account's own password.{page}"
        )
    return AuthError(ErrorKind.LOGIN_REFUSED, words, remedy=Remedy.SIGN_IN, detail=refusal.detail)
