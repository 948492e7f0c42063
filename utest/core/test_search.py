"""What a search remembers for the next one with the same condition."""

from RealtimeLibrary.core.conditions import TypeIs
from RealtimeLibrary.core.connection import MessageConnection, websocket_connection
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.search import Search


def connection_with(*raws: str) -> MessageConnection:
    connection = websocket_connection("chat", codec=PayloadCodec())
    connection.received([raws], 1.0, sum(map(len, raws)))
    return connection


def test_a_match_that_no_wait_took_is_found_again() -> None:
    """A wait for three that finds two and fails, or is cancelled, leaves both to the next wait."""
    connection = connection_with('{"type":"tick"}', '{"type":"ack"}', '{"type":"ack"}')
    failed = Search(connection, TypeIs("ack"), unread_only=True)
    assert [failed.find().number, failed.find().number, failed.find()] == [2, 3, None]

    again = Search(connection, TypeIs("ack"), unread_only=True).find()

    assert again is not None
    assert again.number == 2


def test_a_read_match_is_not_found_again() -> None:
    connection = connection_with('{"type":"ack"}', '{"type":"ack"}')
    first = Search(connection, TypeIs("ack"), unread_only=True).find()
    connection.unread.add(first.number)

    assert Search(connection, TypeIs("ack"), unread_only=True).find().number == 2


def test_items_known_not_to_match_are_not_judged_again() -> None:
    connection = connection_with(*['{"type":"tick"}'] * 10)
    Search(connection, TypeIs("ack")).find()

    again = Search(connection, TypeIs("ack"))

    assert not again.behind
    assert (again.first, again.last) == (1, 10)
