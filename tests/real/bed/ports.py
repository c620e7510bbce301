"""Free TCP ports, and whether a server listens on one."""

import socket
from contextlib import ExitStack


def free_ports(count: int) -> list[int]:
    """Different ports nobody listens on; held together while choosing, so that none comes up twice."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a connection to the port succeeds."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0
