"""Gaps and duplicates: against a naive reference, across reconnects, with steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.stream_checks.numbering import check_numbering, opening_of
from utest.core.stream_checks.stream_items import readings


@given(st.lists(st.integers(-3, 12), max_size=12), st.sampled_from([1, -1]))
def test_finds_what_a_naive_look_finds(values, step):
    result = check_numbering(readings(*values), step)
    missing = [n for n in range(min(values, default=0), max(values, default=0)) if n not in values]
    assert [n for gap in result.gaps for n in range(gap.first, gap.last + 1)] == missing
    assert sum(gap.count for gap in result.gaps) == len(missing)
    again = [index for index, value in enumerate(values) if value in values[:index]]
    assert [duplicate.again.item.number - 1 for duplicate in result.duplicates] == again
    assert result.passed is (bool(values) and not missing and not again)


@given(st.integers(-50, 50), st.integers(1, 9), st.sets(st.integers(0, 20), min_size=1))
def test_a_step_scales_everything(base, step, positions):
    plain = check_numbering(readings(*positions))
    scaled = check_numbering(readings(*(base + step * position for position in positions)), step)
    assert [gap.count for gap in scaled.gaps] == [gap.count for gap in plain.gaps]
    assert scaled.unusable == ()
    assert scaled.passed is plain.passed


def test_gaps_name_their_neighbours_and_the_connection():
    """Three numbers, a reconnect after the third item, then a gap."""
    (gap,) = check_numbering(readings(1, 2, 3, 7, 8), opening_numbers=[0, 3]).gaps
    assert (gap.first, gap.last, gap.count, gap.connection) == (4, 6, 3, 2)
    assert (gap.before.item.number, gap.after.item.number) == (3, 4)


def test_duplicates_name_both_and_the_connection():
    (duplicate,) = check_numbering(readings(1, 2, 2, 3), opening_numbers=[0, 2]).duplicates
    assert (duplicate.first.item.number, duplicate.again.item.number, duplicate.connection) == (2, 3, 2)


def test_a_late_number_fills_its_gap():
    assert check_numbering(readings(1, 3, 2)).passed


def test_what_is_no_number_of_the_series_never_passes():
    result = check_numbering(readings("1", 10, 12, True, 15, 14.0, 1.5, None), 2)
    assert [reading.value for reading in result.unusable] == ["1", True, 15, 1.5, None]
    assert result.gaps == result.duplicates == ()
    assert not result.passed


def test_an_empty_record_never_passes():
    result = check_numbering([])
    assert (result.passed, result.checked) == (False, 0)


def test_a_step_of_zero_is_refused():
    with pytest.raises(InvalidArgument, match="'step' must not be 0"):
        check_numbering(readings(1), 0)


@pytest.mark.parametrize(
    ("number", "openings", "connection"),
    [(1, [], 1), (1, [0], 1), (3, [0, 3], 1), (4, [0, 3], 2), (4, [0, 3, 3, 4], 3), (5, [0, 3, 3, 4], 4)],
)
def test_opening_of(number, openings, connection):
    assert opening_of(number, openings) == connection
