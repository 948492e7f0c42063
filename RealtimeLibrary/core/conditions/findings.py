"""What comes of judging one item: findings part by part, the material of a nearest miss, or a misfit.

A finding holds values, not texts, so that reports can cut and mask them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from RealtimeLibrary.core.messages import parse_json


class Absent(Enum):
    """What stands in a finding where there is no value."""

    MISSING = "missing"
    """The item has nothing at this path."""
    UNSTATED = "unstated"
    """The part of the condition names no single value."""


MISSING: Final = Absent.MISSING
UNSTATED: Final = Absent.UNSTATED


MISFITS: Final = (LookupError, AttributeError, TypeError, ValueError, ArithmeticError)
"""What Python raises where a value lacks something or has another type."""


class Misfit(Exception):
    """A condition cannot be judged on this item: it lacks a key, attribute or index, or has another type."""

    def __str__(self) -> str:
        # Written only when asked for: on some streams every other item is a misfit.
        reason = self.args[0]
        return f"{type(reason).__name__}: {reason}" if isinstance(reason, Exception) else str(reason)


def fitted(function: Callable[[Any], Any], argument: Any) -> Any:
    """Call what the user wrote; that the argument does not fit it is a `Misfit`."""
    try:
        return function(argument)
    except MISFITS as error:
        raise Misfit(error) from error


@dataclass(frozen=True)
class Finding:
    """How one part of a condition fared on one item.

    Attributes:
        part: The part in the user's own words: `msg.data.progress > 50`.
        met: Whether the item meets it.
        path: Where the value stands in the item: `$.data.progress`; empty if no single place decides.
        expected: The value asked for, or `UNSTATED`.
        actual: The value found, `MISSING`, or `UNSTATED`.
        note: A hint why it nearly fits: `same value, other type`; else empty.
    """

    part: str
    met: bool
    path: str = ""
    expected: Any = UNSTATED
    actual: Any = UNSTATED
    note: str = ""


def same_scalar(actual: Any, expected: Any) -> bool:
    """Whether two values that are no containers are equal, with `True` and `1` told apart.

    `1` and `1.0` are the same JSON number.
    """
    return bool(actual == expected) and isinstance(actual, bool) is isinstance(expected, bool)


def near_miss_note(actual: Any, expected: Any) -> str:
    """Why `actual` is nearly `expected`, or an empty text."""
    if isinstance(actual, Absent) or isinstance(expected, Absent):
        return ""
    if isinstance(actual, str) and isinstance(expected, str):
        return _text_note(actual, expected)
    if isinstance(actual, str) and isinstance(expected, dict | list):
        return "JSON text inside a string" if parse_json(actual) == expected else ""
    return "same value, other type" if _read_alike(actual, expected) else ""


def _text_note(actual: str, expected: str) -> str:
    if actual == expected:
        return ""
    if actual.casefold() == expected.casefold():
        return "upper and lower case differ"
    if "".join(actual.split()) == "".join(expected.split()):
        return "white space differs"
    return ""


def _read_alike(actual: Any, expected: Any) -> bool:
    scalars = bool | int | float | str | None
    if not isinstance(actual, scalars) or not isinstance(expected, scalars):
        return False
    return _as_read(actual) == _as_read(expected) and not same_scalar(actual, expected)


def _as_read(value: Any) -> Any:
    """The value as a reader of the text would take it: `'5'` as 5, `'true'` as 1, `'null'` as nothing."""
    text = str(value).strip().lower()
    text = {"true": "1", "false": "0", "none": "null"}.get(text, text)
    try:
        return float(text)
    except ValueError:
        return text


def miss_score(findings: Iterable[Finding]) -> tuple[int, float]:
    """How near an item came: parts met, then how small the differences are. Greater is nearer."""
    met, nearness = 0, 0.0
    for finding in findings:
        if finding.met:
            met += 1
        else:
            nearness += _nearness(finding)
    return met, nearness


def _nearness(finding: Finding) -> float:
    """From 0 (nothing there) to 1 (nearly equal)."""
    actual, expected = finding.actual, finding.expected
    if isinstance(actual, Absent):
        return 0.0
    if finding.note:
        return 0.95
    if isinstance(actual, str) and isinstance(expected, str):
        return 0.4 + 0.5 * _common_ends(actual, expected)
    if _is_number(actual) and _is_number(expected):
        return 0.4 + 0.5 / (1.0 + abs(float(actual) - float(expected)))
    return 0.4 if type(actual) is type(expected) else 0.2


def _is_number(value: Any) -> bool:
    # A larger int is a valid JSON number, but no float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _common_ends(one: str, other: str) -> float:
    """Share of the longer text that both begin or end with; looks at 200 characters only."""
    one, other = one[:200], other[:200]
    longest = max(len(one), len(other), 1)
    same = 0
    for ours, theirs in ((one, other), (one[::-1], other[::-1])):
        for ours_char, theirs_char in zip(ours, theirs, strict=False):
            if ours_char != theirs_char:
                break
            same += 1
    return min(same / longest, 1.0)
