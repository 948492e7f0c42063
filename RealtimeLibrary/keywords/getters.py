"""Assertions of getters: the ecosystem's operators, without the traps of the engine."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator, verify_assertion
from robot.libraries.BuiltIn import BuiltIn
from robot.utils import timestr_to_secs

from RealtimeLibrary.core.errors import ExpectationFailed, InvalidArgument

_EXPRESSIONS = (AssertionOperator["validate"], AssertionOperator["then"])


def checked(
    value: Any, operator: AssertionOperator | None, expected: Any, subject: str, message: str | None = None
) -> Any:
    """`value`, after asserting that it stands in this relation to `expected`.

    Args:
        value: What the getter found.
        operator: The relation, `None` for no assertion.
        expected: Converted to the type of `value`: `0` for a number, `2s` for a time in seconds.
        subject: What the value is, for the failure.
        message: The failure's own text.

    Raises:
        ExpectationFailed: The assertion does not hold.
        InvalidArgument: There is an expected value without operator, or one that cannot be converted.
    """
    if operator is None:
        if expected is not None:
            raise InvalidArgument(f"Argument 'assertion_expected' got value {expected!r} without an operator.")
        return value
    if operator in _EXPRESSIONS:
        result = BuiltIn().evaluate(expected, namespace={"value": value})
        if operator is AssertionOperator["then"]:
            return result
        if not result:
            raise ExpectationFailed(message or f"{subject} is {value!r}, for which '{expected}' is not true.")
        return value
    try:
        return verify_assertion(value, operator, _converted(expected, value), subject)
    except AssertionError as error:
        raise ExpectationFailed(message or str(error)) from error


def _converted(expected: Any, value: Any) -> Any:
    """`expected` in the type of `value`."""
    if isinstance(expected, timedelta):
        return expected.total_seconds()
    if not isinstance(expected, str) or isinstance(value, str):
        return expected
    if value is None or expected == "None":
        return None if expected == "None" else _number(expected, expected)
    if isinstance(value, int | float):
        number = _number(expected, None)
        if number is not None:
            return number
        try:
            return float(timestr_to_secs(expected))
        except ValueError:
            raise InvalidArgument(f"Argument 'assertion_expected' got value '{expected}' that is no number.") from None
    return expected


def _number(text: str, otherwise: Any) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return otherwise
