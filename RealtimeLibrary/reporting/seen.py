"""What a failed expectation looked at: the items worth telling about, bounded however long the record is."""

from collections.abc import Iterator
from typing import Any, Final

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.situation import Situation

EXAMINED: Final = 1_000
"""Newest items that a report looks at."""

EXAMINED_ELSEWHERE: Final = 200
"""Newest items that it looks at on each other connection; there may be many connections."""


def examined(situation: Situation) -> list[Item]:
    """The newest items that were judged and did not match."""
    items = newest(situation.connection, situation.first, situation.last)
    read = situation.connection.unread if situation.unread_only else ()
    return [item for item in items if item.number not in read and item.number not in situation.found]


def newest(connection: Connection[Any], first: int, last: int, most: int = EXAMINED) -> Iterator[Item]:
    """The newest held items from number `first` to number `last`."""
    return connection.record.items(max(first, last - most + 1), last)


def matching(condition: Condition, items: Iterator[Item]) -> list[Item]:
    """Those that match, as far as it may be asked again."""
    return [item for item in items if judged(condition, item)] if condition.repeatable else []


def judged(condition: Condition, item: Item) -> bool:
    """Whether it matches; what cannot be judged does not."""
    try:
        return condition.matches(item)
    except Exception:  # a misfit, or what the user's own predicate raises: the verdict stands already
        return False


def moment(seconds: float) -> str:
    """A time relative to the start of the wait: `+1.204 s`, `-0.600 s`."""
    return f"{seconds:+.3f} s"


def when(seconds: float) -> str:
    """The same in words: `1.204 s after the wait began`."""
    return f"{abs(seconds):.3f} s {'after' if seconds >= 0 else 'before'} the wait began"
