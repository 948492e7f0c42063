"""Slips of a test author are refused with the form that was meant."""

import pytest

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.slips import refuse_equals_sign, refuse_expression, refuse_named_argument


def test_an_expression_without_spaces():
    """What Robot makes of `type=='ack'` is shown with spaces."""
    with pytest.raises(InvalidArgument, match=r"write  msg\.type == 'ack'  with spaces"):
        refuse_equals_sign("type", "='ack'")
    with pytest.raises(InvalidArgument, match=r"write  event\.event == 'ack'  with spaces"):
        refuse_equals_sign("event", "='ack'")


@pytest.mark.parametrize(
    "value", ["msg.type == 'ack'", "msg['seq'] > 5", "data.level in ('a', 'b')", "event.id is None"]
)
def test_an_expression_in_place_of_a_type(value: str):
    """An expression where the type belongs names the argument it belongs to."""
    with pytest.raises(InvalidArgument) as raised:
        refuse_expression("type", value)
    assert f"Write  predicate={value}  instead." in str(raised.value)


@pytest.mark.parametrize("value", ["training_progress", "data.updated", "msg.created now", "message", "a == b", ""])
def test_types_may_look_nearly_like_expressions(value: str):
    """Names with dots, words and blanks are types."""
    refuse_expression("type", value)


def test_a_named_argument_that_does_not_exist():
    """An alias or a type that looks like a named argument is one that the keyword does not have."""
    with pytest.raises(InvalidArgument, match="the keyword has no argument 'timeout'"):
        refuse_named_argument("alias", "timeout=5s")
    refuse_named_argument("alias", "first client")
