"""The event-stream parser against its case table, the letter of the standard, and httpx-sse."""

import codecs
import time
from collections.abc import Iterable, Iterator

import pytest
from httpx_sse._decoders import SSEDecoder, SSELineDecoder
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.sse.event_stream import EventStreamParser
from utest.core.sse.event_stream_reference import Case, Outcome, interpret, read_cases

CASES = read_cases()


def outcome_of(parser: EventStreamParser, chunks: Iterable[bytes]) -> Outcome:
    """What `parser` makes of the chunks."""
    outcome = Outcome()
    for chunk in chunks:
        batch = parser.feed(chunk)
        outcome.events += zip(batch.types, batch.datas, batch.ids, batch.retries, strict=True)
        outcome.comments += batch.comments
    outcome.last_event_id = parser.last_event_id
    outcome.reconnection_time = parser.reconnection_time
    return outcome


def parse(*chunks: bytes, max_size: int = 2**24) -> Outcome:
    """What a new parser makes of the chunks."""
    return outcome_of(EventStreamParser(max_size=max_size), chunks)


def single_bytes(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


# The case table...


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_case_in_one_piece(case: Case):
    assert parse(case.stream) == case.expected


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_case_is_what_the_letter_of_the_standard_says(case: Case):
    assert interpret(case.stream) == case.expected


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_case_cut_at_every_position(case: Case):
    for cut in range(len(case.stream) + 1):
        assert parse(case.stream[:cut], case.stream[cut:]) == case.expected, cut


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_case_byte_by_byte_gives_each_event_with_the_byte_that_ends_it(case: Case):
    parser, so_far = EventStreamParser(), Outcome()
    for position, byte in enumerate(single_bytes(case.stream), start=1):
        batch = parser.feed(byte)
        so_far.events += zip(batch.types, batch.datas, batch.ids, batch.retries, strict=True)
        so_far.comments += batch.comments
        so_far.last_event_id = parser.last_event_id
        so_far.reconnection_time = parser.reconnection_time
        assert so_far == interpret(case.stream[:position])


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n"], ids=["CR", "CRLF"])
@pytest.mark.parametrize("case", [case for case in CASES if b"\r" not in case.stream], ids=repr)
def test_case_with_other_line_ends(case: Case, line_end: bytes):
    stream = case.stream.replace(b"\n", line_end)
    assert parse(stream) == case.expected
    assert parse(*single_bytes(stream)) == case.expected


@pytest.mark.parametrize("fields", [b"data: %d", b"event: tick\ndata:%d", b"id: 1\ndata: %d"])
@pytest.mark.parametrize("case", CASES, ids=repr)
def test_case_within_a_long_stream_of_equal_events(case: Case, fields: bytes):
    """The same, where events are read many at once."""
    ticks = b"".join(fields % number + b"\n\n" for number in range(100))
    stream = ticks + case.stream + b"\n\n" + ticks
    assert parse(stream) == interpret(stream)


def test_names_of_cases_are_unique():
    assert len({case.name for case in CASES}) == len(CASES)


# Any chunking of any stream...

# fmt: off
PIECES = st.sampled_from([
    b"data", b"event", b"id", b"retry", b":", b": ", b" ", b"\n", b"\r", b"\r\n", b"\n\n",
    b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\0", b"1", b"23", b"x", b"\x0b", b"\x1e",
    b"\xc3\xa4", b"\xe2\x82", b"\xac", b"\xff", b"\xe2\x80\xa8", b"\xc2\x85",
    b"data: a\n\n", b"data:b\n\n", b"event: t\ndata: c\n\n", b"id: 1\ndata: d\n\n", b": ping\n\n",
    b"data: e\r\r",
])
# fmt: on
STREAMS = st.lists(PIECES, max_size=40).map(b"".join)


@given(STREAMS)
def test_any_stream_means_what_the_standard_says(stream: bytes):
    assert parse(stream) == interpret(stream)


@given(st.lists(STREAMS, max_size=8))
def test_any_chunking_gives_the_same_events(chunks: list[bytes]):
    assert parse(*chunks) == interpret(b"".join(chunks))


@given(st.lists(STREAMS, max_size=6), st.integers(1, 40))
def test_any_chunking_gives_the_same_events_up_to_a_limit(chunks: list[bytes], max_size: int):
    whole, cut, drip = (EventStreamParser(max_size=max_size) for _ in range(3))
    stream = b"".join(chunks)
    in_one = outcome_of(whole, [stream])
    assert outcome_of(cut, chunks) == in_one
    assert outcome_of(drip, single_bytes(stream)) == in_one
    assert (cut.violation is None) == (drip.violation is None) == (whole.violation is None)
    if whole.violation is None:
        assert in_one == interpret(stream)


def httpx_sse_events(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str, int | None]]:
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    lines, events = SSELineDecoder(), SSEDecoder()
    for chunk in chunks:
        for line in lines.decode(decode(chunk)):
            event = events.decode(line.rstrip("\n"))
            if event is not None:
                yield event.event, event.data, event.id, event.retry


VALUES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
LINE_ENDS = st.sampled_from([b"\n", b"\r\n"])


BLOCKS = st.tuples(VALUES, VALUES, st.lists(VALUES, min_size=1, max_size=3), LINE_ENDS)


def block_of(event_type: str, event_id: str, data: list[str], line_end: bytes) -> bytes:
    lines = [f"event: {event_type}", f"id: {event_id}", *(f"data: {line}" for line in data), "", ""]
    return line_end.join(line.encode() for line in lines)


@given(st.lists(BLOCKS, max_size=8), st.integers(1, 9))
def test_agrees_with_httpx_sse_where_it_is_right(blocks: list[tuple[str, str, list[str], bytes]], size: int):
    """Whole events with data, no byte order mark and no retry: there it is right."""
    stream = b"".join(block_of(*block) for block in blocks)
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    assert parse(*chunks).events == list(httpx_sse_events(chunks))


# From one connection to the next...


def test_last_event_id_of_the_connection_before_is_kept_until_a_new_one_comes():
    parser = EventStreamParser(last_event_id="41")
    assert parser.last_event_id == "41"
    assert parser.feed(b"data: a\n\nid: 42\ndata: b\n\n").ids == ["41", "42"]


@given(st.lists(st.integers(0, 400), max_size=8))
def test_resuming_after_the_last_event_id_loses_and_doubles_nothing(cuts: list[int]):
    """Wherever a connection is cut, the next one goes on after the last event that was complete."""
    received: list[str] = []
    last_event_id = ""
    for cut in [*cuts, None]:
        numbers = range(int(last_event_id or "0") + 1, 21)
        stream = b"".join(b"id: %d\r\ndata: %d\r\n\r\n" % (number, number) for number in numbers)
        parser = EventStreamParser(last_event_id=last_event_id)
        received += parser.feed(stream[:cut]).datas
        last_event_id = parser.last_event_id
    assert received == [str(number) for number in range(1, 21)]


def test_unfinished_event_is_told():
    parser = EventStreamParser()
    assert not parser.has_unfinished_event
    parser.feed(b"data: a\n\n: comment\nid: 1\n")
    assert not parser.has_unfinished_event
    parser.feed(b"data: b")
    assert parser.has_unfinished_event
    parser.feed(b"\n")
    assert parser.has_unfinished_event
    parser.feed(b"\n")
    assert not parser.has_unfinished_event


# Limits...


def violation_of(parser: EventStreamParser, *chunks: bytes) -> str:
    for chunk in chunks:
        violation = parser.feed(chunk).violation
    assert violation is not None
    return violation


def test_line_that_is_too_long_ends_the_reading_and_keeps_the_events_before():
    parser = EventStreamParser(max_size=20)
    batch = parser.feed(b"data: a\n\ndata: " + b"x" * 15 + b"\n\ndata: b\n\n")
    assert batch.datas == ["a"]
    assert batch.violation == ("a line of more than 20 bytes (max_size); it starts with 'data: xxxxxxxxxxxxxxx'")
    again = parser.feed(b"data: c\n\n")
    assert again.datas == []
    assert again.violation is batch.violation


def test_line_of_exactly_the_limit_is_read():
    line = b"data: " + b"x" * 14
    assert parse(line + b"\n\n", max_size=20).events
    assert parse(*single_bytes(line + b"\n\n"), max_size=20).events


def test_line_without_an_end_is_given_up_at_the_limit():
    parser = EventStreamParser(max_size=2**20)
    text = violation_of(parser, *[b"data: " + b"x" * 2**16] * 17)
    assert text == (
        "a line of more than 1048576 bytes (max_size); it starts with 'data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"
    )


def test_endless_comment_line_is_a_line():
    assert "a line of more than 10 bytes" in violation_of(EventStreamParser(max_size=10), b": 123456789")


@pytest.mark.parametrize("size", [2, 2**16])
def test_event_with_too_much_data_ends_the_reading(size: int):
    stream = b"data: a\n\n" + b"data: 1234\n" * 8
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    assert violation_of(EventStreamParser(max_size=30), *chunks) == (
        "an event with more than 30 bytes of data (max_size)"
    )


def test_data_of_exactly_the_limit_is_an_event():
    """Five lines of five bytes and the four line feeds between them."""
    stream = b"data: 12345\n" * 5 + b"\n"
    assert parse(stream, max_size=29).events
    assert parse(stream, max_size=28).events == []


def test_many_small_events_are_not_limited():
    assert len(parse(b"data: 12345\n\n" * 1000, max_size=30).events) == 1000


def test_line_of_16_mib_in_small_pieces_is_read_in_linear_time():
    payload = b"x" * (2**24 - 6)
    stream = b"data: " + payload + b"\n\n"
    start = time.process_time()
    (event,) = parse(*(stream[i : i + 1024] for i in range(0, len(stream), 1024))).events
    assert event[1] == payload.decode()
    assert time.process_time() - start < 5  # some 0.1 s; copying the line with every piece takes minutes


def test_blank_lines_cost_little_and_give_nothing():
    parser = EventStreamParser()
    start = time.process_time()
    for _ in range(10):
        batch = parser.feed(b"id: 1\n" + b"\n" * 10_000)
        assert not any(batch[:5])
    assert time.process_time() - start < 2  # some 10 ms


def test_equal_types_are_one_object():
    batch = EventStreamParser().feed(b"event: tick\ndata: a\n\n" * 100)
    assert len({id(event_type) for event_type in batch.types}) == 1
