"""The way of captured events from Node to here: numbered lines over loopback TCP, or over a gRPC response stream.

Every event carries a number, from 1 without a hole. An event that is lost, doubled or overtaken ends the capture with
an error: a tester must not go on with less than the page received.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

from RealtimeLibrary.core.errors import PeerViolation

LONGEST_LINE: Final = 64 * 2**20
"""Largest event that can come over TCP, in bytes; a message of some 48 MiB."""

_GREETING_TIME: Final = 5.0  # seconds
_MORE: Final = "+"  # marks a piece of a line that goes on in the next log message, instead of "."

Event = dict[str, Any]
"""One thing that Node tells: `kind`, mostly `stream`, and what belongs to the kind."""


class NumberedEvents:
    """Turns lines into events and proves that none is missing."""

    def __init__(self) -> None:
        self._last = 0

    def event(self, line: str | bytes) -> Event:
        """The event that `line` is.

        Raises:
            PeerViolation: The line is no event, or not the next one.
        """
        try:
            event: Event = json.loads(line)
            number = event.pop("number")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PeerViolation(f"the capture got something else than an event after event {self._last}") from error
        if number != self._last + 1:
            raise PeerViolation(f"the capture lost events: number {number} came after {self._last}")
        self._last = number
        return event


class Uplink:
    """Receives the events of one capture session.

    Args:
        on_event: Called on the event loop with every event, in order.
        on_end: Called once when no event can come any more, with the reason: a sentence part, or `None` after `close`.
    """

    def __init__(self, on_event: Callable[[Event], None], on_end: Callable[[str | None], None]) -> None:
        self.token = secrets.token_hex(16)
        self._on_event = on_event
        self._on_end = on_end
        self._events = NumberedEvents()
        self._server: asyncio.Server | None = None
        self._visitors: set[asyncio.StreamWriter] = set()
        self._connected = False
        self._reading: asyncio.Future[None] | None = None
        self._ended = False

    async def listen(self) -> int:
        """Wait for Node on a free port of this machine's loopback interface; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_LINE)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def read_log(self, messages: Iterable[str]) -> None:
        """Receive from log messages instead; `messages` blocks and is read in a worker thread."""
        self._stop_listening()
        loop = asyncio.get_running_loop()

        def read() -> None:
            pieces: list[str] = []
            for message in messages:
                pieces.append(message[1:])
                if message[:1] != _MORE:
                    loop.call_soon_threadsafe(self._receive, "".join(pieces))
                    pieces.clear()

        self._reading = loop.run_in_executor(None, read)
        self._reading.add_done_callback(self._log_ended)

    async def close(self) -> None:
        """Receive no more."""
        self._finish(None)
        self._stop_listening()
        visitors = list(self._visitors)
        for visitor in visitors:
            visitor.close()
        await asyncio.gather(*(visitor.wait_closed() for visitor in visitors), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors.add(writer)
        try:
            if await self._is_ours(reader) and not self._connected:
                self._connected = True
                self._stop_listening()
                await self._read(reader)
        finally:
            self._visitors.discard(writer)
            writer.close()

    async def _is_ours(self, reader: asyncio.StreamReader) -> bool:
        try:
            async with asyncio.timeout(_GREETING_TIME):
                greeting = json.loads(await reader.readline())
            return hmac.compare_digest(str(greeting["token"]), self.token)
        except (ValueError, TypeError, KeyError, TimeoutError, OSError):
            return False

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._receive(line)
        except ValueError:
            self._finish(f"the capture got an event of more than {LONGEST_LINE // 2**20} MiB")
        except OSError as error:
            self._finish(f"the connection to the Browser library's Node process broke ({error})")
        else:
            self._finish("the Browser library's Node process ended")

    def _log_ended(self, reading: "asyncio.Future[None]") -> None:
        error = None if reading.cancelled() else reading.exception()
        self._finish(
            "the Browser library's Node process ended the capture"
            if error is None
            else f"the connection to the Browser library's Node process broke ({error})"
        )

    def _receive(self, line: str | bytes) -> None:
        if self._ended:
            return
        try:
            event = self._events.event(line)
        except PeerViolation as violation:
            self._finish(str(violation))
        else:
            self._on_event(event)

    def _finish(self, reason: str | None) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(reason)

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
