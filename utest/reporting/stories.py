"""Connections with a past, told step by step at exact times, and the failures that come of it."""

from collections.abc import Callable
from typing import Any

from RealtimeLibrary.core.conditions.kinds import ANY, EVENTS, MESSAGES, condition_from, conditions_from
from RealtimeLibrary.core.connection import (
    SSE,
    WEBSOCKET,
    Connection,
    Mark,
    State,
    sse_connection,
    websocket_connection,
)
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import ConnectionClosed, ExpectationFailed
from RealtimeLibrary.core.journal import Entry, Happening
from RealtimeLibrary.core.messages import PayloadCodec, size_of
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Wanted, wanted
from RealtimeLibrary.core.sse.tester import data_pattern, data_wanted
from RealtimeLibrary.core.waiting import PENDING, Closed, Expectation, Items, Open, Quiet
from RealtimeLibrary.reporting.failure import explain

BEGUN = 100.0
"""When waits begin; times in a story count from here, in seconds."""


class Story:
    """One connection and what happens to it."""

    def __init__(self, alias: str = "websocket-1", *, codec: PayloadCodec | None = None, **limits: Any) -> None:
        codec = codec or PayloadCodec(secrets=Secrets())
        url = "wss://shop.example/live"
        self.connection: Connection[Any]
        if alias.startswith("sse"):
            self.connection = sse_connection(alias, "https://shop.example/events", codec=codec, **limits)
        else:
            self.connection = websocket_connection(alias, url, codec=codec, **limits)
        self._late: list[Callable[[], object]] = []

    def opened(self, at: float = -10.0) -> "Story":
        self.connection.openings += 1
        self.connection.opening_numbers.append(self.connection.record.last)
        self.connection.opened_at = BEGUN + at
        self.connection.state = State.OPEN
        return self.happened(at, Happening.OPENED)

    def received(self, at: float, *raws: str | bytes) -> "Story":
        self.connection.received([raws], BEGUN + at, sum(map(size_of, raws)))
        return self

    def event(self, at: float, data: str, event: str = "message", id: str = "") -> "Story":
        self.connection.received([[data], [event], [id], [None]], BEGUN + at, size_of(data))
        return self

    def sent(self, at: float, payload: str | bytes) -> "Story":
        return self.happened(at, Happening.SENT, payload=payload)

    def happened(
        self, at: float, what: Happening, text: str = "", payload: str | bytes | None = None, **facts: Any
    ) -> "Story":
        connection = self.connection
        text = connection.secrets.mask(text)
        connection.journal.add(Entry(BEGUN + at, what, connection.record.last, text, payload, facts))
        return self

    def failed(self, at: float, text: str) -> "Story":
        self.connection.error_log.add(ConnectionClosed(text))
        return self.happened(at, Happening.ERROR, text)

    def reconnecting(self, at: float, text: str, **facts: Any) -> "Story":
        self.connection.state = State.RECONNECTING
        return self.happened(at, Happening.RECONNECTING, text, **facts)

    def closed(self, at: float, text: str, code: int | None = None, reason: str = "") -> "Story":
        self.connection.ending = Ending(text, "server", code, reason)
        self.connection.state = State.CLOSED
        return self.happened(at, Happening.CLOSED, text, ending=self.connection.ending)

    def read(self, *numbers: int) -> "Story":
        for number in numbers:
            self.connection.unread.add(number)
        return self

    # What is expected

    def wanted(self, predicate: Any = None, of_type: str | None = None, **conditions: Any) -> Wanted:
        family = self.connection.family
        dialect = EVENTS if family is SSE else MESSAGES
        condition = ANY if predicate is None else condition_from(predicate, dialect)
        if conditions:
            condition = conditions_from(predicate, dialect=dialect, **conditions)
        return wanted(family, dialect, condition, of_type)

    def wait(
        self,
        predicate: Any = None,
        of_type: str | None = None,
        *,
        count: int | None = None,
        since: Mark | int | None = None,
        consume: bool = True,
        seconds: float = 5.0,
        **conditions: Any,
    ) -> Items[Any]:
        what = self.wanted(predicate, of_type, **conditions)
        return Items(self.connection, what, seconds, BEGUN, since, count=count, consume=consume)

    def data(self, pattern: Any) -> Items[Any]:
        return Items(self.connection, data_wanted(data_pattern(pattern)), 5.0, BEGUN, consume=False)

    def quiet(self, predicate: Any = None, of_type: str | None = None, since: Mark | None = None) -> Quiet[Any]:
        return Quiet(self.connection, self.wanted(predicate, of_type), 2.0, BEGUN, since)

    def open(self) -> Open:
        return Open(self.connection, 5.0, BEGUN)

    def close(self, **expected: Any) -> Closed:
        return Closed(self.connection, 5.0, BEGUN, **expected)


def failure(expectation: Expectation[Any]) -> ExpectationFailed:
    """How it fails."""
    try:
        if expectation.poll() is PENDING:
            expectation.expire()
    except ExpectationFailed as error:
        return error
    raise AssertionError("The story was to fail.")


def told(expectation: Expectation[Any], *others: Story, after: float = 5.0) -> str:
    """The text of its failure, `after` seconds from its begin."""
    return explain(failure(expectation), [other.connection for other in others], BEGUN + after)


def websocket(alias: str = "websocket-1", **options: Any) -> Story:
    """An open WebSocket."""
    return Story(alias, **options).opened()


def sse(alias: str = "sse-1", **options: Any) -> Story:
    """An open event stream."""
    return Story(alias, **options).opened()


__all__ = ["BEGUN", "SSE", "WEBSOCKET", "Story", "failure", "sse", "told", "websocket"]
