"""Trust and first contact: the account's one SSLContext, and an open socket to a mail server."""

import socket
import ssl

from tuimail.domain.account import Server
from tuimail.domain.errors import ConfigError, ErrorKind, Remedy

CONNECT_TIMEOUT_S = 15.0
"""For name, TCP and, a second time, the TLS handshake."""


MINIMUM_TLS = ssl.TLSVersion.TLSv1_2
"""RFC 8996 ends what is older; where both sides can, TLS 1.3 is agreed upon."""


def make_context(ca_file: str | None) -> ssl.SSLContext:
    """System trust plus the account's own anchor; TLS 1.2 and later, certificate and host name always checked.

    Raises ConfigError where ``ca_file`` cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = MINIMUM_TLS
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is an OSError, too: not a certificate
            raise ConfigError(
                ErrorKind.BAD_PROFILE,
                f"The certificate file {ca_file} cannot be used. Check ca_file in the profile.",
                remedy=Remedy.FIX_CONFIG,
                detail=error.strerror or "",
            ) from error
    return context


def open_socket(server: Server, timeout_s: float) -> socket.socket:
    """A TCP connection, not yet protected. Raises OSError."""
    sock = socket.create_connection((server.host, server.port), timeout_s)
    # Commands are short and each waits for its answer: Nagle's algorithm would only delay them.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def protect(sock: socket.socket, context: ssl.SSLContext, server: Server) -> ssl.SSLSocket:
    """TLS over ``sock``, the certificate checked against the server's name. Raises OSError and closes ``sock``."""
    try:
        return context.wrap_socket(sock, server_hostname=server.host)
    except OSError:
        sock.close()
        raise
