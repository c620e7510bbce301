from tuimail.demo.ledger import CODE_LIFETIME_S, REFRESH_LIFETIME_S, Code, Ledger, TokenKind


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def code(value: str = "the-code") -> Code:
    return Code(
        value=value,
        redirect_uri="http://127.0.0.1/callback",
        scope="mail.read",
        nonce=None,
        code_challenge="c" * 43,
        code_challenge_method="S256",
    )


def test_code_ends_with_its_minute() -> None:
    clock = Clock()
    ledger = Ledger(clock=clock)
    ledger.keep_code(code())
    assert ledger.find_code("the-code") == code()

    clock.now += CODE_LIFETIME_S

    assert ledger.find_code("the-code") is None


def test_access_token_ends_before_the_refresh_token() -> None:
    clock = Clock()
    ledger = Ledger(clock=clock)
    ledger.set_access_lifetime(5)
    ledger.issue(TokenKind.ACCESS, "a", "mail.read")
    ledger.issue(TokenKind.REFRESH, "r", "mail.read")

    clock.now += 5
    after_access = ledger.live_tokens()
    clock.now += REFRESH_LIFETIME_S
    after_both = ledger.live_tokens()

    assert after_access == {"r"}
    assert after_both == frozenset()


def test_refresh_token_opens_no_mailbox_and_scope_counts() -> None:
    ledger = Ledger(clock=Clock())
    ledger.issue(TokenKind.ACCESS, "a", "openid mail.read")
    ledger.issue(TokenKind.REFRESH, "r", "openid mail.read")

    assert ledger.permits("a", "mail.read")
    assert not ledger.permits("a", "mail.send")
    assert not ledger.permits("r", "mail.read")


def test_secrets_do_not_show() -> None:
    ledger = Ledger(clock=Clock())
    ledger.issue(TokenKind.REFRESH, "very-secret", "mail.read")

    assert "very-secret" not in repr(ledger.find_refresh("very-secret"))
    assert "the-code" not in repr(code())
