"""Assertions of getters: the ecosystem's operators, without the traps of the engine."""

import re
from contextlib import suppress
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
        InvalidArgument: There is an expected value without operator, or one that cannot be used.
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
    wanted = _converted(expected, value)
    try:
        verify_assertion(value, operator, wanted, subject)
    except AssertionError as error:
        raise ExpectationFailed(message or str(error)) from error
    except TypeError as error:  # such as the close code of an open connection, None, with '>'
        text = f"{subject} {_described(value)} cannot be compared by '{operator.name}' with {_described(wanted)}"
        raise ExpectationFailed(message or text) from error
    except re.error as error:
        raise InvalidArgument(f"Regular expression '{wanted}' is not valid: {error}.") from error
    return value


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
        if isinstance(value, float):
            with suppress(ValueError):
                return float(timestr_to_secs(expected))
        raise InvalidArgument(f"Argument 'assertion_expected' got value '{expected}' that is no number.")
    return expected


def _described(value: Any) -> str:
    return f"{value!r} ({type(value).__name__})"


def _number(text: str, otherwise: Any) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return otherwise
