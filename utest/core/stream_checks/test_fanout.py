"""Fan-out: who did not receive it, who got it twice, who should not have."""

from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.stream_checks.fanout import check_fanout
from utest.core.stream_checks.stream_items import messages


def received(times=1, at=0.0):
    return messages(*["x"] * times, at=at)


def test_everyone_once():
    result = check_fanout({"a": received(at=1.0), "b": received(at=1.25)}, ["a", "b"])
    assert result.passed
    assert (result.first[0], result.last[0], result.skew) == ("a", "b", 0.25)


def test_who_missed_it_and_who_got_it_twice():
    result = check_fanout({"a": [], "b": received(2), "c": received()}, ["a", "b", "c", "d"])
    assert not result.passed
    assert result.missing == {"a": 0, "d": 0}
    assert {alias: len(items) for alias, items in result.surplus.items()} == {"b": 2}


def test_strangers():
    result = check_fanout({"a": received(), "b": received(), "c": []}, ["a"])
    assert not result.passed
    assert list(result.strangers) == ["b"]


def test_at_least_once():
    assert check_fanout({"a": received(3)}, ["a"], exactly=None).passed
    assert not check_fanout({"a": []}, ["a"], exactly=None).passed


def test_exactly_none_of_it():
    assert check_fanout({"a": []}, ["a"], exactly=0).passed
    assert not check_fanout({"a": received()}, ["a"], exactly=0).passed


def test_an_empty_group_never_passes():
    result = check_fanout({}, [])
    assert (result.passed, result.skew) == (False, None)


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3)), st.sets(st.sampled_from("abcd")), st.integers(0, 2))
def test_judges_as_counting_does(counts, group, exactly):
    result = check_fanout({alias: received(count) for alias, count in counts.items()}, group, exactly)
    in_group = all(counts.get(alias, 0) == exactly for alias in group)
    outside = all(count == 0 for alias, count in counts.items() if alias not in group)
    assert result.passed is (bool(group) and in_group and outside)
