"""Expectations that feed a stream to an accumulator until it is decided; whoever waits judges the accumulator."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from RealtimeLibrary.core.connection import Connection, Mark
from RealtimeLibrary.core.errors import ClosedWhileWaiting
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.search import Search
from RealtimeLibrary.core.situation import Wanted, about, condition_of
from RealtimeLibrary.core.stream_checks.timing import Heartbeats, check_heartbeats
from RealtimeLibrary.core.waiting import PENDING, Expectation, Pending
from RealtimeLibrary.core.wording import in_words


class Accumulator(Protocol):
    """What a stream is fed to."""

    @property
    def decided(self) -> bool:
        """Whether no further item can change the outcome."""

    def feed(self, item: Item) -> None:
        """Look at the next item."""


AccumulatorT = TypeVar("AccumulatorT", bound=Accumulator)


class Fed(Expectation[AccumulatorT]):
    """All selected items are fed, until the accumulator is decided, the connection is closed for good, or time is up.

    Args:
        connection: Where items come from.
        wanted: Selects them.
        accumulator: What they are fed to; also the result.
        seconds: Longest wait; 0 feeds only what there is.
        since: Where to begin.
        unread_only: Whether to pass over what waits have returned.
        attended: Whether the connection must stay open all the time, because what did not come decides.
    """

    def __init__(
        self,
        connection: Connection[Any],
        wanted: Wanted,
        accumulator: AccumulatorT,
        seconds: float,
        since: Mark | int | None = None,
        *,
        unread_only: bool = False,
        attended: bool = False,
    ) -> None:
        self.connection = connection
        self.connections = [connection]
        self.seconds = seconds
        self.waiting_for = wanted.phrase
        self._wanted = wanted
        self._accumulator = accumulator
        self._attended = attended
        self._openings = connection.openings
        self._search = Search(connection, wanted.condition, since, unread_only=unread_only)

    @property
    def behind(self) -> bool:
        """Whether items are left to feed."""
        return self._search.behind

    def poll(self) -> AccumulatorT | Pending:
        """Feed what is new."""
        connection = self.connection
        over = connection.is_over  # asked first: nothing arrives after it
        unbroken = connection.is_open and connection.openings == self._openings
        while not self._accumulator.decided and (item := self._search.find()) is not None:
            self._accumulator.feed(item)
        if self._accumulator.decided:
            return self._accumulator
        if self.behind:
            return PENDING
        if self._attended and not unbroken:
            raise ClosedWhileWaiting(self._not_open())
        return self._accumulator if over else PENDING

    def expire(self) -> AccumulatorT:
        """Feed the rest."""
        while (result := self.poll()) is PENDING and self.behind:
            pass
        return self._accumulator if result is PENDING else result

    def _not_open(self) -> str:
        connection = self.connection
        return (
            f"Cannot tell whether a {self._wanted.phrase} is received on '{connection.alias}': "
            f"{connection.family.name} is not connected for all of the time: {condition_of(connection)}"
        )


class FirstItem:
    """The first item, whichever it is.

    Attributes:
        item: The item, `None` before it came.
    """

    def __init__(self) -> None:
        self.item: Item | None = None

    @property
    def decided(self) -> bool:
        """Whether it came."""
        return self.item is not None

    def feed(self, item: Item) -> None:
        """Keep it."""
        self.item = item


class ArrivalsBeyond:
    """Arrival times, until there are enough and they take longer than a burst.

    Args:
        burst: All that arrives in this time counts as one burst, in seconds.
        enough: With fewer arrivals nothing can be told.

    Attributes:
        times: The arrival times.
    """

    def __init__(self, burst: float, enough: int) -> None:
        self.times: list[float] = []
        self._burst = burst
        self._enough = enough

    @property
    def decided(self) -> bool:
        """Whether it is a live stream for certain."""
        return len(self.times) >= self._enough and self.times[-1] - self.times[0] > self._burst

    def feed(self, item: Item) -> None:
        """Note its arrival."""
        self.times.append(item.received_at)


class Delivered(Expectation[Mapping[str, Sequence[Item]]]):
    """The matching items of several connections, for as long as none has too many.

    Args:
        wanted: What is looked for, by connection.
        most: Most items that a connection may receive; one more decides at once.
        enough: How many each of `receivers` needs for an early end, `None` to use all the time.
        receivers: Aliases that must receive something.
        seconds: Longest wait.
        since: Where to begin.
    """

    def __init__(
        self,
        wanted: Mapping[Connection[Any], Wanted],
        *,
        most: Mapping[str, int | None],
        enough: int | None,
        receivers: Iterable[str],
        seconds: float,
        since: Mark | None = None,
    ) -> None:
        self.connections = list(wanted)
        self.seconds = seconds
        self.waiting_for = f"delivery to {len(wanted)} connections"
        self._most = most
        self._enough = enough
        self._receivers = tuple(receivers)
        self._searches = {
            connection.alias: Search(connection, what.condition, since) for connection, what in wanted.items()
        }
        self._found: dict[str, list[Item]] = {alias: [] for alias in self._searches}

    @property
    def behind(self) -> bool:
        """Whether items are left to look at."""
        return any(search.behind for search in self._searches.values())

    @property
    def unseen(self) -> Mapping[str, int]:
        """How many items of each connection were dropped from its full record unseen."""
        return {alias: search.unseen for alias, search in self._searches.items() if search.unseen}

    def poll(self) -> Mapping[str, Sequence[Item]] | Pending:
        """Look at what is new on every connection."""
        surplus = False
        for alias, search in self._searches.items():
            found = self._found[alias]
            while search.behind and (item := search.find()) is not None:
                found.append(item)
            most = self._most.get(alias)
            surplus = surplus or (most is not None and len(found) > most)
        if surplus or (self._enough is not None and self._all_have(self._enough)):
            return self._found
        return PENDING

    def expire(self) -> Mapping[str, Sequence[Item]]:
        """Look at the rest."""
        while self.poll() is PENDING and self.behind:
            pass
        return self._found

    def _all_have(self, count: int) -> bool:
        return all(len(self._found[alias]) >= count for alias in self._receivers)


class HeartbeatsDue(Expectation[Heartbeats]):
    """So many heartbeats come in time, one after the other.

    Args:
        connection: Where they come.
        times: When they came so far.
        longest: Longest time between two, in seconds.
        count: How many.
        begin: From when on they are expected, on the monotonic clock.
        clock: The monotonic clock.
    """

    def __init__(
        self,
        connection: Connection[Any],
        times: Callable[[], Sequence[float]],
        longest: float,
        count: int,
        begin: float,
        clock: Callable[[], float],
    ) -> None:
        self.connection = connection
        self.connections = [connection]
        self.seconds = longest * count + 1.0
        self.waiting_for = f"{count} heartbeats"
        self._times = times
        self._longest = longest
        self._count = count
        self._begin = begin
        self._clock = clock

    def poll(self) -> Heartbeats | Pending:
        """Look at the heartbeats so far."""
        over = self.connection.is_over
        result = self._result()
        if result.late or result.on_time >= self._count or over:
            return result
        return PENDING

    def expire(self) -> Heartbeats:
        """The heartbeats there are."""
        return self._result()

    def _result(self) -> Heartbeats:
        return check_heartbeats(self._times(), self._longest, self._begin, self._clock())


class Idle(Expectation[None]):
    """The connection stays open for this time.

    Args:
        connection: The connection.
        seconds: How long.
        now: The monotonic clock's time.
    """

    def __init__(self, connection: Connection[Any], seconds: float, now: float) -> None:
        self.connection = connection
        self.connections = [connection]
        self.seconds = seconds
        self._begun_at = now
        self.waiting_for = "the end of the idle time"
        self._openings = connection.openings

    def poll(self) -> Pending:
        """Look whether it is still open.

        Raises:
            ClosedWhileWaiting: It is not, or was not in between.
        """
        connection = self.connection
        if not connection.is_open or connection.openings != self._openings:
            raise ClosedWhileWaiting(
                f"Expected '{connection.alias}' to stay open for {in_words(self.seconds)} without traffic from here: "
                f"{condition_of(connection)}",
                about(connection, self._begun_at, self.seconds),
            )
        return PENDING

    def expire(self) -> None:
        """It did."""
        self.poll()
