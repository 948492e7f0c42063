"""The record: numbers without holes, bounds, and readers that need no lock."""

import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.messages import Message, SSEEvent
from RealtimeLibrary.core.record import ReadMarks, Record, Recorded


def messages(**limits: int | None) -> Record[Message]:
    return Record(1, Message, **limits)


def events() -> Record[SSEEvent]:
    def make(number: int, at: float, data: str, event: str, last_id: str, retry: int | None) -> SSEEvent:
        return SSEEvent(number, at, event, data, last_id, retry)

    return Record(4, make)


def fill(record: Record[Message], count: int, *, at: float | None = None) -> Record[Message]:
    """Append items of one byte, each at the time that equals its number unless told otherwise."""
    for _ in range(count):
        record.extend([["x"]], record.last + 1.0 if at is None else at, 1)
    return record


def numbers(record: Record[Any], *span: int) -> list[int]:
    return [item.number for item in record.items(*span)]


# Keeping and reading


def test_an_empty_record_holds_nothing() -> None:
    record = messages()
    assert (record.first, record.last, record.held) == (1, 0, 0)
    assert list(record.items()) == []
    assert record.item(1) is None
    assert record.first_after(0.0) == 1


def test_items_are_built_from_columns() -> None:
    record = messages()
    record.extend([["a", b"\x00"]], 5.0, 2)
    record.extend([["ü"]], 6.5, 2)
    assert list(record.items()) == [Message(1, 5.0, "a"), Message(2, 5.0, b"\x00"), Message(3, 6.5, "ü")]
    assert record.item(2) == Message(2, 5.0, b"\x00")
    assert record.total_bytes == 4


def test_items_of_several_columns() -> None:
    record = events()
    record.extend([["1", "2"], ["tick", "message"], ["", "7"], [None, 250]], 5.0, 2)
    assert list(record.items()) == [SSEEvent(1, 5.0, "tick", "1"), SSEEvent(2, 5.0, "message", "2", "7", 250)]
    record.clear(1)
    assert numbers(record) == [2]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((), [1, 2, 3]),
        ((2,), [2, 3]),
        ((-5, 2), [1, 2]),
        ((3, 99), [3]),
        ((4,), []),
        ((3, 2), []),
        ((1, 0), []),
    ],
)
def test_items_between_two_numbers(span: tuple[int, ...], expected: list[int]) -> None:
    assert numbers(fill(messages(), 3), *span) == expected


def test_times_between_two_numbers() -> None:
    record = fill(messages(), 4)
    record.clear(1)
    assert list(record.times()) == [2.0, 3.0, 4.0]
    assert list(record.times(3)) == [3.0, 4.0]
    assert list(record.times(1, 2)) == [2.0]
    assert list(record.times(5)) == []
    assert list(record.times(1, 0)) == []


@pytest.mark.parametrize(("at", "expected"), [(0.0, 1), (1.0, 2), (1.5, 2), (3.0, 4), (99.0, 4)])
def test_the_first_item_after_a_time_came_later_than_it(at: float, expected: int) -> None:
    assert fill(messages(), 3).first_after(at) == expected


# Clearing and dropping


def test_clearing_keeps_the_numbers_going() -> None:
    record = fill(messages(), 3)
    record.clear()
    assert (record.first, record.last, record.held, record.dropped) == (4, 3, 0, 0)
    fill(record, 1)
    assert numbers(record) == [4]


def test_clearing_up_to_a_number() -> None:
    record = fill(messages(), 5)
    record.clear(2)
    record.clear(1)
    assert numbers(record) == [3, 4, 5]
    record.clear(99)
    assert (record.first, record.held) == (6, 0)


def test_the_oldest_are_dropped_and_counted() -> None:
    record = fill(messages(max_items=3), 5)
    assert numbers(record) == [3, 4, 5]
    assert (record.dropped, record.last, record.total_bytes) == (2, 5, 5)


def test_a_batch_larger_than_the_record_leaves_its_end() -> None:
    record = messages(max_items=2)
    record.extend([list("abcde")], 1.0, 5)
    assert [item.raw for item in record.items()] == ["d", "e"]
    assert record.dropped == 3


def test_bytes_count_as_on_the_wire() -> None:
    record = messages(max_bytes=5)
    record.extend([["üü"]], 1.0, 4)
    record.extend([[b"\x00\x01"]], 2.0, 2)
    assert numbers(record) == [2]
    record.extend([["abc"]], 3.0, 3)
    assert numbers(record) == [2, 3]


def test_an_item_larger_than_the_record_is_dropped_at_once() -> None:
    record = messages(max_bytes=3)
    record.extend([["abcd"]], 1.0, 4)
    assert (record.held, record.dropped, record.last) == (0, 1, 1)
    record.extend([["abc"]], 2.0, 3)
    assert numbers(record) == [2]


def test_clearing_makes_room() -> None:
    record = fill(messages(max_items=2, max_bytes=2), 2)
    record.clear()
    fill(record, 2)
    assert (numbers(record), record.dropped) == ([3, 4], 0)


@given(
    st.lists(
        st.one_of(
            st.lists(st.text(max_size=3), min_size=1, max_size=900).map(lambda batch: ("extend", batch)),
            st.integers(0, 4000).map(lambda number: ("clear", number)),
        ),
        max_size=12,
    ),
    st.none() | st.integers(1, 1500),
    st.none() | st.integers(1, 1500),
)
def test_a_record_is_the_end_of_what_came(
    steps: list[tuple[str, Any]], max_items: int | None, max_bytes: int | None
) -> None:
    """Whatever is appended, cleared, dropped and compacted, a plain list with the same rules holds the same."""
    record = messages(max_items=max_items, max_bytes=max_bytes)
    everything: list[str] = []
    first = 1
    for what, value in steps:
        if what == "extend":
            record.extend([value], float(len(everything)), sum(len(text.encode()) for text in value))
            everything += value
            while max_items is not None and len(everything) - first + 1 > max_items:
                first += 1
            while max_bytes is not None and sum(len(text.encode()) for text in everything[first - 1 :]) > max_bytes:
                first += 1
        else:
            record.clear(value)
            first = max(first, min(value, len(everything)) + 1)
        assert (record.first, record.last, record.held) == (first, len(everything), len(everything) - first + 1)
    assert [item.raw for item in record.items()] == everything[first - 1 :]
    assert len(record.times()) == record.held


# Memory


@contextmanager
def measured() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_kept_message_costs_little_more_than_its_text() -> None:
    """At most 235 bytes for a message of 154 bytes, of which a `str` alone takes 203."""
    count = 20_000
    record = messages()
    with measured() as used:
        before = used()
        for number in range(count // 10):
            record.extend([[f"{number:0144}{index:010}" for index in range(10)]], float(number), 1540)
        each = (used() - before) / count
    assert record.held == count
    assert each <= 235


def test_a_full_record_does_not_grow() -> None:
    record = fill(messages(max_items=500), 5_000)
    with measured() as used:
        fill(record, 1_500)
        before = used()
        fill(record, 20_000)
        assert used() - before < 100_000
    assert record.held == 500


# Readers on other threads


@pytest.fixture
def frequent_switches() -> Iterator[None]:
    """Let threads interrupt each other as often as possible."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("frequent_switches")
def test_readers_need_no_lock_while_items_are_appended_dropped_and_compacted() -> None:
    """Whatever a reader takes is consistent: numbers rise, and every item is the one that this number had."""
    record = messages(max_items=1_500)
    batches = 3_000
    started = threading.Barrier(4)
    faults: list[str] = []

    def read() -> None:
        started.wait()
        view = Recorded(record)
        while record.last < batches * 7 and not faults:
            seen = [(item.number, item.raw, item.received_at) for item in record.items()]
            if any(later[0] <= earlier[0] or later[2] < earlier[2] for earlier, later in pairwise(seen)):
                faults.append("items out of order")
            if any(raw != str(number) for number, raw, _ in seen):
                faults.append("an item has the value of another")
            if len(view) < 0 or len(record.times()) > 1_500 + 7:
                faults.append("counts do not fit")
            if (item := record.item(record.last)) is not None and item.raw != str(item.number):
                faults.append("the newest item is another")
            if record.first_after(-1.0) > record.last + 1:
                faults.append("a number that cannot be")

    def guarded() -> None:
        try:
            read()
        except Exception as error:
            faults.append(repr(error))

    readers = [threading.Thread(target=guarded) for _ in range(3)]
    for reader in readers:
        reader.start()
    started.wait()
    for batch in range(batches):
        record.extend([[str(batch * 7 + index) for index in range(1, 8)]], float(batch), 7)
        if batch % 997 == 0:
            record.clear(record.last - 100)
    for reader in readers:
        reader.join()
    assert faults == []


def test_a_length_asked_for_between_appending_and_dropping_is_not_negative() -> None:
    """A reader may be interrupted between the two numbers that a length is made of."""

    class Overtaken(Record[Message]):
        @property
        def last(self) -> int:
            before = super().last
            if overtaking:
                overtaking.pop()
                fill(self, 10)
            return before

    overtaking: list[bool] = []
    record = Overtaken(1, Message, max_items=2)
    fill(record, 2)
    overtaking.append(True)
    assert len(Recorded(record)) == 2


@pytest.mark.parametrize("columns", [[["x"]], [["x"], ["tick"], [""], [None]]])
def test_a_reader_in_the_middle_of_the_record_goes_on_after_a_clear(columns: list[list[Any]]) -> None:
    record: Record[Any] = messages() if len(columns) == 1 else events()
    for _ in range(3_000):
        record.extend(columns, 1.0, 1)
    reader = record.items()
    assert next(reader).number == 1
    record.clear(2_000)
    record.extend(columns, 1.0, 1)
    assert [item.number for item in reader] == list(range(2_001, 3_001))


# The sequence that the core API shows


def test_recorded_items_are_a_lazy_sequence() -> None:
    record = fill(messages(), 4)
    view = Recorded(record)
    record.clear(1)
    fill(record, 1)
    assert len(view) == 4
    assert [item.number for item in view] == [2, 3, 4, 5]
    assert (view[0].number, view[-1].number) == (2, 5)
    assert [item.number for item in view[1:3]] == [3, 4]
    assert [item.number for item in view[::-2]] == [5, 3]
    assert [item.number for item in reversed(view)] == [5, 4, 3, 2]
    assert record.item(3) in view
    assert repr(view) == "<4 recorded items>"
    with pytest.raises(IndexError):
        view[4]


def test_an_item_dropped_while_it_is_taken_is_named() -> None:
    class Dropping(Record[Message]):
        def item(self, number: int) -> Message | None:
            self.clear()
            return super().item(number)

    record = Dropping(1, Message)
    fill(record, 2)
    with pytest.raises(IndexError, match=r"Item 2 was dropped from the record while it was read\."):
        Recorded(record)[1]


# Read marks


@given(st.lists(st.integers(1, 30)), st.integers(1, 30), st.integers(0, 30))
def test_read_marks_are_a_set_of_numbers(read: list[int], first: int, last: int) -> None:
    marks = ReadMarks()
    for number in read:
        marks.add(number)
    assert {number for number in range(1, 31) if number in marks} == set(read)
    assert marks.count(first, last) == len({number for number in read if first <= number <= last})


def test_marking_read_twice_is_marking_once() -> None:
    marks = ReadMarks()
    for number in (1, 3, 1, 3):
        marks.add(number)
    assert marks.count(1, 3) == 2


def test_read_marks_in_order_take_no_memory() -> None:
    marks = ReadMarks()
    for number in range(1, 10_001):
        marks.add(number)
    assert marks._beyond == set()
    assert 10_000 in marks
    assert 10_001 not in marks
