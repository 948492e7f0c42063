"""What all keywords share: connections, loop thread, defaults, secrets, listeners, and the one way to wait."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar

from robot.libraries.BuiltIn import BuiltIn
from robot.utils import escape

from RealtimeLibrary.bridge import LoopThread
from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import (
    ANY,
    EVENTS,
    MESSAGES,
    Dialect,
    PredicateHolds,
    all_of,
    conditions_from,
)
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, Family, Listener, Mark
from RealtimeLibrary.core.errors import ExpectationFailed, RealtimeError
from RealtimeLibrary.core.many import close_all, open_all
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.options import ConnectionSettings, SSESettings, WebSocketSettings
from RealtimeLibrary.core.payloads import encode
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Wanted, wanted
from RealtimeLibrary.core.slips import refuse_named_argument
from RealtimeLibrary.core.sse.tester import SSETester
from RealtimeLibrary.core.waiting import Expectation, Items, Open
from RealtimeLibrary.core.websocket.tester import WebSocketTester
from RealtimeLibrary.core.wording import counted, seconds_of
from RealtimeLibrary.keywords.arguments import Timeout, Url, plain_options, revealed
from RealtimeLibrary.keywords.log import Log
from RealtimeLibrary.keywords.returned import Returned
from RealtimeLibrary.keywords.store import Store, Stream, WebSocketStream
from RealtimeLibrary.reporting.failure import explain

T = TypeVar("T")


class AutoClose(Enum):
    """When connections are closed by themselves.

    `test`: at the end of a test what it opened, at the end of a suite what its setup opened. `suite`: at the end of a
    suite what was opened in it. `manual`: only at the end of the run.
    """

    test = "test"
    suite = "suite"
    manual = "manual"


class Session:
    """The state of one library instance.

    Args:
        timeout: Longest wait where a keyword gives none.
        options: Connect options given at import, by name.
        secret_params: Names of query parameters that are masked.
        auto_close: When connections are closed by themselves.
        progress: Whether long waits say on the console what they wait for.
    """

    def __init__(
        self,
        timeout: timedelta,
        options: Mapping[str, Any],
        secret_params: Iterable[str],
        auto_close: AutoClose,
        *,
        progress: bool = True,
    ) -> None:
        self.timeout = seconds_of(timeout, "timeout")
        self.options = options
        self.secrets = Secrets(secret_params)
        self.auto_close = auto_close
        self.bridge = LoopThread()
        self.store = Store(self._forget)
        self.returned = Returned()
        self.log = Log(self.secrets, progress=progress)
        self.owner = ""
        self.expected_ends: set[Connection[Any]] = set()
        self._listeners: list[tuple[Connection[Any], Listener[Any]]] = []
        self._dialects = {
            WEBSOCKET: _in_robot(MESSAGES, self.returned),
            SSE: _in_robot(EVENTS, self.returned),
        }

    # Connections

    def connect_websocket(self, url: Url, alias: str | None, options: Mapping[str, Any]) -> str:
        """Open a WebSocket and make it current; returns its alias."""
        tester = WebSocketTester(alias=self.store.new_alias(alias, "websocket"), secrets=self.secrets)
        return self._connect(tester, url, self._options(WebSocketSettings, options))

    def connect_sse(self, url: Url, alias: str | None, options: Mapping[str, Any]) -> str:
        """Open an event stream and make it current; returns its alias."""
        tester = SSETester(alias=self.store.new_alias(alias, "sse"), secrets=self.secrets)
        return self._connect(tester, url, self._options(SSESettings, options))

    def connect_group(self, family: Family, url: Url, count: int, name: str, options: Mapping[str, Any]) -> list[str]:
        """Open this many connections together under a name; returns their aliases."""
        kind, settings = (WebSocketTester, WebSocketSettings) if family is WEBSOCKET else (SSETester, SSESettings)
        plain = self._options(settings, options)
        target = str(revealed(url, self.secrets))
        aliases = [self.store.new_alias(f"{name}-{number}", name) for number in range(1, count + 1)]
        testers = [kind(alias=alias, secrets=self.secrets) for alias in aliases]
        try:
            self.bridge.run(open_all(testers, lambda tester: tester.connect(target, **plain)))
        except ExceptionGroup as group:
            first = group.exceptions[0]
            first.args = (f"{len(group.exceptions)} of {count} connections could not be opened. First: {first}",)
            raise first from None
        for tester in testers:
            self.store.add(tester, self.owner)
        self.store.add_group(name, aliases)
        return aliases

    def _options(self, settings: type[ConnectionSettings], options: Mapping[str, Any]) -> dict[str, Any]:
        """The import's options of this family, overridden by those given, with secrets revealed."""
        known = {option.name for option in fields(settings)}
        merged = {name: value for name, value in {**self.options, **options}.items() if name in known}
        return plain_options(merged, self.secrets)

    def _connect(self, tester: WebSocketTester | SSETester, url: Url, options: dict[str, Any]) -> str:
        self.bridge.run(tester.connect(str(revealed(url, self.secrets)), **options))
        return self.store.add(tester, self.owner)

    def websocket(self, alias: str | None) -> WebSocketStream:
        """The WebSocket with this alias, or the current one."""
        return self.store.get(alias, WEBSOCKET)  # type: ignore[return-value]  # the family says so

    def websockets(self, alias: str | None) -> list[WebSocketStream]:
        """The WebSockets of the group with this alias, or the one that `websocket` gives."""
        return self.store.members(alias, WEBSOCKET)  # type: ignore[return-value]  # the family says so

    def connection(self, alias: str | None, family: Family | None = None) -> Connection[Any]:
        """The connection with this alias, or the family's current one."""
        return self.store.get(alias, family).connection

    def close(self, streams: Iterable[Stream]) -> None:
        """Close these streams and forget them."""
        closing = list(streams)
        if closing:
            self.bridge.run(close_all(closing))
        for stream in closing:
            self.store.forget(stream)

    def _forget(self, stream: Stream) -> None:
        """Forget what is known besides of a stream that the store forgets."""
        self.expected_ends.discard(stream.connection)
        self._listeners = [entry for entry in self._listeners if entry[0] is not stream.connection]
        if stream.connection.is_over:
            # A tester refers to itself in circles. A large record must not wait for the garbage collector, which comes
            # ever more rarely while Robot's own results grow.
            stream.connection.record.clear()

    def shut_down(self) -> None:
        """Close everything and end the thread."""
        if self.bridge.is_running:
            self.close(self.store)
            self.bridge.stop()

    def clear(self, family: Family, alias: str | None) -> None:
        """Forget what was recorded until now; listeners hear it first."""
        record = self.connection(alias, family).record
        up_to = record.last
        self.run_listeners()
        self.bridge.call(record.clear, up_to)

    def overview(self) -> list[dict[str, Any]]:
        """All connections with their state and counts."""
        return [_row(stream.connection) for stream in self.store]

    # Sending

    def send(self, alias: str | None, message: Any) -> None:
        """Send a message over a WebSocket.

        Only the loop's thread may write. It is waited for, so that the message is on its way while Robot goes on to the
        next keyword, and an error shows here. On an idle machine that costs one more change of threads.
        """
        stream = self.websocket(alias)
        stream.check_open()
        if isinstance(stream, WebSocketTester):
            self.bridge.call(stream.send_now, encode(message))
        else:
            self.bridge.run(stream.send(message))  # by the page

    # Waiting

    def mark(self, alias: str | None) -> Mark:
        """This moment."""
        if alias is not None:
            self.store.get(alias)
        return Mark(time.monotonic())

    def wait_until_open(self, family: Family, alias: str | None, timeout: Timeout) -> None:
        """Wait until a connection is open."""
        self.wait(Open(self.connection(alias, family), self.seconds(timeout), time.monotonic()))

    def seconds(self, timeout: Timeout, name: str = "timeout") -> float:
        """A keyword's timeout in seconds; `None` is the default."""
        return self.timeout if timeout is None else seconds_of(timeout, name)

    def condition(
        self,
        family: Family,
        predicate: Any = None,
        *,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: Any = None,
        keyword: str | None = None,
    ) -> Condition:
        """One condition for a keyword's condition arguments."""
        selected = conditions_from(
            predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, dialect=self._dialects[family]
        )
        return selected if keyword is None else all_of([selected, self._keyword_condition(keyword)])

    def dialect(self, family: Family) -> Dialect:
        """How the family's conditions read in Robot."""
        return self._dialects[family]

    def wanted(self, family: Family, condition: Condition = ANY, of_type: str | None = None) -> Wanted:
        """What is looked for, in words."""
        if of_type is not None:
            refuse_named_argument(self._dialects[family].type_word, of_type)
        return wanted(family, self._dialects[family], condition, of_type)

    def wait(self, expectation: Expectation[T], meanwhile: Callable[[], None] | None = None) -> T:
        """Wait on Robot's thread; listeners run meanwhile, and before the result is returned.

        Args:
            expectation: What must come true.
            meanwhile: Called besides, at least ten times a second.
        """
        begun_at = time.monotonic()
        progress = self.log.progress_of(expectation)

        def between() -> None:
            self.run_listeners()
            progress()
            if meanwhile is not None:
                meanwhile()

        try:
            result = self.bridge.wait(expectation, between)
        except RealtimeError:  # and nothing else: Robot's timeouts and Ctrl-C end a keyword at once
            self.run_listeners()
            raise
        self.run_listeners()
        self.log.passed(expectation, result, begun_at)
        return result

    def wait_for_items(
        self,
        connection: Connection[Any],
        looked_for: Wanted,
        timeout: Timeout,
        since: Mark | int | None,
        *,
        count: int | None = None,
        consume: bool = True,
    ) -> list[Any]:
        """Wait for matching items of one connection."""
        return self.wait(
            Items(connection, looked_for, self.seconds(timeout), time.monotonic(), since, count=count, consume=consume)
        )

    def _keyword_condition(self, name: str) -> Condition:
        def call(item: Item) -> Any:
            return self.run_keyword(name, [self.returned.item(item)])

        return PredicateHolds(call, description=f"keyword '{name}'", repeatable=False)

    # Failures

    def explained(self, error: RealtimeError) -> str:
        """The whole text of a failure, without secrets."""
        if isinstance(error, ExpectationFailed) and not error.own_text:
            return self.secrets.mask(explain(error, [stream.connection for stream in self.store]))
        return self.secrets.mask(str(error))

    # Listeners

    def listen(self, connection: Connection[Any], topic: str, callback: Callable[[Any], object]) -> None:
        """Register a listener; it hears at once what was already recorded."""
        self._listeners.append((connection, Listener(connection, topic, callback)))

    def run_listeners(self) -> None:
        """Hand everything new to the listeners, on the calling thread."""
        for connection, listener in self._listeners:
            listener.deliver()
            if missed := listener.missed:
                listener.missed = 0
                raise RealtimeError(
                    f"A listener of '{connection.alias}' missed {counted(missed, connection.family.noun)}: dropped "
                    "from the full record before the listener came to them. Raise 'max_messages' or 'max_bytes'."
                )

    def run_keyword(self, name: str, received: Sequence[Any], given: Sequence[Any] = ()) -> Any:
        """Run a Robot keyword with what was received and with the arguments that the user gave.

        Robot looks for variables in both once more: what a peer sends must not be able to name one. The user's
        arguments keep their `name=value` form.
        """
        from_peer = [escape(arg) if isinstance(arg, str) else arg for arg in received]
        from_user = [escape(arg).replace("\\=", "=") if isinstance(arg, str) else arg for arg in given]
        return BuiltIn().run_keyword(name, *from_peer, *from_user)


def _row(connection: Connection[Any]) -> dict[str, Any]:
    return {
        "alias": connection.alias,
        "kind": connection.family.name,
        "url": connection.url,
        "state": connection.state.value,
        "received": connection.record.last,
        "sent": connection.sent_count,
        "errors": connection.error_count,
        "reconnects": max(connection.openings - 1, 0),
    }


def _in_robot(dialect: Dialect, returned: Returned) -> Dialect:
    """The dialect with Robot's variables, and with Robot's view of an item for callables."""
    return replace(dialect, variable=_variable, argument=returned.item)


def _variable(name: str) -> Any:
    missing = object()
    value = BuiltIn().get_variable_value(f"${{{name}}}", missing)
    if value is missing:
        raise LookupError(name)
    return value
