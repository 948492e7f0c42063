"""Expectations, step by step: what decides them, what they return, and in which words they fail."""

import pytest

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import ANY, MESSAGES, TypeIs
from RealtimeLibrary.core.connection import WEBSOCKET, Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    ClosedWhileWaiting,
    ConnectionClosed,
    ExpectationFailed,
    NothingMatched,
    UnexpectedClose,
    UnexpectedMessage,
)
from RealtimeLibrary.core.messages import Item, Message, PayloadCodec
from RealtimeLibrary.core.search import BATCH
from RealtimeLibrary.core.situation import Wanted, wanted
from RealtimeLibrary.core.waiting import PENDING, Closed, Collected, Items, Open, Quiet

BEGUN = 100.0
CLOSED = Ending("closed by the server with 1000 (OK)", "server", 1000, "Bye")
A = Wanted(ANY, "message")
ACK = wanted(WEBSOCKET, MESSAGES, of_type="ack")


def opened(**limits: int) -> MessageConnection:
    connection = websocket_connection("chat", codec=PayloadCodec(), **limits)
    connection.opened()
    return connection


def receive(connection: MessageConnection, *raws: str, at: float = 0.0) -> None:
    """`at` counts from the begin of the wait."""
    connection.received([raws], BEGUN + at, sum(map(len, raws)))


def typed(*types: str) -> list[str]:
    return [f'{{"type":"{type}"}}' for type in types]


def waiting(
    connection: MessageConnection,
    what: Wanted = A,
    *,
    count: int | None = None,
    consume: bool = True,
    since: Mark | None = None,
) -> Items[Message]:
    return Items(connection, what, 5.0, BEGUN, since, count=count, consume=consume)


def numbers(items: object) -> list[int]:
    assert isinstance(items, list)
    return [item.number for item in items]


class Endless(Condition):
    """Never matches, and whenever it is asked, another item arrives: a stream as fast as its judge."""

    def __init__(self, connection: MessageConnection, *, matches: bool = False) -> None:
        self._connection = connection
        self._matches = matches

    @property
    def description(self) -> str:
        return "endless"

    def matches(self, item: Item) -> bool:
        assert item.number < 50_000, "It never ends."
        receive(self._connection, "more", at=item.number)
        return self._matches


# A number of items


def test_a_wait_returns_the_first_unread_match_and_marks_it_read() -> None:
    connection = opened()
    receive(connection, *typed("tick", "ack", "ack"))
    assert numbers(waiting(connection, ACK).poll()) == [2]
    assert numbers(waiting(connection, ACK).poll()) == [3]
    assert waiting(connection, ACK).poll() is PENDING
    assert numbers(waiting(connection).poll()) == [1]


def test_ten_waits_return_ten_successive_messages() -> None:
    connection = opened()
    receive(connection, *typed(*["ack", "tick"] * 10))
    assert [numbers(waiting(connection, ACK).poll())[0] for _ in range(10)] == list(range(1, 20, 2))


def test_a_wait_is_decided_by_what_arrives() -> None:
    connection = opened()
    wait = waiting(connection, ACK)
    assert wait.poll() is PENDING
    receive(connection, *typed("tick"))
    assert wait.poll() is PENDING
    assert not wait.behind
    receive(connection, *typed("ack"))
    assert wait.behind
    assert numbers(wait.poll()) == [2]


def test_an_assertion_looks_at_all_and_marks_none() -> None:
    connection = opened()
    receive(connection, *typed("ack", "ack"))
    waiting(connection, ACK).poll()
    assert numbers(waiting(connection, ACK, consume=False).poll()) == [1]
    assert numbers(waiting(connection, ACK, consume=False).poll()) == [1]
    assert numbers(waiting(connection, ACK).poll()) == [2]


def test_a_wait_for_several_takes_all_or_none() -> None:
    connection = opened()
    receive(connection, *typed("ack", "tick", "ack"))
    wait = waiting(connection, ACK, count=3)
    assert wait.poll() is PENDING
    assert numbers(list(wait.found)) == [1, 3]
    with pytest.raises(NothingMatched):
        wait.expire()
    receive(connection, *typed("ack"), at=1.0)
    assert numbers(waiting(connection, ACK, count=3).poll()) == [1, 3, 4]
    assert numbers(waiting(connection).poll()) == [2]


@pytest.mark.parametrize(("mark", "expected"), [(0.0, 2), (-1.0, 1)])
def test_since_narrows(mark: float, expected: int) -> None:
    connection = opened()
    receive(connection, "early")
    receive(connection, "late", at=1.0)
    for consume in (False, True):
        assert numbers(waiting(connection, since=Mark(BEGUN + mark), consume=consume).poll()) == [expected]


def test_a_long_backlog_is_judged_in_stretches() -> None:
    connection = opened()
    receive(connection, *typed(*["tick"] * BATCH, "ack"))
    wait = waiting(connection, ACK)
    assert wait.poll() is PENDING
    assert wait.behind
    assert numbers(wait.expire()) == [BATCH + 1]


def test_what_arrived_in_time_counts_also_if_it_is_judged_later() -> None:
    connection = opened()
    wait = waiting(connection, ACK)
    receive(connection, *typed("ack"), at=4.9)
    assert numbers(wait.expire()) == [1]


def test_what_arrived_too_late_does_not_count() -> None:
    connection = opened()
    wait = waiting(connection, ACK)
    receive(connection, *typed("ack"), at=5.1)
    with pytest.raises(NothingMatched):
        wait.expire()


def test_an_endless_stream_does_not_make_the_wait_endless() -> None:
    connection = opened()
    receive(connection, "first")
    wait = waiting(connection, Wanted(Endless(connection), "message"))
    with pytest.raises(NothingMatched):
        wait.expire()


def test_silence() -> None:
    with pytest.raises(NothingMatched) as caught:
        waiting(opened(), ACK).expire()
    assert str(caught.value) == (
        "Expected message of type 'ack' was not received within 5 seconds on 'chat': "
        "no message was received; the connection is open."
    )


def test_other_messages() -> None:
    connection = opened()
    receive(connection, *typed("tick", "tick"))
    with pytest.raises(NothingMatched, match=r"on 'chat': none of 2 messages matched; the connection is open\.$"):
        waiting(connection, ACK).expire()


def test_too_few() -> None:
    connection = opened()
    receive(connection, *typed("ack", "tick", "ack"))
    with pytest.raises(NothingMatched) as caught:
        waiting(connection, ACK, count=5).expire()
    assert str(caught.value) == (
        "Expected 5 messages of type 'ack', received 2 within 5 seconds on 'chat': "
        "2 of 3 messages matched; the connection is open."
    )
    assert caught.value.situation.found == (1, 3)


def test_an_end_decides_at_once() -> None:
    connection = opened()
    wait = waiting(connection, ACK)
    assert wait.poll() is PENDING
    connection.closed(CLOSED)
    with pytest.raises(ClosedWhileWaiting) as caught:
        wait.poll()
    assert str(caught.value) == (
        "Expected message of type 'ack' was not received on 'chat': closed by the server with 1000 (OK)."
    )


def test_what_came_before_the_end_counts() -> None:
    connection = opened()
    receive(connection, *typed("ack"))
    connection.closed(CLOSED)
    assert numbers(waiting(connection, ACK).poll()) == [1]
    with pytest.raises(ClosedWhileWaiting):
        waiting(connection, ACK).poll()


def test_a_reconnection_does_not_decide() -> None:
    connection = opened()
    wait = waiting(connection, ACK)
    connection.failed(ConnectionClosed("'chat' was lost."))
    connection.reconnecting("attempt 1 of 3")
    assert wait.poll() is PENDING
    with pytest.raises(NothingMatched, match=r"lost and is reconnecting; last error: 'chat' was lost\.$"):
        waiting(connection, ACK).expire()
    connection.opened()
    receive(connection, *typed("ack"))
    assert numbers(wait.poll()) == [1]


def test_a_failure_tells_what_it_saw() -> None:
    connection = opened(max_messages=3)
    receive(connection, *typed("tick", "tick", "tick", "tick"))
    connection.unread.add(2)
    with pytest.raises(NothingMatched) as caught:
        waiting(connection, ACK).expire()
    situation = caught.value.situation
    assert (situation.first, situation.last, situation.read, situation.misfits) == (2, 4, 1, 0)
    assert (situation.connection, situation.wanted, situation.seconds) == (connection, ACK, 5.0)
    assert (situation.unseen, situation.unwanted, situation.offender) == (1, False, None)


# Collecting


def collecting(connection: MessageConnection, what: Wanted = A) -> Collected[Message]:
    return Collected(connection, what, 5.0, BEGUN)


def test_collecting_takes_what_is_unread_and_what_arrives() -> None:
    connection = opened()
    receive(connection, *typed("ack", "tick", "ack"))
    connection.unread.add(1)
    collected = collecting(connection, ACK)
    assert collected.poll() is PENDING
    receive(connection, *typed("ack", "tick"), at=1.0)
    assert numbers(collected.expire()) == [3, 4]
    assert numbers(collecting(connection, ACK).expire()) == []
    assert numbers(collecting(connection).expire()) == [2, 5]


def test_collecting_nothing_is_no_failure() -> None:
    assert collecting(opened()).expire() == []


def test_collecting_ends_when_the_connection_does() -> None:
    connection = opened()
    collected = collecting(connection)
    receive(connection, "last")
    connection.closed(CLOSED)
    assert numbers(collected.poll()) == [1]


def test_collecting_takes_all_of_a_long_backlog() -> None:
    connection = opened()
    receive(connection, *["x"] * (BATCH + 10))
    collected = collecting(connection)
    connection.closed(CLOSED)
    assert collected.poll() is PENDING
    assert collected.behind
    assert len(collected.poll()) == BATCH + 10


def test_collecting_ends_in_time_on_an_endless_stream() -> None:
    connection = opened()
    receive(connection, "first")
    collected = collecting(connection, Wanted(Endless(connection, matches=True), "message"))
    assert collected.poll() is PENDING
    assert numbers(collecting(connection).expire()) == [1, 2, 3, 4, 5, 6]


# Quiet


def staying_quiet(connection: MessageConnection, since: Mark | None = None) -> Quiet[Message]:
    return Quiet(connection, ACK, 2.0, BEGUN, since)


def test_quiet_is_known_only_at_the_end() -> None:
    connection = opened()
    receive(connection, *typed("tick"))
    quiet = staying_quiet(connection)
    assert quiet.poll() is PENDING
    receive(connection, *typed("tick"), at=1.0)
    assert quiet.poll() is PENDING
    assert quiet.expire() is None
    assert quiet.misfits == 0


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (-3.0, "#1 came 3 seconds before the quiet time of 2 seconds."),
        (0.5, "#1 came after 0.5 seconds of 2 seconds quiet time."),
    ],
)
def test_an_offender_decides_at_once(at: float, words: str) -> None:
    connection = opened()
    receive(connection, *typed("ack"), at=at)
    with pytest.raises(UnexpectedMessage) as caught:
        staying_quiet(connection).poll()
    assert str(caught.value) == f"Unexpected message of type 'ack' was received on 'chat': {words}"
    assert caught.value.situation.offender.number == 1
    assert caught.value.situation.unwanted


def test_a_read_message_offends_too() -> None:
    connection = opened()
    receive(connection, *typed("ack"))
    connection.unread.add(1)
    with pytest.raises(UnexpectedMessage):
        staying_quiet(connection).poll()


def test_quiet_since_a_mark() -> None:
    connection = opened()
    receive(connection, *typed("ack"), at=-1.0)
    assert staying_quiet(connection, Mark(BEGUN)).expire() is None


def test_an_offender_in_time_counts_also_if_it_is_judged_later() -> None:
    connection = opened()
    quiet = staying_quiet(connection)
    receive(connection, *typed(*["tick"] * 5_000, "ack"), at=1.9)
    with pytest.raises(UnexpectedMessage):
        quiet.expire()


def test_an_offender_after_the_quiet_time_does_not_count() -> None:
    connection = opened()
    quiet = staying_quiet(connection)
    receive(connection, *typed("ack"), at=2.1)
    assert quiet.expire() is None


def test_an_endless_stream_does_not_make_quiet_endless() -> None:
    connection = opened()
    receive(connection, "first")
    assert Quiet(connection, Wanted(Endless(connection), "message"), 2.0, BEGUN).expire() is None


@pytest.mark.parametrize("decide", [Quiet.poll, Quiet.expire])
def test_nothing_is_known_on_a_connection_that_is_not_open(decide: object) -> None:
    connection = opened()
    connection.closed(CLOSED)
    with pytest.raises(ClosedWhileWaiting) as caught:
        decide(staying_quiet(connection))  # type: ignore[operator]
    assert str(caught.value) == (
        "Cannot tell that message of type 'ack' is not received on 'chat': WebSocket is not connected for all of "
        "2 seconds: closed by the server with 1000 (OK)."
    )


def test_nothing_is_known_if_it_closed_meanwhile() -> None:
    connection = opened()
    quiet = staying_quiet(connection)
    assert quiet.poll() is PENDING
    connection.closed(CLOSED)
    with pytest.raises(ClosedWhileWaiting):
        quiet.expire()


def test_nothing_is_known_if_it_reconnected_between_two_looks() -> None:
    connection = opened()
    quiet = staying_quiet(connection)
    assert quiet.poll() is PENDING
    connection.reconnecting("attempt 1")
    connection.opened()
    with pytest.raises(ClosedWhileWaiting):
        quiet.poll()


def test_an_offender_before_the_close_is_named() -> None:
    connection = opened()
    quiet = staying_quiet(connection)
    receive(connection, *typed(*["tick"] * 5_000, "ack"), at=1.0)
    connection.closed(CLOSED)
    with pytest.raises(UnexpectedMessage):
        quiet.expire()


def test_nothing_is_known_if_the_record_was_full() -> None:
    """An offender may be among what was dropped: passing would be a guess."""
    connection = opened(max_messages=2)
    quiet = staying_quiet(connection)
    receive(connection, *typed("ack", "tick", "tick"), at=1.0)
    with pytest.raises(ExpectationFailed) as caught:
        quiet.poll()
    assert str(caught.value) == (
        "Cannot tell that message of type 'ack' is not received on 'chat': "
        "the full record dropped the oldest 1 message unseen. "
        "Look after a mark with 'since', or raise 'max_messages' or 'max_bytes'."
    )
    with pytest.raises(ExpectationFailed, match="the oldest 1 message unseen"):
        staying_quiet(connection).poll()
    assert staying_quiet(connection, Mark(BEGUN + 1.5)).expire() is None


def test_what_was_looked_at_before_it_was_dropped_counts_as_seen() -> None:
    connection = opened(max_messages=10)
    for _ in range(5):
        receive(connection, *typed(*["tick"] * 8))
        assert staying_quiet(connection).expire() is None


# State


def test_open() -> None:
    connection = websocket_connection("chat", codec=PayloadCodec())
    connection.connecting()
    expected = Open(connection, 5.0, BEGUN)
    assert expected.poll() is PENDING
    assert not expected.behind
    with pytest.raises(NothingMatched) as caught:
        expected.expire()
    assert str(caught.value) == ("WebSocket is not connected within 5 seconds on 'chat': the connection is CONNECTING.")
    connection.opened()
    assert expected.poll() is None
    connection.closed(CLOSED)
    with pytest.raises(ClosedWhileWaiting) as caught_closed:
        expected.poll()
    assert str(caught_closed.value) == ("WebSocket is not connected on 'chat': closed by the server with 1000 (OK).")


def test_closed_for_good() -> None:
    connection = opened()
    expected = Closed(connection, 5.0, BEGUN)
    assert expected.poll() is PENDING
    connection.reconnecting("attempt 1")
    assert expected.poll() is PENDING
    connection.opened()
    with pytest.raises(UnexpectedClose) as caught:
        expected.expire()
    assert str(caught.value) == "Connection did not close within 5 seconds on 'chat': the connection is open."
    connection.closed(CLOSED)
    assert expected.poll() is None


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (1000, None, None),
        (None, "Bye", None),
        (1000, "Bye", None),
        (1001, "Bye", "Expected close code 1001"),
        (1000, "", "Expected close reason ''"),
        (None, "bye", "Expected close reason 'bye'"),
    ],
)
def test_closed_with_code_and_reason(code: int | None, reason: str | None, words: str | None) -> None:
    connection = opened()
    connection.closed(CLOSED)
    expected = Closed(connection, 5.0, BEGUN, code=code, reason=reason)
    if words is None:
        assert expected.poll() is None
        return
    with pytest.raises(UnexpectedClose) as caught:
        expected.poll()
    assert str(caught.value) == f"{words} on 'chat', but it was closed by the server with 1000 (OK)."


def test_a_code_is_never_that_of_a_connection_never_made() -> None:
    connection = websocket_connection("chat", codec=PayloadCodec())
    with pytest.raises(UnexpectedClose, match=r"Expected close code 1000 on 'chat', but it was never connected\.$"):
        Closed(connection, 5.0, BEGUN, code=1000).poll()


def test_secrets_are_masked_in_every_verdict() -> None:
    connection = opened()
    connection.secrets.add("s3cret")
    what = Wanted(TypeIs("s3cret"), "message of type 's3cret'")
    receive(connection, *typed("s3cret"), at=1.0)
    with pytest.raises(UnexpectedMessage, match="message of type '<secret>'"):
        Quiet(connection, what, 2.0, BEGUN).poll()
    with pytest.raises(NothingMatched, match="message of type '<secret>'"):
        waiting(connection, what, since=Mark(BEGUN + 2)).expire()
    connection.closed(Ending("closed by the server with 1000 (OK) 's3cret'", "server", 1000, "s3cret"))
    for expectation in (Quiet(connection, what, 2.0, BEGUN + 2), Open(connection, 1.0, BEGUN)):
        with pytest.raises(ExpectationFailed) as caught:
            expectation.poll()
        assert "s3cret" not in str(caught.value)
    with pytest.raises(UnexpectedClose, match="Expected close reason 'other'") as caught_close:
        Closed(connection, 1.0, BEGUN, reason="other").poll()
    assert "s3cret" not in str(caught_close.value)
