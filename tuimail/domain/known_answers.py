"""What servers say when they say no, and what that means to a person: one table for every protocol. Pure.

A row is found by what a protocol lets a program rely on: the ``error`` member (RFC 6749 section 5.2), the response
code of IMAP (RFC 5530), the enhanced status code of SMTP (RFC 3463). The wording of an answer decides only where a
server sends nothing else, and within a code that stands for several things. Microsoft's AADSTS numbers may change
without notice (learn.microsoft.com, reference-error-codes): they add a sentence and decide nothing.

The server's own line is never in the table: it goes into the ``detail`` of the problem.
"""

import re
from enum import StrEnum

from msgspec import Struct

from tuimail.domain.errors import ErrorKind, Problem, Remedy, Side


class Door(StrEnum):
    """Where an answer comes from."""

    REDIRECT = "redirect"
    """What the browser brings back."""
    EXCHANGE = "exchange"
    """The token endpoint, asked with a fresh code."""
    REFRESH = "refresh"
    """The token endpoint, asked with a refresh token."""
    DEVICE = "device"
    """The token endpoint, asked with a device code (RFC 8628)."""
    IMAP_SIGN_IN = "IMAP sign-in"
    IMAP = "IMAP"
    """Any other answer, the farewell included."""
    SMTP_SIGN_IN = "SMTP sign-in"
    MAIL_LATER = "a mail, 4yz"
    MAIL_REFUSED = "a mail, 5yz"
    KEYCHAIN = "keychain"


class KnownAnswer(Struct, frozen=True, kw_only=True):
    """One row."""

    doors: tuple[Door, ...]
    codes: tuple[str, ...]
    """Any of these; "" stands for an answer without a code."""
    words: str = ""
    """A pattern that the wording must have too; empty for any."""
    happened: str
    """A sentence; ``{host}`` is who said it."""
    side: Side
    do: str = ""
    """What helps, as one or more sentences; empty where the sentence before says it, or nothing does."""
    kind: ErrorKind
    remedy: Remedy

    def summary(self, host: str, more: str = "") -> str:
        """What is told: what happened, what is known beyond that, what to do."""
        return " ".join(part for part in (self.happened.format(host=host), more, self.do.format(host=host)) if part)

    def problem(self, host: str, detail: str = "", *, more: str = "") -> Problem:
        """The row as a problem; ``detail``: the server's own line, cleaned."""
        summary = self.summary(host, more)
        return Problem(kind=self.kind, summary=summary, remedy=self.remedy, detail=detail, side=self.side)


NO_ANSWER = "no answer"
"""The code for 429, 5xx, a web page or silence where an OAuth answer should be."""
OTHER = "any other"
"""The code of a door's last row, for whatever is not known."""

_TOKEN_DOORS = (Door.EXCHANGE, Door.REFRESH, Door.DEVICE)
_OAUTH = (Door.REDIRECT, *_TOKEN_DOORS)


def find(door: Door, code: str, words: str = "") -> KnownAnswer:
    """The row for an answer; the door's last one where nothing is known of it."""
    for row in TABLE:
        if door in row.doors and code in row.codes and (not row.words or re.search(row.words, words, re.IGNORECASE)):
            return row
    for row in TABLE:
        # A code that is not known says nothing: then the wording may.
        if door in row.doors and "" in row.codes and row.words and re.search(row.words, words, re.IGNORECASE):
            return row
    return next(row for row in TABLE if door in row.doors and OTHER in row.codes)


TABLE: tuple[KnownAnswer, ...] = (
    # The redirect (RFC 6749 section 4.1.2.1), with what Google and Microsoft add to it.
    KnownAnswer(
        doors=(Door.REDIRECT,),
        codes=("access_denied",),
        happened="You did not allow access. Nothing was stored.",
        side=Side.YOU,
        kind=ErrorKind.ACCESS_DENIED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.DEVICE,),
        codes=("access_denied", "authorization_declined"),  # the second is Microsoft's
        happened="You did not allow access. Nothing was stored.",
        side=Side.YOU,
        kind=ErrorKind.ACCESS_DENIED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=("admin_policy_enforced", "access_blocked"),
        happened="The administrator of your organisation does not allow this client id at {host}.",
        side=Side.ADMINISTRATOR,
        do="Send them the client id of the profile and ask for their approval.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=("org_internal",),
        happened="This client id is reserved for members of its own organisation at {host}.",
        side=Side.YOU,
        do="Sign in with an account of that organisation, or set the audience of the app to External.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=("redirect_uri_mismatch",),
        happened="The client id at {host} is not registered as a desktop app.",
        side=Side.YOU,
        do="Register one of type Desktop app, or add http://localhost as its redirect address.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.REDIRECT,),
        codes=("disallowed_useragent",),
        happened="{host} did not accept the browser.",
        side=Side.YOU,
        do="Open the address in another one.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=("deleted_client", "invalid_client"),
        happened="The client id is unknown at {host}.",
        side=Side.YOU,
        do="Check the client_id in the profile; Google deletes one that nobody used for six months.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.DEVICE,),
        codes=("unauthorized_client", "unsupported_grant_type"),
        happened="{host} does not let this client id sign in with a code.",
        side=Side.PROVIDER,
        do="Sign in with the browser.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.REDIRECT, Door.EXCHANGE, Door.REFRESH),
        codes=("unauthorized_client",),
        happened="{host} does not allow this client id to sign in this way.",
        side=Side.YOU,
        do="Register it for desktop apps, with the authorization code.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=("invalid_scope",),
        happened="{host} does not know or grant one of the permissions asked for.",
        side=Side.YOU,
        do="Check the scopes in the profile, or enable them where the client id is registered.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.REDIRECT,),
        codes=("temporarily_unavailable", "server_error", "slow_down"),
        happened="{host} could not complete the sign-in just now.",
        side=Side.PROVIDER,
        do="Try again.",
        kind=ErrorKind.PROVIDER_UNREACHABLE,
        remedy=Remedy.SIGN_IN,
    ),
    # The token endpoint.
    KnownAnswer(
        doors=(Door.DEVICE,),
        codes=("authorization_pending", "slow_down"),
        happened="{host} waits for the code to be typed in.",
        side=Side.YOU,
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.DEVICE,),
        codes=("expired_token", "code_expired"),
        happened="The code was not used in time, so the sign-in was given up.",
        side=Side.YOU,
        do="Start it again for a new one.",
        kind=ErrorKind.SIGN_IN_TIMED_OUT,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=_TOKEN_DOORS,
        codes=(NO_ANSWER, "temporarily_unavailable", "server_error"),
        happened="{host} cannot be reached for the sign-in.",
        side=Side.NETWORK,
        kind=ErrorKind.PROVIDER_UNREACHABLE,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.EXCHANGE, Door.REFRESH),
        codes=("slow_down",),
        happened="{host} cannot be reached for the sign-in.",
        side=Side.PROVIDER,
        kind=ErrorKind.PROVIDER_UNREACHABLE,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.REFRESH,),
        codes=("invalid_grant", "login_required"),
        happened="Your sign-in expired or was revoked.",
        side=Side.PROVIDER,
        do="Sign in again.",
        kind=ErrorKind.SIGN_IN_EXPIRED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.REFRESH,),
        codes=("interaction_required", "consent_required"),
        happened="{host} wants to see you in the browser again, or wants your consent anew.",
        side=Side.PROVIDER,
        do="Sign in again.",
        kind=ErrorKind.SIGN_IN_EXPIRED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.REDIRECT, Door.EXCHANGE, Door.DEVICE),
        codes=("interaction_required", "consent_required", "login_required"),
        happened="{host} wants a consent that was not given.",
        side=Side.YOU,
        do="Sign in again and agree in the browser.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.EXCHANGE, Door.DEVICE),
        codes=("invalid_grant",),
        happened="{host} did not accept the sign-in code: it was used before, or came too late.",
        side=Side.PROVIDER,
        do="Sign in again.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=_TOKEN_DOORS,
        codes=("invalid_request",),
        words="client_secret",  # Google's "client_secret is missing"
        happened="{host} wants the client's secret too.",
        side=Side.YOU,
        do="Set client_secret_in in the profile: it is then asked for once and kept in the keychain.",
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=_OAUTH,
        codes=(OTHER,),
        happened="{host} refused the sign-in.",
        side=Side.PROVIDER,
        kind=ErrorKind.PROVIDER_REFUSED,
        remedy=Remedy.TELL,
    ),
    # IMAP.
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN, Door.IMAP),
        codes=("UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "SERVERBUG"),
        happened="{host} cannot serve this account now.",
        side=Side.PROVIDER,
        do="Trying again by itself, more slowly.",
        kind=ErrorKind.THROTTLED,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN, Door.IMAP),
        codes=("",),
        words="too many|simultaneous|rate limit|throttl|try again later",
        happened="{host} has too many connections or requests of this account.",
        side=Side.PROVIDER,
        do="Trying again by itself, more slowly.",
        kind=ErrorKind.THROTTLED,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("",),
        words="authenticated but not connected",  # Microsoft; sent without a code
        happened="{host} accepted the sign-in and does not open the mailbox.",
        side=Side.PROVIDER,
        do="IMAP may be switched off there, the licence may lack a mailbox, or the token be for another user.",
        kind=ErrorKind.SERVER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("WEBALERT",),
        happened="{host} wants to see you in a web browser first.",
        side=Side.YOU,
        do="Open the page that it names, then try again.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("ALERT", ""),
        words="web browser",
        happened="{host} wants to see you in a web browser first.",
        side=Side.YOU,
        do="Open the page that it names, then try again.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("ALERT", ""),
        words="application-specific password",
        happened="{host} takes no account password here.",
        side=Side.YOU,
        do="Sign in through the browser, or make an app password at the provider.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("",),
        words=r"^AUTHENTICATE failed",  # Microsoft; sent without a code
        happened="{host} did not accept the sign-in.",
        side=Side.YOU,
        do="IMAP may be switched off, the address may be another user's, or the scopes are not those of this server.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=("AUTHENTICATIONFAILED",),
        happened="{host} did not accept the sign-in.",
        side=Side.YOU,
        do="Check that the address is the account's and that IMAP is switched on there; then sign in again.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP_SIGN_IN,),
        codes=(OTHER,),
        happened="{host} did not accept the sign-in.",
        side=Side.PROVIDER,
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.IMAP,),
        codes=("",),
        words=r"AccessTokenExpired|token.*expired|expired.*token",  # Microsoft's BYE
        happened="{host} ended the connection, since the access token ran out.",
        side=Side.PROVIDER,
        do="Connecting anew by itself.",
        kind=ErrorKind.CONNECTION_LOST,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.IMAP,),
        codes=(OTHER,),
        happened="{host} said no.",
        side=Side.PROVIDER,
        kind=ErrorKind.SERVER_REFUSED,
        remedy=Remedy.TELL,
    ),
    # SMTP.
    KnownAnswer(
        doors=(Door.SMTP_SIGN_IN,),
        codes=("5.7.139",),
        happened="Sending over SMTP is switched off for this mailbox or organisation; reading is not.",
        side=Side.ADMINISTRATOR,
        do="Ask its administrator. The mail is kept.",
        kind=ErrorKind.SERVER_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.SMTP_SIGN_IN,),
        codes=("5.7.3",),
        happened="The sign-in does not include permission to send, or is for another mailbox.",
        side=Side.YOU,
        do="Sign in again and allow sending.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.SMTP_SIGN_IN,),
        codes=("5.7.9",),
        happened="{host} wants another way to sign in than the one used.",
        side=Side.YOU,
        do="Sign in through the browser, or make an app password at the provider.",
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    KnownAnswer(
        doors=(Door.SMTP_SIGN_IN,),
        codes=("530", "538"),
        happened="{host} wants the connection protected in another way.",
        side=Side.YOU,
        do="Check port and tls of accounts.NAME.smtp in the profile.",
        kind=ErrorKind.SERVER_REFUSED,
        remedy=Remedy.FIX_CONFIG,
    ),
    KnownAnswer(
        doors=(Door.SMTP_SIGN_IN,),
        codes=("5.7.8", OTHER),
        happened="{host} did not accept the sign-in.",
        side=Side.PROVIDER,
        kind=ErrorKind.LOGIN_REFUSED,
        remedy=Remedy.SIGN_IN,
    ),
    # A mail that the server did not take.
    KnownAnswer(
        doors=(Door.MAIL_LATER,),
        codes=("4.2.2", "4.3.1", "452"),
        happened="{host} has no room for the mail at present.",
        side=Side.PROVIDER,
        do="Trying again by itself.",
        kind=ErrorKind.SEND_TEMPORARY,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.MAIL_LATER,),
        codes=("",),
        words="gr[ae]y-?list",
        happened="{host} takes first mails only when they are sent a second time.",
        side=Side.PROVIDER,
        do="Trying again by itself.",
        kind=ErrorKind.SEND_TEMPORARY,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.MAIL_LATER,),
        codes=("",),
        words="rate|too many|too much|limit|quota|throttl",
        happened="{host} takes no more mails of this account for the moment.",
        side=Side.PROVIDER,
        do="Trying again by itself, more slowly.",
        kind=ErrorKind.SEND_TEMPORARY,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.MAIL_LATER,),
        codes=(OTHER,),
        happened="{host} does not take the mail now.",
        side=Side.PROVIDER,
        kind=ErrorKind.SEND_TEMPORARY,
        remedy=Remedy.WAIT,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.3.4", "5.2.3"),
        happened="{host} finds the mail too big.",
        side=Side.YOU,
        do="Send fewer or smaller files, or a link to them.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("552",),
        words="size|large|big|length",
        happened="{host} finds the mail too big.",
        side=Side.YOU,
        do="Send fewer or smaller files, or a link to them.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.2.2", "552"),
        happened="A mailbox is full, the recipient's or your own.",
        side=Side.YOU,
        do="Once there is room in it again, send the mail again.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.4.5", "5.1.90"),  # Google's and Microsoft's
        happened="{host} takes no more mails of this account today.",
        side=Side.PROVIDER,
        do="Send it again tomorrow.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.7.60", "5.2.252"),  # Microsoft's
        happened="{host} does not let this account send as this sender.",
        side=Side.YOU,
        do="Choose another sender in From.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.7.1", "553"),
        words="sender|not owned|send as",
        happened="{host} does not let this account send as this sender.",
        side=Side.YOU,
        do="Choose another sender in From.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.7.0", "5.7.1"),
        words="security issue|attachment|virus|executable|file type",
        happened="{host} takes no mail with such content.",
        side=Side.YOU,
        do="Leave the file out, or send a link to it.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("",),
        words="spam|unsolicited|junk|advertis|reputation|blacklist|blocklist",
        happened="{host} takes the mail for an unwanted one.",
        side=Side.PROVIDER,
        do="Write it differently, or ask the provider.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("",),
        words="relay",
        happened="{host} passes on no mail of this account.",
        side=Side.YOU,
        do="Check host and port of accounts.NAME.smtp in the profile.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.1.1", "5.1.2", "5.1.3", "5.1.10"),
        happened="{host} knows no such address.",
        side=Side.YOU,
        do="Check how it is spelt.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=("5.5.3",),
        happened="{host} takes fewer recipients at once.",
        side=Side.PROVIDER,
        do="Send it to some of them at a time.",
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    KnownAnswer(
        doors=(Door.MAIL_REFUSED,),
        codes=(OTHER,),
        happened="{host} refused the mail.",
        side=Side.PROVIDER,
        kind=ErrorKind.SEND_REFUSED,
        remedy=Remedy.TELL,
    ),
    # The keychain.
    KnownAnswer(
        doors=(Door.KEYCHAIN,),
        codes=("locked",),
        happened="Your keychain is locked.",
        side=Side.YOU,
        do="Unlock it and try again.",
        kind=ErrorKind.KEYCHAIN_LOCKED,
        remedy=Remedy.UNLOCK,
    ),
    KnownAnswer(
        doors=(Door.KEYCHAIN,),
        codes=("missing",),
        happened="This machine has no keychain that tuimail can use.",
        side=Side.YOU,
        do="Install or start one, or choose another way.",
        kind=ErrorKind.KEYCHAIN_MISSING,
        remedy=Remedy.UNLOCK,
    ),
    KnownAnswer(
        doors=(Door.KEYCHAIN,),
        codes=("unsafe",),
        happened="The keychain that was found is not known to keep secrets encrypted, so it is not used.",
        side=Side.YOU,
        do="Install or start another one, or choose another way.",
        kind=ErrorKind.KEYCHAIN_UNSAFE,
        remedy=Remedy.UNLOCK,
    ),
    KnownAnswer(
        doors=(Door.KEYCHAIN,),
        codes=(OTHER,),
        happened="Your keychain did not do what was asked.",
        side=Side.YOU,
        do="Try again, or choose another way.",
        kind=ErrorKind.KEYCHAIN_FAILED,
        remedy=Remedy.UNLOCK,
    ),
)

HINTS: tuple[tuple[str, str], ...] = (
    ("AADSTS50011", "The redirect address is not registered there: add http://localhost to the app registration."),
    ("AADSTS50076", "Your organisation asks for a second factor."),
    ("AADSTS50079", "Your organisation asks you to set up a second factor."),
    ("AADSTS50173", "The password was changed or all sessions were ended."),
    ("AADSTS53003", "Your organisation's access rules do not allow this sign-in; its administrator can help."),
    ("AADSTS65001", "The app was not given these permissions yet."),
    ("AADSTS70008", "The sign-in was not used for too long."),
    ("AADSTS90094", "Your organisation's administrator has to allow this app first: forward them this sentence."),
    ("AADSTS700016", "The client id is not known in this tenant: check tenant and client_id in the profile."),
    ("AADSTS700025", "This app registration must be used without a client secret."),
    ("AADSTS700082", "The sign-in was not used for too long."),
    ("AADSTS7000218", "Switch “Allow public client flows” on in the app registration."),
)
"""Microsoft's numbers, each with the sentence that it adds."""
_NUMBER = re.compile(r"AADSTS\d+")


def hint(words: str) -> str:
    """The sentence for a number of Microsoft's in the wording, empty without one."""
    number = _NUMBER.search(words)
    return dict(HINTS).get(number.group(), "") if number else ""
