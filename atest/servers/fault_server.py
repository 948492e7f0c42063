"""The fault server: raw sockets on a free loopback port in a thread; the URL's path names the fault."""

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Self

from robot.api.deco import keyword, library

from atest.servers.certificates import server_context
from atest.servers.faults import FAULTS
from atest.servers.wire import Exchange, Opcode, Request, answer, read_request

START_LIMIT = STOP_LIMIT = 10.0  # seconds


@library(scope="SUITE", auto_keywords=False)
class FaultServer:
    """A server that misbehaves on request; a context manager in Python.

    Attributes:
        address: `127.0.0.1:<port>` while it runs.
        exchanges: Every connection whose request was read, in order, with what was received on it.
    """

    def __init__(self) -> None:
        self.address = ""
        self.exchanges: list[Exchange] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @keyword
    def start_fault_server(self, tls: str | None = None) -> str:
        """Start the server and return its address, `127.0.0.1:<port>`; `tls` names a kind of certificate."""
        if self._thread:
            raise RuntimeError("The fault server runs already.")
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(started, tls)), name="fault-server", daemon=True
        )
        self._thread.start()
        if not started.wait(START_LIMIT):
            raise RuntimeError(f"The fault server did not start within {START_LIMIT} seconds.")
        return self.address

    @keyword
    def stop_fault_server(self) -> None:
        """Stop the server at once; open connections are aborted."""
        if not self._thread or not self._loop:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_LIMIT)
        if self._thread.is_alive():
            raise RuntimeError(f"The fault server did not stop within {STOP_LIMIT} seconds.")
        self._thread = self._loop = None

    @keyword
    def get_received_requests(self, fault: str | None = None) -> list[Request]:
        """The requests received so far: of one fault, or all; header names are in lower case."""
        return [exchange.request for exchange in self._of(fault)]

    @keyword
    def get_received_messages(self, fault: str | None = None) -> list[str | bytes]:
        """The WebSocket messages received so far, over all connections: text as `str`, binary as `bytes`."""
        frames = [frame for exchange in self._of(fault) for frame in exchange.frames]
        return [
            frame.payload.decode() if frame.opcode == Opcode.TEXT else frame.payload
            for frame in frames
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY)
        ]

    def _of(self, fault: str | None) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if fault in (None, exchange.request.path.strip("/"))]

    async def _run(self, started: threading.Event, tls: str | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        context = server_context(tls) if tls else None
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, backlog=2048)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        started.set()
        await self._stopping.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client may leave at any point: whatever then fails is the client's business, and it was asked for.
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            try:
                await self._answer(reader, writer)
            except asyncio.CancelledError:
                writer.transport.abort()
            finally:
                writer.close()
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        exchange = Exchange(reader, writer, await read_request(reader))
        self.exchanges.append(exchange)
        name = exchange.request.path.strip("/")
        if name in FAULTS:
            await FAULTS[name](exchange)
        else:
            known = ", ".join(sorted(FAULTS))
            await exchange.send(answer("404 Not Found", f"No fault '{name}'. Known: {known}.", connection="close"))

    def __enter__(self) -> Self:
        self.start_fault_server()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_fault_server()
