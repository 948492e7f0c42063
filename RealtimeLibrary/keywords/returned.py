"""What Robot gets: payloads as `DotDict`s, events, and records with their details.

A value in which the peer echoes a known secret is true for comparing and calculating, but shows the mask where Robot
logs it.
"""

from dataclasses import dataclass
from typing import Any

from robot.utils import DotDict

from RealtimeLibrary.core.messages import Item, Message, SSEEvent
from RealtimeLibrary.core.secrets import Secrets


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
    """Makes what keywords return.

    Args:
        secrets: What must not be shown.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._masked = _masked_types(secrets)

    def payload(self, item: Item) -> Any:
        """The payload of a message, or the parsed data of an event, else its text."""
        return self._value(item.payload, item.raw)

    def item(self, item: Item) -> Any:
        """What waits return: the payload of a message, or the event."""
        return self.event(item) if isinstance(item, SSEEvent) else self.payload(item)

    def event(self, event: SSEEvent) -> Event:
        """The event as Robot sees it."""
        return Event(
            event.event,
            self._value(event.data, event.data),
            event.id,
            event.retry,
            None if event.parsed_data is None else self._value(event.parsed_data, event.data),
            event.received_at,
            event.number,
        )

    def details(self, item: Item) -> Details:
        """The item with everything known about it."""
        kind = "binary" if isinstance(item, Message) and isinstance(item.raw, bytes) else "text"
        return Details(
            self.payload(item), item.number, item.received_at, item.size, kind, "received", self._plain(item.type)
        )

    def _value(self, value: Any, raw: str | bytes) -> Any:
        text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        types = _PLAIN if self._secrets.mask(text) == text else self._masked
        try:
            return _convert(value, types)
        except RecursionError:  # nested too deeply to be of use as a value
            return text

    def _plain(self, value: Any) -> Any:
        return _convert(value, _PLAIN)


_PLAIN: dict[type, type] = {dict: DotDict}


def _convert(value: Any, types: dict[type, type]) -> Any:
    if isinstance(value, dict):
        converted = types[dict]()
        # Given to the constructor, Robot's class would look through all of it once more.
        converted.update([(name, _convert(content, types)) for name, content in value.items()])
        return converted
    if isinstance(value, list):
        members = [_convert(content, types) for content in value]
        return types[list](members) if list in types else members
    kind = types.get(type(value))
    return value if kind is None else kind(value)


def _masked_types(secrets: Secrets) -> dict[type, type]:
    """Types whose values are equal to the plain ones but never show a secret."""

    class MaskedText(str):
        __slots__ = ()

        def __repr__(self) -> str:
            return secrets.mask(str.__repr__(self))

        def __format__(self, spec: str) -> str:
            return format(secrets.mask(str.__str__(self)), spec)

        def __getitem__(self, index: Any) -> str:  # Robot cuts long values before it logs them
            return MaskedText(str.__getitem__(self, index))

    class MaskedDict(DotDict):  # type: ignore[misc]  # Robot's class is not typed
        def __repr__(self) -> str:
            return secrets.mask(DotDict.__repr__(self))

        def __str__(self) -> str:
            return secrets.mask(DotDict.__str__(self))

    class MaskedList(list[Any]):
        def __repr__(self) -> str:
            return secrets.mask(list.__repr__(self))

    class MaskedBytes(bytes):
        def __repr__(self) -> str:
            return repr(secrets.mask_bytes(bytes(self)))

    return {dict: MaskedDict, list: MaskedList, str: MaskedText, bytes: MaskedBytes}
