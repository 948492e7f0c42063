"""Every and none: against a naive reference, and schemas by type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.conditions.findings import MISSING
from RealtimeLibrary.core.conditions.kinds import RegexpFound, condition_from
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.stream_checks.uniformity import MAX_OFFENDERS, UniformityProgress, ValidByType
from utest.core.stream_checks.stream_items import messages


@given(st.lists(st.sampled_from(["a", "b", "ab"]), max_size=5), st.booleans())
def test_judges_as_all_and_any_do(received, wanted):
    progress = UniformityProgress(RegexpFound("a"), wanted=wanted)
    for item in messages(*received):
        progress.feed(item)
    matches = ["a" in text for text in received]
    assert progress.passed is (bool(received) and (all(matches) if wanted else not any(matches)))
    assert [item.number for item in progress.offenders] == [n for n, m in enumerate(matches, 1) if m is not wanted]


def test_a_misfit_does_not_meet_the_condition():
    for wanted, passed in ((True, False), (False, True)):
        progress = UniformityProgress(condition_from("msg.a > 1"), wanted=wanted)
        progress.feed(*messages("text"))
        assert (progress.passed, progress.misfits) == (passed, 1)


def test_offenders_beyond_the_limit_are_counted():
    progress = UniformityProgress(RegexpFound("a"), wanted=True)
    for item in messages(*["b"] * (MAX_OFFENDERS + 5)):
        progress.feed(item)
    assert (len(progress.offenders), progress.offences) == (MAX_OFFENDERS, MAX_OFFENDERS + 5)


TICK = {"required": ["price"]}


def test_each_type_has_its_schema():
    condition = ValidByType({"tick": TICK, "ack": {"required": ["id"]}})
    good, bad, other, untyped = messages({"type": "tick", "price": 1}, {"type": "ack"}, {"type": "x"}, "text")
    assert condition.matches(good)
    assert not condition.matches(bad)
    assert condition.findings(bad)[0].note == "'id' is a required property"
    assert not condition.matches(other)
    assert (condition.findings(other)[0].actual, condition.findings(other)[0].note) == ("x", "no schema for this type")
    assert condition.findings(untyped)[0].actual is MISSING
    assert condition.description == "the schema of its type (tick, ack)"
    assert condition.key is None


def test_a_star_is_for_all_other_types():
    condition = ValidByType({"tick": TICK, "*": {}})
    assert all(condition.matches(item) for item in messages({"type": "x"}, {"type": 5}, {"type": ["a"]}, "text"))
    assert not condition.matches(*messages({"type": "tick"}))


def test_an_invalid_schema_names_its_type():
    with pytest.raises(InvalidArgument, match="Schema 'tick' is not valid"):
        ValidByType({"tick": {"type": "nonsense"}})
