"""Streamed text: the shapes of model APIs, the end mark, and what adds nothing."""

from RealtimeLibrary.core.conditions.kinds import EVENTS
from RealtimeLibrary.core.messages import SSEEvent
from RealtimeLibrary.core.stream_checks.reading import ValueReader
from RealtimeLibrary.core.stream_checks.streamed_text import StreamedText
from utest.core.stream_checks.stream_items import messages


def joined(path, until, items, dialect=EVENTS):
    text = StreamedText(ValueReader(path, dialect), until)
    for item in items:
        text.feed(item)
    return text


def chunk(**delta):
    return {"choices": [{"delta": delta}]}


def test_chat_completion_chunks():
    items = messages(chunk(role="assistant"), chunk(content="Hel"), chunk(content=""), chunk(content="lo"), "[DONE]")
    text = joined("$.choices[0].delta.content", "[DONE]", items)
    assert text.text == "Hello"
    assert [item.number for item in text.items] == [2, 4]
    assert text.end.number == 5
    assert text.checked == 5


def test_content_blocks_that_end_with_a_typed_event():
    events = [
        SSEEvent(1, 0.0, "message_start", '{"type": "message_start"}'),
        SSEEvent(2, 0.0, "content_block_delta", '{"delta": {"text": "Hi"}}'),
        SSEEvent(3, 0.0, "message_stop", '{"type": "message_stop"}'),
    ]
    text = joined("$.delta.text", "message_stop", events)
    assert (text.text, text.end.number) == ("Hi", 3)


def test_plain_text_by_expression():
    text = joined("event.data", "END", [SSEEvent(1, 0.0, "message", "a "), SSEEvent(2, 0.0, "message", "b")])
    assert text.text == "a b"
    assert text.end is None


def test_what_comes_after_the_end_is_ignored():
    text = joined("$.t", "[DONE]", messages({"t": "a"}, " [DONE]\n", {"t": "b"}))
    assert (text.text, text.checked) == ("a", 2)


def test_the_end_of_the_stream_may_be_the_end():
    text = joined("$.t", None, messages({"t": "a"}, "[DONE]", {"t": 5}, b"\x00"))
    assert (text.text, text.end) == ("a", None)


def test_misfits_of_an_expression_add_nothing():
    assert joined("msg.t", None, messages({"x": 1}, {"t": "a"}), dialect=EVENTS.__class__()).text == "a"
