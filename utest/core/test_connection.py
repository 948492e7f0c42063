"""The life of a connection as its readers see it, and listeners: each item exactly once, in order."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from RealtimeLibrary.core.connection import (
    SSE,
    WEBSOCKET,
    Connection,
    EventConnection,
    Listener,
    Mark,
    MessageConnection,
    State,
    sse_connection,
    websocket_connection,
)
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import ConnectionClosed
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Message, PayloadCodec, SSEEvent
from RealtimeLibrary.core.secrets import Secrets

CLOSED = Ending("closed by the server with 1000 (OK)", "server", 1000)


def message_connection(**options: Any) -> MessageConnection:
    return websocket_connection("chat", "ws://server/", codec=PayloadCodec(), **options)


def event_connection() -> EventConnection:
    return sse_connection("news", "http://server/", codec=PayloadCodec())


def receive(connection: MessageConnection, *raws: str, at: float = 1.0) -> None:
    connection.received([raws], at, sum(map(len, raws)))


def happenings(connection: MessageConnection) -> list[Happening]:
    return [entry.what for entry in connection.journal]


# State


def test_a_new_connection_is_closed_and_was_never_open() -> None:
    connection = message_connection()
    assert (connection.state, connection.is_open, connection.is_over) == (State.CLOSED, False, True)
    assert (connection.ending, connection.opened_at, connection.openings) == (None, None, 0)
    assert (connection.errors, connection.error_count, connection.sent_count) == ([], 0, 0)


def test_a_life_in_order() -> None:
    connection = message_connection()
    states = []
    connection.observe(lambda: states.append(connection.state))
    connection.connecting()
    connection.opened("with TLS", subprotocol="chat")
    receive(connection, "a", "b")
    connection.failed(ConnectionClosed("lost"))
    connection.reconnecting("attempt 1", attempt=1)
    connection.connecting()
    connection.opened()
    connection.happened(Happening.PING, payload=b"?")
    connection.closing()
    connection.closed(CLOSED)
    assert states == [
        State.CONNECTING,
        State.OPEN,
        State.OPEN,
        State.OPEN,
        State.RECONNECTING,
        State.RECONNECTING,
        State.OPEN,
        State.OPEN,
        State.CLOSED,
    ]
    assert [entry.after for entry in connection.journal] == [0, 0, 2, 2, 2, 2, 2, 2]
    assert list(connection.opening_numbers) == [0, 2]
    assert connection.openings == 2
    assert (connection.is_open, connection.is_over, connection.ending) == (False, True, CLOSED)


def test_sending_is_noted_and_wakes_nobody() -> None:
    connection = message_connection()
    woken: list[bool] = []
    connection.observe(lambda: woken.append(True))
    connection.sent("hello")
    assert (connection.sent_count, woken) == (1, [])
    assert [(entry.what, entry.payload) for entry in connection.journal] == [(Happening.SENT, "hello")]


def test_opening_again_forgets_the_ending() -> None:
    connection = message_connection()
    connection.closed(CLOSED)
    connection.opened()
    assert connection.ending is None


def test_it_ends_once() -> None:
    connection = message_connection()
    connection.opened()
    connection.closed(CLOSED)
    connection.closed(Ending("closed by us", "us", 1000))
    assert connection.ending == CLOSED
    assert happenings(connection).count(Happening.CLOSED) == 1


def test_whoever_sees_a_state_finds_its_entry() -> None:
    """A thread that sees the end must find it told: its listeners are due."""

    class Watched(Connection[Message]):
        @property
        def state(self) -> State:
            return self._state

        @state.setter
        def state(self, state: State) -> None:
            self._state = state
            told.append(self.journal.of(*Happening)[-1].what if len(self.journal) else None)

    told: list[Happening | None] = []
    plain = message_connection()
    connection = Watched(WEBSOCKET, plain.record, alias="chat", secrets=plain.secrets)
    connection.connecting()
    connection.opened()
    connection.reconnecting("again")
    connection.closed(CLOSED)
    assert told == [None, Happening.CONNECTING, Happening.OPENED, Happening.RECONNECTING, Happening.CLOSED]


def test_texts_in_the_journal_are_masked() -> None:
    secrets = Secrets()
    secrets.add("s3cret")
    connection = websocket_connection("chat", codec=PayloadCodec(secrets=secrets))
    connection.failed(ConnectionClosed("broke at s3cret"))
    assert [entry.text for entry in connection.journal] == ["broke at <secret>"]


def test_families() -> None:
    message, event = message_connection(), event_connection()
    assert (message.family, event.family) == (WEBSOCKET, SSE)
    message.received([["hi"]], 1.0, 2)
    event.received([["hi"], ["tick"], ["7"], [None]], 1.0, 2)
    assert message.record.item(1) == Message(1, 1.0, "hi")
    assert event.record.item(1) == SSEEvent(1, 1.0, "tick", "hi", "7")


def test_bounds_of_the_record() -> None:
    connection = message_connection(max_messages=3, max_bytes=2)
    receive(connection, "a", "b", "c", "d")
    assert [item.raw for item in connection.record.items()] == ["c", "d"]


# Where to begin


def test_where_to_begin() -> None:
    connection = message_connection()
    for at in (1.0, 2.0, 3.0):
        receive(connection, "x", at=at)
    assert connection.start_of(None) == 1
    assert connection.start_of(2) == 3
    assert connection.start_of(Mark(1.0)) == 2
    assert connection.start_of(Mark(0.5)) == 1
    assert connection.start_of(Mark(9.0)) == 4


def test_nothing_begins_before_what_was_cleared() -> None:
    connection = message_connection()
    receive(connection, "a", "b")
    connection.record.clear()
    assert connection.start_of(None) == connection.start_of(0) == connection.start_of(Mark(0.0)) == 3


def test_what_was_dropped_is_in_question() -> None:
    connection = message_connection(max_messages=1)
    receive(connection, "a", "b", "c")
    assert [connection.start_of(None), connection.start_of(1), connection.start_of(Mark(0.0))] == [1, 2, 1]
    receive(connection, *"x" * 3_000)
    assert connection.start_of(Mark(0.0)) <= connection.record.last_dropped
    assert connection.start_of(Mark(1.0)) == 3_004


# Observers


def test_observers_are_called_until_stopped_also_by_themselves() -> None:
    connection = message_connection()
    calls: list[str] = []

    def once() -> None:
        calls.append("once")
        stop()

    stop = connection.observe(once)
    connection.observe(lambda: calls.append("always"))
    receive(connection, "a")
    receive(connection, "b")
    assert calls == ["once", "always", "always"]
    stop()


# Listeners


class Heard(list[Any]):
    """What a listener was called with."""


def listening(connection: Any, topic: str = "items", callback: Callable[[Any], object] | None = None) -> Any:
    heard = Heard()
    listener = Listener(connection, topic, callback or heard.append)
    return listener, heard


def test_items_are_heard_once_and_in_order_beginning_with_the_recorded() -> None:
    connection = message_connection()
    receive(connection, "a", "b")
    listener, heard = listening(connection)
    listener.deliver()
    listener.deliver()
    receive(connection, "c")
    listener.deliver()
    assert [item.raw for item in heard] == ["a", "b", "c"]
    assert listener.missed == 0


def test_what_was_forgotten_before_is_not_missed() -> None:
    connection = message_connection(max_messages=1)
    receive(connection, "a", "b")
    listener, heard = listening(connection)
    listener.deliver()
    assert [item.raw for item in heard] == ["b"]
    assert listener.missed == 0


def test_dropped_items_are_counted_as_missed() -> None:
    connection = message_connection(max_messages=2)
    receive(connection, "a")
    listener, heard = listening(connection)
    listener.deliver()
    receive(connection, *"bcdef")
    listener.deliver()
    assert [item.raw for item in heard] == ["a", "e", "f"]
    assert listener.missed == 3


def test_items_dropped_to_the_last_are_counted_as_missed() -> None:
    connection = message_connection()
    listener, heard = listening(connection)
    receive(connection, "a", "b")
    connection.record.clear()
    listener.deliver()
    assert (heard, listener.missed) == ([], 2)
    receive(connection, "c")
    listener.deliver()
    assert [item.number for item in heard] == [3]


def test_items_that_arrive_meanwhile_are_heard_in_the_next_delivery() -> None:
    """A callback slower than its stream must come to an end."""
    connection = message_connection()

    def call(item: Message) -> None:
        heard.append(item.raw)
        if item.number < 4:
            receive(connection, f"after {item.raw}")

    listener, _ = listening(connection, callback=call)
    heard: list[Any] = []
    receive(connection, "a", "b")
    listener.deliver()
    assert heard == ["a", "b"]
    listener.deliver()
    assert heard == ["a", "b", "after a", "after b"]
    listener.deliver()
    assert heard == ["a", "b", "after a", "after b", "after after a"]


def test_a_listener_that_waits_is_not_called_inside_itself() -> None:
    connection = message_connection()
    depth: list[int] = []

    def call(item: Message) -> None:
        depth.append(item.number)
        listener.deliver()
        assert depth[-1] == item.number

    listener, _ = listening(connection, callback=call)
    receive(connection, "a", "b")
    listener.deliver()
    assert depth == [1, 2]


def test_a_failing_listener_goes_on_with_the_next_item() -> None:
    connection = message_connection()
    heard: list[str] = []

    def call(item: Message) -> None:
        heard.append(str(item.raw))
        if item.raw == "bad":
            raise RuntimeError("mine")

    listener, _ = listening(connection, callback=call)
    receive(connection, "good", "bad", "next")
    with pytest.raises(RuntimeError, match="mine"):
        listener.deliver()
    listener.deliver()
    assert heard == ["good", "bad", "next"]


def test_errors_are_heard_once_and_in_order_beginning_with_those_that_happened() -> None:
    connection = message_connection()
    connection.failed(ConnectionClosed("first"))
    listener, heard = listening(connection, "errors")
    listener.deliver()
    connection.failed(ConnectionClosed("second"))
    connection.failed(ConnectionClosed("third"))
    listener.deliver()
    listener.deliver()
    assert [str(error) for error in heard] == ["first", "second", "third"]


def test_a_failing_listener_goes_on_with_the_next_error() -> None:
    connection = message_connection()
    heard: list[str] = []

    def call(error: ConnectionClosed) -> None:
        heard.append(str(error))
        raise RuntimeError("mine")

    listener, _ = listening(connection, "errors", call)
    for text in ("first", "second"):
        connection.failed(ConnectionClosed(text))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="mine"):
            listener.deliver()
    listener.deliver()
    assert heard == ["first", "second"]


def test_errors_that_are_not_kept_are_counted_as_missed() -> None:
    connection = message_connection()
    listener, heard = listening(connection, "errors")
    for number in range(1, 1_011):
        connection.failed(ConnectionClosed(f"error {number}"))
    listener.deliver()
    assert (str(heard[0]), str(heard[-1]), len(heard)) == ("error 11", "error 1010", 1_000)
    assert listener.missed == 10


def test_an_error_during_a_delivery_is_heard_in_it() -> None:
    connection = message_connection()
    heard: list[str] = []

    def call(error: ConnectionClosed) -> None:
        heard.append(str(error))
        if len(heard) == 1:
            connection.failed(ConnectionClosed("second"))

    listener, _ = listening(connection, "errors", call)
    connection.failed(ConnectionClosed("first"))
    listener.deliver()
    assert heard == ["first", "second"]


def test_the_close_is_heard_also_later() -> None:
    connection = message_connection()
    early, heard_early = listening(connection, "closes")
    early.deliver()
    connection.opened()
    connection.closed(CLOSED)
    late, heard_late = listening(connection, "closes")
    for listener in (early, late, early, late):
        listener.deliver()
    assert heard_early == heard_late == [CLOSED]


def test_a_listener_on_another_thread_hears_everything_once() -> None:
    connection = message_connection()
    listener, heard = listening(connection)
    errors, heard_errors = listening(connection, "errors")
    done = threading.Event()

    def deliver() -> None:
        last = False
        while not last:
            last = done.is_set()
            listener.deliver()
            errors.deliver()

    thread = threading.Thread(target=deliver)
    thread.start()
    for number in range(900):
        receive(connection, str(2 * number), str(2 * number + 1))
        connection.failed(ConnectionClosed(str(number)))
    done.set()
    thread.join()
    assert [item.raw for item in heard] == [str(number) for number in range(1_800)]
    assert [str(error) for error in heard_errors] == [str(number) for number in range(900)]
