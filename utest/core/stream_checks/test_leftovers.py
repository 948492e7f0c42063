"""Leftovers: what counts as left behind, and what does not."""

import pytest

from RealtimeLibrary.core.connection import sse_connection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import ConnectionProblem
from RealtimeLibrary.core.messages import DEFAULT_CODEC
from RealtimeLibrary.core.stream_checks.leftovers import Baseline, leftovers

BROKEN = Ending("closed: reset", "network", 1006, is_error=True)
LEFT_BY_SERVER = Ending("closed by the server", "server", 1000)
LEFT_BY_US = Ending("closed by us", "us", 1000)


@pytest.fixture
def connection():
    opened = websocket_connection("ws", codec=DEFAULT_CODEC, max_messages=3)
    opened.opened()
    return opened


def receive(connection, *texts):
    for text in texts:
        connection.received([[text]], 1.0, len(text))


def test_nothing_is_left_of_a_quiet_connection(connection):
    assert not leftovers(connection)


def test_unread_items(connection):
    receive(connection, "a", '{"type": "beat"}', "b")
    connection.unread.add(1)
    left = leftovers(connection, ignore_types=["beat"])
    assert left
    assert [item.raw for item in left.unread] == ["b"]


def test_items_from_before_the_test_do_not_count(connection):
    receive(connection, "a")
    baseline = Baseline.of(connection)
    receive(connection, "b")
    assert [item.raw for item in leftovers(connection, baseline).unread] == ["b"]


def test_dropped_items(connection):
    receive(connection, *"abcd")
    assert leftovers(connection).dropped == 1
    assert leftovers(connection, Baseline.of(connection)).dropped == 0


@pytest.mark.parametrize(
    ("ending", "expected", "left"),
    [(LEFT_BY_SERVER, False, True), (LEFT_BY_SERVER, True, False), (LEFT_BY_US, False, False), (BROKEN, False, True)],
)
def test_a_close_is_left_unless_it_was_asked_for_or_asserted(connection, ending, expected, left):
    connection.closed(ending)
    assert leftovers(connection, end_expected=expected).ending == (ending if left else None)
    assert not leftovers(connection, Baseline.of(connection)).ending


def test_the_error_of_a_close_is_told_once(connection):
    connection.failed(ConnectionProblem("earlier"))
    connection.failed(ConnectionProblem("reset"))
    connection.closed(BROKEN)
    assert leftovers(connection).errors == 1
    assert leftovers(connection, end_expected=True).errors == 1


def test_an_event_stream_may_end():
    stream = sse_connection("sse", codec=DEFAULT_CODEC)
    stream.opened()
    stream.closed(Ending("the server ended the stream", "server"))
    assert not leftovers(stream)


def test_an_event_stream_must_not_break():
    stream = sse_connection("sse", codec=DEFAULT_CODEC)
    stream.opened()
    stream.closed(Ending("reset", "network", is_error=True))
    assert leftovers(stream).ending
