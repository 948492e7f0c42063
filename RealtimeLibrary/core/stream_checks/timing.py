"""When items arrived: gaps, rate, bursts and heartbeats, from arrival times on the monotonic clock, in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from RealtimeLibrary.core.errors import InvalidArgument


@dataclass(frozen=True)
class Pause:
    """The time between two arrivals.

    Attributes:
        begin: When the earlier one came.
        seconds: How long nothing came.
        index: Which of the arrivals ended it, counted from 0.
    """

    begin: float
    seconds: float
    index: int


@dataclass(frozen=True)
class GapStatistics:
    """How far arrivals lie apart.

    Attributes:
        count: How many arrivals there were; fewer than two have no gap.
        seconds: From the first to the last arrival.
        longest: The longest gap, `None` if there is none.
        gaps: All gaps in seconds, from the shortest to the longest.
    """

    count: int
    seconds: float
    longest: Pause | None
    gaps: tuple[float, ...]

    @property
    def rate(self) -> float | None:
        """Arrivals per second between the first and the last; `None` if that is no time at all."""
        return (self.count - 1) / self.seconds if self.seconds > 0 else None

    def percentile(self, percent: float) -> float | None:
        """The gap that this share of all gaps does not exceed (nearest rank), `None` without gaps.

        Raises:
            InvalidArgument: It is not above 0 and at most 100.
        """
        if not 0 < percent <= 100:
            raise InvalidArgument(f"A percentile must be above 0 and at most 100, got {percent:g}.")
        if not self.gaps:
            return None
        # Rounded, because 0.95 * 20 is a little more than 19 in binary.
        rank = ceil(round(percent / 100 * len(self.gaps), 9))
        return self.gaps[max(rank, 1) - 1]


def gap_statistics(times: Sequence[float]) -> GapStatistics:
    """The gaps between arrivals.

    Args:
        times: Arrival times, in order.
    """
    pauses = [Pause(begin, end - begin, index) for index, (begin, end) in enumerate(pairwise(times), start=1)]
    longest = max(pauses, key=lambda pause: pause.seconds, default=None)
    seconds = times[-1] - times[0] if times else 0.0
    return GapStatistics(len(times), seconds, longest, tuple(sorted(pause.seconds for pause in pauses)))


@dataclass(frozen=True)
class Spread:
    """How arrivals are spread out in time.

    Attributes:
        count: How many arrivals there were.
        seconds: From the first to the last.
        largest_burst: Most arrivals at one instant, that is, read together.
    """

    count: int
    seconds: float
    largest_burst: int


def spread(times: Sequence[float]) -> Spread:
    """How arrivals are spread out in time.

    Args:
        times: Arrival times, in order.
    """
    largest = burst = 0
    previous: float | None = None
    for time in times:
        burst = burst + 1 if time == previous else 1
        largest = max(largest, burst)
        previous = time
    return Spread(len(times), times[-1] - times[0] if times else 0.0, largest)


@dataclass(frozen=True)
class Heartbeats:
    """Whether heartbeats came often enough.

    Attributes:
        count: How many came.
        on_time: How many of them came in time, one after the other, before the first late one.
        late: Times without a heartbeat that were too long; the last may still go on.
    """

    count: int
    on_time: int
    late: tuple[Pause, ...]


def check_heartbeats(times: Sequence[float], every: float, begin: float, now: float) -> Heartbeats:
    """Look for pauses between heartbeats that are longer than `every`.

    Args:
        times: When heartbeats came, in order.
        every: Longest time between two heartbeats, in seconds.
        begin: From when on they are expected.
        now: Until when; the time since the last heartbeat counts as well.
    """
    moments = [begin, *(time for time in times if begin <= time <= now), now]
    pauses = [Pause(start, end - start, index) for index, (start, end) in enumerate(pairwise(moments))]
    late = tuple(pause for pause in pauses if pause.seconds > every)
    count = len(moments) - 2
    return Heartbeats(count, late[0].index if late else count, late)
