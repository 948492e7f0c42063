"""What Robot gets: true values with attribute access, events and records."""

import json

import pytest
from robot.utils import DotDict

from RealtimeLibrary.core.messages import Message, PayloadCodec, SSEEvent
from RealtimeLibrary.keywords.returned import Details, Event, Returned

RETURNED = Returned()


def test_objects_have_attributes_at_every_depth() -> None:
    payload = RETURNED.payload(Message(1, 0.0, '{"data": {"progress": 50}, "list": [{"id": 1}, [{"id": 2}]]}'))
    assert (payload.data.progress, payload.list[0].id, payload.list[1][0].id) == (50, 1, 2)
    assert type(payload) is type(payload.data) is type(payload.list[0]) is DotDict
    assert payload == {"data": {"progress": 50}, "list": [{"id": 1}, [{"id": 2}]]}
    assert json.loads(json.dumps(payload)) == payload
    assert list(payload) == ["data", "list"]


@pytest.mark.parametrize("raw", ["123", "true", "plain", "", '"text"', b"\x00", b'{"a": 1}'])
def test_everything_else_is_returned_as_it_came(raw: str | bytes) -> None:
    assert RETURNED.payload(Message(1, 0.0, raw)) == raw
    assert RETURNED.item(Message(1, 0.0, raw)) == raw


def test_a_json_array() -> None:
    assert RETURNED.payload(Message(1, 0.0, '[1, {"a": 2}]'))[1].a == 2


def test_parsing_can_be_switched_off() -> None:
    assert RETURNED.payload(Message(1, 0.0, '{"a": 1}', PayloadCodec(parse=False))) == '{"a": 1}'


def test_what_is_nested_too_deeply_stays_text() -> None:
    raw = '{"a":' * 900 + "1" + "}" * 900
    assert RETURNED.payload(Message(1, 0.0, raw)) == raw


def test_the_received_value_is_not_changed_by_changing_what_was_returned() -> None:
    message = Message(1, 0.0, '{"list": [1]}')
    RETURNED.payload(message).list.append(2)
    assert message.payload == {"list": [1]}


def test_an_event() -> None:
    received = SSEEvent(3, 1.5, "tick", '{"n": {"m": 1}}', "7", 250)
    event = RETURNED.event(received)
    assert event == Event("tick", '{"n": {"m": 1}}', "7", 250, {"n": {"m": 1}}, 1.5, 3)
    assert event.parsed_data.n.m == 1
    assert RETURNED.item(received) == event
    assert RETURNED.payload(received).n.m == 1


def test_an_event_of_text() -> None:
    received = SSEEvent(1, 1.5, "message", "hello")
    assert RETURNED.event(received) == Event("message", "hello", "", None, None, 1.5, 1)
    assert RETURNED.payload(received) == "hello"


def test_fields_are_also_items() -> None:
    event = RETURNED.event(SSEEvent(1, 1.5, "tick", "hello"))
    assert event["data"] == event.data  # type: ignore[index]
    with pytest.raises(KeyError, match="nothing"):
        event["nothing"]  # type: ignore[index]


def test_details() -> None:
    assert RETURNED.details(Message(2, 1.5, '{"type": "tick"}')) == Details(
        {"type": "tick"}, 2, 1.5, 16, "text", "received", "tick"
    )
    assert RETURNED.details(Message(3, 1.5, b"\x00")) == Details(b"\x00", 3, 1.5, 1, "binary", "received", None)
    assert RETURNED.details(SSEEvent(4, 1.5, "tick", "1")) == Details("1", 4, 1.5, 1, "text", "received", "tick")
    assert RETURNED.details(Message(1, 0.0, '{"type": {"a": 1}}')).type.a == 1
