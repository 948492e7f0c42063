"""An HTTP server on raw sockets, in the test's own loop: each request gets the next answer of a script."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """A received request; header names are in lower case, equal ones are listed."""

    method: str
    target: str
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that was sent once, `None` without it."""
        values = self.headers.get(name, [])
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None


class Peer:
    """The server's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> None:
        self.reader = reader
        self.writer = writer
        self.request = request

    async def send(self, *data: bytes | str) -> None:
        for piece in data:
            self.writer.write(piece.encode() if isinstance(piece, str) else piece)
            await self.writer.drain()

    async def client_gone(self) -> None:
        """Wait until the client closes."""
        with suppress(OSError):
            await self.reader.read()

    def reset(self) -> None:
        """End with a TCP reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = bytes | str | Callable[[Peer], Awaitable[object]]


class ScriptedServer:
    """Answers the requests one after the other; the last answer is given to all further ones.

    An answer is what is sent before the connection ends, or a coroutine function that does it.
    """

    def __init__(self, *script: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/stream"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # an aborted transport closes its socket one turn later

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                request = await _read(reader)
                self.requests.append(request)
                answer = self.script[min(len(self.requests), len(self.script)) - 1]
                peer = Peer(reader, writer, request)
                if callable(answer):
                    await answer(peer)
                else:
                    await peer.send(answer)
                writer.close()
                await writer.wait_closed()
            finally:
                writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip())
    body = await reader.readexactly(int(headers.get("content-length", ["0"])[0]))
    return Request(method, target, headers, body)


def head(status: str = "200 OK", **headers: str) -> str:
    """The head of an answer; an event stream unless the headers say otherwise."""
    fields = {"content_type": "text/event-stream", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""])


def stream(*events: bytes | str, **headers: str) -> bytes:
    """A whole answer whose body is an event stream up to the end of the connection."""
    body = b"".join(event.encode() if isinstance(event, str) else event for event in events)
    return head(**headers).encode() + body


def chunk(data: bytes | str) -> bytes:
    """One HTTP chunk."""
    encoded = data.encode() if isinstance(data, str) else data
    return b"%x\r\n%b\r\n" % (len(encoded), encoded)


def held(*events: bytes | str, **headers: str) -> Answer:
    """An event stream that stays open until the client goes."""

    async def answer(peer: Peer) -> None:
        await peer.send(stream(*events, **headers))
        await peer.client_gone()

    return answer
