"""Whether values come in order: each is compared with the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from RealtimeLibrary.core.stream_checks.reading import Reading


class Order(Enum):
    """How values follow each other; the value is the word a user writes."""

    ASCENDING = "ascending"
    """Equal neighbours are allowed."""
    STRICTLY_ASCENDING = "strictly ascending"
    DESCENDING = "descending"
    """Equal neighbours are allowed."""


@dataclass(frozen=True)
class Disorder:
    """Two neighbours that are not in order.

    Attributes:
        before: The one that came first.
        after: The one that came next.
        comparable: Whether their types have an order at all: numbers with numbers, text with text.
    """

    before: Reading
    after: Reading
    comparable: bool


@dataclass(frozen=True)
class OrderResult:
    """What an order check found.

    Attributes:
        checked: How many values there were.
        disorders: The neighbours that are not in order.
    """

    checked: int
    disorders: tuple[Disorder, ...]

    @property
    def passed(self) -> bool:
        """Whether there was something to check and all of it is in order."""
        return self.checked > 0 and not self.disorders


def check_order(values: Sequence[Reading], order: Order = Order.ASCENDING) -> OrderResult:
    """Compare every value with the next one.

    Numbers compare with numbers and text with text; other values, and `NaN`, have no order.
    """
    disorders = []
    for before, after in pairwise(values):
        comparable = _comparable(before.value, after.value)
        if not (comparable and _in_order(before.value, after.value, order)):
            disorders.append(Disorder(before, after, comparable))
    if len(values) == 1 and _kind(values[0].value) is None:
        disorders.append(Disorder(values[0], values[0], comparable=False))
    return OrderResult(len(values), tuple(disorders))


def _in_order(before: Any, after: Any, order: Order) -> bool:
    match order:
        case Order.ASCENDING:
            return bool(before <= after)
        case Order.STRICTLY_ASCENDING:
            return bool(before < after)
        case Order.DESCENDING:
            return bool(before >= after)


def _comparable(one: Any, other: Any) -> bool:
    kind = _kind(one)
    return kind is not None and kind is _kind(other)


def _kind(value: Any) -> type | None:
    if isinstance(value, str):
        return str
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
        return float
    return None
