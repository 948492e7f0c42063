"""The SSE tester: an event stream over `httpx` that records, reconnects as EventSource does, and says how it ended.

httpx-sse opens the stream; the bytes go through the library's own parser (WHATWG HTML 9.2).
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Unpack

import httpx
from httpx_sse import aconnect_sse

from RealtimeLibrary.core.condition import Condition
from RealtimeLibrary.core.conditions import ANY, EVENTS, RegexpFound, condition_from
from RealtimeLibrary.core.connection import SSE, EventConnection, Mark, sse_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ConnectionProblem,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    RealtimeError,
    TimedOut,
    WrongUse,
)
from RealtimeLibrary.core.errors import ConnectionClosed as StreamBroke
from RealtimeLibrary.core.event_stream import EventStreamParser
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import PayloadCodec, SSEEvent
from RealtimeLibrary.core.options import SSEOptions, SSESettings
from RealtimeLibrary.core.payloads import to_json
from RealtimeLibrary.core.record import Recorded
from RealtimeLibrary.core.secrets import Secrets, refuse_half_secret
from RealtimeLibrary.core.situation import Wanted, wanted_from
from RealtimeLibrary.core.tester import Tester
from RealtimeLibrary.core.tls import tls_context
from RealtimeLibrary.core.wording import Seconds, counted, in_words, seconds_of, shortened


class SSETester(Tester[SSEEvent]):
    """Tests a Server-Sent Events endpoint.

    Args:
        timeout: Longest wait where a call gives none, in seconds.
        alias: Its name in messages.
        secrets: What must not be shown; testers may share one.
        options: See `SSESettings`; `connect` overrides them.
    """

    def __init__(
        self,
        *,
        timeout: Seconds = 5.0,
        alias: str = "sse",
        secrets: Secrets | None = None,
        **options: Unpack[SSEOptions],
    ) -> None:
        self._settings = SSESettings().updated(**options)
        self._secrets = Secrets() if secrets is None else secrets
        super().__init__(self._new_connection(alias), timeout)
        self._reading: asyncio.Task[None] | None = None
        self._stream = AsyncExitStack()
        self._last_event_id = ""
        self._reconnection_time: float | None = None
        self._failed_attempts = 0

    # Life cycle

    async def connect(self, url: str, **options: Unpack[SSEOptions]) -> None:
        """Open the event stream and begin to record.

        Args:
            url: An `http://` or `https://` URL.
            options: Override the constructor's.

        Raises:
            TimedOut: The answer's headers were not there within `connect_timeout`.
            CannotConnect: Name resolution, TCP, TLS or the proxy failed.
            HandshakeRejected: The server answered with another status than 200.
            NotAnEventStream: The server answered with another content type.
            InvalidArgument: The URL or an option cannot be used.
            WrongUse: The tester is connected already.
        """
        if not self.connection.is_over:
            raise WrongUse(f"'{self.connection.alias}' is already connected to {self.url}.")
        self._settings = self._settings.updated(**options)
        refuse_half_secret(url, "URL")
        self._secrets.add_url(url)
        self._secrets.add_headers(self._settings.headers or {})
        self._target = url
        self._last_event_id = self._settings.last_event_id or ""
        self._renew(self._new_connection(self.connection.alias, self._secrets.mask_url(url)))
        try:
            response = await self._open()
        except BaseException as error:
            if isinstance(error, RealtimeError):
                self.connection.failed(error)
            text = str(error).rstrip(".") or "connecting was cancelled"
            self.connection.closed(Ending(text, "network", is_error=True))
            raise
        self._reading = asyncio.get_running_loop().create_task(self._read(response))

    async def disconnect(self) -> None:
        """Close the stream. Does nothing if it is closed. What was received stays readable."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
        await self._stream.aclose()
        if not self.connection.is_over:
            self.connection.closed(Ending("closed by us", "us"))

    # Events

    async def wait_for_event(
        self,
        event: str | None = None,
        predicate: Any = None,
        *,
        timeout: Seconds | None = None,
        since: Mark | None = None,
    ) -> SSEEvent:
        """Wait for the first unread event that matches, and mark it read.

        Events passed over stay unread. Events received before the call count. Cancelling is safe.

        Args:
            event: The event type it must have, `None` for any.
            predicate: An expression, a dict (subset of the data), a regular expression, a function of the event, or
                `None` for any event.
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.
            since: Look only at events after this mark.

        Raises:
            NothingMatched: No event matched in time.
            ClosedWhileWaiting: The stream ended first.
        """
        return (await self._wait(wanted_from(SSE, EVENTS, predicate, event), timeout, since))[0]

    async def wait_for_events(
        self,
        count: int,
        event: str | None = None,
        predicate: Any = None,
        *,
        timeout: Seconds | None = None,
        since: Mark | None = None,
    ) -> list[SSEEvent]:
        """Wait for this many unread events that match, and mark them read; see `wait_for_event`."""
        if count < 1:
            raise InvalidArgument(f"Argument 'count' must be 1 or more, got {count}.")
        return await self._wait(wanted_from(SSE, EVENTS, predicate, event), timeout, since, count)

    async def wait_for_data(
        self, predicate: Any = None, *, timeout: Seconds | None = None, since: Mark | None = None
    ) -> Any:
        """Wait for the first unread event whose data match, mark it read and return its parsed data, else the text."""
        looked_for = data_wanted(ANY if predicate is None else condition_from(predicate, EVENTS))
        return (await self._wait(looked_for, timeout, since))[0].payload

    async def assert_event_received(
        self,
        event: str | None = None,
        timeout: Seconds | None = None,
        predicate: Any = None,
        *,
        since: Mark | None = None,
    ) -> SSEEvent:
        """A matching event is in the record or arrives in time. Marks nothing read."""
        return await self._assert_received(wanted_from(SSE, EVENTS, predicate, event), timeout, since)

    async def assert_event_not_received(
        self,
        event: str | None = None,
        timeout: Seconds | None = None,
        predicate: Any = None,
        *,
        since: Mark | None = None,
    ) -> None:
        """No matching event is in the record, and none arrives while the stream stays open for `timeout`."""
        await self._assert_not_received(wanted_from(SSE, EVENTS, predicate, event), timeout, since)

    async def assert_data_matches(
        self, pattern: Any, timeout: Seconds | None = None, *, since: Mark | None = None
    ) -> Any:
        """Some event's data match, in the record or in time.

        Args:
            pattern: A regular expression (text or compiled) searched in the data, or a dict: a subset of the parsed
                data.
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.
            since: Look only at events after this mark.

        Returns:
            The parsed data, else the text.
        """
        return (await self._assert_received(data_wanted(data_pattern(pattern)), timeout, since)).payload

    def on_event(self, callback: Callable[[SSEEvent], object]) -> None:
        """Call `callback` with every event, those already recorded first. It runs on the event loop."""
        self._listen("items", callback)

    @property
    def events(self) -> Recorded[SSEEvent]:
        """The recorded events: a lazy, read-only sequence."""
        return Recorded(self.connection.record)

    def events_by_type(self, event: str) -> list[SSEEvent]:
        """The recorded events of this type."""
        return [received for received in self.events if received.event == event]

    def clear_events(self) -> None:
        """Forget the recorded events. Numbers go on."""
        self.connection.record.clear()

    @property
    def last_event_id(self) -> str:
        """The last event ID: what a reconnect sends as `Last-Event-ID`."""
        return self._last_event_id

    @property
    def reconnection_time(self) -> float | None:
        """The reconnection time in seconds that the server set with `retry:`, `None` until it did."""
        return self._reconnection_time

    # Inside

    def _new_connection(self, alias: str, url: str = "") -> EventConnection:
        settings = self._settings
        codec = PayloadCodec(secrets=self._secrets)
        return sse_connection(alias, url, codec=codec, max_messages=settings.max_messages, max_bytes=settings.max_bytes)

    async def _open(self) -> httpx.Response:
        settings = self._settings
        timeout = seconds_of(settings.connect_timeout, "connect_timeout")
        self.connection.connecting()
        try:
            async with asyncio.timeout(timeout):
                response = await self._request()
        except TimeoutError as error:
            raise TimedOut(
                f"SSE connection timeout on '{self.connection.alias}' after {in_words(timeout)}: "
                f"no answer from {self.url}."
            ) from error
        except httpx.HTTPError as error:
            refused = "connection refused" if "refused" in str(error) or "attempts failed" in str(error) else str(error)
            raise CannotConnect(f"Cannot connect '{self.connection.alias}' to {self.url}: {refused}.") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise InvalidArgument(f"Cannot connect '{self.connection.alias}': '{self.url}' is no URL.") from error
        await self._check(response)
        self.connection.opened(status=response.status_code)
        return response

    async def _request(self) -> httpx.Response:
        settings = self._settings
        client = httpx.AsyncClient(
            verify=tls_context(settings.verify, settings.client_cert, settings.client_key),
            timeout=None,
            follow_redirects=True,
            proxy=settings.proxy,
        )
        await self._stream.enter_async_context(client)
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", **(settings.headers or {})}
        if self._last_event_id:
            headers["Last-Event-ID"] = self._last_event_id
        body = settings.body
        if settings.json is not None:
            body = settings.json if isinstance(settings.json, str) else to_json(settings.json)
            headers.setdefault("Content-Type", "application/json")
        source = await self._stream.enter_async_context(
            aconnect_sse(client, settings.method, self._target, headers=headers, params=settings.params, content=body)
        )
        return source.response

    async def _check(self, response: httpx.Response) -> None:
        if response.status_code != 200:
            body = shortened((await response.aread()).decode("utf-8", "replace"))
            start = f"; body starts with '{body}'" if body else ""
            raise HandshakeRejected(
                f"Server rejected the request of '{self.connection.alias}': "
                f"HTTP {response.status_code} {response.reason_phrase}{start}.",
                response.status_code,
            )
        content_type = response.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "text/event-stream":
            raise NotAnEventStream(
                f"Expected an event stream (Content-Type text/event-stream), got '{content_type}' "
                f"on '{self.connection.alias}' from {self.url}.",
                response.status_code,
            )

    async def _read(self, response: httpx.Response) -> None:
        while True:
            error = await self._record(response)
            again = await self._reopen(error)
            if again is None:
                return
            response = again

    async def _record(self, response: httpx.Response) -> ConnectionProblem | None:
        """Record the stream to its end; what broke it, or `None` if it ended cleanly."""
        parser = EventStreamParser(last_event_id=self._last_event_id, max_size=self._settings.max_size)
        try:
            async for chunk in response.aiter_bytes():
                at = time.monotonic()
                batch = parser.feed(chunk)
                if batch.datas:
                    size = sum(map(len, batch.datas))
                    self.connection.received([batch.datas, batch.types, batch.ids, batch.retries], at, size)
                for comment in batch.comments:
                    self.connection.happened(Happening.COMMENT, payload=comment)
                self._last_event_id = parser.last_event_id
                if parser.reconnection_time is not None:
                    self._reconnection_time = parser.reconnection_time / 1000
        except ConnectionProblem as error:
            return error
        except httpx.HTTPError as error:
            return StreamBroke(f"'{self.connection.alias}' broke: {error or type(error).__name__}.")
        finally:
            await self._stream.aclose()
        return None

    async def _reopen(self, error: ConnectionProblem | None) -> httpx.Response | None:
        policy = self._settings.policy
        ended = "closed: the server ended the stream" if error is None else f"closed: {error}".rstrip(".")
        opened_at = self.connection.opened_at or 0.0
        received = self.connection.record.last - self.connection.opening_numbers[-1]
        text = (
            f"{ended} after {in_words(round(time.monotonic() - opened_at, 3))}, {counted(received, 'event')} received"
        )
        if error is not None or policy.enabled:
            self.connection.failed(error or StreamBroke(f"'{self.connection.alias}' was {text}."))
        if not policy.enabled:
            self.connection.closed(Ending(text, "server" if error is None else "network", is_error=error is not None))
            return None
        if policy.counts_anew(time.monotonic() - opened_at, received):
            self._failed_attempts = 0
        while self._failed_attempts < policy.attempts:
            self._failed_attempts += 1
            delay = policy.delay_before(self._failed_attempts, self._reconnection_time)
            self.connection.reconnecting(
                f"attempt {self._failed_attempts} of {policy.attempts} in {in_words(delay)}: {text}",
                attempt=self._failed_attempts,
                delay=delay,
                last_event_id=self._last_event_id,
            )
            await asyncio.sleep(delay)
            try:
                return await self._open()
            except RealtimeError as problem:
                await self._stream.aclose()
                self.connection.failed(problem)
                if isinstance(problem, HandshakeRejected) and not policy.retries_status(problem.status or 0):
                    break
        text = f"{text}; gave up after {self._failed_attempts} reconnection attempts"
        self.connection.closed(Ending(text, "server", is_error=True))
        return None


def data_wanted(condition: Condition) -> Wanted:
    """Data that match, worded as such: `SSE data matching …`."""
    phrase = "SSE data" if condition is ANY else f"SSE data matching {condition.description}"
    return Wanted(condition, phrase)


def data_pattern(pattern: Any) -> Condition:
    """What a pattern for data stands for: text is a regular expression, a dict a subset of the parsed data."""
    return RegexpFound(pattern) if isinstance(pattern, str) else condition_from(pattern, EVENTS, "pattern")
