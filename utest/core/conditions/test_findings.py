"""Findings: what counts as equal, which notes explain a near miss, and which miss is the nearest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.findings import (
    MISSING,
    UNSTATED,
    Finding,
    Misfit,
    fitted,
    miss_score,
    near_miss_note,
    same_scalar,
)


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [(1, 1, True), (1, 1.0, True), (True, True, True), (True, 1, False), (0, False, False), ("1", 1, False)],
)
def test_true_is_not_one(actual, expected, equal):
    assert same_scalar(actual, expected) is equal


@pytest.mark.parametrize(
    ("actual", "expected", "note"),
    [
        (5, "5", "same value, other type"),
        ("5", 5, "same value, other type"),
        ("5.0", 5, "same value, other type"),
        (True, "true", "same value, other type"),
        (True, "True", "same value, other type"),
        (True, 1, "same value, other type"),
        (None, "null", "same value, other type"),
        (None, "None", "same value, other type"),
        (5, 6, ""),
        (5, 5.0, ""),
        ("Ack", "ack", "upper and lower case differ"),
        ("ack ", "ack", "white space differs"),
        ("ack", "ack", ""),
        ("ack", "nack", ""),
        ('{"a": 1}', {"a": 1}, "JSON text inside a string"),
        ("[1]", [1], "JSON text inside a string"),
        ("[1]", [2], ""),
        ([1], "[1]", ""),
        (b"5", "5", ""),
        (MISSING, "x", ""),
        ("x", UNSTATED, ""),
    ],
)
def test_notes(actual, expected, note):
    assert near_miss_note(actual, expected) == note


def test_a_misfit_tells_its_reason():
    with pytest.raises(Misfit, match=r"^KeyError: 'a'$"):
        fitted(lambda value: value["a"], {})
    assert str(Misfit("too deep")) == "too deep"
    with pytest.raises(StopIteration):
        fitted(next, iter(()))


def miss(actual, expected="expected", note=""):
    return [Finding("part", False, "$", expected, actual, note)]


def test_more_parts_met_are_nearer_than_any_likeness():
    met = Finding("part", True)
    assert miss_score([met, *miss(MISSING)]) > miss_score(miss("expecteD", note="upper and lower case differ") * 2)


@pytest.mark.parametrize(
    "order",
    [
        [miss(MISSING), miss(7), miss("zzz"), miss("expect"), miss("Expected", note="upper and lower case differ")],
        [miss(MISSING, 5), miss("x", 5), miss(500, 5), miss(7, 5), miss(6, 5), miss("5", 5, "same value, other type")],
        [miss(10**400, 5), miss(10**9, 10**9 + 1)],
    ],
)
def test_smaller_differences_are_nearer(order):
    scores = [miss_score(findings) for findings in order]
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.integers())


@given(VALUES | st.just(MISSING), VALUES | st.just(UNSTATED))
def test_any_values_have_a_note_and_a_score(actual, expected):
    note = near_miss_note(actual, expected)
    met, nearness = miss_score([Finding("part", False, "$", expected, actual, note)])
    assert met == 0
    assert 0.0 <= nearness <= 1.0
