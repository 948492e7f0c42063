"""Sequences: against a naive reference, strict ones, and the state of each step."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.kinds import RegexpFound, condition_from
from RealtimeLibrary.core.stream_checks.sequence import SequenceProgress, StepState
from utest.core.stream_checks.stream_items import messages


def fed(wanted, received, strict=False):
    items = messages(*received)
    progress = SequenceProgress([RegexpFound(letter) for letter in wanted], strict=strict)
    for item in items:
        progress.feed(item)
    return progress, items


WORDS = st.text("abc", max_size=7)


@given(st.text("abc", min_size=1, max_size=4), WORDS)
def test_passes_if_some_choice_of_items_is_the_sequence(wanted, received):
    expected = any("".join(choice) == wanted for choice in combinations(received, len(wanted)))
    assert fed(wanted, received)[0].passed is expected


@given(st.text("abc", min_size=1, max_size=4), WORDS)
def test_strict_passes_if_it_follows_the_first_item_without_others(wanted, received):
    begin = received.find(wanted[0])
    expected = begin >= 0 and received[begin : begin + len(wanted)] == wanted
    assert fed(wanted, received, strict=True)[0].passed is expected


@given(st.text("abc", min_size=1, max_size=4), WORDS, st.booleans())
def test_a_decision_is_never_changed(wanted, received, strict):
    progress = SequenceProgress([RegexpFound(letter) for letter in wanted], strict=strict)
    decision = None
    for item in messages(*received):
        progress.feed(item)
        if decision is not None:
            assert progress.passed is decision
        elif progress.decided:
            decision = progress.passed


def test_an_intruder_breaks_a_strict_sequence():
    progress, _ = fed("ab", "xacb", strict=True)
    assert progress.decided
    assert progress.intruder.raw == "c"
    assert progress.checked == 3


@pytest.mark.parametrize("received", ["", "ab"])
def test_nothing_never_passes(received):
    assert not fed("", received)[0].passed
    assert not fed("x", received)[0].passed


def test_steps_are_done_missing_or_early():
    progress, items = fed("abc", "cxa")
    steps = progress.steps(items)
    assert [step.state for step in steps] == [StepState.DONE, StepState.MISSING, StepState.EARLY]
    assert [step.item and step.item.number for step in steps] == [3, None, 1]


def test_an_item_that_did_its_step_is_not_early_for_another():
    progress, items = fed("aa", "a")
    assert [step.state for step in progress.steps(items)] == [StepState.DONE, StepState.MISSING]


def test_all_steps_done():
    progress, items = fed("ab", "ab")
    assert {step.state for step in progress.steps(items)} == {StepState.DONE}


def test_misfits_are_counted():
    progress = SequenceProgress([condition_from("msg.seq == 1")])
    for item in messages("text", {"seq": 2}, {"seq": 1}):
        progress.feed(item)
    assert (progress.passed, progress.misfits) == (True, 1)
