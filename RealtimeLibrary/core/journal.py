"""The journal: what happened to one connection besides receiving.

Opened, sent, pinged, commented, failed, reconnecting, closed: frozen entries on the same clock as the record.
Together they tell the whole story of a connection. Its errors are kept apart, because a test asks for them.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from RealtimeLibrary.core.errors import RealtimeError
from RealtimeLibrary.core.messages import size_of

MAX_ENTRIES: Final = 100_000
MAX_BYTES: Final = 64 * 2**20
MAX_ERRORS: Final = 1_000


class Happening(Enum):
    """What an entry tells; the value is the word shown to a reader."""

    CONNECTING = "connecting"
    OPENED = "opened"
    SENT = "sent"
    PING_SENT = "ping sent"
    PING = "ping"
    PONG = "pong"
    COMMENT = "comment"
    ERROR = "error"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    Attributes:
        at: When, on the monotonic clock (`time.monotonic()`), in seconds.
        what: The kind of happening.
        after: How many items had been received before.
        text: What a reader is told about it.
        payload: What was sent, or what the ping, pong or comment carried; else `None`.
        facts: Details by name, such as the attempt, the delay or the status.
    """

    at: float
    what: Happening
    after: int
    text: str = ""
    payload: str | bytes | None = field(default=None, repr=False)
    facts: dict[str, Any] = field(default_factory=dict, repr=False)


class Journal:
    """Entries in order, bounded: the oldest are dropped and counted, so no peer can fill the memory."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        # A copy in one step: the loop may append while another thread reads.
        return iter(self._entries.copy())

    def add(self, entry: Entry) -> None:
        """Append an entry."""
        self._entries.append(entry)
        self._bytes += _cost(entry)
        while len(self._entries) > MAX_ENTRIES or (self._bytes > MAX_BYTES and len(self._entries) > 1):
            self._bytes -= _cost(self._entries.popleft())
            self.dropped += 1

    def of(self, *kinds: Happening) -> list[Entry]:
        """The entries of these kinds."""
        return [entry for entry in self if entry.what in kinds]


def _cost(entry: Entry) -> int:
    return len(entry.text) + (0 if entry.payload is None else size_of(entry.payload))


class ErrorLog:
    """What went wrong, numbered from 1: the newest 1,000.

    An error and its number are stored in one step, so that a reader on another thread takes neither twice nor misses
    one.
    """

    def __init__(self) -> None:
        self._numbered: deque[tuple[int, RealtimeError]] = deque(maxlen=MAX_ERRORS)

    def __len__(self) -> int:
        return len(self._numbered)

    def __iter__(self) -> Iterator[tuple[int, RealtimeError]]:
        return iter(self._numbered.copy())

    @property
    def count(self) -> int:
        """How many there were in all."""
        return self._numbered[-1][0] if self._numbered else 0

    def add(self, error: RealtimeError) -> None:
        """Append an error."""
        self._numbered.append((self.count + 1, error))
