"""Whether a dict is part of a payload: every key is there with an equal value, at every depth."""

from collections.abc import Iterator, Mapping
from typing import Any

from RealtimeLibrary.core.conditions.expression_paths import step
from RealtimeLibrary.core.conditions.findings import MISSING, Finding, near_miss_note, same_scalar


def plain(value: Any) -> Any:
    """A copy with only `dict` and `list` as containers: Robot's and other mappings become a `dict`."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def is_subset(expected: Any, actual: Any) -> bool:
    """Whether `actual` has all that `expected` asks for.

    Objects may have more keys; arrays have the same length and match item by item. `True` is not `1`, and
    `'5'` is not `5`.

    Args:
        expected: A value as `plain` gives it.
        actual: A parsed payload.
    """
    # Loops, because a generator for `all` would double the cost of judging a small message.
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return False
        for key, value in expected.items():  # noqa: SIM110 - see above
            if key not in actual or not is_subset(value, actual[key]):
                return False
        return True
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return False
        for value, found in zip(expected, actual, strict=True):  # noqa: SIM110 - see above
            if not is_subset(value, found):
                return False
        return True
    return same_scalar(actual, expected)


def subset_findings(expected: Any, actual: Any, path: str = "$") -> Iterator[Finding]:
    """One finding for each value asked for; for what is missing as a whole, only one."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected:
        for key, value in expected.items():
            yield from subset_findings(value, actual.get(key, MISSING), path + step(key))
    elif isinstance(expected, list) and isinstance(actual, list) and len(actual) == len(expected) > 0:
        for index, (value, found) in enumerate(zip(expected, actual, strict=True)):
            yield from subset_findings(value, found, path + step(index))
    else:
        yield _finding(expected, actual, path)


def _finding(expected: Any, actual: Any, path: str) -> Finding:
    met = is_subset(expected, actual)
    note = "" if met else _note(expected, actual)
    return Finding(f"{path} == {expected!r}", met, path, expected, actual, note)


def _note(expected: Any, actual: Any) -> str:
    if isinstance(expected, list) and isinstance(actual, list):
        return f"has {len(actual)} items, expected {len(expected)}"
    return near_miss_note(actual, expected)
