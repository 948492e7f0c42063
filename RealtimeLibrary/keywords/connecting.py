"""Keywords that open, close, name and list connections."""

from datetime import timedelta
from typing import Any, Literal

from robot.api.deco import keyword
from robot.utils import DotDict, secs_to_timestr

from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Mark
from RealtimeLibrary.core.many import close_all, together
from RealtimeLibrary.core.wording import seconds_of
from RealtimeLibrary.keywords.arguments import (
    AS_IMPORTED,
    Headers,
    Timeout,
    Url,
    given,
)
from RealtimeLibrary.keywords.page_streams import PageStreams
from RealtimeLibrary.keywords.session import Session


class Connecting:
    """The life of connections."""

    def __init__(self, session: Session, page_streams: PageStreams) -> None:
        self._session = session
        self._page_streams = page_streams

    @keyword("Connect WebSocket", tags=["WebSocket", "Connection"])
    def connect_websocket(
        self,
        url: Url,
        alias: str | None = None,
        headers: Headers | None = AS_IMPORTED,
        subprotocols: list[str] | str | None = AS_IMPORTED,
        origin: str | None = AS_IMPORTED,
        on_connect: object = AS_IMPORTED,
        connect_timeout: timedelta = AS_IMPORTED,
        auto_reconnect: bool = AS_IMPORTED,
        reconnect_attempts: int = AS_IMPORTED,
        reconnect_delay: timedelta = AS_IMPORTED,
        reconnect_backoff: float = AS_IMPORTED,
        reconnect_on: list[int] | int = AS_IMPORTED,
        ping_interval: timedelta | None = AS_IMPORTED,
        ping_timeout: timedelta | None = AS_IMPORTED,
        compression: Literal["deflate"] | None = AS_IMPORTED,
        max_size: int | str = AS_IMPORTED,
        max_messages: int | None = AS_IMPORTED,
        max_bytes: int | str | None = AS_IMPORTED,
        verify: bool | str = AS_IMPORTED,
        client_cert: str | None = AS_IMPORTED,
        client_key: str | None = AS_IMPORTED,
        proxy: Url | None = AS_IMPORTED,
        parse_json: bool = AS_IMPORTED,
        type_field: str = AS_IMPORTED,
        in_page: bool = False,
    ) -> str:
        """Open a WebSocket connection and record everything it receives.

        Returns when the opening handshake is done. The connection becomes the current one.

        Args:
            url: A `ws://` or `wss://` URL.
            alias: A name for the connection; `None` makes one: `websocket-1`, `websocket-2`, …
            in_page: Whether the current page of the Browser library opens it, with its cookies and origin. See
                [Browser pages].

        Returns:
            The alias.

        Raises:
            TimedOut: It was not open within `connect_timeout`; says how far it got.
            CannotConnect: Name resolution, TCP, TLS or the proxy failed.
            HandshakeRejected: The server answered, but not with a WebSocket; shows status and start of the body.

        Examples:
            ```robotframework
            Connect WebSocket    ws://localhost:8000/api/v1/ws/monitor
            Connect WebSocket    ws://localhost:8000/api/v1/ws/monitor    alias=second    connect_timeout=2s
            ```
        """
        options = given(
            headers=headers,
            subprotocols=subprotocols,
            origin=origin,
            on_connect=on_connect,
            connect_timeout=connect_timeout,
            auto_reconnect=auto_reconnect,
            reconnect_attempts=reconnect_attempts,
            reconnect_delay=reconnect_delay,
            reconnect_backoff=reconnect_backoff,
            reconnect_on=reconnect_on,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            compression=compression,
            max_size=max_size,
            max_messages=max_messages,
            max_bytes=max_bytes,
            verify=verify,
            client_cert=client_cert,
            client_key=client_key,
            proxy=proxy,
            parse_json=parse_json,
            type_field=type_field,
        )
        return (self._page_streams if in_page else self._session).connect_websocket(url, alias, options)

    @keyword("Connect SSE", tags=["SSE", "Connection"])
    def connect_sse(
        self,
        url: Url,
        alias: str | None = None,
        headers: Headers | None = AS_IMPORTED,
        method: str = AS_IMPORTED,
        json: object = None,
        body: object = None,
        params: Headers | None = AS_IMPORTED,
        last_event_id: str | None = None,
        idle_timeout: timedelta | None = AS_IMPORTED,
        in_page: bool = False,
        connect_timeout: timedelta = AS_IMPORTED,
        auto_reconnect: bool = AS_IMPORTED,
        reconnect_attempts: int = AS_IMPORTED,
        reconnect_delay: timedelta = AS_IMPORTED,
        reconnect_backoff: float = AS_IMPORTED,
        reconnect_on: list[int] | int = AS_IMPORTED,
        verify: bool | str = AS_IMPORTED,
        client_cert: str | None = AS_IMPORTED,
        client_key: str | None = AS_IMPORTED,
        proxy: Url | None = AS_IMPORTED,
        max_messages: int | None = AS_IMPORTED,
        max_size: int | str = AS_IMPORTED,
        max_bytes: int | str | None = AS_IMPORTED,
    ) -> str:
        """Open an event stream and record every event.

        Returns when the server has answered with an event stream. The connection becomes the current one.

        Args:
            url: An `http://` or `https://` URL.
            alias: A name for the connection; `None` makes one: `sse-1`, `sse-2`, …
            json: Request body as dictionary or list; text is sent as it is. Sets `Content-Type: application/json`.
            body: Request body as text or bytes.
            last_event_id: Sent as `Last-Event-ID`, to resume after this event.
            in_page: Whether the current page of the Browser library opens it, with its cookies, origin and CORS rules.
                See [Browser pages].

        Returns:
            The alias.

        Raises:
            TimedOut: The answer's headers were not there within `connect_timeout`.
            CannotConnect: Name resolution, TCP, TLS or the proxy failed.
            HandshakeRejected: The server answered with another status than 200; shows it and the start of the body.
            NotAnEventStream: The content type is not `text/event-stream`.

        Examples:
            ```robotframework
            Connect SSE    http://localhost:8000/api/v1/sse/status
            VAR    ${question}    {"messages": [{"role": "user", "content": "Hello"}]}
            Connect SSE    http://localhost:8000/test/llm/openai    method=POST    json=${question}    alias=chat
            ```
        """
        options = given(
            headers=headers,
            method=method,
            json=json,
            body=body,
            params=params,
            last_event_id=last_event_id,
            idle_timeout=idle_timeout,
            connect_timeout=connect_timeout,
            auto_reconnect=auto_reconnect,
            reconnect_attempts=reconnect_attempts,
            reconnect_delay=reconnect_delay,
            reconnect_backoff=reconnect_backoff,
            reconnect_on=reconnect_on,
            verify=verify,
            client_cert=client_cert,
            client_key=client_key,
            proxy=proxy,
            max_messages=max_messages,
            max_bytes=max_bytes,
            max_size=max_size,
        )
        return (self._page_streams if in_page else self._session).connect_sse(url, alias, options)

    @keyword("Disconnect WebSocket", tags=["WebSocket", "Connection"])
    def disconnect_websocket(self, code: int = 1000, reason: str = "", *, alias: str | None = None) -> None:
        """Close a WebSocket connection, or all of a group. Does nothing if it is closed or none has been opened.

        The connection stays current and its record readable. Its alias may be used again.

        Args:
            code: The close code to send: 1000-1003, 1007-1014 or 3000-4999 (RFC 6455, section 7.4).
            reason: The close reason, at most 123 bytes of UTF-8.

        Examples:
            ```robotframework
            Disconnect WebSocket
            Disconnect WebSocket    code=4000    reason=done    alias=second
            ```
        """
        session = self._session
        session.bridge.run(together([tester.disconnect(code, reason) for tester in session.websockets(alias)]))

    @keyword("Disconnect SSE", tags=["SSE", "Connection"])
    def disconnect_sse(self, *, alias: str | None = None) -> None:
        """Close an event stream, or all of a group. Does nothing if it is closed or none has been opened.

        The connection stays current and its record readable. Its alias may be used again.

        Examples:
            ```robotframework
            Disconnect SSE
            ```
        """
        session = self._session
        session.bridge.run(close_all(session.store.members(alias, SSE)))

    @keyword("Disconnect All Connections", tags=["WebSocket", "SSE", "Connection"])
    def disconnect_all_connections(self) -> None:
        """Close every connection. Records stay readable.

        Examples:
            ```robotframework
            Disconnect All Connections
            ```
        """
        self._session.bridge.run(close_all(list(self._session.store)))

    @keyword("Wait For WebSocket Connection", tags=["WebSocket", "Connection", "Wait"])
    def wait_for_websocket_connection(self, timeout: Timeout = None, *, alias: str | None = None) -> None:
        """Wait until the WebSocket is open, also while it reconnects.

        Raises:
            NothingMatched: It did not open in time.
            ClosedWhileWaiting: It is closed for good.

        Examples:
            ```robotframework
            Wait For WebSocket Connection    timeout=10s
            ```
        """
        self._session.wait_until_open(WEBSOCKET, alias, timeout)

    @keyword("Wait For SSE Connection", tags=["SSE", "Connection", "Wait"])
    def wait_for_sse_connection(self, timeout: Timeout = None, *, alias: str | None = None) -> None:
        """Wait until the event stream is open, also while it reconnects.

        Raises:
            NothingMatched: It did not open in time.
            ClosedWhileWaiting: It is closed for good.

        Examples:
            ```robotframework
            Wait For SSE Connection    timeout=10s
            ```
        """
        self._session.wait_until_open(SSE, alias, timeout)

    @keyword("Switch Connection", tags=["WebSocket", "SSE", "Connection"])
    def switch_connection(self, alias: str) -> str | None:
        """Make this connection the current one of its family.

        Args:
            alias: The connection, by its alias.

        Returns:
            The alias that was current in that family.

        Examples:
            ```robotframework
            ${before} =    Switch Connection    second
            ```
        """
        return self._session.store.switch(alias)

    @keyword("Get Connections", tags=["WebSocket", "SSE", "Connection", "Getter"])
    def get_connections(self) -> list[Any]:
        """List all connections, closed ones included.

        Returns:
            A list with a dictionary for each: `alias`, `kind` (`WebSocket` or `SSE`), `url` (secrets masked), `state`,
            `received`, `sent`, `errors`, `reconnects`.

        Examples:
            ```robotframework
            ${connections} =    Get Connections
            Should Be Equal    ${connections}[0][state]    OPEN
            ```
        """
        return [DotDict(row) for row in self._session.overview()]

    @keyword("Set Mark", tags=["WebSocket", "SSE", "Setter"])
    def set_mark(self, *, alias: str | None = None) -> Mark:
        """Remember this moment, for the `since` argument of waits and assertions.

        A mark is a point in time, so it is valid for every connection.

        Args:
            alias: A connection that must exist; `None` for none. Says in the test what the mark is meant for.

        Returns:
            The mark.

        Examples:
            ```robotframework
            ${mark} =    Set Mark
            Send Message    {"type": "ping"}
            Message Should Be Received    pong    since=${mark}
            ```
        """
        return self._session.mark(alias)

    @keyword("Set Realtime Timeout", tags=["Config", "Setter"])
    def set_realtime_timeout(self, timeout: timedelta) -> str:
        """Set the timeout of waits that give none.

        Args:
            timeout: The new timeout, as Robot time, greater than zero.

        Returns:
            The old timeout as Robot time.

        Examples:
            ```robotframework
            ${old} =    Set Realtime Timeout    10s
            Set Realtime Timeout    ${old}
            ```
        """
        old = self._session.timeout
        self._session.timeout = seconds_of(timeout, "timeout")
        return str(secs_to_timestr(old))
