"""What a failed expectation saw, and the first words about it: silence, other messages, closed, reconnecting."""

from dataclasses import dataclass
from typing import Any

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import ANY, Dialect, TypeIs, all_of, condition_from
from RealtimeLibrary.core.connection import Connection, Family, Mark, State
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.slips import refuse_equals_sign, refuse_expression
from RealtimeLibrary.core.wording import counted


@dataclass(frozen=True)
class Wanted:
    """What is looked for, and how a failure names it.

    Attributes:
        condition: Selects the items.
        phrase: The words for it, such as `message of type 'ack'`.
    """

    condition: Condition
    phrase: str


@dataclass(frozen=True)
class Situation:
    """What a failed expectation saw, for whoever explains it (see `reporting`).

    Attributes:
        connection: Where it looked.
        wanted: What it looked for; `None` where it was about the connection itself.
        first: Number of the first item it looked at.
        last: Number of the last one; smaller than `first` if there was none.
        seconds: How long it waited at most, `None` for a check without waiting.
        misfits: On how many items the condition could not be evaluated.
        offender: The item that must not have arrived.
        begun_at: When it began, on the monotonic clock.
        unread_only: Whether items already read were passed over.
        since: Where it was told to begin, `None` for the whole record.
        found: Numbers of the items that did match, where more were asked for.
        unwanted: Whether it is about something that must not arrive.
        unseen: How many items were dropped from the full record before it could look at them.
    """

    connection: Connection[Any]
    wanted: Wanted | None
    first: int
    last: int
    seconds: float | None
    begun_at: float
    misfits: int = 0
    offender: Item | None = None
    unread_only: bool = False
    since: Mark | int | None = None
    found: tuple[int, ...] = ()
    unwanted: bool = False
    unseen: int = 0

    @property
    def read(self) -> int:
        """How many items it passed over because an earlier wait had returned them."""
        return self.connection.unread.count(self.first, self.last) if self.unread_only else 0


def wanted(family: Family, dialect: Dialect, condition: Condition = ANY, of_type: str | None = None) -> Wanted:
    """What is looked for, in words: `message of type 'ack'`, `event 'tick' matching …`.

    Args:
        family: What is received.
        dialect: How the family's conditions read.
        condition: Selects the items.
        of_type: The message or event type they must have besides, `None` for any.
    """
    phrase = family.noun
    if of_type is not None:
        refuse_equals_sign(dialect.type_word, of_type)
        refuse_expression(dialect.type_word, of_type)
        phrase += f" of type '{of_type}'" if family.noun == "message" else f" '{of_type}'"
    if condition is not ANY:
        phrase += f" matching {condition.description}"
    typed = ANY if of_type is None else TypeIs(of_type, dialect.type_word)
    return Wanted(all_of([typed, condition]), phrase)


def wanted_from(family: Family, dialect: Dialect, predicate: Any, of_type: str | None) -> Wanted:
    """The same, for a predicate as a user gives it; `None` for any item."""
    condition = ANY if predicate is None else condition_from(predicate, dialect)
    return wanted(family, dialect, condition, of_type)


def about(connection: Connection[Any], begun_at: float, seconds: float | None = None) -> Situation:
    """The situation of an expectation about the connection itself."""
    return Situation(connection, None, 1, 0, seconds, begun_at)


def condition_of(connection: Connection[Any]) -> str:
    """The state of a connection in a sentence, with how it came to it."""
    if connection.state is State.OPEN:
        return "the connection is open."
    if connection.state is State.RECONNECTING:
        last = f"; last error: {connection.errors[-1]}" if connection.errors else "."
        return f"the connection was lost and is reconnecting{last}"
    if connection.ending is not None:
        never = "" if connection.openings else "it was never connected: "
        return f"{never}{connection.ending.text}."
    if connection.state is State.CLOSED:
        return "it was never connected."
    return f"the connection is {connection.state.value}."


def instead(situation: Situation) -> str:
    """What happened instead of the expected, in a sentence."""
    connection = situation.connection
    if connection.is_over or connection.state is State.RECONNECTING:
        return condition_of(connection)
    return f"{_what_came(situation)}; {condition_of(connection)}"


def _what_came(situation: Situation) -> str:
    noun = situation.connection.family.noun
    came = max(situation.last - situation.first + 1, 0)
    unread = came - situation.read
    kind = f"unread {noun}" if situation.read else noun
    if not came:
        return f"no {noun} was received"
    if not unread:
        return f"no unread {noun} was received, and {counted(came, noun)} had been read before"
    if len(situation.found) == unread:
        return f"no other {noun} was received"
    if situation.found:
        return f"{len(situation.found):,} of {counted(unread, kind)} matched"
    return f"the only {kind} did not match" if unread == 1 else f"none of {counted(unread, kind)} matched"
