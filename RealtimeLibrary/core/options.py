"""The options of a connection, with their defaults, checked once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self, TypedDict

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.reconnection import ReconnectionPolicy
from RealtimeLibrary.core.wording import Seconds, seconds_of

MIB = 2**20


class CommonOptions(TypedDict, total=False):
    """Options of both testers; see `ConnectionOptions` for what they mean."""

    headers: Mapping[str, str] | None
    connect_timeout: Seconds
    auto_reconnect: bool
    reconnect_attempts: int
    reconnect_delay: Seconds
    reconnect_backoff: float
    reconnect_on: Iterable[int]
    max_size: int
    max_messages: int | None
    max_bytes: int | None
    verify: bool | str | Path
    client_cert: str | Path | None
    client_key: str | Path | None
    proxy: str | None
    parse_json: bool


class WebSocketOptions(CommonOptions, total=False):
    """Options of `WebSocketTester`; see `WebSocketSettings`."""

    subprotocols: Sequence[str]
    origin: str | None
    on_connect: Sequence[Any]
    ping_interval: Seconds | None
    ping_timeout: Seconds | None
    compression: str | None
    type_field: str


class SSEOptions(CommonOptions, total=False):
    """Options of `SSETester`; see `SSESettings`."""

    method: str
    json: Any
    body: str | bytes | None
    params: Mapping[str, str] | None
    last_event_id: str | None
    idle_timeout: Seconds | None


@dataclass(frozen=True)
class ConnectionSettings:
    """What WebSocket and SSE connections have in common. Times are in seconds.

    The `repr` leaves out what may hold a secret.

    Attributes:
        headers: Sent with the opening handshake or the request.
        connect_timeout: Longest time for DNS, TCP, TLS and the answer's headers together.
        auto_reconnect: Whether a lost connection is restored.
        reconnect_attempts: Attempts in a row before giving up.
        reconnect_delay: Wait before the first attempt; for SSE until the server's `retry:` sets one.
        reconnect_backoff: Factor by which the wait grows with each attempt in a row.
        reconnect_on: Close codes and HTTP statuses to retry that are not retried by default.
        max_size: Largest message, or largest line or event, in bytes.
        max_messages: Most items in the record, `None` for no limit; the oldest are dropped and counted.
        max_bytes: Most payload bytes in the record, `None` for no limit; the oldest are dropped and counted.
        verify: `True` verifies TLS with the system's CAs, a path with the CAs there, `False` not at all.
        client_cert: PEM file of the client certificate.
        client_key: PEM file of its key.
        proxy: URL of a proxy. `None` uses the environment's, but none for a loopback address.
        parse_json: Whether JSON objects and arrays are parsed.
    """

    headers: Mapping[str, str] | None = field(default=None, repr=False)
    connect_timeout: Seconds = 5.0
    auto_reconnect: bool = False
    reconnect_attempts: int = 3
    reconnect_delay: Seconds = 1.0
    reconnect_backoff: float = 1.0
    reconnect_on: Iterable[int] = ()
    max_size: int = 16 * MIB
    max_messages: int | None = None
    max_bytes: int | None = 256 * MIB
    verify: bool | str | Path = True
    client_cert: str | Path | None = None
    client_key: str | Path | None = None
    proxy: str | None = field(default=None, repr=False)
    parse_json: bool = True

    def __post_init__(self) -> None:
        self._normalize("connect_timeout", seconds_of(self.connect_timeout, "connect_timeout"))
        self._normalize("reconnect_delay", seconds_of(self.reconnect_delay, "reconnect_delay", zero=True))
        self._normalize("reconnect_on", frozenset(self.reconnect_on))
        for name, least in (("reconnect_attempts", 1), ("reconnect_backoff", 1), ("max_size", 1)):
            self._at_least(name, least)
        for name in ("max_messages", "max_bytes"):
            if getattr(self, name) is not None:
                self._at_least(name, 1)

    def updated(self, **options: Any) -> Self:
        """A copy with these options changed.

        Raises:
            InvalidArgument: An option does not exist or has a value that cannot be used.
        """
        known = {option.name for option in fields(self)}
        for name in options:
            if name not in known:
                raise InvalidArgument(f"Non-existing option '{name}'. Options: {', '.join(sorted(known))}.")
        return replace(self, **options)

    @property
    def policy(self) -> ReconnectionPolicy:
        """How a lost connection is restored."""
        return ReconnectionPolicy(
            self.auto_reconnect,
            self.reconnect_attempts,
            seconds_of(self.reconnect_delay, "reconnect_delay", zero=True),
            self.reconnect_backoff,
            frozenset(self.reconnect_on),
        )

    def _normalize(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _at_least(self, name: str, least: float) -> None:
        value = getattr(self, name)
        if not (isinstance(value, int | float) and value >= least):
            raise InvalidArgument(f"Argument '{name}' must be {least} or more, got {value!r}.")

    def _optional_time(self, name: str) -> None:
        if getattr(self, name) is not None:
            self._normalize(name, seconds_of(getattr(self, name), name))


@dataclass(frozen=True)
class WebSocketSettings(ConnectionSettings):
    """Options of a WebSocket connection.

    Attributes:
        subprotocols: Offered in this order.
        origin: The `Origin` header.
        on_connect: Messages sent after every connect and reconnect, before anything else.
        ping_interval: A ping is sent this often; `None` for never.
        ping_timeout: A pong must come in this time, else the connection is given up; `None` for never.
        compression: `deflate` to offer permessage-deflate (RFC 7692), `None` not to.
        type_field: The payload's field that holds the message type.
    """

    subprotocols: Sequence[str] = ()
    origin: str | None = None
    on_connect: Sequence[Any] = field(default=(), repr=False)
    ping_interval: Seconds | None = 20.0
    ping_timeout: Seconds | None = 20.0
    compression: str | None = None
    type_field: str = "type"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._optional_time("ping_interval")
        self._optional_time("ping_timeout")
        if self.compression not in (None, "deflate"):
            raise InvalidArgument(f"Argument 'compression' must be 'deflate' or None, got '{self.compression}'.")


@dataclass(frozen=True)
class SSESettings(ConnectionSettings):
    """Options of an SSE connection.

    Attributes:
        method: The HTTP method.
        json: Sent as JSON body; text is sent as it is.
        body: Sent as body, text as UTF-8.
        params: Added to the URL's query.
        last_event_id: Sent as `Last-Event-ID` with the first request.
        idle_timeout: Longest silence on an open stream; `None` for no limit.
    """

    method: str = "GET"
    json: Any = field(default=None, repr=False)
    body: str | bytes | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    last_event_id: str | None = None
    idle_timeout: Seconds | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._optional_time("idle_timeout")
        if self.json is not None and self.body is not None:
            raise InvalidArgument("Arguments 'json' and 'body' exclude each other.")
