"""What keychains say when they say no. Pure."""

from tuimail.domain.errors import ErrorKind, Remedy, Side
from tuimail.domain.known_answer import OTHER, Door, KnownAnswer

KEYCHAIN: tuple[KnownAnswer, ...] = (
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
