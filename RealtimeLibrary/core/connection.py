"""One connection as everything above the transports sees it: record, journal, state and listeners.

A transport (WebSocket, SSE, a browser page) fills it through the methods in the second half of `Connection`; waits,
assertions, getters, listeners and reports only read it, so they are written once for every kind of connection.
"""

import time
from array import array
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, NamedTuple, TypeVar

from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import RealtimeError
from RealtimeLibrary.core.journal import Entry, ErrorLog, Happening, Journal
from RealtimeLibrary.core.messages import Item, Message, PayloadCodec, SSEEvent
from RealtimeLibrary.core.record import ReadMarks, Record
from RealtimeLibrary.core.secrets import Secrets

ItemT = TypeVar("ItemT", bound=Item)


class State(Enum):
    """Ready state of a connection (WHATWG WebSockets `readyState`), and RECONNECTING between two attempts."""

    CONNECTING = "CONNECTING"
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"
    RECONNECTING = "RECONNECTING"


@dataclass(frozen=True)
class Family:
    """What a kind of connection is called in messages.

    Attributes:
        name: `WebSocket` or `SSE`.
        noun: What is received: `message` or `event`.
    """

    name: str
    noun: str


WEBSOCKET: Final = Family("WebSocket", "message")
SSE: Final = Family("SSE", "event")


@dataclass(frozen=True)
class Mark:
    """A point in time, valid for every connection: `since=` looks at what arrived after it.

    Attributes:
        at: The time on the monotonic clock (`time.monotonic()`), in seconds.
    """

    at: float


class Judged(NamedTuple):
    """What a search with a repeatable condition found out for the next one.

    Attributes:
        up_to: Number up to which nothing matches any more.
        misfits: On how many items up to there the condition could not be evaluated.
        unseen: How many items up to there were dropped from the full record before they could be looked at.
        last_unseen: Number of the last one of them, 0 for none.
    """

    up_to: int = 0
    misfits: int = 0
    unseen: int = 0
    last_unseen: int = 0


class Connection(Generic[ItemT]):
    """The life of one stream.

    Attributes:
        family: WebSocket or SSE.
        alias: The name it has in messages.
        url: Where it goes, as it may be shown: secrets are masked.
        record: What was received.
        journal: What else happened.
        unread: Which items a wait has returned.
        judged: What is known of repeatable conditions (see `search`).
        state: The ready state.
        ending: How it ended, `None` before.
        error_log: What went wrong so far: a needed reconnection, a reset, a failed connect. The newest 1,000.
        opened_at: Time of the last opening on the monotonic clock, `None` before the first.
        openings: How often it was opened; more than one means it reconnected.
        opening_numbers: For each opening, how many items had been received before.
        sent_count: How many messages were sent.
        secrets: What must not be shown of it.
        decode: Gives the payload that a raw value of the record stands for; `None` where an item's payload is more
            than that.
    """

    def __init__(self, family: Family, record: Record[ItemT], *, alias: str, url: str = "", secrets: Secrets) -> None:
        self.family = family
        self.alias = alias
        self.url = url
        self.secrets = secrets
        self.record = record
        self.journal = Journal()
        self.unread = ReadMarks()
        self.judged: dict[Hashable, Judged] = {}
        self.state = State.CLOSED
        self.ending: Ending | None = None
        self.error_log = ErrorLog()
        self.opened_at: float | None = None
        self.openings = 0
        self.sent_count = 0
        self.opening_numbers: array[int] = array("q")
        self.decode: Callable[[Any], Any] | None = None
        self._observers: list[Callable[[], None]] = []

    @property
    def is_open(self) -> bool:
        """Whether items can arrive right now."""
        return self.state is State.OPEN

    @property
    def is_over(self) -> bool:
        """Whether nothing can arrive any more: closed for good, not reconnecting."""
        return self.state is State.CLOSED

    @property
    def errors(self) -> list[RealtimeError]:
        """What went wrong so far, the newest 1,000."""
        return [error for _, error in self.error_log]

    @property
    def error_count(self) -> int:
        """How many errors there were in all."""
        return self.error_log.count

    def start_of(self, since: Mark | int | None) -> int:
        """Number of the first item in question, which may be dropped by now.

        Args:
            since: A mark, the number of the last item to leave out, or `None` for the whole record.
        """
        record = self.record
        number = 0
        if isinstance(since, Mark):
            number = record.first_after(since.at)
            if record.last_dropped_at > since.at:
                number = min(number, record.last_dropped)
        elif since is not None:
            number = since + 1
        return max(number, record.cleared + 1)

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call `observer` on the loop after every change; returns the function that ends it.

        Observers must be quick and must not raise: they wake whoever waits.
        """
        self._observers = [*self._observers, observer]  # replaced, not changed: the loop may be iterating

        def stop() -> None:
            self._observers = [other for other in self._observers if other is not observer]

        return stop

    # What transports report. Called on the event loop only.

    def connecting(self, text: str = "", **facts: Any) -> None:
        """A connect or reconnect attempt begins."""
        state = State.CONNECTING if self.openings == 0 else State.RECONNECTING
        self._note(Happening.CONNECTING, text, state=state, **facts)

    def opened(self, text: str = "", **facts: Any) -> None:
        """The handshake is done."""
        self.ending = None
        self.opened_at = time.monotonic()
        self.openings += 1
        self.opening_numbers.append(self.record.last)
        self._note(Happening.OPENED, text, state=State.OPEN, **facts)

    def received(self, values: Sequence[Sequence[Any]], at: float, size: int) -> None:
        """A batch of items arrived together."""
        self.record.extend(values, at, size)
        for observer in self._observers:
            observer()

    def sent(self, payload: str | bytes) -> None:
        """A message was handed to the network. Nobody waits for that, so nobody is woken."""
        self.sent_count += 1
        self.journal.add(Entry(time.monotonic(), Happening.SENT, self.record.last, payload=payload))

    def happened(self, what: Happening, text: str = "", payload: str | bytes | None = None, **facts: Any) -> None:
        """Something else worth telling: a ping, a pong, a comment."""
        self._note(what, text, payload, **facts)

    def failed(self, error: RealtimeError) -> None:
        """Something went wrong."""
        self.error_log.add(error)
        self._note(Happening.ERROR, str(error))

    def reconnecting(self, text: str, **facts: Any) -> None:
        """The connection was lost and another attempt follows."""
        self._note(Happening.RECONNECTING, text, state=State.RECONNECTING, **facts)

    def closing(self) -> None:
        """The closing handshake begins."""
        self.state = State.CLOSING

    def closed(self, ending: Ending) -> None:
        """The connection ended for good. It ends once: where both sides end it, the first ending counts."""
        if self.ending is not None:
            return
        self.ending = ending
        self._note(Happening.CLOSED, ending.text, state=State.CLOSED, ending=ending)

    def _note(
        self,
        what: Happening,
        text: str = "",
        payload: str | bytes | None = None,
        *,
        state: State | None = None,
        **facts: Any,
    ) -> None:
        """Write it down, enter the state that comes of it, and tell the observers.

        In this order: a thread that sees the new state finds in the journal how it came to it.
        """
        self.journal.add(Entry(time.monotonic(), what, self.record.last, self.secrets.mask(text), payload, facts))
        if state is not None:
            self.state = state
        for observer in self._observers:
            observer()


MessageConnection = Connection[Message]
EventConnection = Connection[SSEEvent]


def websocket_connection(
    alias: str,
    url: str = "",
    *,
    codec: PayloadCodec,
    max_messages: int | None = None,
    max_bytes: int | None = None,
) -> MessageConnection:
    """A connection whose record holds messages: one column, the raw payload."""
    build = Message.recorded

    def make(number: int, received_at: float, raw: str | bytes) -> Message:
        return build(number, received_at, raw, codec)

    record = Record(1, make, max_items=max_messages, max_bytes=max_bytes)
    connection = Connection(WEBSOCKET, record, alias=alias, url=url, secrets=codec.secrets)
    connection.decode = codec.decode
    return connection


def sse_connection(
    alias: str,
    url: str = "",
    *,
    codec: PayloadCodec,
    max_messages: int | None = None,
    max_bytes: int | None = None,
) -> EventConnection:
    """A connection whose record holds events: the columns are data, event type, last event ID and retry."""

    def make(number: int, received_at: float, data: str, event: str, last_id: str, retry: int | None) -> SSEEvent:
        return SSEEvent(number, received_at, event, data, last_id, retry, codec)

    record = Record(4, make, max_items=max_messages, max_bytes=max_bytes)
    return Connection(SSE, record, alias=alias, url=url, secrets=codec.secrets)


class Listener(Generic[ItemT]):
    """Hands every item, error or close to a callback: each exactly once, in order, the already recorded ones first.

    Args:
        connection: What to listen to.
        topic: `items`, `errors` or `closes`.
        callback: Called with the item, the error or the `Ending`.

    Attributes:
        missed: How many it can never hear: they were dropped before it came to them.
    """

    def __init__(self, connection: Connection[ItemT], topic: str, callback: Callable[[Any], object]) -> None:
        self._connection = connection
        self._callback = callback
        self._pending = {"items": self._items, "errors": self._errors, "closes": self._closes}[topic]
        self._done = 0 if topic != "items" else connection.record.first - 1
        self._busy = False
        self.missed = 0

    def deliver(self) -> None:
        """Call the callback for everything that is new. An exception of the callback ends this delivery.

        A callback that itself waits does not start a second delivery inside this one.
        """
        if self._busy:
            return
        self._busy = True
        try:
            for what in self._pending():
                self._callback(what)
        finally:
            self._busy = False

    def _items(self) -> Iterator[ItemT]:
        record = self._connection.record
        # No further: a callback slower than the stream would never come to an end.
        stop = record.last
        for item in record.items(self._done + 1, stop):
            self.missed += item.number - self._done - 1
            self._done = item.number
            yield item
        self.missed += stop - self._done
        self._done = stop

    def _errors(self) -> Iterator[RealtimeError]:
        log = self._connection.error_log
        while self._done < log.count:
            for number, error in log:
                if number > self._done:
                    self.missed += number - self._done - 1
                    self._done = number
                    yield error

    def _closes(self) -> Iterator[Ending]:
        ending = self._connection.ending
        if ending is not None and not self._done:
            self._done = 1
            yield ending
