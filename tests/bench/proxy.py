"""A process between the programs and their servers: counts bytes, delays them, stalls them, cuts them off.

Run as ``python -m tests.bench.proxy PORT...``: prints the ports it listens on as JSON, then obeys a line of JSON each.
The work is done in a process of its own, so that it does not wait for the one that reads the terminal.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

_PIECE = 1 << 16


@dataclass(slots=True)
class _Route:
    """One port and what lies behind it."""

    target: int
    up: int = 0
    down: int = 0
    connections: int = 0
    server: asyncio.Server | None = None
    port: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)


class _Relay:
    """All routes and their common faults."""

    def __init__(self, targets: Sequence[int]) -> None:
        self.routes = [_Route(target=target) for target in targets]
        self._delay_s = 0.0
        self._flows = asyncio.Event()
        self._flows.set()

    async def listen(self) -> list[int]:
        for route in self.routes:
            route.server = await asyncio.start_server(self._caller(route), "127.0.0.1", route.port)
            route.port = route.server.sockets[0].getsockname()[1]
        return [route.port for route in self.routes]

    async def obey(self, order: dict[str, float]) -> list[dict[str, int]]:
        """Do what is asked; answers the counts."""
        if "reset" in order:
            for route in self.routes:
                route.up = route.down = route.connections = 0
        if "delay_s" in order:
            self._delay_s = order["delay_s"]
        if "stall" in order:
            (self._flows.clear if order["stall"] else self._flows.set)()
        if "cut" in order:
            for route in self.routes:
                for writer in list(route.writers):
                    writer.transport.abort()
        if "refuse" in order:
            await self._refuse() if order["refuse"] else await self.listen()
        return [{"up": each.up, "down": each.down, "connections": each.connections} for each in self.routes]

    async def _refuse(self) -> None:
        for route in self.routes:
            if route.server is not None:
                route.server.close()

    def _caller(self, route: _Route) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            route.connections += 1
            # The three-way handshake of TCP, which ended here before it could be delayed.
            await asyncio.sleep(self._delay_s)
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", route.target)
            except OSError:
                writer.transport.abort()
                return
            route.writers |= {writer, far_writer}
            await asyncio.gather(
                self._pump(reader, far_writer, route, "up"), self._pump(far_reader, writer, route, "down")
            )
            route.writers -= {writer, far_writer}

        return called

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, route: _Route, way: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(_PIECE):
                setattr(route, way, getattr(route, way) + len(data))
                await self._flows.wait()
                if self._delay_s:
                    loop.call_later(self._delay_s / 2, _write, writer, data)
                else:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            writer.transport.abort()
        else:
            loop.call_later(self._delay_s / 2, writer.close)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


async def _serve(targets: Sequence[int]) -> None:
    relay = _Relay(targets)
    _say(await relay.listen())
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        _say(await relay.obey(json.loads(line)))


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Proxy:
    """The process, as the benchmark sees it."""

    def __init__(self, targets: Sequence[int]) -> None:
        command = [sys.executable, "-m", "tests.bench.proxy", *map(str, targets)]
        self._process = subprocess.Popen(  # noqa: S603 (a module of our own)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ports: list[int] = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def order(self, **order: float) -> list[dict[str, int]]:
        """``reset``, ``delay_s`` (a round trip's), ``stall``, ``cut``, ``refuse``; answers the counts of each route."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        counts: list[dict[str, int]] = self._answer()
        return counts

    def bytes_passed(self, route: int = 0) -> int:
        """Both ways, TLS and all, since the last reset."""
        counts = self.order()[route]
        return counts["up"] + counts["down"]

    def _answer(self) -> Any:  # JSON of the shape that _serve writes
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


if __name__ == "__main__":
    asyncio.run(_serve([int(port) for port in sys.argv[1:]]))
