"""What a test left behind on a connection: what it neither read nor asserted."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from RealtimeLibrary.core.connection import SSE, Connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.messages import Item


@dataclass(frozen=True)
class Baseline:
    """What had already happened on a connection when the test began.

    Attributes:
        last: Number of the last item.
        errors: Number of errors.
        dropped: Number of items dropped from a full record.
        over: Whether it was closed for good.
    """

    last: int = 0
    errors: int = 0
    dropped: int = 0
    over: bool = False

    @classmethod
    def of(cls, connection: Connection[Any]) -> "Baseline":
        """The baseline of this moment."""
        return cls(connection.record.last, connection.error_count, connection.record.dropped, connection.is_over)


@dataclass(frozen=True)
class Leftovers:
    """What is left.

    Attributes:
        unread: Items that no wait returned.
        errors: How many errors there were, without that of the close.
        dropped: How many items were dropped.
        ending: A close that was neither asked for nor asserted, `None` if there is none.
    """

    unread: tuple[Item, ...]
    errors: int
    dropped: int
    ending: Ending | None

    def __bool__(self) -> bool:
        return bool(self.unread or self.errors or self.dropped or self.ending)


def leftovers(
    connection: Connection[Any],
    baseline: Baseline = Baseline(),
    ignore_types: Collection[str] = (),
    *,
    end_expected: bool = False,
) -> Leftovers:
    """What is left on a connection since the baseline.

    Args:
        connection: The connection.
        baseline: Where to begin; by default with the connection.
        ignore_types: Message and event types that need not be read.
        end_expected: Whether the test asserted that it closes.
    """
    unread = tuple(
        item
        for item in connection.record.items(baseline.last + 1)
        if item.number not in connection.unread and item.type not in ignore_types
    )
    ending = None if end_expected or baseline.over else _unexpected(connection)
    errors = connection.error_count - baseline.errors
    if errors and not baseline.over and connection.ending is not None and connection.ending.is_error:
        errors -= 1  # the close itself, which is told or expected
    return Leftovers(unread, errors, connection.record.dropped - baseline.dropped, ending)


def _unexpected(connection: Connection[Any]) -> Ending | None:
    """How it ended, unless we closed it, or an event stream simply ended."""
    ending = connection.ending
    if not connection.is_over or ending is None or ending.by == "us":
        return None
    return None if connection.family is SSE and not ending.is_error else ending
