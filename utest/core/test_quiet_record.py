"""A negative assertion never passes over items that were dropped unseen."""

import pytest

from RealtimeLibrary.core.conditions import MESSAGES
from RealtimeLibrary.core.connection import WEBSOCKET, Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.situation import wanted
from RealtimeLibrary.core.waiting import Quiet

ERROR = wanted(WEBSOCKET, MESSAGES, of_type="error")


def opened(max_messages: int | None = None) -> MessageConnection:
    connection = websocket_connection("ws", codec=PayloadCodec(), max_messages=max_messages)
    connection.opened()
    return connection


def receive(connection: MessageConnection, count: int, at: float) -> None:
    connection.received([['{"type": "tick"}'] * count], at, 16 * count)


def test_dropped_messages_make_a_negative_assertion_fail_every_time() -> None:
    connection = opened(max_messages=10)
    receive(connection, 15, 1.0)
    for _ in range(2):
        with pytest.raises(ExpectationFailed, match=r"the oldest 5 messages were dropped from the full record unseen"):
            Quiet(connection, ERROR, 1.0, 2.0).expire()


def test_messages_that_were_looked_at_before_they_were_dropped_count_as_seen() -> None:
    connection = opened(max_messages=10)
    for at in range(5):
        receive(connection, 8, float(at))
        Quiet(connection, ERROR, 1.0, 9.0).expire()


def test_dropped_messages_before_the_mark_do_not_matter() -> None:
    connection = opened(max_messages=10)
    receive(connection, 15, 1.0)
    Quiet(connection, ERROR, 1.0, 3.0, Mark(2.0)).expire()


def test_cleared_messages_do_not_matter() -> None:
    connection = opened(max_messages=10)
    receive(connection, 15, 1.0)
    connection.record.clear()
    receive(connection, 5, 2.0)
    Quiet(connection, ERROR, 1.0, 3.0).expire()
