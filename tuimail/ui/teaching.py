"""What everybody should know who signs in with tokens: said at the first start, in settings and in sign-in health."""

TOKENS = (
    "Your provider gives tuimail a token. Whoever has it can read your mail, and send it where that was granted, until"
    " it is ended: so never paste one, or a redirect address, into anything but tuimail. tuimail never shows one."
)


def listed_words(page: str | None, provider: str) -> str:
    """Where the provider lists what it has given out, to be ended there."""
    where = page or f"the security page of {provider}"
    return f"{where}, with all that it gave out"
