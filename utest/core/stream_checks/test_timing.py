"""Timing: gaps, rate, bursts and heartbeats, from arrival times alone."""

import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.stream_checks.timing import Pause, check_heartbeats, gap_statistics, spread

TIMES = st.lists(st.integers(0, 1000), max_size=30).map(lambda times: [float(time) for time in sorted(times)])


@given(TIMES)
def test_gaps_are_the_differences(times):
    found = gap_statistics(times)
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    assert list(found.gaps) == gaps
    assert found.count == len(times)
    assert (found.longest.seconds if found.longest else None) == max(gaps, default=None)
    assert found.seconds == (times[-1] - times[0] if times else 0)
    if found.rate is not None:
        assert found.rate == pytest.approx(1 / statistics.fmean(gaps))


@given(TIMES, st.integers(1, 100))
def test_a_percentile_is_the_smallest_gap_that_covers_its_share(times, percent):
    found = gap_statistics(times)
    covering = [gap for gap in found.gaps if sum(g <= gap for g in found.gaps) * 100 >= percent * len(found.gaps)]
    assert found.percentile(percent) == min(covering, default=None)


def test_a_percentile_is_exact_at_the_border():
    times = [0.0]
    for gap in range(1, 21):
        times.append(times[-1] + gap)
    assert gap_statistics(times).percentile(95) == 19
    assert gap_statistics(times).percentile(5) == 1
    assert gap_statistics(times).percentile(99.9) == 20


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_other_percentiles_are_refused(percent):
    with pytest.raises(InvalidArgument, match="A percentile must be"):
        gap_statistics([1.0]).percentile(percent)


def test_the_longest_gap_says_where():
    assert gap_statistics([0.0, 1.0, 5.0, 6.0]).longest == Pause(1.0, 4.0, 2)


@pytest.mark.parametrize("times", [[], [1.0]])
def test_without_two_arrivals_there_is_no_gap(times):
    found = gap_statistics(times)
    assert (found.longest, found.rate, found.percentile(50)) == (None, None, None)


def test_arrivals_at_one_instant_have_no_rate():
    assert gap_statistics([1.0, 1.0]).rate is None


class TestSpread:
    def test_of_a_burst(self):
        found = spread([1.0] * 20)
        assert (found.count, found.seconds, found.largest_burst) == (20, 0.0, 20)

    def test_of_a_stream(self):
        found = spread([0.0, 0.4, 0.4, 0.8, 1.2])
        assert (found.count, found.seconds, found.largest_burst) == (5, 1.2, 2)

    def test_of_nothing(self):
        assert spread([]).count == 0


class TestHeartbeats:
    def test_on_time(self):
        found = check_heartbeats([1.0, 2.0, 3.0], every=1.0, begin=0.0, now=3.5)
        assert (found.count, found.on_time, found.late) == (3, 3, ())

    def test_a_late_one(self):
        found = check_heartbeats([1.0, 2.5, 3.0], every=1.0, begin=0.0, now=3.0)
        assert (found.count, found.on_time) == (3, 1)
        assert found.late == (Pause(1.0, 1.5, 1),)

    def test_silence_until_now_is_late(self):
        found = check_heartbeats([1.0], every=1.0, begin=0.0, now=2.5)
        assert found.late == (Pause(1.0, 1.5, 1),)
        assert check_heartbeats([], every=1.0, begin=0.0, now=2.5).on_time == 0

    def test_only_the_time_asked_for_counts(self):
        assert check_heartbeats([-5.0, 0.5, 9.0], every=1.0, begin=0.0, now=1.0).count == 1

    @given(TIMES, st.integers(1, 50), st.integers(0, 500), st.integers(0, 500))
    def test_no_late_one_means_no_window_without_a_heartbeat(self, times, every, begin, length):
        now = begin + length
        found = check_heartbeats(times, every, begin, now)
        moments = [begin, *(time for time in times if begin <= time <= now), now]
        assert bool(found.late) is any(later - earlier > every for earlier, later in pairwise(moments))
        assert found.on_time <= found.count
