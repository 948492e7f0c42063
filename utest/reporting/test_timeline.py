"""The timeline: what is drawn of a story, hover texts, and pictures of many messages."""

import time
import xml.etree.ElementTree as ET

import pytest

from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.reporting.lanes import Line, hover_text, lane_of, span_of
from RealtimeLibrary.reporting.timeline import _SLOTS, MAX_LANES, timeline
from utest.reporting.stories import BEGUN, Story, sse, websocket
from utest.reporting.test_table import HOSTILE, parsed


def drawn(*stories: Story, now: float = 5.0) -> ET.Element:
    return parsed(timeline([story.connection for story in stories], BEGUN + now))


def marks(picture: ET.Element, name: str) -> list[ET.Element]:
    """The marks of one kind, without those of the legend."""
    groups = [group for group in picture.iter() if group.tag.endswith("}g") and "transform" not in group.attrib]
    return [mark for group in groups for mark in group if mark.get("class") == name]


def titles(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter() if element.tag.endswith("}title")]


def test_every_kind_of_happening_has_its_mark() -> None:
    chat = Story().happened(0, Happening.CONNECTING).opened(0.1).received(1, "a").received(2, "b").read(2)
    chat.sent(1.5, "c").happened(2.5, Happening.PING).failed(3, "lost").reconnecting(3.2, "attempt 1 of 3")
    chat.opened(4).closed(5, "closed by us")

    picture = drawn(chat)

    assert {name: len(marks(picture, name)) for name in ("in", "rd", "out", "op", "re", "cl", "er", "ka")} == {
        "in": 1,
        "rd": 1,
        "out": 1,
        "op": 2,
        "re": 1,
        "cl": 1,
        "er": 1,
        "ka": 1,
    }


def test_the_line_shows_when_it_was_open_and_when_it_tried() -> None:
    chat = Story().happened(0, Happening.CONNECTING).opened(1).reconnecting(3, "lost").opened(4).closed(6, "closed")
    span = span_of([chat.connection], BEGUN + 9, 10)
    assert span is not None

    stretches = lane_of(chat.connection, span).stretches

    told = [(stretch.line, stretch.begin - BEGUN, stretch.end - BEGUN) for stretch in stretches]
    assert told == [(Line.TRYING, 0, 1), (Line.OPEN, 1, 3), (Line.TRYING, 3, 4), (Line.OPEN, 4, 6)]


def test_an_open_line_goes_on_to_now() -> None:
    span = span_of([websocket().connection], BEGUN + 7, 10)
    assert span is not None
    assert span.end == BEGUN + 7


def test_a_hover_text_tells_few_happenings_one_by_one() -> None:
    orders = websocket("orders").received(0, '{"type":"filled"}').sent(0, "thanks").read(1)
    span = span_of([orders.connection], BEGUN, 1)
    assert span is not None
    lane = lane_of(orders.connection, span)
    assert hover_text(lane.slots[0], lane, span).split("\n") == [
        "+0.000 s  opened",
        '+10.000 s  #1 received, read: filled {"type":"filled"} [17 bytes]',
        "+10.000 s  sent: thanks [6 bytes]",
    ]


def test_a_hover_text_counts_many_happenings() -> None:
    ticks = sse().read(1, 2)
    for number in range(30):
        ticks.event(number / 10, str(number))
    span = span_of([ticks.connection], BEGUN, 1)
    assert span is not None
    lane = lane_of(ticks.connection, span)
    assert hover_text(lane.slots[0], lane, span).split("\n") == [
        "+0.000 s to +12.900 s",
        "30 events received, 2 read: #1 to #30",
        "opened",
    ]


def test_a_hundred_thousand_messages_are_gathered() -> None:
    feed = websocket("feed")
    for number in range(1_000):
        feed.received(number / 10, *["x"] * 100)
    begun = time.perf_counter()

    markup = timeline([feed.connection], BEGUN + 100)

    assert time.perf_counter() - begun < 5
    assert len(markup) < 100_000
    assert len(marks(parsed(markup), "in")) <= _SLOTS
    assert "100,000 received, 0 sent" in markup


def test_a_single_moment_is_a_picture_too() -> None:
    chat = Story().opened(0).received(0, "a").closed(0, "closed")
    assert len(marks(drawn(chat, now=0), "in")) == 1


def test_nothing_to_draw_is_said() -> None:
    assert timeline([], BEGUN) == "No connection has a past yet."
    assert timeline([Story().connection], BEGUN) == "No connection has a past yet."


def test_lanes_stand_in_the_order_in_which_they_began() -> None:
    picture = drawn(Story("second").opened(1), Story("first").opened(0))
    names = [element.text for element in picture.iter() if element.get("class") == "nm"]
    assert names == ["first", "second"]


def test_lanes_beyond_the_limit_are_counted() -> None:
    assert "3 more connections are not drawn" in timeline([websocket().connection] * (MAX_LANES + 3), BEGUN)


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_payload_breaks_the_picture(payload: str) -> None:
    chat = websocket(payload).received(1, payload).sent(2, payload).failed(3, payload)
    for title in titles(drawn(chat)):
        assert all(character.isprintable() or character == "\n" for character in title)


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (0.01, ["0.000 s", "0.002 s", "0.004 s"]),
        (1, ["0.0 s", "0.2 s", "0.4 s"]),
        (8, ["0 s", "1 s", "2 s"]),
        (100, ["0 s", "20 s", "40 s"]),
        (3_600, ["0 min", "10 min", "20 min"]),
    ],
)
def test_times_are_round(seconds: float, labels: list[str]) -> None:
    picture = drawn(Story().opened(0).closed(seconds, "closed"))
    texts = [element.text for element in picture.iter() if element.tag.endswith("}text")]
    start = texts.index(labels[0])
    assert texts[start : start + 3] == labels
