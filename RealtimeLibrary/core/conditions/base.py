"""What every condition over a received item offers to waits, assertions and reports."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any, Protocol

from RealtimeLibrary.core.conditions.findings import Finding, Misfit
from RealtimeLibrary.core.messages import Item


class HasPayload(Protocol):
    """A part of an item, enough for conditions on payloads."""

    @property
    def payload(self) -> Any: ...  # noqa: D102 - the class says it


class Condition(ABC):
    """A question about one item. Conditions never change."""

    @property
    @abstractmethod
    def description(self) -> str:
        """The condition in the user's own words, as it stands in failure texts."""

    @property
    def key(self) -> Hashable | None:
        """Conditions with equal keys judge every item alike, at any time; `None` if that is not certain."""
        return None

    @property
    def repeatable(self) -> bool:
        """Whether a report may judge items once more: that is quick and has no effects."""
        return True

    @property
    def of_payload(self) -> "Callable[[HasPayload], Any] | None":
        """The condition for whatever has a `payload`, where nothing else of an item counts; `None` where it may.

        It returns a value that counts as true or false, and raises what Python raises (see `findings.MISFITS`).
        """
        return None

    @abstractmethod
    def matches(self, item: Item) -> bool:
        """Whether the item meets the condition.

        Raises:
            Misfit: The condition cannot be judged on this item, so it does not match.
        """

    def findings(self, item: Item) -> list[Finding]:
        """How each part of the condition fared, for an item that came near."""
        try:
            return [Finding(self.description, self.matches(item))]
        except Misfit as error:
            return [Finding(self.description, False, note=str(error))]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.description}>"
