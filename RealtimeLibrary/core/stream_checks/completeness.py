"""Whether each of several conditions is met by some item, in any order; fed item by item."""

from collections.abc import Sequence

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.messages import Item


class CompletenessProgress:
    """Which of several conditions were met; one item may meet several.

    Attributes:
        checked: How many items were fed.
        misfits: How often a condition could not be judged on an item.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._conditions = tuple(conditions)
        self._met: list[Item | None] = [None] * len(self._conditions)
        self.checked = 0
        self.misfits = 0

    @property
    def met(self) -> tuple[tuple[Condition, Item | None], ...]:
        """Each condition with the first item that meets it, or `None`."""
        return tuple(zip(self._conditions, self._met, strict=True))

    @property
    def missing(self) -> tuple[Condition, ...]:
        """The conditions that no item meets."""
        return tuple(condition for condition, item in self.met if item is None)

    @property
    def passed(self) -> bool:
        """Whether there are conditions and all are met."""
        return bool(self._conditions) and not self.missing

    @property
    def decided(self) -> bool:
        """Whether all are met."""
        return not self.missing

    def feed(self, item: Item) -> None:
        """Look at the next item."""
        self.checked += 1
        for index, (condition, found) in enumerate(self.met):
            if found is None and self._meets(condition, item):
                self._met[index] = item

    def _meets(self, condition: Condition, item: Item) -> bool:
        try:
            return condition.matches(item)
        except Misfit:
            self.misfits += 1
            return False
