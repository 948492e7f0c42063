"""Order: against a naive reference, and what cannot be compared."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.stream_checks.ordering import Order, check_order
from utest.core.stream_checks.stream_items import readings

REFERENCE = {
    Order.ASCENDING: lambda values: values == sorted(values),
    Order.STRICTLY_ASCENDING: lambda values: values == sorted(set(values)),
    Order.DESCENDING: lambda values: values == sorted(values, reverse=True),
}


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=6)
    | st.lists(st.text("ab", max_size=2), min_size=1, max_size=6)
    | st.lists(st.integers(0, 5), min_size=1, unique=True).map(sorted),
    st.sampled_from(Order),
)
def test_passes_exactly_what_sorting_leaves_alone(values, order):
    assert check_order(readings(*values), order).passed is REFERENCE[order](values)


@given(st.lists(st.integers(0, 3), max_size=6))
def test_disorders_are_neighbours_in_the_wrong_order(values):
    disorders = check_order(readings(*values)).disorders
    expected = [index for index in range(len(values) - 1) if values[index] > values[index + 1]]
    assert [disorder.before.item.number - 1 for disorder in disorders] == expected
    assert [disorder.after.item.number - 2 for disorder in disorders] == expected


def test_an_empty_record_never_passes():
    result = check_order([])
    assert (result.passed, result.checked, result.disorders) == (False, 0, ())


@pytest.mark.parametrize(
    "values", [(1, "2"), (None, None), (True, True), (1, None), ([1], [2]), ({},), (math.nan,), (1.0, math.nan, 2.0)]
)
def test_what_has_no_order_never_passes(values):
    result = check_order(readings(*values))
    assert not result.passed
    assert not any(disorder.comparable for disorder in result.disorders)


def test_ints_and_floats_compare():
    assert check_order(readings(1, 1.5, 2)).passed
