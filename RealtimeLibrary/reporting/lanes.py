"""What a timeline draws, before it is drawn: one lane per connection, its states, and what happened, gathered in slots.

A lane is divided into slots of equal time. What falls into one slot is drawn as one mark, so a picture of 100,000
messages has no more marks than a picture of 300.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from RealtimeLibrary.core.connection import SSE, Connection
from RealtimeLibrary.core.journal import Entry, Happening
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.showing import VALUE_LIMIT, described_payload, shown

_TOLD: Final = 6
"""Happenings of one slot that its hover text tells one by one."""

_SHORTEST_SPAN: Final = 0.001

_KEEP_ALIVE: Final = (Happening.PING_SENT, Happening.PING, Happening.PONG, Happening.COMMENT)


class Line(Enum):
    """How the line of a lane is drawn: connected, or on the way to it."""

    OPEN = "open"
    TRYING = "trying"


@dataclass(frozen=True)
class Stretch:
    """A time in which the line is drawn alike; times on the monotonic clock."""

    begin: float
    end: float
    line: Line


@dataclass
class Slot:
    """What happened in one slot of a lane.

    Attributes:
        index: Its place, from 0.
        received: Numbers of the first and the last item received, `None` without any.
        read: How many of them a wait has returned.
        entries: What else happened.
    """

    index: int
    received: tuple[int, int] | None = None
    read: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def received_count(self) -> int:
        """How many items were received."""
        return 0 if self.received is None else self.received[1] - self.received[0] + 1

    def count(self, *kinds: Happening) -> int:
        """How many entries of these kinds it has."""
        return sum(entry.what in kinds for entry in self.entries)


@dataclass(frozen=True)
class Lane:
    """One connection on the time axis."""

    connection: Connection[Any]
    stretches: tuple[Stretch, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Span:
    """The time that a picture shows, on the monotonic clock, and its number of slots."""

    begin: float
    end: float
    slots: int

    def slot_of(self, at: float) -> int:
        """The slot of a moment."""
        return max(min(int(self.share(at) * self.slots), self.slots - 1), 0)

    def share(self, at: float) -> float:
        """How much of the time is over at a moment, from 0 to 1."""
        return (at - self.begin) / (self.end - self.begin)


def span_of(connections: Sequence[Connection[Any]], now: float, slots: int) -> Span | None:
    """From the first happening to the last, or to now if a connection is not closed; `None` if nothing happened."""
    moments = [moment for connection in connections for moment in _ends_of(connection)]
    if not moments:
        return None
    begin, end = min(moments), max(moments)
    if not all(connection.is_over for connection in connections):
        end = max(end, now)
    return Span(begin, max(end, begin + _SHORTEST_SPAN), slots)


def _ends_of(connection: Connection[Any]) -> Iterator[float]:
    times = connection.record.times()
    if len(times):
        yield times[0]
        yield times[-1]
    entries = list(connection.journal)
    if entries:
        yield entries[0].at
        yield entries[-1].at


def lane_of(connection: Connection[Any], span: Span) -> Lane:
    """The lane of a connection."""
    entries = list(connection.journal)
    slots: dict[int, Slot] = {}
    first = connection.record.first
    for number, at in enumerate(connection.record.times(), first):
        index = span.slot_of(at)
        slot = slots.get(index)
        if slot is None:
            slot = slots[index] = Slot(index)
        slot.received = (number, number) if slot.received is None else (slot.received[0], number)
        slot.read += number in connection.unread
    for entry in entries:
        slots.setdefault(index := span.slot_of(entry.at), Slot(index)).entries.append(entry)
    ordered = tuple(slots[index] for index in sorted(slots))
    return Lane(connection, tuple(_stretches(connection, entries, span)), ordered)


def _stretches(connection: Connection[Any], entries: Sequence[Entry], span: Span) -> Iterator[Stretch]:
    begin, line = span.begin, None
    for entry in entries:
        changed = _line_after(entry, line)
        if changed is not line:
            if line is not None:
                yield Stretch(begin, entry.at, line)
            begin, line = entry.at, changed
    if line is not None:
        yield Stretch(begin, span.end, line)


def _line_after(entry: Entry, line: Line | None) -> Line | None:
    match entry.what:
        case Happening.OPENED:
            return Line.OPEN
        case Happening.CLOSED:
            return None
        case Happening.CONNECTING | Happening.RECONNECTING:
            return Line.TRYING
        case _:
            return line


def hover_text(slot: Slot, lane: Lane, span: Span) -> str:
    """What happened in a slot: one by one if it is little, else counted."""
    connection = lane.connection
    told = _happenings(slot, connection, span) if slot.received_count + len(slot.entries) <= _TOLD else None
    return "\n".join(told if told is not None else _counts(slot, connection, span))


def _happenings(slot: Slot, connection: Connection[Any], span: Span) -> list[str]:
    first, last = slot.received or (1, 0)
    events: list[tuple[float, str]] = [
        (item.received_at, _item_text(item, connection)) for item in connection.record.items(first, last)
    ]
    events += [(entry.at, _entry_text(entry, connection)) for entry in slot.entries]
    return [f"{at - span.begin:+.3f} s  {text}" for at, text in sorted(events, key=lambda event: event[0])]


def _item_text(item: Item, connection: Connection[Any]) -> str:
    label = "" if item.type is None else f" {shown(str(item.type), connection.secrets, VALUE_LIMIT)}"
    read = ", read" if item.number in connection.unread else ""
    return f"#{item.number} received{read}:{label} {described_payload(item.raw, connection.secrets, VALUE_LIMIT)}"


def _entry_text(entry: Entry, connection: Connection[Any]) -> str:
    text = entry.what.value
    if entry.payload is not None:
        return f"{text}: {described_payload(entry.payload, connection.secrets, VALUE_LIMIT)}"
    more = shown(entry.text, connection.secrets, 2 * VALUE_LIMIT)
    return more if more.startswith(text) else f"{text}: {more}" if more else text


def _counts(slot: Slot, connection: Connection[Any], span: Span) -> Iterator[str]:
    width = (span.end - span.begin) / span.slots
    begin = slot.index * width
    yield f"{begin:+.3f} s to {begin + width:+.3f} s"
    if slot.received is not None:
        first, last = slot.received
        read = f", {slot.read:,} read" if slot.read else ""
        numbers = f"#{first}" if first == last else f"#{first} to #{last}"
        yield f"{counted(slot.received_count, connection.family.noun)} received{read}: {numbers}"
    for kind in Happening:
        if count := slot.count(kind):
            yield f"{kind.value} x{count:,}" if count > 1 else kind.value


def lane_counts(connection: Connection[Any]) -> str:
    """How much came and went: `1,234 received, 3 sent`."""
    text = f"{connection.record.last:,} received"
    return text if connection.family is SSE else f"{text}, {connection.sent_count:,} sent"


def keep_alives(slot: Slot) -> int:
    """How many pings, pongs and comments a slot has."""
    return slot.count(*_KEEP_ALIVE)
