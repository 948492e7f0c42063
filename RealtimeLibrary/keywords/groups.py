"""Keywords for many connections at once: opening a group, and who of it receives a broadcast."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, Mark
from RealtimeLibrary.core.errors import ClosedWhileWaiting, ExpectationFailed, InvalidArgument
from RealtimeLibrary.core.situation import Wanted, condition_of
from RealtimeLibrary.core.stream_checks.fanout import FanoutResult, check_fanout
from RealtimeLibrary.core.stream_checks.feeding import Delivered
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.keywords.arguments import Timeout, Url, as_list, at_least_one
from RealtimeLibrary.keywords.connecting import Connecting
from RealtimeLibrary.keywords.selection import one_type
from RealtimeLibrary.keywords.session import Session
from RealtimeLibrary.reporting.stream_findings import fanout_lines

F = TypeVar("F", bound=Callable[..., Any])


def _with_options_of(single: Callable[..., Any]) -> Callable[[F], F]:
    """Give a keyword for many connections, written with `**options`, every option of the keyword for one."""

    def decorate(function: F) -> F:
        own = inspect.signature(function)
        named = [parameter for parameter in own.parameters.values() if parameter.name != "options"]
        options = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(single).parameters.values()
            if parameter.name not in own.parameters and parameter.name != "in_page"
        ]
        function.__signature__ = own.replace(parameters=[*named, *options])  # type: ignore[attr-defined]  # functions may have one
        function.__annotations__ |= {option.name: option.annotation for option in options}
        del function.__annotations__["options"]
        return function

    return decorate


class Groups:
    """Connections that are opened together, and assertions about what reaches which of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Connect WebSockets", tags=["WebSocket", "Connection", "Stream quality"])
    @_with_options_of(Connecting.connect_websocket)
    def connect_websockets(self, url: Url, count: int, alias: str = "websockets", **options: Any) -> list[str]:
        """Open many WebSocket connections at the same time, as a group with one name.

        The group's name works in [Every Connection Should Receive], [Only Connections Should Receive] and
        [Disconnect WebSocket]. Every other keyword works on one member by its alias. If one connection cannot be
        opened, none stays open.

        Args:
            url: A `ws://` or `wss://` URL.
            alias: The name of the group. Its members are `alias-1`, `alias-2`, …

        Returns:
            The aliases of the members.

        Raises:
            CannotConnect: Some could not be opened; says how many, and why the first could not.

        Examples:
            ```robotframework
            @{aliases} =    Connect WebSockets    ws://localhost:8000/api/v1/ws/data    count=20    alias=subscriber
            ...    on_connect={"type": "subscribe", "channel": "alerts"}
            Every Connection Should Receive    subscriber    msg.severity == 'critical'    timeout=5s
            Disconnect WebSocket    alias=subscriber
            ```
        """
        return self._session.connect_group(WEBSOCKET, url, at_least_one(count), alias, options)

    @keyword("Connect SSE Streams", tags=["SSE", "Connection", "Stream quality"])
    @_with_options_of(Connecting.connect_sse)
    def connect_sse_streams(self, url: Url, count: int, alias: str = "streams", **options: Any) -> list[str]:
        """Open many event streams at the same time, as a group with one name. See [Connect WebSockets].

        Args:
            url: An `http://` or `https://` URL.
            alias: The name of the group. Its members are `alias-1`, `alias-2`, …
            json: Request body as dictionary or list; text is sent as it is.
            body: Request body as text or bytes.
            last_event_id: Sent as `Last-Event-ID`, to resume after this event.

        Returns:
            The aliases of the members.

        Raises:
            CannotConnect: Some could not be opened; says how many, and why the first could not.

        Examples:
            ```robotframework
            Connect SSE Streams    http://localhost:8000/api/v1/sse/updates    count=20    alias=reader
            Disconnect SSE    alias=reader
            ```
        """
        return self._session.connect_group(SSE, url, at_least_one(count), alias, options)

    @keyword("Every Connection Should Receive", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def every_connection_should_receive(
        self,
        aliases: list[str] | str,
        predicate: object = None,
        exactly: int | None = 1,
        timeout: Timeout = None,
        *,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
    ) -> float:
        """Fail unless each of these connections receives a matching item, exactly so often.

        To see that nobody receives it once more, the keyword uses all of its time; with `exactly=${None}` it ends as
        soon as everybody has received it.

        Args:
            aliases: Aliases of connections or groups, a list or a single one.
            exactly: How often each must receive it. `None` is once or more.

        Returns:
            The skew: seconds between the first and the last connection that received it.

        Raises:
            ExpectationFailed: Names who did not receive it, who received it too often, and the skew.

        Examples:
            ```robotframework
            Connect SSE Streams    http://localhost:8000/api/v1/sse/updates    count=20    alias=reader
            Connect WebSocket    ws://localhost:8000/api/v1/ws/monitor
            Send Message    {"type": "start_training", "modelId": "model-123"}
            ${skew} =    Every Connection Should Receive    reader    data.data.epoch == 1    timeout=5s
            Should Be True    ${skew} < 0.5
            ```
        """
        if exactly is not None and exactly < 0:
            raise InvalidArgument(f"Argument 'exactly' must be 0 or more, got {exactly}.")
        group = self._connections(aliases)
        wanted = self._wanted(group, predicate, type, event, regexp, jsonpath, schema, keyword)
        seconds = self._session.seconds(timeout)
        names = [connection.alias for connection in group]
        delivered = Delivered(
            wanted,
            most=dict.fromkeys(names, exactly),
            enough=1 if exactly is None else None,
            receivers=names,
            seconds=seconds,
            since=since,
        )
        result = check_fanout(self._session.wait(delivered), names, exactly)
        if not result.passed:
            often = "at least once" if exactly is None else f"exactly {counted(exactly, 'time')}"
            what = f"Expected {wanted[group[0]].phrase} {often} on each of {counted(len(group), 'connection')}"
            raise self._failed(f"{what} within {in_words(seconds)}", result, group, message)
        _refuse_unseen(delivered)
        return result.skew or 0.0

    @keyword("Only Connections Should Receive", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def only_connections_should_receive(
        self,
        aliases: list[str] | str,
        predicate: object = None,
        timeout: Timeout = None,
        *,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
    ) -> None:
        """Fail unless each of these connections receives a matching item, and no other connection does.

        The others must stay open for all of the time: a closed connection receives nothing anyway.

        Args:
            aliases: Aliases of connections or groups, a list or a single one.
            timeout: How long to look, as Robot time. `None` is the library's default.

        Raises:
            ExpectationFailed: Names who did not receive it, and who did but should not have.
            ClosedWhileWaiting: Another connection was not open for all of the time.

        Examples:
            ```robotframework
            Connect WebSockets    ws://localhost:8000/api/v1/ws/data    count=3    alias=room-a
            ...    on_connect={"type": "subscribe", "channel": "alerts"}
            Connect WebSockets    ws://localhost:8000/api/v1/ws/data    count=3    alias=room-b
            ...    on_connect={"type": "subscribe", "channel": "risk_alerts"}
            Only Connections Should Receive    room-a    msg.severity == 'warning' and msg.type == 'alert'    timeout=1s
            ```
        """
        group = self._connections(aliases)
        others = [stream.connection for stream in self._session.store if stream.connection not in group]
        watched = {connection: connection.openings for connection in others if connection.is_open}
        if not watched:
            raise InvalidArgument("No other connection is open that could receive it too.")
        wanted = self._wanted([*group, *others], predicate, type, event, regexp, jsonpath, schema, keyword)
        seconds = self._session.seconds(timeout)
        delivered = Delivered(
            wanted,
            most={connection.alias: 0 for connection in others},
            enough=None,
            receivers=(),
            seconds=seconds,
            since=since,
        )
        names = [connection.alias for connection in group]
        result = check_fanout(self._session.wait(delivered), names, exactly=None)
        if not result.passed:
            what = f"Expected {wanted[group[0]].phrase} on {counted(len(group), 'connection')} and no other"
            raise self._failed(f"{what} within {in_words(seconds)}", result, list(wanted), message)
        _refuse_unseen(delivered)
        for connection, openings in watched.items():
            if not connection.is_open or connection.openings != openings:
                raise ClosedWhileWaiting(
                    f"Cannot tell whether '{connection.alias}' receives {wanted[connection].phrase}: it was not "
                    f"connected for all of {in_words(seconds)}: {condition_of(connection)}"
                )

    def _connections(self, aliases: list[str] | str) -> list[Connection[Any]]:
        streams = [stream for alias in as_list(aliases) for stream in self._session.store.members(alias)]
        if not streams:
            raise InvalidArgument("Argument 'aliases' must name at least one connection.")
        return list(dict.fromkeys(stream.connection for stream in streams))

    def _wanted(
        self,
        connections: Sequence[Connection[Any]],
        predicate: object,
        type: str | None,
        event: str | None,
        regexp: str | None,
        jsonpath: str | None,
        schema: object,
        keyword: str | None,
    ) -> dict[Connection[Any], Wanted]:
        session = self._session
        families = {connection.family for connection in connections}
        conditions: dict[Any, Condition] = {
            family: session.condition(
                family, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
            )
            for family in families
        }
        of_type = one_type(type, event)
        return {
            connection: session.wanted(connection.family, conditions[connection.family], of_type)
            for connection in connections
        }

    def _failed(
        self, expected: str, result: FanoutResult, connections: Sequence[Connection[Any]], message: str | None
    ) -> ExpectationFailed:
        if message is not None:
            return ExpectationFailed(message, own_text=True)
        counts = [
            f"{len(result.missing)} did not receive it" if result.missing else "",
            f"{len(result.surplus)} received it too often" if result.surplus else "",
            f"{len(result.strangers)} should not have received it" if result.strangers else "",
        ]
        verdict = f"{expected}: {', '.join(filter(None, counts))}."
        return ExpectationFailed(self._session.secrets.mask(verdict), evidence=fanout_lines(result, connections))


def _refuse_unseen(delivered: Delivered) -> None:
    """What was dropped from a full record may be one too many."""
    for alias, count in delivered.unseen.items():
        raise ExpectationFailed(
            f"Cannot tell how often '{alias}' received it: {counted(count, 'item')} dropped from its full record "
            "unseen. Look after a mark with 'since', or raise 'max_messages' or 'max_bytes'."
        )
