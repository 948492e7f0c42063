"""Keywords that assert: what must and must not arrive, and the state of a connection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.kinds import all_of
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, Family, Mark
from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.situation import Wanted
from RealtimeLibrary.core.sse.tester import data_pattern, data_wanted
from RealtimeLibrary.core.tester import check_connected, check_no_error
from RealtimeLibrary.core.waiting import Closed, Quiet
from RealtimeLibrary.keywords.arguments import Timeout
from RealtimeLibrary.keywords.session import Session


class Asserting:
    """Assertions look at the whole record and at what arrives in time. They mark nothing read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Message Should Be Received", tags=["WebSocket", "Assertion"])
    def message_should_be_received(
        self,
        type: str | None = None,
        timeout: Timeout = None,
        predicate: object = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Fail unless a matching message is in the record or arrives in time.

        Marks nothing read, see [Recording].

        Returns:
            The payload of the first one.

        Raises:
            NothingMatched: No message matched in time; shows the nearest miss.
            ClosedWhileWaiting: The connection closed first.

        Examples:
            ```robotframework
            Message Should Be Received    training_progress    timeout=5s
            Message Should Be Received    predicate=msg.data.epoch > 5
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        connection = session.connection(alias, WEBSOCKET)
        item = self._received(connection, session.wanted(WEBSOCKET, condition, type), timeout, since, message)
        return session.returned.payload(item)

    @keyword("Message Should Not Be Received", tags=["WebSocket", "Assertion"])
    def message_should_not_be_received(
        self,
        type: str | None = None,
        timeout: Timeout = None,
        predicate: object = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> None:
        """Fail if a matching message is in the record or arrives within the timeout.

        Never passes by accident: it also fails if the connection was not open for all of the time. Marks nothing read,
        see [Recording].

        Args:
            timeout: How long it must stay quiet, as Robot time. `None` is the library's default.

        Raises:
            UnexpectedMessage: One did; at once, with the offender.
            ClosedWhileWaiting: The connection was not open for all of the time.

        Examples:
            ```robotframework
            Message Should Not Be Received    error    timeout=500ms
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        connection = session.connection(alias, WEBSOCKET)
        self._quiet(connection, session.wanted(WEBSOCKET, condition, type), timeout, since, message)

    @keyword("SSE Event Should Be Received", tags=["SSE", "Assertion"])
    def sse_event_should_be_received(
        self,
        event: str | None = None,
        timeout: Timeout = None,
        predicate: object = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Fail unless a matching event is in the record or arrives in time.

        Marks nothing read, see [Recording].

        Returns:
            The first one.

        Raises:
            NothingMatched: No event matched in time; shows the nearest miss.
            ClosedWhileWaiting: The stream ended first.

        Examples:
            ```robotframework
            SSE Event Should Be Received    training_progress    timeout=5s
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        connection = session.connection(alias, SSE)
        item = self._received(connection, session.wanted(SSE, condition, event), timeout, since, message)
        return session.returned.event(item)

    @keyword("SSE Event Should Not Be Received", tags=["SSE", "Assertion"])
    def sse_event_should_not_be_received(
        self,
        event: str | None = None,
        timeout: Timeout = None,
        predicate: object = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> None:
        """Fail if a matching event is in the record or arrives within the timeout.

        Never passes by accident: it also fails if the stream was not open for all of the time. Marks nothing read, see
        [Recording].

        Args:
            timeout: How long it must stay quiet, as Robot time. `None` is the library's default.

        Raises:
            UnexpectedMessage: One did; at once, with the offender.
            ClosedWhileWaiting: The stream was not open for all of the time.

        Examples:
            ```robotframework
            SSE Event Should Not Be Received    error    timeout=500ms
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        connection = session.connection(alias, SSE)
        self._quiet(connection, session.wanted(SSE, condition, event), timeout, since, message)

    @keyword("SSE Data Should Match", tags=["SSE", "Assertion"])
    def sse_data_should_match(
        self,
        pattern: object,
        timeout: Timeout = None,
        *,
        predicate: object = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Fail unless the data of an event match, in the record or in time.

        Marks nothing read, see [Recording].

        Args:
            pattern: Text is a regular expression searched in the data, a dictionary a subset of the parsed data.

        Returns:
            The parsed data of the first one, else its text.

        Raises:
            NothingMatched: No data matched in time; shows the nearest miss.
            ClosedWhileWaiting: The stream ended first.

        Examples:
            ```robotframework
            SSE Data Should Match    training|progress    timeout=5s
            VAR    &{running}    type=training_progress    status=running
            SSE Data Should Match    ${running}
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        typed = session.wanted(SSE, condition, event).condition
        looked_for = data_wanted(all_of([data_pattern(pattern), typed]))
        item = self._received(session.connection(alias, SSE), looked_for, timeout, since, message)
        return session.returned.payload(item)

    @keyword("WebSocket Should Be Connected", tags=["WebSocket", "Assertion"])
    def websocket_should_be_connected(self, *, alias: str | None = None) -> None:
        """Fail unless the WebSocket is open right now.

        Raises:
            ExpectationFailed: It is not; says why.

        Examples:
            ```robotframework
            WebSocket Should Be Connected
            ```
        """
        check_connected(self._session.connection(alias, WEBSOCKET))

    @keyword("SSE Should Be Connected", tags=["SSE", "Assertion"])
    def sse_should_be_connected(self, *, alias: str | None = None) -> None:
        """Fail unless the event stream is open right now.

        Raises:
            ExpectationFailed: It is not; says why.

        Examples:
            ```robotframework
            SSE Should Be Connected
            ```
        """
        check_connected(self._session.connection(alias, SSE))

    @keyword("WebSocket Should Be Closed", tags=["WebSocket", "Assertion"])
    def websocket_should_be_closed(
        self,
        timeout: Timeout = None,
        code: int | None = None,
        reason: str | None = None,
        *,
        alias: str | None = None,
    ) -> None:
        """Fail unless the WebSocket is closed for good, now or in time.

        A connection that is lost and reconnects is not closed for good.

        Args:
            code: The close code it must have: 1005 for a close frame without one, 1006 for no close frame.
            reason: The close reason it must have. `None` is any.

        Raises:
            UnexpectedClose: It did not close in time, or with another code or reason.

        Examples:
            ```robotframework
            WebSocket Should Be Closed    timeout=5s    code=1008
            ```
        """
        self._closed(WEBSOCKET, alias, timeout, code, reason)

    @keyword("SSE Should Be Closed", tags=["SSE", "Assertion"])
    def sse_should_be_closed(self, timeout: Timeout = None, *, alias: str | None = None) -> None:
        """Fail unless the event stream is closed for good, now or in time.

        A stream that is lost and reconnects is not closed for good.

        Raises:
            UnexpectedClose: It did not close in time.

        Examples:
            ```robotframework
            SSE Should Be Closed    timeout=5s
            ```
        """
        self._closed(SSE, alias, timeout)

    @keyword("WebSocket Should Have No Errors", tags=["WebSocket", "Assertion"])
    def websocket_should_have_no_errors(self, *, alias: str | None = None) -> None:
        """Fail if anything went wrong since connecting: a reset, a needed reconnection, a broken protocol.

        A clean close is no error.

        Raises:
            ExpectationFailed: Something did; shows the first error.

        Examples:
            ```robotframework
            WebSocket Should Have No Errors
            ```
        """
        check_no_error(self._session.connection(alias, WEBSOCKET))

    @keyword("SSE Should Have No Errors", tags=["SSE", "Assertion"])
    def sse_should_have_no_errors(self, *, alias: str | None = None) -> None:
        """Fail if anything went wrong since connecting: a reset, a truncated answer, a needed reconnection.

        A clean end is no error.

        Raises:
            ExpectationFailed: Something did; shows the first error.

        Examples:
            ```robotframework
            SSE Should Have No Errors
            ```
        """
        check_no_error(self._session.connection(alias, SSE))

    def _received(
        self,
        connection: Connection[Any],
        looked_for: Wanted,
        timeout: Timeout,
        since: Mark | None,
        message: str | None,
    ) -> Any:
        with _own_text(message):
            return self._session.wait_for_items(connection, looked_for, timeout, since, consume=False)[0]

    def _quiet(
        self,
        connection: Connection[Any],
        looked_for: Wanted,
        timeout: Timeout,
        since: Mark | None,
        message: str | None,
    ) -> None:
        session = self._session
        with _own_text(message):
            session.wait(Quiet(connection, looked_for, session.seconds(timeout), time.monotonic(), since))

    def _closed(
        self, family: Family, alias: str | None, timeout: Timeout, code: int | None = None, reason: str | None = None
    ) -> None:
        session = self._session
        connection = session.connection(alias, family)
        session.wait(Closed(connection, session.seconds(timeout), time.monotonic(), code=code, reason=reason))
        session.expected_ends.add(connection)


@contextmanager
def _own_text(message: str | None) -> Iterator[None]:
    """Fail with the user's own text in place of the library's, if there is one."""
    try:
        yield
    except ExpectationFailed as error:
        if message is None:
            raise
        raise type(error)(message, error.situation, own_text=True) from error
