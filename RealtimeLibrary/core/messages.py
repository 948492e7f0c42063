"""What was received, as frozen values: a WebSocket `Message` and an `SSEEvent`.

Payloads are parsed on first use and only once per value. Both satisfy the same small interface, `Item`, so that
conditions, waits and reports are written once for every kind of connection.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from json.scanner import make_scanner
from typing import Any, Final, Generic, Protocol, TypeVar, overload

from RealtimeLibrary.core.secrets import Secrets

Payload = Any
"""JSON objects and arrays as `dict` and `list`, any other text as `str`, binary as `bytes`."""

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - reads as the decorator it is
    """A property computed on first access and kept in the instance.

    `functools.cached_property` takes a lock on every first access in Python 3.11, which costs more than parsing a
    small message.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | lazy[T]":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_scan: Final = make_scanner(json.JSONDecoder(parse_constant=_reject_constant))  # type: ignore[arg-type]  # typeshed's mistake
_WHITESPACE: Final = " \t\n\r"


def parse_json(text: str) -> Any:
    """The JSON object or array that `text` is, or `None` for any other text.

    Only objects and arrays count: `123`, `true` and `"x"` stay text. `NaN` and `Infinity` are no JSON (RFC 8259).
    """
    stripped = text if text[:1] in ("{", "[") else text.strip(_WHITESPACE)
    if stripped[:1] not in ("{", "["):
        return None
    try:
        value, end = _scan(stripped, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    return value if end == len(stripped) or not stripped[end:].strip(_WHITESPACE) else None


def parse_json_string(text: str) -> str | None:
    """The text of the JSON string that `text` is, or `None` for anything else."""
    stripped = text.strip(_WHITESPACE)
    if stripped[:1] != '"':
        return None
    try:
        value, end = _scan(stripped, 0)
    except (ValueError, StopIteration):
        return None
    return value if end == len(stripped) else None


@dataclass(frozen=True)
class PayloadCodec:
    """How a connection reads payloads, and what it must not show of them.

    Attributes:
        parse: Whether JSON objects and arrays are parsed.
        type_field: Name of the payload's field that holds the message type.
        secrets: What is masked in the `repr` of an item.
    """

    parse: bool = True
    type_field: str = "type"
    secrets: Secrets = field(default_factory=Secrets, repr=False, compare=False)

    def decode(self, raw: str | bytes) -> Payload:
        """The payload that `raw` stands for."""
        if not self.parse or not isinstance(raw, str):
            return raw
        value = parse_json(raw)
        return raw if value is None else value

    def type_of(self, payload: Payload) -> Any:
        """The message type: the payload's `type_field`, or `None` without one."""
        return payload.get(self.type_field) if isinstance(payload, dict) else None


DEFAULT_CODEC: Final = PayloadCodec()


class Item(Protocol):
    """What conditions, waits and reports need to know of one received item."""

    @property
    def number(self) -> int:
        """Position in arrival order, from 1."""

    @property
    def received_at(self) -> float:
        """Arrival on the monotonic clock, in seconds."""

    @property
    def raw(self) -> str | bytes:
        """What came over the wire."""

    @property
    def payload(self) -> Payload:
        """Parsed JSON object or array, else the raw text or bytes."""

    @property
    def type(self) -> Any:
        """The message or event type."""

    @property
    def size(self) -> int:
        """Size of the raw payload in bytes."""


def size_of(raw: str | bytes) -> int:
    """Size on the wire in bytes: text counts as UTF-8."""
    if isinstance(raw, bytes) or raw.isascii():
        return len(raw)
    return len(raw.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Message:
    """A complete text or binary message (RFC 6455, section 6.2).

    Attributes:
        number: Position in arrival order, from 1, without holes.
        received_at: Arrival on the monotonic clock (`time.monotonic()`), in seconds.
        raw: Text as `str`, binary as `bytes`.
    """

    number: int
    received_at: float
    raw: str | bytes
    codec: PayloadCodec = field(default=DEFAULT_CODEC, repr=False, compare=False)

    @classmethod
    def recorded(cls, number: int, received_at: float, raw: str | bytes, codec: PayloadCodec) -> "Message":
        """The same as calling the class, in half the time: every wait builds a message for each item it looks at."""
        message = object.__new__(cls)
        fields = message.__dict__  # what `__init__` of a frozen dataclass does through four function calls
        fields["number"] = number
        fields["received_at"] = received_at
        fields["raw"] = raw
        fields["codec"] = codec
        return message

    @lazy
    def payload(self) -> Payload:
        """Parsed JSON object or array, else the text or the bytes."""
        return self.codec.decode(self.raw)

    @property
    def type(self) -> Any:
        """The payload's type field, or `None` without one."""
        return self.codec.type_of(self.payload)

    @property
    def size(self) -> int:
        """Size of the payload in bytes."""
        return size_of(self.raw)

    def __repr__(self) -> str:
        shown = f"Message(number={self.number}, received_at={self.received_at:.6f}, raw={self.raw!r})"
        return self.codec.secrets.mask(shown)


@dataclass(frozen=True)
class SSEEvent:
    """A dispatched event (WHATWG HTML 9.2.6).

    Attributes:
        number: Position in arrival order, from 1, without holes.
        received_at: Arrival on the monotonic clock (`time.monotonic()`), in seconds.
        event: The event type, `message` where the stream gave none.
        data: The data lines, joined with line feeds.
        id: The last event ID when the event was dispatched.
        retry: The reconnection time in milliseconds that came with this event, else `None`.
    """

    number: int
    received_at: float
    event: str
    data: str
    id: str = ""
    retry: int | None = None
    codec: PayloadCodec = field(default=DEFAULT_CODEC, repr=False, compare=False)

    @lazy
    def parsed_data(self) -> Any:
        """The data as JSON object or array, else `None`."""
        return parse_json(self.data) if self.codec.parse else None

    @property
    def raw(self) -> str:
        """The data as text."""
        return self.data

    @property
    def payload(self) -> Payload:
        """The parsed data, else the text."""
        return self.data if self.parsed_data is None else self.parsed_data

    @property
    def type(self) -> str:
        """The event type."""
        return self.event

    @property
    def size(self) -> int:
        """Size of the data in bytes."""
        return size_of(self.data)

    def __repr__(self) -> str:
        shown = (
            f"SSEEvent(number={self.number}, received_at={self.received_at:.6f}, event={self.event!r}, "
            f"data={self.data!r}, id={self.id!r}, retry={self.retry!r})"
        )
        return self.codec.secrets.mask(shown)
