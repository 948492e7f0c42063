"""The connections by alias: which there are, which is current, and which test or suite opened them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from robot.utils import NormalizedDict

from RealtimeLibrary.core.connection import Connection, Family
from RealtimeLibrary.core.errors import InvalidArgument, UnknownAlias
from RealtimeLibrary.core.slips import refuse_named_argument
from RealtimeLibrary.core.wording import Seconds

_OFFERED: Final = 20
"""Aliases listed where an alias does not exist."""


class Stream(Protocol):
    """What a keyword needs of one connection: its record and a way to close it."""

    @property
    def connection(self) -> Connection[Any]:
        """What was recorded."""

    async def disconnect(self) -> None:
        """Close it; does nothing if it is closed."""


class WebSocketStream(Stream, Protocol):
    """What a keyword needs of a WebSocket besides: to send, and to choose how it closes."""

    def check_open(self) -> None:
        """Fail unless something can be sent."""

    async def send(self, message: Any) -> None:
        """Send a message."""

    async def ping(self, data: str | bytes = b"", timeout: Seconds | None = None) -> float:
        """Send a ping and wait for its pong; returns the round-trip time in seconds."""

    async def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close it; does nothing if it is closed."""


class Store:
    """Streams by alias. Aliases are compared as Robot does, without case and spaces.

    Args:
        forgotten: Called with every stream that is forgotten.
    """

    def __init__(self, forgotten: Callable[[Stream], object] = lambda stream: None) -> None:
        self._forgotten = forgotten
        self._streams: dict[str, Stream] = NormalizedDict()
        self._owners: dict[str, str] = NormalizedDict()
        self._recent: list[str] = []
        self._groups: dict[str, list[str]] = NormalizedDict()

    def __iter__(self) -> Iterator[Stream]:
        return iter(list(self._streams.values()))

    def new_alias(self, alias: str | None, prefix: str) -> str:
        """The alias for a new connection: as given, else the first free of `prefix-1`, `prefix-2` and so on.

        A closed connection with this alias is forgotten.

        Raises:
            InvalidArgument: A connection with this alias is open, or it is no alias.
        """
        if alias is None:
            number = 1
            while f"{prefix}-{number}" in self._streams:
                number += 1
            return f"{prefix}-{number}"
        if not alias.strip():
            raise InvalidArgument("Argument 'alias' cannot be empty.")
        refuse_named_argument("alias", alias)
        if alias in self._streams:
            if not self._streams[alias].connection.is_over:
                raise InvalidArgument(f"Alias '{alias}' is in use by an open connection. Disconnect it first.")
            self.forget(self._streams[alias])
        return alias

    def add(self, stream: Stream, owner: str, *, current: bool = True) -> str:
        """Add a stream; returns its alias.

        Args:
            stream: The stream.
            owner: The test or suite that opened it.
            current: Whether to make it current. A stream that a page opens in the background must not: keywords without
                `alias` would go elsewhere in the middle of a test. It is current only while there is no other.
        """
        alias = stream.connection.alias
        self._streams[alias] = stream
        self._owners[alias] = owner
        self._recent.insert(len(self._recent) if current else 0, alias)
        return alias

    def get(self, alias: str | None, family: Family | None = None) -> Stream:
        """The stream with this alias; `None` for the one of the family, or of any, opened or switched to last.

        Raises:
            UnknownAlias: There is none; lists those there are.
        """
        if alias is not None:
            stream = self._streams.get(alias)
            if stream is None and alias in self._groups:
                members = self._groups[alias]
                raise UnknownAlias(f"'{alias}' is a group of {len(members)} connections. Name one, as '{members[0]}'.")
            if stream is None:
                raise UnknownAlias(f"Non-existing alias '{alias}'. {self._offer(family)}")
            if family is not None and stream.connection.family is not family:
                actual = stream.connection.family.name
                raise UnknownAlias(f"Alias '{alias}' is of kind {actual}, not {family.name}. {self._offer(family)}")
            return stream
        if (current := self.current(family)) is not None:
            return current
        if family is None:
            raise UnknownAlias("No connection has been opened.")
        raise UnknownAlias(f"{family.name} is not connected: no {family.name} connection has been opened.")

    def current(self, family: Family | None) -> Stream | None:
        """The stream of the family, or of any, that was opened or switched to last; `None` if there is none."""
        for recent in reversed(self._recent):
            if family is None or self._streams[recent].connection.family is family:
                return self._streams[recent]
        return None

    def add_group(self, name: str, aliases: Sequence[str]) -> None:
        """Give several streams a name together."""
        self._groups[name] = list(aliases)

    def members(self, alias: str | None, family: Family | None = None) -> list[Stream]:
        """The streams of the group with this name; else the one with this alias, or the current one if there is one."""
        if alias is None:
            current = self.current(family)
            return [] if current is None else [current]
        if alias not in self._groups:
            return [self.get(alias, family)]
        return [self.get(member, family) for member in self._groups[alias]]

    def switch(self, alias: str) -> str | None:
        """Make this stream current; returns the alias that was current in its family."""
        stream = self.get(alias)
        before = self.get(None, stream.connection.family).connection.alias
        self._recent.remove(stream.connection.alias)
        self._recent.append(stream.connection.alias)
        return before

    def owned_by(self, owner: str) -> list[Stream]:
        """The streams that this test or suite opened."""
        return [stream for stream in self if self._owners[stream.connection.alias] == owner]

    def forget(self, stream: Stream) -> None:
        """Remove a stream with its alias."""
        alias = stream.connection.alias
        del self._streams[alias], self._owners[alias]
        self._recent.remove(alias)
        for name, members in list(self._groups.items()):
            self._groups[name] = [member for member in members if member != alias]
            if not self._groups[name]:
                del self._groups[name]
        self._forgotten(stream)

    def _offer(self, family: Family | None) -> str:
        aliases = [s.connection.alias for s in self if family is None or s.connection.family is family]
        more = f" and {len(aliases) - _OFFERED} more" if len(aliases) > _OFFERED else ""
        offered = ", ".join(map(repr, aliases[:_OFFERED]))
        return f"Connections: {offered}{more}." if aliases else "No connection has been opened."
