"""Keywords that read the record and the state of a connection, and clear the record."""

from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, Family
from RealtimeLibrary.core.search import fits
from RealtimeLibrary.core.situation import Wanted
from RealtimeLibrary.keywords.getters import checked
from RealtimeLibrary.keywords.session import Session


class Getting:
    """Getters read; with an operator they also assert."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Get Messages", tags=["WebSocket", "Getter"])
    def get_messages(
        self,
        predicate: object = None,
        *,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        details: bool = False,
        alias: str | None = None,
    ) -> list[Any]:
        """Get the recorded messages that match, in arrival order, read or not.

        Args:
            details: Whether to return records instead of payloads: `payload`, `number`, `received_at` (monotonic
                seconds), `size` (bytes), `kind` (`text` or `binary`), `direction`, `type`.

        Returns:
            A list of payloads, or of records.

        Examples:
            ```robotframework
            @{messages} =    Get Messages
            @{records} =    Get Messages    type=tick_update    details=True
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        connection = session.connection(alias, WEBSOCKET)
        items = _recorded(connection, session.wanted(WEBSOCKET, condition, type))
        session.log.got(items, connection)
        make = session.returned.details if details else session.returned.payload
        return [make(item) for item in items]

    @keyword("Get SSE Events", tags=["SSE", "Getter"])
    def get_sse_events(
        self,
        event: str | None = None,
        predicate: object = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        alias: str | None = None,
    ) -> list[Any]:
        """Get the recorded events that match, in arrival order, read or not.

        Returns:
            A list of events.

        Examples:
            ```robotframework
            @{all} =    Get SSE Events
            @{progress} =    Get SSE Events    training_progress
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        connection = session.connection(alias, SSE)
        items = _recorded(connection, session.wanted(SSE, condition, event))
        session.log.got(items, connection)
        return [session.returned.event(item) for item in items]

    @keyword("Get Message Count", tags=["WebSocket", "Getter", "Assertion"])
    def get_message_count(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        predicate: object = None,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Count the recorded messages that match, or assert their number.

        Returns:
            The number.

        Raises:
            ExpectationFailed: The assertion does not hold.

        Examples:
            ```robotframework
            ${count} =    Get Message Count
            Get Message Count    >    10    type=tick_update
            ```
        """
        session = self._session
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        connection = session.connection(alias, WEBSOCKET)
        count = _count(connection, session.wanted(WEBSOCKET, condition, type))
        subject = f"Message count of '{connection.alias}'"
        return checked(count, assertion_operator, assertion_expected, subject, message)

    @keyword("Get SSE Event Count", tags=["SSE", "Getter", "Assertion"])
    def get_sse_event_count(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        event: str | None = None,
        predicate: object = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Count the recorded events that match, or assert their number.

        Returns:
            The number.

        Raises:
            ExpectationFailed: The assertion does not hold.

        Examples:
            ```robotframework
            ${count} =    Get SSE Event Count
            Get SSE Event Count    >    2    event=training_progress
            ```
        """
        session = self._session
        condition = session.condition(SSE, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword)
        connection = session.connection(alias, SSE)
        count = _count(connection, session.wanted(SSE, condition, event))
        subject = f"Event count of '{connection.alias}'"
        return checked(count, assertion_operator, assertion_expected, subject, message)

    @keyword("Clear Messages", tags=["WebSocket", "Setter"])
    def clear_messages(self, *, alias: str | None = None) -> None:
        """Forget the recorded messages. Listeners have heard them; numbers go on.

        Examples:
            ```robotframework
            Clear Messages
            ```
        """
        self._session.clear(WEBSOCKET, alias)

    @keyword("Clear SSE Events", tags=["SSE", "Setter"])
    def clear_sse_events(self, *, alias: str | None = None) -> None:
        """Forget the recorded events. Listeners have heard them; numbers go on.

        Examples:
            ```robotframework
            Clear SSE Events
            ```
        """
        self._session.clear(SSE, alias)

    @keyword("Is WebSocket Connected", tags=["WebSocket", "Getter"])
    def is_websocket_connected(self, *, alias: str | None = None) -> bool:
        """Tell whether the WebSocket is open right now. It is not if none has been opened.

        Returns:
            `True` or `False`.

        Examples:
            ```robotframework
            ${open} =    Is WebSocket Connected
            ```
        """
        return self._is_open(WEBSOCKET, alias)

    @keyword("Is SSE Connected", tags=["SSE", "Getter"])
    def is_sse_connected(self, *, alias: str | None = None) -> bool:
        """Tell whether the event stream is open right now. It is not if none has been opened.

        Returns:
            `True` or `False`.

        Examples:
            ```robotframework
            ${open} =    Is SSE Connected
            ```
        """
        return self._is_open(SSE, alias)

    @keyword("Get WebSocket State", tags=["WebSocket", "Getter", "Assertion"])
    def get_websocket_state(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Get or assert the ready state: `CONNECTING`, `OPEN`, `CLOSING`, `CLOSED` or `RECONNECTING`.

        Returns:
            The state as text.

        Raises:
            ExpectationFailed: The assertion does not hold.

        Examples:
            ```robotframework
            Get WebSocket State    ==    OPEN
            ```
        """
        connection = self._session.connection(alias, WEBSOCKET)
        return self._state(connection, assertion_operator, assertion_expected, message)

    @keyword("Get SSE State", tags=["SSE", "Getter", "Assertion"])
    def get_sse_state(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Get or assert the ready state: `CONNECTING`, `OPEN`, `CLOSED` or `RECONNECTING`.

        Returns:
            The state as text.

        Raises:
            ExpectationFailed: The assertion does not hold.

        Examples:
            ```robotframework
            Get SSE State    ==    OPEN
            ```
        """
        connection = self._session.connection(alias, SSE)
        return self._state(connection, assertion_operator, assertion_expected, message)

    @keyword("Get WebSocket Close Code", tags=["WebSocket", "Getter", "Assertion"])
    def get_websocket_close_code(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Get or assert the close code: 1005 if the close frame had none, 1006 if there was no close frame.

        Returns:
            The code, `None` while the connection is not closed for good.

        Raises:
            ExpectationFailed: The assertion does not hold.

        Examples:
            ```robotframework
            Get WebSocket Close Code    ==    1000
            ```
        """
        connection = self._session.connection(alias, WEBSOCKET)
        code = None if connection.ending is None else connection.ending.code
        subject = f"Close code of '{connection.alias}'"
        return checked(code, assertion_operator, assertion_expected, subject, message)

    def _is_open(self, family: Family, alias: str | None) -> bool:
        store = self._session.store
        stream = store.current(family) if alias is None else store.get(alias, family)
        return stream is not None and stream.connection.is_open

    def _state(
        self,
        connection: Connection[Any],
        operator: AssertionOperator | None,
        expected: object,
        message: str | None,
    ) -> Any:
        return checked(connection.state.value, operator, expected, f"State of '{connection.alias}'", message)


def _recorded(connection: Connection[Any], looked_for: Wanted) -> list[Any]:
    return [item for item in connection.record.items() if fits(looked_for.condition, item)]


def _count(connection: Connection[Any], looked_for: Wanted) -> int:
    if looked_for.condition is ANY:
        return connection.record.held
    return len(_recorded(connection, looked_for))
