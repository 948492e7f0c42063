"""A WebSocket server that treats each connection after a script: the first like this, the second like that."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from atest.servers.wire import Exchange, Opcode, Request, close_frame, frame, read_request, text_frame, upgrade

Scene = Callable[[Exchange], Awaitable[None]]


class ScriptedServer:
    """Serves on a free loopback port in the test's own loop.

    Args:
        scenes: One per connection; the last is repeated.

    Attributes:
        exchanges: The connections, with what was received on them.
    """

    def __init__(self, *scenes: Scene) -> None:
        self._scenes = scenes
        self._tasks: set[asyncio.Task[None]] = set()
        self.exchanges: list[Exchange] = []

    @property
    def requests(self) -> list[Request]:
        return [exchange.request for exchange in self.exchanges]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"ws://{host}:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError, EOFError):
            try:
                exchange = Exchange(reader, writer, await read_request(reader))
                self.exchanges.append(exchange)
                scene = self._scenes[min(len(self.exchanges), len(self._scenes)) - 1]
                await scene(exchange)
            finally:
                writer.close()
                await writer.wait_closed()


async def drop(exchange: Exchange) -> None:
    """Accept and end at once."""
    await exchange.send(upgrade(exchange.request))


async def stay(exchange: Exchange) -> None:
    """Say hello, answer pings, and stay until the client closes."""
    await exchange.send(upgrade(exchange.request).encode() + text_frame("hello"))
    while (received := await exchange.receive_frame()).opcode != Opcode.CLOSE:
        if received.opcode == Opcode.PING:
            await exchange.send(frame(Opcode.PONG, received.payload))
    await exchange.send(frame(Opcode.CLOSE, received.payload))


def say_then_drop(*texts: str) -> Scene:
    """Send messages, then end TCP."""

    async def scene(exchange: Exchange) -> None:
        await exchange.send(upgrade(exchange.request).encode() + b"".join(map(text_frame, texts)))

    return scene


def close_with(code: int, reason: str = "") -> Scene:
    """Accept, and close with this code."""

    async def scene(exchange: Exchange) -> None:
        await exchange.send(upgrade(exchange.request).encode() + close_frame(code, reason))
        await exchange.finish()

    return scene


def reject_with(status: str) -> Scene:
    """Answer the handshake with this HTTP status."""

    async def scene(exchange: Exchange) -> None:
        await exchange.send(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return scene
