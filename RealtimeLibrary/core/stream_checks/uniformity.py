"""Whether every item meets a condition, or none does; fed item by item."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import MISSING, Finding, Misfit
from RealtimeLibrary.core.conditions.json_conditions import Schema, ValidAgainst
from RealtimeLibrary.core.messages import Item

MAX_OFFENDERS: Final = 100
"""Offending items kept; the rest is only counted."""

ANY_OTHER_TYPE: Final = "*"


class UniformityProgress:
    """Which items offend against a rule that all must keep.

    Args:
        condition: What an item must meet, or must not.
        wanted: Whether it must.

    Attributes:
        checked: How many items were fed.
        misfits: On how many items the condition could not be judged, which counts as not met.
        offenders: The first offending items.
        offences: How many offend in all.
    """

    def __init__(self, condition: Condition, *, wanted: bool) -> None:
        self.condition = condition
        self._wanted = wanted
        self.checked = 0
        self.misfits = 0
        self.offences = 0
        self.offenders: list[Item] = []

    @property
    def passed(self) -> bool:
        """Whether there was something to check and nothing offends."""
        return self.checked > 0 and self.offences == 0

    @property
    def decided(self) -> bool:
        """Whether an item offends."""
        return self.offences > 0

    def feed(self, item: Item) -> None:
        """Look at the next item."""
        self.checked += 1
        if self._meets(item) is not self._wanted:
            self.offences += 1
            if len(self.offenders) < MAX_OFFENDERS:
                self.offenders.append(item)

    def _meets(self, item: Item) -> bool:
        try:
            return self.condition.matches(item)
        except Misfit:
            self.misfits += 1
            return False


class ValidByType(Condition):
    """Each item is valid against the schema of its type; a type without a schema is not valid.

    Args:
        schemas: A schema, or the path of its file, by message or event type; `*` stands for all other types.

    Raises:
        InvalidArgument: A schema is not valid or cannot be read.
    """

    def __init__(self, schemas: Mapping[str, Schema | str]) -> None:
        self._validators = {name: ValidAgainst(schema, name) for name, schema in schemas.items()}

    @property
    def description(self) -> str:
        """The types that have a schema."""
        return f"the schema of its type ({', '.join(self._validators)})"

    @property
    def key(self) -> Hashable | None:
        """Not repeatable: schemas may be dicts."""
        return None

    def matches(self, item: Item) -> bool:
        """Whether there is a schema for its type, and it is valid against it."""
        validator = self._validator_for(item.type)
        return validator is not None and validator.matches(item)

    def findings(self, item: Item) -> list[Finding]:
        """The errors, or that there is no schema."""
        validator = self._validator_for(item.type)
        if validator is not None:
            return validator.findings(item)
        actual = MISSING if item.type is None else item.type
        return [Finding(self.description, False, "type", tuple(self._validators), actual, "no schema for this type")]

    def _validator_for(self, kind: Any) -> ValidAgainst | None:
        named = self._validators.get(kind) if isinstance(kind, str) else None
        return named or self._validators.get(ANY_OTHER_TYPE)
