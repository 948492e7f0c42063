"""Assertions of getters: the ecosystem's operators, with conversion and without the traps of the engine."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from assertionengine import AssertionOperator

from RealtimeLibrary.core.errors import ExpectationFailed, InvalidArgument, WrongUse
from RealtimeLibrary.keywords.getters import checked
from utest.keywords.robot_run import run_suite, served

SUBJECT = "Count of '{chat}'"


def check(value: Any, operator: str, expected: Any, message: str | None = None) -> Any:
    return checked(value, AssertionOperator[operator], expected, SUBJECT, message)


def test_without_operator_the_value_is_returned() -> None:
    assert checked(5, None, None, SUBJECT) == 5
    assert checked(None, None, None, SUBJECT) is None


@pytest.mark.parametrize("expected", [0, "", "0", False, 5])
def test_an_expected_value_without_operator_is_refused(expected: Any) -> None:
    """The engine lets values pass that are not true: `0` would assert nothing."""
    with pytest.raises(InvalidArgument, match=r"^Argument 'assertion_expected' got value .* without an operator\.$"):
        checked(5, None, expected, SUBJECT)


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        (0, "==", "0"),
        (5, "==", " 5 "),
        (5, "==", 5),
        (5, "==", "5.0"),
        (5, "!=", "6"),
        (0, "<", "0.5"),
        (5, ">", "4"),
        (5, ">=", "5"),
        (5, "<=", "5"),
        (0.75, "<", "2s"),
        (90.0, "==", "1 min 30 s"),
        (0.75, "<", timedelta(seconds=2)),
        (2.0, "==", "2"),
        (None, "==", "None"),
        (None, "==", None),
        (None, "!=", "1000"),
        (1000, "!=", "None"),
        ("OPEN", "==", "OPEN"),
        ("5", "==", "5"),
        ("OPEN", "!=", "CLOSED"),
        ("OPEN", "contains", "PE"),
        ("OPEN", "not contains", "X"),
        ("OPEN", "^=", "OP"),
        ("OPEN", "$=", "EN"),
        ("RECONNECTING", "matches", "^RE.*ING$"),
    ],
)
def test_what_holds(value: Any, operator: str, expected: Any) -> None:
    assert check(value, operator, expected) == value


@pytest.mark.parametrize(
    ("value", "operator", "expected", "text"),
    [
        (0, "==", "1", "'0' (int) should be '1' (int)"),
        (5, "<", "0.5", "'5' (int) should be less than '0.5' (float)"),
        (2.5, "<", "2s", "'2.5' (float) should be less than '2.0' (float)"),
        ("OPEN", "==", "CLOSED", "'OPEN' (str) should be 'CLOSED' (str)"),
        ("5", "==", 5, "'5' (str) should be '5' (int)"),
        (None, ">", "1000", "None (NoneType) cannot be compared by 'greater than' with 1000 (int)"),
        (None, "contains", "1", "None (NoneType) cannot be compared by 'contains' with 1 (int)"),
        (5, ">", None, "5 (int) cannot be compared by 'greater than' with None (NoneType)"),
    ],
)
def test_what_does_not_hold_names_value_and_type(value: Any, operator: str, expected: Any, text: str) -> None:
    with pytest.raises(ExpectationFailed) as caught:
        check(value, operator, expected)
    assert str(caught.value) == f"{SUBJECT} {text}"


@pytest.mark.parametrize("value", [5, None])
def test_an_own_message_stays_as_it_is(value: Any) -> None:
    """The engine formats it, and dies of braces."""
    with pytest.raises(ExpectationFailed) as caught:
        check(value, "<", "0", 'Expected {"count": 0} {value}')
    assert str(caught.value) == 'Expected {"count": 0} {value}'


@pytest.mark.parametrize("value", ["many", "2 apples", "", "2s"])
def test_an_expected_value_that_is_no_number(value: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^Argument 'assertion_expected' got value '{value}' that is no number"):
        check(5, "==", value)


def test_an_invalid_regular_expression() -> None:
    with pytest.raises(InvalidArgument, match=r"^Regular expression '\(' is not valid: missing \)"):
        check("OPEN", "matches", "(")


@pytest.mark.parametrize("operator", list(AssertionOperator))
@pytest.mark.parametrize("value", [5, 0.5, None, "OPEN"])
@pytest.mark.parametrize("expected", ["5", "OPEN", "None", None, 5, "0.5", "(", timedelta(seconds=5)])
def test_no_foreign_error_reaches_the_user(operator: AssertionOperator, value: Any, expected: Any) -> None:
    if operator.name in ("validate", "then"):
        return
    with suppress(ExpectationFailed, WrongUse):
        checked(value, operator, expected, SUBJECT)


TESTS = """
*** Test Cases ***
Validate
    Connect WebSocket    %{TEST_URL}
    ${count}=    Get Message Count    validate    value == 0
    Should Be Equal    ${count}    ${0}

Validate Fails
    Connect WebSocket    %{TEST_URL}
    Get Message Count    validate    value == 5

Validate Fails With Own Text
    Connect WebSocket    %{TEST_URL}
    Get Message Count    validate    value == 5    message=mine

Then
    Connect WebSocket    %{TEST_URL}
    ${more}=    Get Message Count    then    value + 5
    Should Be Equal    ${more}    ${5}
    ${more}=    Get Message Count    evaluate    value + 6
    Should Be Equal    ${more}    ${6}

Values As They Are Typed
    Connect WebSocket    %{TEST_URL}
    Get Message Count    ==    0
    Get Message Count    <    0.5
    Get WebSocket State    ==    OPEN
    Get WebSocket Close Code    ==    None
    Disconnect WebSocket
    Get WebSocket Close Code    ==    1000
    Get WebSocket State    matches    ^CLO

Without Operator
    Connect WebSocket    %{TEST_URL}
    Get Message Count    assertion_expected=0
"""


def test_getters_in_robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as url:
        monkeypatch.setenv("TEST_URL", url)
        done = run_suite(tmp_path, TESTS)
    assert done.messages == {
        "Validate": "",
        "Validate Fails": "Message count of 'websocket-1' is 0, for which 'value == 5' is not true.",
        "Validate Fails With Own Text": "mine",
        "Then": "",
        "Values As They Are Typed": "",
        "Without Operator": "Argument 'assertion_expected' got value '0' without an operator.",
    }
