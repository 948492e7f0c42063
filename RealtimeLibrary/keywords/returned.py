"""What Robot gets: payloads as `DotDict`s, events, and records with their details.

The values are true, also where the peer echoes a secret; `masking` takes it out of what Robot writes down.
"""

from dataclasses import dataclass
from typing import Any

from robot.utils import DotDict

from RealtimeLibrary.core.messages import Item, SSEEvent


class _Subscriptable:
    """Fields by name too, so that Robot reaches into a list: `${events}[0][data]`."""

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


@dataclass(frozen=True)
class Event(_Subscriptable):
    """A server-sent event.

    Attributes:
        event: The event type.
        data: The data as text.
        id: The last event ID when the event was dispatched.
        retry: The reconnection time in milliseconds that came with it, else `None`.
        parsed_data: The data as JSON object or array, else `None`.
        received_at: Arrival on the monotonic clock, in seconds.
        number: Position in arrival order, from 1.
    """

    event: str
    data: str
    id: str
    retry: int | None
    parsed_data: Any
    received_at: float
    number: int


@dataclass(frozen=True)
class Details(_Subscriptable):
    """A received item with everything known about it.

    Attributes:
        payload: The parsed payload, else the text or the bytes.
        number: Position in arrival order, from 1.
        received_at: Arrival on the monotonic clock, in seconds.
        size: Size in bytes.
        kind: `text` or `binary`.
        direction: `received`.
        type: The message or event type, `None` without one.
    """

    payload: Any
    number: int
    received_at: float
    size: int
    kind: str
    direction: str
    type: Any


class Returned:
    """Makes what keywords return."""

    def payload(self, item: Item) -> Any:
        """The payload of a message, or the parsed data of an event, else its text."""
        return _for_robot(item.payload, item.raw)

    def item(self, item: Item) -> Any:
        """What waits return: the payload of a message, or the event."""
        return self.event(item) if isinstance(item, SSEEvent) else self.payload(item)

    def event(self, event: SSEEvent) -> Event:
        """The event as Robot sees it."""
        parsed = None if event.parsed_data is None else _for_robot(event.parsed_data, event.data)
        return Event(event.event, event.data, event.id, event.retry, parsed, event.received_at, event.number)

    def details(self, item: Item) -> Details:
        """The item with everything known about it."""
        kind = "binary" if isinstance(item.raw, bytes) else "text"
        return Details(
            self.payload(item), item.number, item.received_at, item.size, kind, "received", _for_robot(item.type, None)
        )


def _for_robot(value: Any, raw: str | bytes | None) -> Any:
    try:
        return _converted(value)
    except RecursionError:  # nested too deeply to be of use as a value
        return raw


def _converted(value: Any) -> Any:
    if isinstance(value, dict):
        # Given to the constructor, Robot's class would look through all of it once more.
        converted = DotDict()
        converted.update([(name, _converted(content)) for name, content in value.items()])
        return converted
    if isinstance(value, list):
        return [_converted(content) for content in value]
    return value
