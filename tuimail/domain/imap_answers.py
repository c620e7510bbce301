"""What IMAP servers say when they say no (RFC 5530). Pure."""

from tuimail.domain.errors import ErrorKind, Remedy, Side
from tuimail.domain.known_answer import OTHER, Door, KnownAnswer

IMAP: tuple[KnownAnswer, ...] = (
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
)
