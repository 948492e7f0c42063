"""The life of an event stream as EventSource lives it (WHATWG HTML 9.2.2 and 9.2.3), recorded step by step.

A session opens the stream, records it to its end, and restores it as often as the policy allows: after a clean end, a
reset, a truncated body or silence. Status 204, another HTTP error, another content type or a broken limit end it for
good.
"""

import asyncio
import time
from typing import Any, Final

import httpx

from RealtimeLibrary.core.connection import EventConnection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    ConnectionClosed,
    ConnectionProblem,
    HandshakeRejected,
    PeerViolation,
    RealtimeError,
)
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import size_of
from RealtimeLibrary.core.options import SSESettings
from RealtimeLibrary.core.sse.bursts import in_bursts
from RealtimeLibrary.core.sse.event_stream import Batch, EventStreamParser
from RealtimeLibrary.core.sse.request import SSERequest, last_event_id_header
from RealtimeLibrary.core.sse.transport import EventSource, request_facts
from RealtimeLibrary.core.wording import counted, in_words, seconds_of

NO_CONTENT: Final = 204
"""The status with which a server tells a client not to come back."""


class SSESession:
    """One connect of a tester, to its end for good.

    Args:
        connection: What happens is reported to it.
        settings: The options.
        request: What is asked for at first; redirects change it.

    Attributes:
        last_event_id: Of the last block that ended; a reconnection sends it.
        reconnection_time: What the server's last `retry` asked for, in seconds; `None` before.
    """

    def __init__(self, connection: EventConnection, settings: SSESettings, request: SSERequest) -> None:
        self.last_event_id = settings.last_event_id or ""
        self.reconnection_time: float | None = None
        self._connection = connection
        self._settings = settings
        self._policy = settings.policy
        self._request = request
        self._source = EventSource(connection, settings, httpx.Cookies())
        self._reading: asyncio.Task[None] | None = None
        self._attempts = 0
        self._is_cut = False

    async def start(self) -> None:
        """Open the stream and read it from now on.

        Raises:
            ConnectionProblem: It could not be opened; reported already.
        """
        try:
            await self._open()
        except BaseException as error:
            await self._source.close()
            if isinstance(error, RealtimeError):
                self._connection.failed(error)
            text = f"{error}".rstrip(".") or "connecting was cancelled"
            self._connection.closed(Ending(text, "network", is_error=True))
            raise
        self._reading = asyncio.get_running_loop().create_task(self._read_and_restore())

    async def stop(self) -> None:
        """End the stream. Does nothing if it has ended."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
            if not reading.cancelled():
                reading.result()  # a bug in the library shows its traceback
        await self._source.close()
        if not self._connection.is_over:
            self._connection.closed(Ending("closed by us", "us"))

    # Opening

    async def _open(self) -> None:
        request, connection = self._request, self._connection
        connection.connecting(
            f"{request.method} {connection.url}{_told(self.last_event_id)}",
            **request_facts(connection, request, self.last_event_id),
        )
        if request.body:
            connection.sent(_readable(request.body))
        answer = await self._source.open(request, self.last_event_id)
        self._request = answer.request
        connection.opened(
            f"HTTP {answer.status} after {in_words(answer.seconds)} from {connection.url}",
            status=answer.status,
            headers=connection.secrets.mask_headers(answer.headers),
            seconds=answer.seconds,
        )

    # Recording

    async def _read_and_restore(self) -> None:
        try:
            while await self._restored(await self._record()):
                pass
        except Exception:
            self._connection.closed(Ending("closed: reading the event stream failed", "us", is_error=True))
            raise

    async def _record(self) -> ConnectionProblem | None:
        """Record the stream to its end; what broke it, or `None` if it ended cleanly."""
        parser = EventStreamParser(last_event_id=self.last_event_id, max_size=self._settings.max_size)
        limit = self._settings.idle_timeout
        idle = None if limit is None else seconds_of(limit, "idle_timeout")
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(idle) as silence:

                def take(data: bytes) -> None:
                    self._take(parser.feed(data), parser)
                    if idle is not None:
                        silence.reschedule(now() + idle)

                await in_bursts(self._source.pieces(), take)
        except TimeoutError:
            return self._broke(f"nothing received for {in_words(idle or 0)} (idle_timeout)")
        except ConnectionProblem as error:
            return error
        finally:
            await self._source.close()
            self._is_cut = parser.has_unfinished_event
        return None

    def _take(self, batch: Batch, parser: EventStreamParser) -> None:
        self.last_event_id = parser.last_event_id
        if parser.reconnection_time is not None:
            self.reconnection_time = parser.reconnection_time / 1000
        if batch.datas:
            columns: list[list[Any]] = [batch.datas, batch.types, batch.ids, batch.retries]
            self._connection.received(columns, time.monotonic(), size_of("".join(batch.datas)))
        for comment in batch.comments:
            self._connection.happened(Happening.COMMENT, payload=comment)
        if batch.violation is not None:
            raise PeerViolation(f"{self._subject} has {batch.violation}.")

    # Restoring

    async def _restored(self, fault: ConnectionProblem | None) -> bool:
        """Whether the stream is open again after this end; if not, the connection is closed."""
        connection, policy = self._connection, self._policy
        ending = self._ending(fault)
        if not policy.enabled or isinstance(fault, PeerViolation):
            if fault is not None:
                connection.failed(fault)
            connection.closed(ending)
            return False
        connection.failed(fault or ConnectionClosed(f"{self._subject} was ended by the server."))
        if policy.counts_anew(self._open_for(), self._received()):
            self._attempts = 0
        why, at_least = ending.text, 0.0
        while self._attempts < policy.attempts:
            self._attempts += 1
            await self._pause(why, at_least)
            try:
                await self._open()
            except RealtimeError as error:
                await self._source.close()
                if isinstance(error, HandshakeRejected) and error.status == NO_CONTENT:
                    connection.closed(Ending("closed: the server answered a reconnection with HTTP 204", "server"))
                    return False
                connection.failed(error)
                why, at_least = f"{error}".rstrip("."), _asked_wait(error)
                if not self._is_retried(error):
                    connection.closed(Ending(f"{ending.text}; not restored: {why}", ending.by, is_error=True))
                    return False
            else:
                return True
        tried = counted(self._attempts, "reconnection attempt")
        connection.closed(Ending(f"{ending.text}; gave up after {tried}: {why}", ending.by, is_error=True))
        return False

    async def _pause(self, why: str, at_least: float) -> None:
        delay = max(self._policy.delay_before(self._attempts, self.reconnection_time), at_least)
        self._connection.reconnecting(
            f"attempt {self._attempts} of {self._policy.attempts} in {in_words(delay)}: {why}",
            attempt=self._attempts,
            delay=delay,
        )
        await asyncio.sleep(delay)

    def _is_retried(self, error: RealtimeError) -> bool:
        if isinstance(error, HandshakeRejected):
            return self._policy.retries_status(error.status or 0)
        return isinstance(error, ConnectionProblem)

    def _ending(self, fault: ConnectionProblem | None) -> Ending:
        lived = f"after {in_words(round(self._open_for(), 3))}, {counted(self._received(), 'event')} received"
        cut = "; an unfinished event was discarded" if self._is_cut else ""
        if fault is None:
            return Ending(f"closed: the server ended the stream {lived}{cut}", "server")
        why = f"{fault}".replace(self._subject, "it").rstrip(".")
        return Ending(
            f"closed {lived}: {why}{cut}", "us" if isinstance(fault, PeerViolation) else "network", is_error=True
        )

    def _open_for(self) -> float:
        return time.monotonic() - (self._connection.opened_at or 0.0)

    def _received(self) -> int:
        return self._connection.record.last - self._connection.opening_numbers[-1]

    def _broke(self, why: str) -> ConnectionClosed:
        return ConnectionClosed(f"{self._subject} broke: {why}.")

    @property
    def _subject(self) -> str:
        return f"The event stream of '{self._connection.alias}'"


def _told(last_event_id: str) -> str:
    """What a request says about the last event ID, as the end of a sentence."""
    if not last_event_id:
        return ""
    if last_event_id_header(last_event_id) is None:
        return f", without Last-Event-ID: HTTP cannot carry {last_event_id!r}"
    return f", Last-Event-ID '{last_event_id}'"


def _readable(body: bytes) -> str | bytes:
    """A body as text if it is UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _asked_wait(error: RealtimeError) -> float:
    """The wait that the answer's `Retry-After` asks for, in seconds."""
    return (error.retry_after if isinstance(error, HandshakeRejected) else None) or 0.0
