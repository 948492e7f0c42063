"""The items a keyword about a whole stream looks at: one connection of either family, and conditions on its items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from robot.api import logger

from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import Connection, Mark
from RealtimeLibrary.core.errors import ExpectationFailed, InvalidArgument
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.search import fits
from RealtimeLibrary.core.situation import Wanted
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.keywords.session import Session


@dataclass(frozen=True)
class Selection:
    """Items of one connection.

    Attributes:
        connection: Where.
        wanted: Which.
        since: From when on, `None` for the whole record.
    """

    connection: Connection[Any]
    wanted: Wanted
    since: Mark | None

    @property
    def noun(self) -> str:
        """The items in words, as `messages of type 'tick'`."""
        noun = self.connection.family.noun
        return f"{noun}s{self.wanted.phrase.removeprefix(noun)}"

    @property
    def nothing(self) -> str:
        """Why there was nothing to check."""
        noun = self.connection.family.noun
        first, last = self.connection.start_of(self.since), self.connection.record.last
        if last < first:
            return f"nothing was checked, no {noun} was received"
        if self.wanted.condition is ANY:
            return "nothing was checked"
        return f"nothing was checked, none of {last - first + 1:,} {noun}s is selected"

    @property
    def dropped(self) -> int:
        """How many items would have been looked at, had they not been dropped from the full record."""
        record = self.connection.record
        start = 1 if self.since is None else self.connection.start_of(self.since)
        return max(record.first - max(start, record.cleared + 1), 0)

    def items(self) -> list[Item]:
        """The recorded items."""
        start = self.connection.start_of(self.since)
        return [item for item in self.connection.record.items(start) if fits(self.wanted.condition, item)]

    def failed(self, verdict: str, evidence: Sequence[str] = (), message: str | None = None) -> ExpectationFailed:
        """The failure with this text, or with the user's own.

        Args:
            verdict: What was expected and what is, without the place.
            evidence: The offenders, one line each.
            message: The user's own text.
        """
        if message is not None:
            return ExpectationFailed(message, own_text=True)
        secrets = self.connection.secrets
        lines = [*evidence, *self._dropped_line("what is missed may be among them")]
        return ExpectationFailed(secrets.mask(verdict), evidence=[secrets.mask(line) for line in lines])

    def passed(self, words: str) -> None:
        """Leave in the log what a passed assertion is worth."""
        line = " ".join([f"'{self.connection.alias}': {words}.", *self._dropped_line("they were not checked")])
        logger.info(self.connection.secrets.mask(line))

    def _dropped_line(self, meaning: str) -> list[str]:
        if not self.dropped:
            return []
        noun = self.connection.family.noun
        return [f"The oldest {counted(self.dropped, noun)} dropped from the full record: {meaning}."]


class Selecting:
    """Base of keyword classes that look at many items of one connection.

    Args:
        session: The session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def _select(
        self,
        alias: str | None,
        since: Mark | None,
        predicate: object = None,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: object = None,
        keyword: str | None = None,
    ) -> Selection:
        """The items that a keyword's arguments select."""
        session = self._session
        connection = session.connection(alias)
        family = connection.family
        condition = session.condition(
            family, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        return Selection(connection, session.wanted(family, condition, one_type(type, event)), since)


def one_type(type: str | None, event: str | None) -> str | None:
    """The type that `type=` or `event=` names: two words for the same.

    Raises:
        InvalidArgument: Both are given.
    """
    if type is not None and event is not None:
        raise InvalidArgument("Give either 'type' or 'event': both name the type of an item.")
    return event if type is None else type
