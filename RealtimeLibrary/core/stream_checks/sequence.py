"""Whether conditions are met one after the other, fed item by item so that a wait can use it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.messages import Item


class StepState(Enum):
    """How far a step came; the value is the word a reader sees."""

    DONE = "done"
    MISSING = "missing"
    EARLY = "early"
    """It was met, but before the steps that must come first."""


@dataclass(frozen=True)
class Step:
    """One condition of a sequence.

    Attributes:
        condition: What must come.
        state: Whether it came in its turn.
        item: What met it, in its turn or early; else `None`.
    """

    condition: Condition
    state: StepState
    item: Item | None


class SequenceProgress:
    """How far items met a list of conditions in this order.

    Others may come in between. In a strict sequence none may: from the item that meets the first condition on, each
    next item must meet the next one.

    Attributes:
        checked: How many items were fed.
        misfits: How often a condition could not be judged on an item.
        intruder: The item that broke a strict sequence.
    """

    def __init__(self, conditions: Sequence[Condition], *, strict: bool = False) -> None:
        self._conditions = tuple(conditions)
        self._strict = strict
        self._done: list[Item] = []
        self.checked = 0
        self.misfits = 0
        self.intruder: Item | None = None

    @property
    def passed(self) -> bool:
        """Whether all conditions are met in their order."""
        return self.intruder is None and len(self._done) == len(self._conditions) > 0

    @property
    def decided(self) -> bool:
        """Whether no further item can change the outcome."""
        return self.intruder is not None or len(self._done) == len(self._conditions)

    def feed(self, item: Item) -> None:
        """Look at the next item."""
        if self.decided:
            return
        self.checked += 1
        if self._meets(self._conditions[len(self._done)], item):
            self._done.append(item)
        elif self._strict and self._done:
            self.intruder = item

    def steps(self, items: Iterable[Item]) -> list[Step]:
        """The state of each step.

        Args:
            items: The items that were fed, to find those that came early.
        """
        done = [
            Step(condition, StepState.DONE, item) for condition, item in zip(self._conditions, self._done, strict=False)
        ]
        open_steps = self._conditions[len(done) :]
        used = {item.number for item in self._done}
        early: dict[int, Item] = {}
        for item in items if open_steps else ():
            for index, condition in enumerate(open_steps):
                if index not in early and item.number not in used and self._meets(condition, item):
                    early[index] = item
        return done + [
            Step(condition, StepState.EARLY if index in early else StepState.MISSING, early.get(index))
            for index, condition in enumerate(open_steps)
        ]

    def _meets(self, condition: Condition, item: Item) -> bool:
        try:
            return condition.matches(item)
        except Misfit:
            self.misfits += 1
            return False
