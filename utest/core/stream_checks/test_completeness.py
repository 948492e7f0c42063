"""Completeness: against a naive reference, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.kinds import RegexpFound, condition_from
from RealtimeLibrary.core.stream_checks.completeness import CompletenessProgress
from utest.core.stream_checks.stream_items import messages


@given(st.text("abcd", max_size=4), st.lists(st.text("abcd", max_size=2), max_size=5))
def test_passes_if_each_is_found_somewhere(wanted, received):
    progress = CompletenessProgress([RegexpFound(letter) for letter in wanted])
    for item in messages(*received):
        progress.feed(item)
    found = [any(letter in text for text in received) for letter in wanted]
    assert progress.passed is (bool(wanted) and all(found))
    assert len(progress.missing) == found.count(False)
    assert progress.checked == len(received)


def test_remembers_the_first_item_that_meets_each():
    progress = CompletenessProgress([RegexpFound("a"), RegexpFound("b"), RegexpFound("x")])
    for item in messages("b", "ab", "a"):
        progress.feed(item)
    assert [item and item.number for _, item in progress.met] == [2, 1, None]
    assert [condition.description for condition in progress.missing] == ["regexp 'x'"]


def test_misfits_are_counted():
    progress = CompletenessProgress([condition_from("msg.seq == 1")])
    for item in messages("text", {"seq": 1}):
        progress.feed(item)
    assert (progress.passed, progress.misfits) == (True, 1)
