"""What is looked for and what happened instead, in words."""

from typing import Any

import pytest

from RealtimeLibrary.core.conditions.kinds import ANY, EVENTS, MESSAGES, RegexpFound
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import CannotConnect, ConnectionClosed, InvalidArgument
from RealtimeLibrary.core.messages import Message, PayloadCodec, SSEEvent
from RealtimeLibrary.core.situation import Situation, about, condition_of, instead, wanted, wanted_from


def new_connection() -> MessageConnection:
    return websocket_connection("chat", codec=PayloadCodec())


def opened(*raws: str) -> MessageConnection:
    connection = new_connection()
    connection.opened()
    connection.received([raws], 1.0, sum(map(len, raws)))
    return connection


def seen(connection: MessageConnection, first: int, last: int, **more: Any) -> Situation:
    return Situation(connection, wanted(WEBSOCKET, MESSAGES), first, last, 5.0, 100.0, **more)


@pytest.mark.parametrize(
    ("predicate", "of_type", "message", "event"),
    [
        (None, None, "message", "event"),
        (None, "ack", "message of type 'ack'", "event 'ack'"),
        ({"id": 5}, None, "message matching {'id': 5}", "event matching {'id': 5}"),
        ({"id": 5}, "ack", "message of type 'ack' matching {'id': 5}", "event 'ack' matching {'id': 5}"),
    ],
)
def test_what_is_wanted_in_words(predicate: Any, of_type: str | None, message: str, event: str) -> None:
    assert wanted_from(WEBSOCKET, MESSAGES, predicate, of_type).phrase == message
    assert wanted_from(SSE, EVENTS, predicate, of_type).phrase == event


def test_type_and_condition_must_both_hold() -> None:
    both = wanted_from(WEBSOCKET, MESSAGES, {"id": 5}, "ack").condition
    assert both.matches(Message(1, 0.0, '{"type":"ack","id":5}'))
    assert not both.matches(Message(1, 0.0, '{"type":"ack","id":6}'))
    assert not both.matches(Message(1, 0.0, '{"type":"nack","id":5}'))


def test_anything_is_wanted_where_nothing_is_said() -> None:
    assert wanted(WEBSOCKET, MESSAGES).condition.matches(Message(1, 0.0, ""))
    assert wanted(SSE, EVENTS, ANY, "tick").condition.matches(SSEEvent(1, 0.0, "tick", ""))
    assert wanted(SSE, EVENTS, RegexpFound("a")).phrase == "event matching regexp 'a'"


def test_a_type_that_begins_with_an_equals_sign_is_a_slip() -> None:
    """Robot reads `type=='x'` as the argument `type` with the value `='x'`."""
    with pytest.raises(InvalidArgument):
        wanted(WEBSOCKET, MESSAGES, of_type="='x'")


def test_conditions_of_a_connection_in_words() -> None:
    connection = new_connection()
    assert condition_of(connection) == "it was never connected."
    connection.connecting()
    assert condition_of(connection) == "the connection is CONNECTING."
    connection.opened()
    assert condition_of(connection) == "the connection is open."
    connection.reconnecting("attempt 1")
    assert condition_of(connection) == "the connection was lost and is reconnecting."
    connection.failed(ConnectionClosed("'chat' was lost."))
    assert condition_of(connection) == "the connection was lost and is reconnecting; last error: 'chat' was lost."
    connection.closed(Ending("closed by us", "us"))
    assert condition_of(connection) == "closed by us."


def test_a_connect_that_failed_was_never_connected() -> None:
    connection = new_connection()
    connection.connecting()
    connection.failed(CannotConnect("refused"))
    connection.closed(Ending("connection refused", "network", is_error=True))
    assert condition_of(connection) == "it was never connected: connection refused."


def test_what_happened_instead() -> None:
    connection = opened("a", "b", "c")
    assert instead(seen(connection, 4, 3)) == "no message was received; the connection is open."
    assert instead(seen(connection, 3, 3)).startswith("the only message did not match;")
    assert instead(seen(connection, 1, 3)).startswith("none of 3 messages matched;")
    assert instead(seen(connection, 1, 3, found=(1, 2))).startswith("2 of 3 messages matched;")
    assert instead(seen(connection, 1, 2, found=(1, 2))).startswith("no other message was received;")


def test_read_messages_are_told_apart() -> None:
    connection = opened("a", "b", "c")
    for number in (1, 2):
        connection.unread.add(number)
    situation = seen(connection, 1, 3, unread_only=True)
    assert situation.read == 2
    assert instead(situation).startswith("the only unread message did not match;")
    connection.unread.add(3)
    assert instead(situation).startswith("no unread message was received, and 3 messages had been read before;")
    assert seen(connection, 1, 3).read == 0


def test_the_state_comes_before_the_messages() -> None:
    connection = opened("a")
    connection.reconnecting("attempt 1")
    assert instead(seen(connection, 1, 1)) == "the connection was lost and is reconnecting."
    connection.closed(Ending("closed by us", "us"))
    assert instead(seen(connection, 1, 1)) == "closed by us."


def test_a_situation_about_the_connection_itself() -> None:
    connection = opened("a")
    situation = about(connection, 100.0, 5.0)
    assert (situation.wanted, situation.first, situation.last, situation.seconds) == (None, 1, 0, 5.0)
    assert situation.since is None
    assert seen(connection, 1, 1, since=Mark(1.0)).since == Mark(1.0)
