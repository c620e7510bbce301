"""From the first byte to a signed-in IMAP connection."""

import ssl

from tuimail.domain.account import Server, Tls
from tuimail.domain.clean import clean_quote
from tuimail.domain.errors import ErrorKind, NetworkError, Remedy, TuimailError
from tuimail.domain.token import Secret
from tuimail.net.errors import Garbled, translating
from tuimail.net.imap.exchange import Exchange
from tuimail.net.imap.link import Link
from tuimail.net.imap.translate import Response, Status, read_status
from tuimail.net.imap.verdicts import farewell, login_refusal
from tuimail.net.sasl import Challenge, choose_mechanism, initial_response, read_challenge
from tuimail.net.tls import CONNECT_TIMEOUT_S, open_socket, protect

_MAX_QUESTIONS = 3
"""Continuation requests in one sign-in; an honest server sends at most two."""


def connect(server: Server, context: ssl.SSLContext, timeout_s: float) -> Exchange:
    """Connect, protect and learn the capabilities. Raises NetworkError, or ServerError for an odd greeting."""
    with translating(server.host):
        sock = open_socket(server, min(timeout_s, CONNECT_TIMEOUT_S))
        if server.tls is Tls.IMPLICIT:
            sock = protect(sock, context, server)
        link = Link(sock, timeout_s=timeout_s)
    exchange = Exchange(link, server)
    try:
        _greet(exchange, context)
    except TuimailError:
        link.close()
        raise
    return exchange


def sign_in(exchange: Exchange, login: str, token: Secret) -> None:
    """Sign in with a token or an app password. Raises LoginRefused, or Refused where that is not in question."""
    mechanism = choose_mechanism(exchange.capabilities, token, preferred=exchange.server.mechanism)
    message = initial_response(mechanism, login, token, server=exchange.server)
    challenge = Challenge()
    responses: list[Response] = []
    command = [b"AUTHENTICATE", mechanism.value.encode()]
    is_sent = "SASL-IR" in exchange.capabilities
    if is_sent:
        command.append(message)
    with exchange.guard():
        tag, _ = exchange.write(command, responses)
        for _ in range(_MAX_QUESTIONS):
            outcome = exchange.read_outcome(tag, responses)
            if isinstance(outcome, Status):
                break
            if not is_sent:
                exchange.link.send(message + b"\r\n")
                is_sent = True
                continue
            challenge = read_challenge(outcome)
            exchange.link.send(mechanism.failure_reply + b"\r\n")
        else:
            raise Garbled("a sign-in without an end")
    if outcome.verdict != "OK":
        raise login_refusal(exchange.server.host, outcome, challenge)
    exchange.capabilities = frozenset()
    exchange.note_capabilities(outcome, responses)
    _complete_capabilities(exchange)


def _greet(exchange: Exchange, context: ssl.SSLContext) -> None:
    with exchange.guard():
        exchange.link.begin()
        if exchange.server.tls is Tls.STARTTLS:
            try:
                exchange.note_capabilities(_read_greeting(exchange), [])
                _start_tls(exchange, context)
            except Garbled as error:
                raise _unprotected(exchange.server, str(error)) from error
        else:
            exchange.note_capabilities(_read_greeting(exchange), [])
    _complete_capabilities(exchange)


def _read_greeting(exchange: Exchange) -> Status:
    status = read_status(exchange.read_response().text)
    if status.verdict == "BYE":
        raise farewell(exchange.server.host, status)
    if status.verdict != "OK":
        # PREAUTH would skip the sign-in and, with STARTTLS, the protection as well (RFC 9051 section 11.1).
        raise Garbled(f"a greeting of {clean_quote(status.verdict, limit=20)}")
    return status


def _start_tls(exchange: Exchange, context: ssl.SSLContext) -> None:
    if exchange.capabilities and "STARTTLS" not in exchange.capabilities:
        raise _unprotected(exchange.server, "STARTTLS is not offered")
    tag, _ = exchange.write([b"STARTTLS"], [])
    outcome = exchange.read_outcome(tag, [])
    if not isinstance(outcome, Status) or outcome.verdict != "OK":
        raise _unprotected(exchange.server, outcome.words if isinstance(outcome, Status) else "")
    exchange.link.start_tls(context, exchange.server)
    # Whoever sits in between may have written the list that came before.
    exchange.capabilities = frozenset()


def _complete_capabilities(exchange: Exchange) -> None:
    if not exchange.capabilities:
        exchange.run(b"CAPABILITY")


def _unprotected(server: Server, detail: str) -> NetworkError:
    return NetworkError(
        ErrorKind.TLS_FAILED,
        f"{server.host} gives no protected connection, so nothing was sent. "
        "Does the network want you to sign in to it first?",
        remedy=Remedy.TELL,
        detail=clean_quote(detail),
    )
