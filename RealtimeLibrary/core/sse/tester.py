"""The SSE tester: an event stream that is recorded, restored as EventSource does it, and says how it ended.

What is asked for is in `sse_request`, the exchange with the server in `sse_transport`, the meaning of the bytes in
`event_stream`, and what happens from the first request to the end for good in `sse_session`.
"""

from collections.abc import Callable
from typing import Any, Unpack

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import ANY, EVENTS, RegexpFound, condition_from
from RealtimeLibrary.core.connection import SSE, EventConnection, Mark, sse_connection
from RealtimeLibrary.core.errors import InvalidArgument, WrongUse
from RealtimeLibrary.core.messages import PayloadCodec, SSEEvent
from RealtimeLibrary.core.options import SSEOptions, SSESettings
from RealtimeLibrary.core.record import Recorded
from RealtimeLibrary.core.secrets import Secrets, refuse_half_secret
from RealtimeLibrary.core.situation import Wanted, wanted_from
from RealtimeLibrary.core.sse.request import SSERequest
from RealtimeLibrary.core.sse.session import SSESession
from RealtimeLibrary.core.tester import Tester
from RealtimeLibrary.core.wording import Seconds


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
        self._session: SSESession | None = None

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
        settings = self._settings = self._settings.updated(**options)
        refuse_half_secret(url, "URL")
        for known in filter(None, (url, settings.proxy)):
            self._secrets.add_url(known)
        request = SSERequest.of(
            url,
            method=settings.method,
            headers=settings.headers,
            params=settings.params,
            json=settings.json,
            body=settings.body,
        )
        self._secrets.add_url(request.url)
        self._secrets.add_headers(request.headers)
        self._renew(self._new_connection(self.connection.alias, self._secrets.mask_url(request.url)))
        self._session = SSESession(self.connection, settings, request)
        await self._session.start()

    async def disconnect(self) -> None:
        """Close the stream. Does nothing if it is closed. What was received stays readable."""
        if self._session is not None:
            await self._session.stop()

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
        """The last event ID: what a reconnection sends as `Last-Event-ID`."""
        return "" if self._session is None else self._session.last_event_id

    @property
    def reconnection_time(self) -> float | None:
        """The reconnection time in seconds that the server set with `retry:`, `None` until it did."""
        return None if self._session is None else self._session.reconnection_time

    # Inside

    def _new_connection(self, alias: str, url: str = "") -> EventConnection:
        settings = self._settings
        codec = PayloadCodec(settings.parse_json, secrets=self._secrets)
        return sse_connection(alias, url, codec=codec, max_messages=settings.max_messages, max_bytes=settings.max_bytes)


def data_wanted(condition: Condition) -> Wanted:
    """Data that match, worded as such: `SSE data matching …`."""
    phrase = "SSE data" if condition is ANY else f"SSE data matching {condition.description}"
    return Wanted(condition, phrase)


def data_pattern(pattern: Any) -> Condition:
    """What a pattern for data stands for: text is a regular expression, a dict a subset of the parsed data."""
    return RegexpFound(pattern) if isinstance(pattern, str) else condition_from(pattern, EVENTS, "pattern")
