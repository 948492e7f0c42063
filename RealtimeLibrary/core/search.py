"""Looking through a record: every item once, in order, and never again for the same question."""

from collections.abc import Hashable
from typing import Any, Final, Generic, TypeVar

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import MISFITS, Misfit
from RealtimeLibrary.core.connection import Connection, Judged, Mark
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.record import GONE

ItemT = TypeVar("ItemT", bound=Item)

BATCH: Final = 2_000
"""Items judged at a stretch, so that a long backlog does not keep the loop from receiving."""

_MEMORY: Final = 1_000
"""Conditions whose position is remembered per connection."""


class _Glance:
    """What is seen of an item that is not worth building: its payload."""

    __slots__ = ("payload",)

    payload: Any


class Search(Generic[ItemT]):
    """Looks at every item of a connection once, in order.

    For a repeatable condition the connection remembers how far it is known to match nothing, so that the next search
    with the same condition does not look at those items again.

    Args:
        connection: Where to look.
        condition: What to look for.
        since: Where to begin, see `Connection.start_of`.
        unread_only: Whether to pass over items that a wait has returned.

    Attributes:
        first: Number of the first item it looks at.
        until: Number of the last item to look at, `None` for no end.
        misfits: On how many items the condition could not be evaluated.
        unseen: How many items were dropped from the full record before they could be looked at.
    """

    def __init__(
        self,
        connection: Connection[ItemT],
        condition: Condition,
        since: Mark | int | None = None,
        *,
        unread_only: bool = False,
    ) -> None:
        self._connection = connection
        self._condition = condition
        self._unread_only = unread_only
        self._key: Hashable = None if condition.key is None else (unread_only, condition.key)
        self._judge = None if connection.decode is None else condition.of_payload
        self._next = connection.start_of(since)
        self.first = max(self._next, connection.record.first)
        self.until: int | None = None
        self.misfits = 0
        self.unseen = self._last_unseen = 0
        self._first_match: ItemT | None = None
        self._contiguous = False
        if self._key is not None:
            self._recall()

    @property
    def last(self) -> int:
        """Number of the last item looked at."""
        return self._next - 1

    @property
    def behind(self) -> bool:
        """Whether there are items it has not looked at."""
        return self._next <= self._end

    @property
    def _end(self) -> int:
        last = self._connection.record.last
        return last if self.until is None else min(self.until, last)

    def find(self, limit: int = BATCH) -> ItemT | None:
        """The next matching item, or `None` if there is none among the next `limit` items."""
        if not self.behind:
            return None
        self._skip_what_is_gone()
        record = self._connection.record
        start, stop = self._next, min(self._next + limit - 1, self._end)
        first_match = self._first_item if self._judge is None else self._first_by_payload
        found, looked_at = first_match(start, stop)
        self._next = max(start, stop + 1 if found is None else found.number + 1)
        if record.cleared < start:
            # Some may have been dropped while others were looked at.
            self._miss(self._next - start - looked_at)
        if self._first_match is None:
            # No further: an assertion looks at the same match again, and so does a wait if this one fails.
            self._remember(self._next - 1 if found is None else found.number - 1)
            self._first_match = found
        return found

    def _first_item(self, start: int, stop: int) -> tuple[ItemT | None, int]:
        """The first match, and how many items were looked at."""
        looked_at = 0
        for item in self._connection.record.items(start, stop):
            looked_at += 1
            if self._matches(item):
                return item, looked_at
        return None, looked_at

    def _first_by_payload(self, start: int, stop: int) -> tuple[ItemT | None, int]:
        """The same in half the time: only what matches is built as an item."""
        record, decode, judge = self._connection.record, self._connection.decode, self._judge
        assert decode is not None, "see __init__"
        assert judge is not None, "see find"
        unread = self._connection.unread
        read = unread if self._unread_only and unread.count(start, stop) else ()
        glance = _Glance()
        looked_at = 0
        first, raws = record.raws(start, stop)
        for number, raw in enumerate(raws, first):
            if raw is GONE:
                continue
            looked_at += 1
            if number in read:
                continue
            glance.payload = decode(raw)
            try:
                is_match = bool(judge(glance))
            except MISFITS:
                self.misfits += 1
                continue
            except Exception:
                is_match = True  # an error of the expression, which judging the item puts into words
            if is_match and (item := record.item(number)) is not None and self._matches(item):
                return item, looked_at
        return None, looked_at

    def _matches(self, item: ItemT) -> bool:
        if self._unread_only and item.number in self._connection.unread:
            return False
        try:
            return self._condition.matches(item)
        except Misfit:
            self.misfits += 1
            return False

    def _skip_what_is_gone(self) -> None:
        record = self._connection.record
        self._next = max(self._next, record.cleared + 1)
        if (gone := record.first - self._next) > 0:
            self._next += gone
            self._miss(gone)

    def _miss(self, count: int) -> None:
        if count > 0:
            self.unseen += count
            self._last_unseen = self._next - 1

    def _recall(self) -> None:
        """Begin where an earlier search for the same thing ended, unless that leaves a gap."""
        known = self._connection.judged.get(self._key, Judged())
        begin = self._next
        # What was cleared is in nobody's question, so it leaves no gap.
        if begin > max(known.up_to, self._connection.record.cleared) + 1:
            return
        self._contiguous = True
        if known.up_to >= begin:
            self._next = known.up_to + 1
            self.misfits = min(known.misfits, self._next - begin)
            if known.last_unseen >= begin:
                self.unseen = min(known.unseen, known.last_unseen - begin + 1)
                self._last_unseen = known.last_unseen

    def _remember(self, number: int) -> None:
        if not self._contiguous:
            return
        judged = self._connection.judged
        if len(judged) >= _MEMORY and self._key not in judged:
            judged.clear()
        if self._key not in judged or judged[self._key].up_to < number:
            judged[self._key] = Judged(number, self.misfits, self.unseen, self._last_unseen)


def fits(condition: Condition, item: Item) -> bool:
    """Whether the item matches; one that the condition cannot be evaluated on does not."""
    try:
        return condition.matches(item)
    except Misfit:
        return False
