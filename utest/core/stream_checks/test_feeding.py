"""Expectations that feed accumulators: what they feed, when they end, what they refuse."""

import pytest

from RealtimeLibrary.core.conditions.kinds import ANY, RegexpFound
from RealtimeLibrary.core.connection import Mark, State, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import ClosedWhileWaiting
from RealtimeLibrary.core.messages import DEFAULT_CODEC
from RealtimeLibrary.core.situation import Wanted
from RealtimeLibrary.core.stream_checks.feeding import (
    ArrivalsBeyond,
    Delivered,
    Fed,
    FirstItem,
    HeartbeatsDue,
    Idle,
)
from RealtimeLibrary.core.stream_checks.uniformity import UniformityProgress
from RealtimeLibrary.core.waiting import PENDING

ANYTHING = Wanted(ANY, "message")


def opened(alias="ws", texts=()):
    connection = websocket_connection(alias, codec=DEFAULT_CODEC)
    connection.opened()
    receive(connection, *texts)
    return connection


def receive(connection, *texts, at=10.0):
    for text in texts:
        connection.received([[text]], at, len(text))


def close(connection):
    connection.closed(Ending("closed by the server", "server", 1000))


class Everything:
    """Never decided; remembers what it was fed."""

    decided = False

    def __init__(self):
        self.fed = []

    def feed(self, item):
        self.fed.append(item.raw)


class TestFed:
    def test_feeds_what_is_selected_old_and_new(self):
        connection = opened(texts=["a1", "b1"])
        feed = Fed(connection, Wanted(RegexpFound("a"), "message"), Everything(), 1.0)
        assert feed.poll() is PENDING
        receive(connection, "b2", "a2")
        assert feed.expire().fed == ["a1", "a2"]

    def test_ends_when_decided(self):
        connection = opened(texts=["a", "b"])
        assert Fed(connection, ANYTHING, FirstItem(), 1.0).poll().item.raw == "a"

    def test_ends_when_nothing_can_come(self):
        connection = opened(texts=["a"])
        close(connection)
        assert Fed(connection, ANYTHING, Everything(), 1.0).poll().fed == ["a"]

    def test_feeds_a_long_backlog_in_pieces_and_all_of_it_when_time_is_up(self):
        connection = opened(texts=["x"] * 5000)
        feed = Fed(connection, Wanted(RegexpFound("y"), "message"), Everything(), 1.0)
        assert feed.poll() is PENDING
        assert feed.behind
        receive(connection, "y")
        assert feed.expire().fed == ["y"]

    def test_begins_at_a_mark_and_skips_what_was_read(self):
        connection = opened()
        receive(connection, "a", at=1.0)
        receive(connection, "b", "c", at=3.0)
        connection.unread.add(2)
        assert Fed(connection, ANYTHING, Everything(), 1.0, Mark(2.0), unread_only=True).expire().fed == ["c"]

    def test_what_did_not_come_counts_only_while_open(self):
        connection = opened(texts=["a"])
        feed = Fed(connection, ANYTHING, UniformityProgress(RegexpFound("a"), wanted=True), 1.0, attended=True)
        assert feed.poll() is PENDING
        connection.reconnecting("lost")
        with pytest.raises(ClosedWhileWaiting, match="Cannot tell whether a message is received on 'ws'"):
            feed.poll()
        connection.opened()
        with pytest.raises(ClosedWhileWaiting):
            feed.expire()

    def test_an_offender_is_told_also_when_it_closed(self):
        connection = opened(texts=["b"])
        close(connection)
        progress = UniformityProgress(RegexpFound("a"), wanted=True)
        assert Fed(connection, ANYTHING, progress, 1.0, attended=True).poll().offences == 1


class TestArrivals:
    @pytest.mark.parametrize(
        ("times", "live"), [([0, 1, 2], True), ([0, 1], False), ([5, 5, 5, 5], False), ([0, 0.5, 1.0], False)]
    )
    def test_live_means_enough_and_longer_than_a_burst(self, times, live):
        connection = opened()
        for at in times:
            receive(connection, "x", at=float(at))
        arrivals = Fed(connection, ANYTHING, ArrivalsBeyond(1.0, 3), 1.0).expire()
        assert arrivals.decided is live


def delivered(connections, most, enough=None, receivers=()):
    wanted = dict.fromkeys(connections, ANYTHING)
    return Delivered(wanted, most=most, enough=enough, receivers=receivers, seconds=1.0)


class TestDelivered:
    def test_uses_all_the_time_to_see_surplus(self):
        one, other = opened("one", ["x"]), opened("other")
        expectation = delivered([one, other], {"one": 1, "other": 1})
        assert expectation.poll() is PENDING
        receive(other, "x")
        assert expectation.poll() is PENDING
        assert {alias: len(items) for alias, items in expectation.expire().items()} == {"one": 1, "other": 1}

    def test_one_too_many_decides(self):
        one = opened("one", ["x", "x"])
        assert len(delivered([one], {"one": 1}).poll()["one"]) == 2

    def test_enough_for_all_decides_if_asked(self):
        one, other = opened("one", ["x"]), opened("other")
        expectation = delivered([one, other], {}, enough=1, receivers=["one", "other"])
        assert expectation.poll() is PENDING
        receive(other, "x")
        assert expectation.poll() is not PENDING

    def test_looks_at_a_long_backlog(self):
        one = opened("one", ["x"] * 5000)
        wanted = {one: Wanted(RegexpFound("y"), "message")}
        receive(one, "y")
        expectation = Delivered(wanted, most={}, enough=None, receivers=[], seconds=1.0)
        assert len(expectation.expire()["one"]) == 1


class TestHeartbeatsDue:
    def test_ends_with_enough_with_a_late_one_or_with_the_connection(self):
        connection, times, now = opened(), [], [0.0]
        due = HeartbeatsDue(connection, lambda: times, 1.0, 2, 0.0, lambda: now[0])
        assert due.poll() is PENDING
        times.append(0.5)
        now[0] = 0.9
        assert due.poll() is PENDING
        times.append(1.4)
        now[0] = 1.5
        assert due.poll().on_time == 2
        times.clear()
        assert len(due.poll().late) == 1
        now[0] = 0.1
        close(connection)
        assert due.poll().count == 0
        assert due.expire().count == 0


class TestIdle:
    def test_passes_while_open(self):
        idle = Idle(opened(), 5.0, 0.0)
        assert idle.poll() is PENDING
        assert idle.expire() is None

    def test_fails_when_closed_or_reopened(self):
        connection = opened()
        idle = Idle(connection, 5.0, 0.0)
        connection.opened()
        assert connection.state is State.OPEN
        with pytest.raises(ClosedWhileWaiting, match="Expected 'ws' to stay open for 5 seconds"):
            idle.poll()
        close(connection)
        with pytest.raises(ClosedWhileWaiting, match="closed by the server"):
            idle.expire()
