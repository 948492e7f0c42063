"""Reading one value, or several, out of every item: by JSONPath (`$.data.seq`) or by expression (`int(event.id)`)."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from RealtimeLibrary.core.conditions.expressions import Expression
from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.conditions.json_conditions import compile_path, singular_steps, values_at
from RealtimeLibrary.core.conditions.kinds import MESSAGES, Dialect
from RealtimeLibrary.core.messages import Item

# `$.seq`, `$['seq']` and `$` are paths; `$name` in an expression is a Robot variable.
_PATH: Final = re.compile(r"\$\s*(?:[.\[]|$)")

Read = Callable[[Item], Iterator[Any]]


@dataclass(frozen=True)
class Reading:
    """A value and the item it stands in."""

    item: Item
    value: Any


@dataclass(frozen=True)
class Readings:
    """The values of all items, in arrival order.

    Attributes:
        values: What was read.
        without: How many items have no such value.
    """

    values: tuple[Reading, ...]
    without: int


class ValueReader:
    """Reads values by a JSONPath or an expression.

    Args:
        source: The path or the expression.
        dialect: How expressions read.

    Raises:
        InvalidArgument: It is neither.
    """

    def __init__(self, source: str, dialect: Dialect = MESSAGES) -> None:
        self.source = source.strip()
        if _PATH.match(self.source):
            self.read = _path_reader(self.source)
        else:
            self.read = _expression_reader(Expression(self.source, dialect.names, dialect.variable))

    def readings(self, items: Iterable[Item]) -> Readings:
        """All values of all items; items without one are counted."""
        values: list[Reading] = []
        without = 0
        for item in items:
            before = len(values)
            with suppress(Misfit):
                values.extend([Reading(item, value) for value in self.read(item)])
            without += len(values) == before
        return Readings(tuple(values), without)


def _path_reader(path: str) -> Read:
    query = compile_path(path)
    steps = singular_steps(query)
    if steps is None:
        return lambda item: values_at(query, item.payload)
    return lambda item: _walk(steps, item.payload)


def _walk(steps: Sequence[Any], value: Any) -> Iterator[Any]:
    """The one node of a path of plain names and indexes; several times as fast as the general query."""
    if not isinstance(value, dict | list):
        return
    for step in steps:
        if not isinstance(value, dict if isinstance(step, str) else list):
            return
        try:
            value = value[step]
        except LookupError:
            return
    yield value


def _expression_reader(expression: Expression) -> Read:
    def read(item: Item) -> Iterator[Any]:
        yield expression.value(item)

    return read
