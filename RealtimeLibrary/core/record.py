"""The record: everything received on one connection, in arrival order.

The record keeps columns instead of objects (a list of raw payloads, an array of arrival times), so a stored message
costs little more than its text, and builds a `Message` or `SSEEvent` when one is asked for.

One writer, the event loop, appends; any thread may read at any time without a lock: a reader takes the columns once and
works on what they held, `times` grows last and so tells how much is complete, and room is made by putting a new set of
columns in place of the old one.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import inf
from typing import Any, Final, Generic, TypeVar, overload

from RealtimeLibrary.core.messages import Item, size_of

ItemT = TypeVar("ItemT", bound=Item)

GONE: Final = object()
"""Stands in a column where a dropped item was, until the columns are compacted."""

_COMPACT_FROM: Final = 1024
"""Fewer gone items than this are not worth a new set of columns."""


class _Columns:
    """What the record holds: item number n is at index `n - 1 - base`."""

    __slots__ = ("base", "times", "values")

    def __init__(self, base: int, times: "array[float]", values: tuple[list[Any], ...]) -> None:
        self.base = base
        self.times = times
        self.values = values

    def from_index(self, index: int) -> "_Columns":
        return _Columns(self.base + index, self.times[index:], tuple(column[index:] for column in self.values))


class Record(Generic[ItemT]):
    """Received items, numbered from 1 without holes.

    Args:
        width: How many values an item has besides its arrival time; the first is the raw payload.
        make: Builds an item from its number, its arrival time and its values.
        max_items: Most items held, `None` for no limit. The oldest are dropped and counted.
        max_bytes: Most payload bytes held, `None` for no limit. The oldest are dropped and counted.

    Attributes:
        first: Number of the oldest item that is held.
        cleared: Number of the last item that was forgotten on request.
        dropped: How many items were dropped because the record was full.
        last_dropped: Number of the last one of them, 0 before.
        last_dropped_at: Its arrival time, before all others where there is none.
        total_bytes: Payload bytes ever received.
    """

    def __init__(
        self,
        width: int,
        make: Callable[..., ItemT],
        *,
        max_items: int | None = None,
        max_bytes: int | None = None,
    ) -> None:
        self._make = make
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._columns = _Columns(0, array("d"), tuple([] for _ in range(width)))
        self._held_bytes = 0
        self.first = 1
        self.cleared = 0
        self.dropped = 0
        self.last_dropped = 0
        self.last_dropped_at = -inf
        self.total_bytes = 0

    @property
    def last(self) -> int:
        """Number of the newest item; also how many were ever received."""
        columns = self._columns
        return columns.base + len(columns.times)

    @property
    def held(self) -> int:
        """How many items are held."""
        first = self.first  # taken before `last`: the writer moves `last` on before it drops
        return self.last - first + 1

    def extend(self, values: Sequence[Sequence[Any]], at: float, size: int) -> None:
        """Append a batch that arrived together.

        Args:
            values: One sequence per column, all of the same length.
            at: Arrival on the monotonic clock, in seconds.
            size: Payload bytes of the whole batch.
        """
        columns = self._columns
        for column, new in zip(columns.values, values, strict=True):
            column.extend(new)
        columns.times.extend(repeat(at, len(values[0])))
        self.total_bytes += size
        self._held_bytes += size
        self._make_room()

    def item(self, number: int) -> ItemT | None:
        """The item with this number, or `None` if it is not held (any more)."""
        return next(self.items(number, number), None)

    def items(self, start: int = 1, stop: int | None = None) -> Iterator[ItemT]:
        """The held items from number `start` to number `stop` (`None`: to the newest there is now)."""
        columns = self._columns
        make, base, times = self._make, columns.base, columns.times
        begin = max(start, self.first) - 1 - base
        end = len(times) if stop is None else min(stop - base, len(times))
        if len(columns.values) == 1:  # one payload column: WebSocket messages, the case that must be fast
            raws = columns.values[0]
            for index in range(max(begin, 0), end):
                if (raw := raws[index]) is not GONE:
                    yield make(base + index + 1, times[index], raw)
        else:
            for index in range(max(begin, 0), end):
                row = [column[index] for column in columns.values]
                if row[0] is not GONE:
                    yield make(base + index + 1, times[index], *row)

    def raws(self, start: int, stop: int) -> tuple[int, list[Any]]:
        """Number of the first, and the raw payloads from `start` to `stop`, `GONE` where one was dropped."""
        columns = self._columns
        begin = max(start, self.first, columns.base + 1) - 1 - columns.base
        return columns.base + begin + 1, columns.values[0][begin : stop - columns.base]

    def times(self, start: int = 1, stop: int | None = None) -> Sequence[float]:
        """Arrival times of the held items from number `start` to number `stop`."""
        columns = self._columns
        # In this order: the writer may drop items in between, which then are left out, but not append some.
        end = len(columns.times) if stop is None else max(stop - columns.base, 0)
        begin = max(start, self.first) - 1 - columns.base
        return columns.times[max(begin, 0) : end]

    def first_after(self, at: float) -> int:
        """Number that the first item received after this time has, or will have."""
        columns = self._columns
        return columns.base + bisect_right(columns.times, at) + 1

    def clear(self, up_to: int | None = None) -> None:
        """Forget the items up to this number (`None`: all). Numbers go on."""
        last = self.last
        number = last if up_to is None else min(up_to, last)
        self.cleared = max(self.cleared, number)
        self._forget(number)

    def _make_room(self) -> None:
        held = self.last - self.first + 1
        surplus = 0 if self._max_items is None else max(held - self._max_items, 0)
        if self._max_bytes is not None and self._held_bytes > self._max_bytes:
            surplus = max(surplus, self._surplus_by_bytes(self._held_bytes - self._max_bytes))
        if surplus:
            self.dropped += surplus
            self.last_dropped = self.first + surplus - 1
            columns = self._columns
            self.last_dropped_at = columns.times[self.last_dropped - 1 - columns.base]
            self._forget(self.last_dropped)

    def _surplus_by_bytes(self, excess: int) -> int:
        columns = self._columns
        index = begin = self.first - 1 - columns.base
        while excess > 0 and index < len(columns.times):
            excess -= size_of(columns.values[0][index])
            index += 1
        return index - begin

    def _forget(self, up_to: int) -> None:
        columns = self._columns
        raws = columns.values[0]
        end = up_to - columns.base
        for index in range(self.first - 1 - columns.base, end):
            self._held_bytes -= size_of(raws[index])
            raws[index] = GONE
        self.first = max(self.first, up_to + 1)
        if end >= _COMPACT_FROM and end * 2 >= len(columns.times):
            self._columns = columns.from_index(end)


class Recorded(Sequence[ItemT]):
    """The held items as a lazy, read-only sequence; items are built when taken."""

    def __init__(self, record: Record[ItemT]) -> None:
        self._record = record

    def __len__(self) -> int:
        return self._record.held

    @overload
    def __getitem__(self, index: int) -> ItemT: ...
    @overload
    def __getitem__(self, index: slice) -> list[ItemT]: ...
    def __getitem__(self, index: int | slice) -> ItemT | list[ItemT]:
        positions = range(self._record.first, self._record.last + 1)[index]
        if isinstance(positions, range):
            return [item for number in positions if (item := self._record.item(number)) is not None]
        item = self._record.item(positions)
        if item is None:
            raise IndexError(f"Item {positions} was dropped from the record while it was read.")
        return item

    def __iter__(self) -> Iterator[ItemT]:
        return self._record.items()

    def __repr__(self) -> str:
        return f"<{len(self)} recorded items>"


class ReadMarks:
    """Which items a wait has returned. Kept apart from the record: only the waiting side writes it."""

    def __init__(self) -> None:
        self._up_to = 0
        self._beyond: set[int] = set()

    def __contains__(self, number: int) -> bool:
        return number <= self._up_to or number in self._beyond

    def count(self, first: int, last: int) -> int:
        """How many items from number `first` to number `last` are read."""
        contiguous = max(min(self._up_to, last) - first + 1, 0)
        return contiguous + sum(first <= number <= last for number in self._beyond)

    def add(self, number: int) -> None:
        """Mark this item read."""
        if number > self._up_to:
            self._beyond.add(number)
            while self._up_to + 1 in self._beyond:
                self._up_to += 1
                self._beyond.discard(self._up_to)
