"""Waiting, as pure objects: what is expected, looked at again whenever something changed, and judged when time is up.

An `Expectation` neither sleeps nor knows a clock or a thread. `core.tester` drives it on asyncio, the keyword layer on
Robot's thread: both call `poll` after every change and `expire` at the deadline.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final, Generic, Protocol, TypeVar

from RealtimeLibrary.core.connection import Connection, Mark
from RealtimeLibrary.core.errors import (
    ClosedWhileWaiting,
    ExpectationFailed,
    NothingMatched,
    UnexpectedClose,
    UnexpectedMessage,
)
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.search import BATCH, Search
from RealtimeLibrary.core.situation import Situation, Wanted, about, condition_of, instead
from RealtimeLibrary.core.wording import counted, in_words

ItemT = TypeVar("ItemT", bound=Item)
ResultT = TypeVar("ResultT")


class Pending(Enum):
    """Not decided yet."""

    PENDING = "pending"


PENDING: Final = Pending.PENDING


class Observable(Protocol):
    """What changes, and tells those who wait for it."""

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call `observer` on the loop after every change; returns the function that ends it."""


class Expectation(ABC, Generic[ResultT]):
    """Something that must come true.

    Attributes:
        connections: Whose changes may decide it.
        seconds: Time until `expire` is asked.
        waiting_for: The words for a progress line.
    """

    connections: Sequence[Observable]
    seconds: float
    waiting_for: str

    @property
    def behind(self) -> bool:
        """Whether `poll` has more to look at right now."""
        return False

    @abstractmethod
    def poll(self) -> ResultT | Pending:
        """The result, or `PENDING`.

        Raises:
            ExpectationFailed: It cannot come true any more.
        """

    @abstractmethod
    def expire(self) -> ResultT:
        """The verdict when time is up.

        Raises:
            ExpectationFailed: It did not come true in time.
        """


class _Looking(Expectation[ResultT], Generic[ItemT, ResultT]):
    """What every expectation about the items of one connection shares."""

    def __init__(
        self,
        connection: Connection[ItemT],
        wanted: Wanted,
        seconds: float,
        now: float,
        since: Mark | int | None = None,
        *,
        unread_only: bool,
    ) -> None:
        self.connection = connection
        self.connections = [connection]
        self.wanted = wanted
        self.waiting_for = wanted.phrase
        self.seconds = seconds
        self._begun_at = now
        self._since = since
        self._unread_only = unread_only
        self._found: list[ItemT] = []
        self._search = Search(connection, wanted.condition, since, unread_only=unread_only)

    @property
    def behind(self) -> bool:
        """Whether items are left to look at."""
        return self._search.behind

    @property
    def found(self) -> Sequence[ItemT]:
        """What has matched so far."""
        return self._found

    @property
    def misfits(self) -> int:
        """On how many items the condition could not be evaluated."""
        return self._search.misfits

    def situation(self, offender: Item | None = None) -> Situation:
        """What has been seen so far."""
        return Situation(
            self.connection,
            self.wanted,
            self._search.first,
            self._search.last,
            self.seconds,
            self._begun_at,
            self._search.misfits,
            offender,
            self._unread_only,
            self._since,
            tuple(item.number for item in self._found),
            isinstance(self, Quiet),
            self._search.unseen,
        )

    def _look_no_further(self) -> None:
        """Time is up: what arrived later does not count, so that judging ends also on a stream that does not."""
        self._search.until = self.connection.record.first_after(self._begun_at + self.seconds) - 1

    def _failed(self, expected: str) -> ExpectationFailed:
        situation = self.situation()
        over = self.connection.is_over
        within = "" if over else f" within {in_words(self.seconds)}"
        text = f"{expected}{within} on '{self.connection.alias}': {instead(situation)}"
        kind = ClosedWhileWaiting if over else NothingMatched
        return kind(self.connection.secrets.mask(text), situation)


class Items(_Looking[ItemT, list[ItemT]]):
    """A number of matching items arrives.

    Args:
        connection: Where.
        wanted: What.
        seconds: Longest wait.
        now: The monotonic clock's time.
        since: Where to begin.
        count: How many; `None` for one.
        consume: Whether this is a wait, which takes unread items and marks those it returns as read, or an
            assertion, which looks at all and marks none.
    """

    def __init__(
        self,
        connection: Connection[ItemT],
        wanted: Wanted,
        seconds: float,
        now: float,
        since: Mark | int | None = None,
        *,
        count: int | None = None,
        consume: bool,
    ) -> None:
        super().__init__(connection, wanted, seconds, now, since, unread_only=consume)
        self.count = count

    def poll(self) -> list[ItemT] | Pending:
        """Look at what is new."""
        while len(self._found) < (self.count or 1):
            over = self.connection.is_over  # asked first: nothing arrives after it
            item = self._search.find()
            if item is not None:
                self._found.append(item)
            elif self.behind:
                return PENDING
            elif over:
                raise self._missing()
            else:
                return PENDING
        return self._taken()

    def expire(self) -> list[ItemT]:
        """Judge."""
        self._look_no_further()
        while self.behind:
            if (result := self.poll()) is not PENDING:
                return result
        raise self._missing()

    def _missing(self) -> ExpectationFailed:
        if self.count is None:
            return self._failed(f"Expected {self.wanted.phrase} was not received")
        noun = self.connection.family.noun
        kind = self.wanted.phrase.removeprefix(noun)
        return self._failed(f"Expected {counted(self.count, noun)}{kind}, received {len(self._found):,}")

    def _taken(self) -> list[ItemT]:
        if self._unread_only:
            for item in self._found:
                self.connection.unread.add(item.number)
        return self._found


class Collected(_Looking[ItemT, list[ItemT]]):
    """Whatever matches and is unread, until time is up or the connection is closed for good."""

    def __init__(self, connection: Connection[ItemT], wanted: Wanted, seconds: float, now: float) -> None:
        super().__init__(connection, wanted, seconds, now, unread_only=True)

    def poll(self) -> list[ItemT] | Pending:
        """Look at what is new."""
        over = self.connection.is_over
        self._gather()
        return self._taken() if over and not self.behind else PENDING

    def expire(self) -> list[ItemT]:
        """Judge."""
        self._look_no_further()
        while self.behind:
            self._gather()
        return self._taken()

    def _gather(self) -> None:
        """Take what matches of the next items."""
        stop = self._search.last + BATCH
        while self.behind and self._search.last < stop:
            if (item := self._search.find(stop - self._search.last)) is not None:
                self._found.append(item)

    def _taken(self) -> list[ItemT]:
        for item in self._found:
            self.connection.unread.add(item.number)
        return self._found


class Quiet(_Looking[ItemT, None]):
    """Nothing matching is in the record, and none arrives in the given time, in which the connection stays open."""

    def __init__(
        self,
        connection: Connection[ItemT],
        wanted: Wanted,
        seconds: float,
        now: float,
        since: Mark | int | None = None,
    ) -> None:
        super().__init__(connection, wanted, seconds, now, since, unread_only=False)
        self._openings = connection.openings

    def poll(self) -> Pending:
        """Look at what is new."""
        self._look()
        return PENDING

    def expire(self) -> None:
        """Judge."""
        self._look_no_further()
        self._look()
        while self.behind:
            self._look()

    def _look(self) -> None:
        unbroken = self.connection.is_open and self.connection.openings == self._openings
        if (offender := self._search.find()) is not None:
            raise self._offended(offender)
        if self.behind:
            return
        if self._search.unseen:
            dropped = counted(self._search.unseen, self.connection.family.noun)
            raise self._cannot_tell(
                f"the full record dropped the oldest {dropped} unseen. Look after a mark with 'since', or raise "
                "'max_messages' or 'max_bytes'."
            )
        if not unbroken:
            name = self.connection.family.name
            within = in_words(self.seconds)
            raise self._cannot_tell(
                f"{name} is not connected for all of {within}: {condition_of(self.connection)}", ClosedWhileWaiting
            )

    def _offended(self, offender: ItemT) -> UnexpectedMessage:
        delay = offender.received_at - self._begun_at
        if delay >= 0:
            when = f"after {in_words(delay)} of {in_words(self.seconds)} quiet time"
        else:
            when = f"{in_words(-delay)} before the quiet time of {in_words(self.seconds)}"
        phrase = self.wanted.phrase
        text = f"Unexpected {phrase} was received on '{self.connection.alias}': #{offender.number} came {when}."
        return UnexpectedMessage(self.connection.secrets.mask(text), self.situation(offender))

    def _cannot_tell(self, why: str, kind: type[ExpectationFailed] = ExpectationFailed) -> ExpectationFailed:
        text = f"Cannot tell that {self.wanted.phrase} is not received on '{self.connection.alias}': {why}"
        return kind(self.connection.secrets.mask(text), self.situation())


class Open(Expectation[None]):
    """The connection is open."""

    def __init__(self, connection: Connection[Any], seconds: float, now: float) -> None:
        self.connection = connection
        self.connections = [connection]
        self.seconds = seconds
        self._begun_at = now
        self.waiting_for = f"{connection.family.name} connection"

    def poll(self) -> Pending | None:
        """Look at what is new."""
        if self.connection.is_open:
            return None
        if self.connection.is_over:
            raise self._failed(ClosedWhileWaiting)
        return PENDING

    def expire(self) -> None:
        """Judge."""
        raise self._failed(NothingMatched)

    def _failed(self, kind: type[ExpectationFailed]) -> ExpectationFailed:
        connection = self.connection
        within = "" if kind is ClosedWhileWaiting else f" within {in_words(self.seconds)}"
        text = f"{connection.family.name} is not connected{within} on '{connection.alias}': {condition_of(connection)}"
        return kind(connection.secrets.mask(text), about(connection, self._begun_at, self.seconds))


class Closed(Expectation[None]):
    """The connection is closed for good, with this close code and reason if given."""

    def __init__(
        self,
        connection: Connection[Any],
        seconds: float,
        now: float,
        *,
        code: int | None = None,
        reason: str | None = None,
    ) -> None:
        self.connection = connection
        self.connections = [connection]
        self.seconds = seconds
        self._begun_at = now
        self._code = code
        self._reason = reason
        self.waiting_for = f"{connection.family.name} close"

    def poll(self) -> Pending | None:
        """Look at what is new."""
        if not self.connection.is_over:
            return PENDING
        ending = self.connection.ending
        if self._code is not None and (ending is None or ending.code != self._code):
            raise self._failed(f"Expected close code {self._code}")
        if self._reason is not None and (ending is None or ending.reason != self._reason):
            raise self._failed(f"Expected close reason '{self._reason}'")
        return None

    def expire(self) -> None:
        """Judge."""
        text = (
            f"Connection did not close within {in_words(self.seconds)} on '{self.connection.alias}': "
            f"{condition_of(self.connection)}"
        )
        raise self._unexpected(text)

    def _failed(self, expected: str) -> UnexpectedClose:
        actual = condition_of(self.connection).removeprefix("it was ")
        return self._unexpected(f"{expected} on '{self.connection.alias}', but it was {actual}")

    def _unexpected(self, text: str) -> UnexpectedClose:
        situation = about(self.connection, self._begun_at, self.seconds)
        return UnexpectedClose(self.connection.secrets.mask(text), situation)
