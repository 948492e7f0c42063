"""What was received, as values: parsed lazily, frozen, and never showing a secret."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.messages import (
    Message,
    PayloadCodec,
    SSEEvent,
    lazy,
    parse_json,
    parse_json_string,
    size_of,
)
from RealtimeLibrary.core.secrets import Secrets


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ("[]", []),
        ('{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        (' \t\r\n{"a": 1}\n', {"a": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('"text"', None),
        ("123", None),
        ("true", None),
        ("null", None),
        ("", None),
        ("plain", None),
        ('{"a": 1} x', None),
        ('{"a": 1}{', None),
        ('{"a": NaN}', None),
        ('{"a": -Infinity}', None),
        ("{'a': 1}", None),
        ('{"a": 1', None),
        ("[1,]", None),
        ("{", None),
        ("\u00a0{}", None),
        ("[" * 100_000, None),
        ('{"a": ' + "9" * 5_000 + "}", None),
    ],
)
def test_json_objects_and_arrays_are_parsed(text: str, value: Any) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"text"', "text"),
        (' "\\u00fc" ', "ü"),
        ('""', ""),
        ("text", None),
        ('"open', None),
        ('"a" b', None),
        ("{}", None),
        ("", None),
    ],
)
def test_json_strings(text: str, value: str | None) -> None:
    assert parse_json_string(text) == value


@given(st.text() | st.binary())
def test_sizes_are_those_on_the_wire(raw: str | bytes) -> None:
    assert size_of(raw) == len(raw.encode() if isinstance(raw, str) else raw)


def test_a_size_of_what_is_no_utf_8() -> None:
    assert size_of("\ud800") == 3


def test_a_message() -> None:
    message = Message(3, 1.5, '{"type": "ack", "id": 5}')
    assert (message.number, message.received_at, message.size) == (3, 1.5, 24)
    assert (message.payload, message.type) == ({"type": "ack", "id": 5}, "ack")
    assert message.payload is message.payload


@pytest.mark.parametrize("raw", ["plain", b"\x00", '["type"]', "{}", '"type"'])
def test_a_message_without_type(raw: str | bytes) -> None:
    assert Message(1, 0.0, raw).type is None


def test_what_is_no_json_object_or_array_stays_as_it_is() -> None:
    assert [Message(1, 0.0, raw).payload for raw in ("123", b'{"a": 1}', "")] == ["123", b'{"a": 1}', ""]


def test_parsing_can_be_switched_off_and_the_type_be_elsewhere() -> None:
    raw = '{"kind": "ack"}'
    assert Message(1, 0.0, raw, PayloadCodec(parse=False)).payload == raw
    assert Message(1, 0.0, raw, PayloadCodec(type_field="kind")).type == "ack"


def test_an_event() -> None:
    event = SSEEvent(3, 1.5, "tick", '{"n": 1}', "7", 250)
    assert (event.type, event.raw, event.size, event.id, event.retry) == ("tick", '{"n": 1}', 8, "7", 250)
    assert event.parsed_data == event.payload == {"n": 1}


def test_an_event_of_text() -> None:
    event = SSEEvent(1, 0.0, "message", "héllo")
    assert (event.parsed_data, event.payload, event.size, event.id, event.retry) == (None, "héllo", 6, "", None)


def test_a_recorded_message_is_one_like_any_other() -> None:
    codec = PayloadCodec(parse=False)
    recorded = Message.recorded(7, 1.5, "{}", codec)
    assert recorded == Message(7, 1.5, "{}", codec)
    assert (recorded.payload, recorded.codec) == ("{}", codec)


@pytest.mark.parametrize("item", [Message(1, 0.0, "{}"), SSEEvent(1, 0.0, "tick", "{}")])
def test_values_never_change_and_are_equal_by_content(item: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        item.number = 2
    codec = PayloadCodec(secrets=Secrets())
    same = Message(1, 0.0, "{}", codec) if isinstance(item, Message) else SSEEvent(1, 0.0, "tick", "{}", codec=codec)
    assert item.payload == {}
    assert (item == same, hash(item) == hash(same)) == (True, True)


@pytest.mark.parametrize("value", ["s3cret", "sécret\n", 'a"b'])
def test_the_repr_masks_secrets(value: str) -> None:
    secrets = Secrets()
    secrets.add(value)
    codec = PayloadCodec(secrets=secrets)
    assert repr(Message(1, 2.0, f"my {value}", codec)) == "Message(number=1, received_at=2.000000, raw='my <secret>')"
    assert repr(Message(1, 2.0, f"my {value}".encode(), codec)).endswith("raw=b'my <secret>')")
    shown = repr(SSEEvent(1, 2.0, value, f"my {value}", value, None, codec))
    assert shown.endswith("event='<secret>', data='my <secret>', id='<secret>', retry=None)")
    assert value not in repr(codec)


def test_a_lazy_property_is_computed_once_and_documented() -> None:
    class Costly:
        calls = 0

        @lazy
        def value(self) -> int:
            """What it costs."""
            self.calls += 1
            return 42

    costly = Costly()
    assert (costly.value, costly.value, costly.calls) == (42, 42, 1)
    assert isinstance(Costly.value, lazy)
    assert Costly.value.__doc__ == "What it costs."
