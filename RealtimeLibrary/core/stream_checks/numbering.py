"""Whether numbers count up without gaps and duplicates, also across reconnects.

The order of arrival does not matter here: a number that comes late fills its gap (`ordering` judges order).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.stream_checks.reading import Reading


@dataclass(frozen=True)
class Gap:
    """Numbers that never came.

    Attributes:
        first: The first missing number.
        last: The last missing number.
        count: How many are missing.
        before: The nearest lower number that came.
        after: The nearest higher number that came.
        connection: On which opening of the connection it shows: 1, or more after reconnects.
    """

    first: int
    last: int
    count: int
    before: Reading
    after: Reading
    connection: int


@dataclass(frozen=True)
class Duplicate:
    """A number that came again.

    Attributes:
        first: Where it came first.
        again: Where it came again.
        connection: On which opening of the connection it came again.
    """

    first: Reading
    again: Reading
    connection: int


@dataclass(frozen=True)
class NumberingResult:
    """What a check for gaps and duplicates found.

    Attributes:
        checked: How many values there were.
        gaps: What is missing, from the lowest number on.
        duplicates: What came again, in order of arrival.
        unusable: Values that are no whole numbers, or lie between two steps.
    """

    checked: int
    gaps: tuple[Gap, ...]
    duplicates: tuple[Duplicate, ...]
    unusable: tuple[Reading, ...]

    @property
    def passed(self) -> bool:
        """Whether there was something to check and nothing is wrong with it."""
        return self.checked > 0 and not (self.gaps or self.duplicates or self.unusable)


def check_numbering(values: Sequence[Reading], step: int = 1, opening_numbers: Sequence[int] = ()) -> NumberingResult:
    """Look for numbers that are missing between the lowest and the highest, and for numbers that came twice.

    Args:
        values: What was received, in order of arrival.
        step: The distance between two numbers; for numbers that count down a negative one is the same.
        opening_numbers: For each opening of the connection the number of the last item received before it.

    Raises:
        InvalidArgument: The step is 0.
    """
    if step == 0:
        raise InvalidArgument("Argument 'step' must not be 0.")
    stride = abs(step)
    firsts: dict[int, Reading] = {}
    duplicates: list[Duplicate] = []
    unusable: list[Reading] = []
    for reading in values:
        number = _whole(reading.value)
        base = next(iter(firsts), number)
        if number is None or base is None or (number - base) % stride:
            unusable.append(reading)
        elif number in firsts:
            connection = opening_of(reading.item.number, opening_numbers)
            duplicates.append(Duplicate(firsts[number], reading, connection))
        else:
            firsts[number] = reading
    gaps = (
        _gap(low, high, stride, firsts, opening_numbers)
        for low, high in pairwise(sorted(firsts))
        if high - low > stride
    )
    return NumberingResult(len(values), tuple(gaps), tuple(duplicates), tuple(unusable))


def opening_of(number: int, opening_numbers: Sequence[int]) -> int:
    """On which opening of its connection an item arrived: 1 for the first.

    Args:
        number: The item's number.
        opening_numbers: For each opening the number of the last item received before it.
    """
    return max(bisect_left(opening_numbers, number), 1)


def _gap(low: int, high: int, stride: int, firsts: dict[int, Reading], opening_numbers: Sequence[int]) -> Gap:
    before, after = firsts[low], firsts[high]
    shows_at = max(before.item.number, after.item.number)
    count = (high - low) // stride - 1
    return Gap(low + stride, high - stride, count, before, after, opening_of(shows_at, opening_numbers))


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None
