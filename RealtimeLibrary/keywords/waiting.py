"""Keywords that wait for items and mark them read, and those that collect for a time."""

import time
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Mark
from RealtimeLibrary.core.sse.tester import data_wanted
from RealtimeLibrary.core.waiting import Collected
from RealtimeLibrary.core.wording import seconds_of
from RealtimeLibrary.keywords.arguments import Timeout, at_least_one
from RealtimeLibrary.keywords.session import Session


class Waiting:
    """Waits consume: each returns the first unread items that match, and marks them read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Wait For Message", tags=["WebSocket", "Wait"])
    def wait_for_message(self, timeout: Timeout = None, since: Mark | None = None, *, alias: str | None = None) -> Any:
        """Wait for the first unread message, whatever it is, and mark it read. See [Recording].

        Returns:
            The payload: JSON objects and arrays parsed, other text as it is, binary as bytes.

        Raises:
            NothingMatched: No message came in time.
            ClosedWhileWaiting: The connection closed first; says with which code and reason.

        Examples:
            ```robotframework
            ${message} =    Wait For Message    timeout=2s
            ```
        """
        session = self._session
        connection = session.connection(alias, WEBSOCKET)
        items = session.wait_for_items(connection, session.wanted(WEBSOCKET), timeout, since)
        return session.returned.payload(items[0])

    @keyword("Wait For Message Matching", tags=["WebSocket", "Wait"])
    def wait_for_message_matching(
        self,
        predicate: object = None,
        timeout: Timeout = None,
        *,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        alias: str | None = None,
    ) -> Any:
        """Wait for the first unread message that matches, and mark it read.

        It may have come before the call. Messages passed over stay unread, see [Recording].

        Returns:
            The payload: JSON objects and arrays parsed, other text as it is, binary as bytes.

        Raises:
            NothingMatched: No message matched in time; shows the nearest miss.
            ClosedWhileWaiting: The connection closed first; says with which code and reason.

        Examples:
            ```robotframework
            ${alert} =    Wait For Message Matching    msg.type == 'alert' and msg.severity == 'critical'
            ${tick} =    Wait For Message Matching    type=tick_update    timeout=2s
            ${progress} =    Wait For Message Matching    jsonpath=$.data[?@ > 50]
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        looked_for = session.wanted(WEBSOCKET, condition, type)
        items = session.wait_for_items(session.connection(alias, WEBSOCKET), looked_for, timeout, since)
        return session.returned.payload(items[0])

    @keyword("Wait For Messages", tags=["WebSocket", "Wait"])
    def wait_for_messages(
        self,
        count: int,
        timeout: Timeout = None,
        *,
        predicate: object = None,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        alias: str | None = None,
    ) -> list[Any]:
        """Wait for a number of unread messages that match, and mark them read.

        If they do not all come, none of them is marked read.

        Returns:
            A list of payloads.

        Raises:
            NothingMatched: Fewer matched in time; says how many.
            ClosedWhileWaiting: The connection closed first.

        Examples:
            ```robotframework
            @{updates} =    Wait For Messages    5    timeout=10s    type=training_progress
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        looked_for = session.wanted(WEBSOCKET, condition, type)
        connection = session.connection(alias, WEBSOCKET)
        items = session.wait_for_items(connection, looked_for, timeout, since, count=at_least_one(count))
        return [session.returned.payload(item) for item in items]

    @keyword("Collect Messages", tags=["WebSocket", "Wait"])
    def collect_messages(
        self,
        duration: timedelta,
        predicate: object = None,
        *,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        alias: str | None = None,
    ) -> list[Any]:
        """Collect unread messages that match, and those that arrive within the duration, and mark them read.

        Ends early only if the connection closes for good.

        Returns:
            A list of payloads, empty if nothing matched.

        Examples:
            ```robotframework
            @{ticks} =    Collect Messages    1s    type=tick_update
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        looked_for = session.wanted(WEBSOCKET, condition, type)
        connection = session.connection(alias, WEBSOCKET)
        collected = Collected(connection, looked_for, seconds_of(duration, "duration"), time.monotonic())
        return [session.returned.payload(item) for item in session.wait(collected)]

    @keyword("Wait For SSE Event", tags=["SSE", "Wait"])
    def wait_for_sse_event(
        self,
        event: str | None = None,
        timeout: Timeout = None,
        *,
        predicate: object = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        alias: str | None = None,
    ) -> Any:
        """Wait for the first unread event of a type that matches, and mark it read.

        It may have come before the call. Events passed over stay unread, see [Recording].

        Returns:
            The event, with `event`, `data`, `id`, `retry`, `parsed_data`, `received_at` and `number`.

        Raises:
            NothingMatched: No event matched in time; shows the nearest miss.
            ClosedWhileWaiting: The stream ended first.

        Examples:
            ```robotframework
            ${event} =    Wait For SSE Event    training_progress    timeout=5s
            Log    ${event.parsed_data.data.progress}
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        looked_for = session.wanted(SSE, condition, event)
        items = session.wait_for_items(session.connection(alias, SSE), looked_for, timeout, since)
        return session.returned.event(items[0])

    @keyword("Wait For SSE Data Matching", tags=["SSE", "Wait"])
    def wait_for_sse_data_matching(
        self,
        predicate: object = None,
        timeout: Timeout = None,
        *,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        alias: str | None = None,
    ) -> Any:
        """Wait for the first unread event whose data match, and mark it read.

        It may have come before the call. Events passed over stay unread, see [Recording].

        Returns:
            The parsed data, else the text.

        Raises:
            NothingMatched: No data matched in time; shows the nearest miss.
            ClosedWhileWaiting: The stream ended first.

        Examples:
            ```robotframework
            ${risk} =    Wait For SSE Data Matching    data.type == 'risk_alert' and data.level == 'critical'
            Should Be Equal    ${risk.portfolio}    growth
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        looked_for = data_wanted(session.wanted(SSE, condition, event).condition)
        items = session.wait_for_items(session.connection(alias, SSE), looked_for, timeout, since)
        return session.returned.payload(items[0])

    @keyword("Wait For SSE Events", tags=["SSE", "Wait"])
    def wait_for_sse_events(
        self,
        count: int,
        timeout: Timeout = None,
        *,
        predicate: object = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        alias: str | None = None,
    ) -> list[Any]:
        """Wait for a number of unread events that match, and mark them read.

        If they do not all come, none of them is marked read.

        Returns:
            A list of events.

        Raises:
            NothingMatched: Fewer matched in time; says how many.
            ClosedWhileWaiting: The stream ended first.

        Examples:
            ```robotframework
            @{events} =    Wait For SSE Events    3    timeout=10s    event=training_progress
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        looked_for = session.wanted(SSE, condition, event)
        connection = session.connection(alias, SSE)
        items = session.wait_for_items(connection, looked_for, timeout, since, count=at_least_one(count))
        return [session.returned.event(item) for item in items]

    @keyword("Collect SSE Events", tags=["SSE", "Wait"])
    def collect_sse_events(
        self,
        duration: timedelta,
        predicate: object = None,
        *,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        alias: str | None = None,
    ) -> list[Any]:
        """Collect unread events that match, and those that arrive within the duration, and mark them read.

        Ends early only if the stream ends for good.

        Returns:
            A list of events, empty if nothing matched.

        Examples:
            ```robotframework
            @{events} =    Collect SSE Events    1s    event=training_progress
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        looked_for = session.wanted(SSE, condition, event)
        connection = session.connection(alias, SSE)
        collected = Collected(connection, looked_for, seconds_of(duration, "duration"), time.monotonic())
        return [session.returned.event(item) for item in session.wait(collected)]
