"""Looking through a record: every item once, in order, and never again for the same question."""

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from RealtimeLibrary.core.condition import Condition
from RealtimeLibrary.core.connection import Connection, Judged, Mark
from RealtimeLibrary.core.findings import Misfit
from RealtimeLibrary.core.messages import Item

ItemT = TypeVar("ItemT", bound=Item)

BATCH: Final = 2_000
"""Items judged at a stretch, so that a long backlog does not keep the loop from receiving."""

_MEMORY: Final = 1_000
"""Conditions whose position is remembered per connection."""


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
        misfits: On how many items the condition could not be evaluated.
        already_read: How many items it passed over as read.
        unseen: How many items were dropped from the full record before it could look at them.
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
        self._next = connection.start_of(since)
        self.first = max(self._next, connection.record.first)
        self._first_match: ItemT | None = None
        self._contiguous = False
        self.misfits = 0
        self.already_read = 0
        self.unseen = 0
        if self._key is not None:
            known = connection.judged.get(self._key, Judged(connection.record.cleared, 0))
            self._contiguous = self._next <= known.up_to + 1
            if self._contiguous:
                self._next, self.unseen = known.up_to + 1, known.unseen

    @property
    def last(self) -> int:
        """Number of the last item looked at."""
        return self._next - 1

    @property
    def behind(self) -> bool:
        """Whether there are items it has not looked at."""
        return self._next <= self._connection.record.last

    def find(self, limit: int = BATCH) -> ItemT | None:
        """The next matching item, or `None` if there is none among the next `limit` items."""
        self._skip_what_is_gone()
        stop = min(self._next + limit - 1, self._connection.record.last)
        found = None
        for item in self._connection.record.items(self._next, stop):
            if self._matches(item):
                found = item
                break
        self._next = stop + 1 if found is None else found.number + 1
        if self._first_match is None:
            # No further: an assertion looks at the same match again, and so does a wait if this one fails.
            self._remember(self._next - 1 if found is None else found.number - 1)
            self._first_match = found
        return found

    def _skip_what_is_gone(self) -> None:
        record = self._connection.record
        self._next = max(self._next, record.cleared + 1)
        if (gone := record.first - self._next) > 0:
            self.unseen += gone
            self._next += gone

    def _matches(self, item: ItemT) -> bool:
        if self._unread_only and item.number in self._connection.unread:
            self.already_read += 1
            return False
        try:
            return self._condition.matches(item)
        except Misfit:
            self.misfits += 1
            return False

    def _remember(self, number: int) -> None:
        if not self._contiguous:
            return
        judged = self._connection.judged
        if len(judged) >= _MEMORY and self._key not in judged:
            judged.clear()
        judged[self._key] = max(judged.get(self._key, Judged(0, 0)), Judged(number, self.unseen))


def fits(condition: Condition, item: Item) -> bool:
    """Whether the item matches; one that the condition cannot be evaluated on does not."""
    try:
        return condition.matches(item)
    except Misfit:
        return False
