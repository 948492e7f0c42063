"""The asyncio tester: life cycle, waits, assertions and listeners that WebSocket and SSE share."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from RealtimeLibrary.core.connection import Connection, Listener, Mark, State
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import ConnectionClosed, ExpectationFailed, InvalidArgument, RealtimeError
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.situation import Wanted, about, condition_of
from RealtimeLibrary.core.waiting import PENDING, Closed, Expectation, Items, Open, Quiet
from RealtimeLibrary.core.wording import Seconds, counted, seconds_of

ItemT = TypeVar("ItemT", bound=Item)
ResultT = TypeVar("ResultT")


async def settle(expectation: Expectation[ResultT]) -> ResultT:
    """Wait until the expectation is decided, at most its time.

    Cancelling is safe: nothing is lost or marked read.
    """
    changed, time_up = asyncio.Event(), False

    def end() -> None:
        nonlocal time_up
        time_up = True
        changed.set()

    stops = [connection.observe(changed.set) for connection in expectation.connections]
    timer = asyncio.get_running_loop().call_later(expectation.seconds, end)
    try:
        while not time_up:
            changed.clear()
            if (result := expectation.poll()) is not PENDING:
                return result
            await (asyncio.sleep(0) if expectation.behind else changed.wait())
        return expectation.expire()
    finally:
        timer.cancel()
        for stop in stops:
            stop()


class Tester(ABC, Generic[ItemT]):
    """A connection under test.

    Use it as an asynchronous context manager: it disconnects at the end. What a listener raised and no wait has told
    is raised then, so that a test whose checks are in listeners does not pass by mistake.

    Args:
        connection: What is recorded of it.
        timeout: Longest wait where a call gives none, in seconds.
    """

    def __init__(self, connection: Connection[ItemT], timeout: Seconds) -> None:
        self.connection = connection
        self.timeout = seconds_of(timeout, "timeout")
        self._callbacks: list[tuple[str, Callable[[Any], object]]] = []
        self._listener_error: Exception | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.disconnect()
        if error is None:
            self._tell_listener_error()

    def __repr__(self) -> str:
        connection = self.connection
        received = counted(connection.record.last, connection.family.noun)
        return f"<{type(self).__name__} {connection.url or 'unconnected'} {self.state.value}, {received} received>"

    # State

    @property
    def state(self) -> State:
        """The ready state."""
        return self.connection.state

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open."""
        return self.connection.is_open

    @property
    def errors(self) -> list[RealtimeError]:
        """What went wrong so far: a failed connect, a reset, a needed reconnection. Empty after a clean end."""
        return self.connection.errors

    @property
    def url(self) -> str:
        """Where the connection goes, after redirects, with secrets masked."""
        return self.connection.url

    @abstractmethod
    async def disconnect(self) -> None:
        """Close the connection. Does nothing if it is closed. What was received stays readable."""

    async def wait_for_connection(self, timeout: Seconds | None = None) -> None:
        """Wait until the connection is open, also while it reconnects.

        Args:
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.

        Raises:
            NothingMatched: It did not open in time.
            ClosedWhileWaiting: It is closed for good.
        """
        await self._settle(Open(self.connection, self._seconds(timeout), time.monotonic()))

    def assert_connected(self) -> None:
        """The connection is open right now.

        Raises:
            ExpectationFailed: It is not; says why.
        """
        check_connected(self.connection)

    async def assert_connection_closed(
        self, timeout: Seconds | None = None, *, code: int | None = None, reason: str | None = None
    ) -> None:
        """The connection is closed for good, now or in time.

        Args:
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.
            code: The close code it must have, `None` for any. WebSocket only.
            reason: The close reason it must have, `None` for any. WebSocket only.

        Raises:
            UnexpectedClose: It did not close in time, or with another code or reason.
        """
        await self._settle(Closed(self.connection, self._seconds(timeout), time.monotonic(), code=code, reason=reason))

    def assert_no_error(self) -> None:
        """Nothing went wrong since connecting: no reset, no needed reconnection, no failed connect.

        Raises:
            ExpectationFailed: Something did; shows the first error and how many there were.
        """
        check_no_error(self.connection)

    # Listeners

    def on_error(self, callback: Callable[[RealtimeError], object]) -> None:
        """Call `callback` with every error, those that already happened first."""
        self._listen("errors", callback)

    def on_close(self, callback: Callable[[Ending], object]) -> None:
        """Call `callback` with the ending when the connection closes for good, or at once if it has."""
        self._listen("closes", callback)

    def _listen(self, topic: str, callback: Callable[[Any], object]) -> None:
        if iscoroutinefunction(callback):
            raise InvalidArgument("A listener must be a plain function: nobody would await a coroutine.")
        self._callbacks.append((topic, callback))
        self._attach(topic, callback)

    def _renew(self, connection: Connection[ItemT]) -> None:
        """Begin anew with this connection; listeners stay."""
        self.connection = connection
        for topic, callback in self._callbacks:
            self._attach(topic, callback)

    def _attach(self, topic: str, callback: Callable[[Any], object]) -> None:
        listener = Listener(self.connection, topic, callback)

        def deliver() -> None:
            delivered = False
            while not delivered:
                try:
                    listener.deliver()
                    delivered = True
                except Exception as error:  # raised again by the next wait: the loop and the listener must go on
                    self._listener_error = self._listener_error or error

        self.connection.observe(deliver)
        deliver()

    # Waiting

    async def _settle(self, expectation: Expectation[ResultT]) -> ResultT:
        try:
            result = await settle(expectation)
        except Exception:
            self._tell_listener_error()
            raise
        self._tell_listener_error()
        return result

    def _tell_listener_error(self) -> None:
        error, self._listener_error = self._listener_error, None
        if error is not None:
            raise error

    async def _wait(
        self, wanted: Wanted, timeout: Seconds | None, since: Mark | None, count: int | None = None
    ) -> list[ItemT]:
        seconds, now = self._seconds(timeout), time.monotonic()
        return await self._settle(
            Items(self.connection, wanted, seconds, now, since, count=count, consume=True),
        )

    async def _assert_received(self, wanted: Wanted, timeout: Seconds | None, since: Mark | None) -> ItemT:
        seconds, now = self._seconds(timeout), time.monotonic()
        return (await self._settle(Items(self.connection, wanted, seconds, now, since, consume=False)))[0]

    async def _assert_not_received(self, wanted: Wanted, timeout: Seconds | None, since: Mark | None) -> None:
        await self._settle(Quiet(self.connection, wanted, self._seconds(timeout), time.monotonic(), since))

    def mark(self) -> Mark:
        """This moment, for `since=`."""
        return Mark(time.monotonic())

    def _seconds(self, timeout: Seconds | None) -> float:
        return self.timeout if timeout is None else seconds_of(timeout, "timeout")

    def check_open(self) -> None:
        """Fail unless something can be sent right now.

        Raises:
            ConnectionClosed: The connection is not open; says how it came to that.
        """
        if not self.is_connected:
            raise self._closed()

    def _closed(self) -> ConnectionClosed:
        return ConnectionClosed(_not_connected(self.connection))


def check_connected(connection: Connection[Any]) -> None:
    """Fail unless the connection is open right now."""
    if not connection.is_open:
        raise _failed(connection, _not_connected(connection))


def check_no_error(connection: Connection[Any]) -> None:
    """Fail if anything went wrong on the connection; shows the first error that is kept."""
    if not connection.errors:
        return
    others = connection.error_count - 1
    more = f" (and {counted(others, 'more error')})" if others else ""
    raise _failed(connection, f"{connection.family.name} error detected: {connection.errors[0]}{more}")


def _failed(connection: Connection[Any], verdict: str) -> ExpectationFailed:
    return ExpectationFailed(connection.secrets.mask(verdict), about(connection, time.monotonic()))


def _not_connected(connection: Connection[Any]) -> str:
    return f"{connection.family.name} is not connected on '{connection.alias}': {condition_of(connection)}"
