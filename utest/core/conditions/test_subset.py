"""Subsets: judged strictly, explained value by value, and equal to a reference written for reading."""

import json
from collections import OrderedDict
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.findings import MISSING, Finding
from RealtimeLibrary.core.conditions.subset import is_subset, plain, subset_findings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 1.5]) | st.sampled_from(["", "1", "a"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abc"), children, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


def leaves(value, path=()):
    """Every leaf of a value with its path and a word for its type; empty containers are leaves."""
    if isinstance(value, dict) and value:
        return {leaf for key, item in value.items() for leaf in leaves(item, (*path, key))}
    if isinstance(value, list):
        inner = {leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index))}
        return inner | {(*path, "length", len(value))}
    kind = "number" if type(value) in (int, float) else type(value).__name__
    return {(path, kind, "{}" if value == {} and kind == "dict" else value)}


def reference(expected, actual):
    """A subset has no leaf that the whole has not; `{}` asks for any object."""
    asked = leaves(expected)
    there = leaves(actual) | {(path, "dict", "{}") for path in objects(actual)}
    return asked <= there


def objects(value, path=()):
    if isinstance(value, dict):
        yield path
        for key, item in value.items():
            yield from objects(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, (*path, index))


@st.composite
def nearly_subsets(draw):
    """A value and something cut out of it, at times with one change: what random pairs hardly ever are."""
    whole = draw(OBJECTS)
    part = draw(st.just(cut(whole, draw)))
    return part, whole


def cut(value, draw):
    if draw(st.integers(0, 15)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        return {key: cut(item, draw) for key, item in value.items() if draw(st.integers(0, 3))}
    if isinstance(value, list):
        return [cut(item, draw) for item in value]
    return value


@given(nearly_subsets() | st.tuples(OBJECTS, JSON))
def test_judges_as_the_reference(pair):
    part, whole = pair
    assert is_subset(part, whole) is reference(part, whole)


@given(nearly_subsets() | st.tuples(OBJECTS, JSON))
def test_findings_agree_with_the_judgement(pair):
    part, whole = pair
    findings = list(subset_findings(part, whole))
    assert findings
    assert all(finding.met for finding in findings) is is_subset(part, whole)


@given(OBJECTS)
def test_everything_is_a_subset_of_itself(value):
    assert is_subset(value, value)
    assert is_subset(value, json.loads(json.dumps(value)))


@pytest.mark.parametrize(
    ("expected", "actual", "matches"),
    [
        ({}, {"a": 1}, True),
        ({}, [], False),
        ({}, "text", False),
        ({"a": {}}, {"a": {"b": 1}}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": "5"}, {"a": 5}, False),
        ({"a": None}, {}, False),
        ({"a": None}, {"a": None}, True),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, False),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}]}, True),
        ({"a": []}, {"a": []}, True),
        ({"a": [1]}, {"a": "1"}, False),
        ({1: "x"}, {"1": "x"}, False),
    ],
)
def test_comparison_is_strict(expected, actual, matches):
    assert is_subset(expected, actual) is matches


def test_plain_knows_other_containers():
    given_value = MappingProxyType({"a": (1, OrderedDict(b=(2,)))})
    assert plain(given_value) == {"a": [1, {"b": [2]}]}
    assert type(plain(OrderedDict())) is dict


def test_plain_copies():
    inner = [1]
    copied = plain({"a": inner})
    inner.append(2)
    assert copied == {"a": [1]}


def test_findings_name_path_value_and_trap():
    expected = {"type": "ack", "data": {"id": "5", "tags": ["a", "b"]}, "gone": {"x": 1}, "list": [1]}
    actual = {"type": "ack", "data": {"id": 5, "tags": ["a", "B"]}, "list": [1, 2]}
    assert list(subset_findings(expected, actual)) == [
        Finding("$.type == 'ack'", True, "$.type", "ack", "ack"),
        Finding("$.data.id == '5'", False, "$.data.id", "5", 5, "same value, other type"),
        Finding("$.data.tags[0] == 'a'", True, "$.data.tags[0]", "a", "a"),
        Finding("$.data.tags[1] == 'b'", False, "$.data.tags[1]", "b", "B", "upper and lower case differ"),
        Finding("$.gone == {'x': 1}", False, "$.gone", {"x": 1}, MISSING),
        Finding("$.list == [1]", False, "$.list", [1], [1, 2], "has 2 items, expected 1"),
    ]
