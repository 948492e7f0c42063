"""The conditions that select items: by expression, dict, type, regexp or callable, and several combined.

`condition_from` reads one value as Robot or Python code gives it; `conditions_from` reads a keyword's condition
arguments.
"""

import inspect
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.expression_paths import step
from RealtimeLibrary.core.conditions.expressions import Expression, VariableLookup, no_variables
from RealtimeLibrary.core.conditions.findings import (
    MISSING,
    UNSTATED,
    Finding,
    fitted,
    near_miss_note,
    same_scalar,
)
from RealtimeLibrary.core.conditions.json_conditions import JSONPathSelects, Schema, ValidAgainst
from RealtimeLibrary.core.conditions.subset import is_subset, plain, subset_findings
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Item, Message
from RealtimeLibrary.core.slips import refuse_equals_sign


class Anything(Condition):
    """Every item matches."""

    @property
    def description(self) -> str:
        """Reads as `Expected anything`; reports rather leave it out."""
        return "anything"

    @property
    def key(self) -> Hashable | None:
        """Always alike."""
        return "anything"

    def matches(self, item: Item) -> bool:
        """True."""
        return True


ANY: Final = Anything()


class AllOf(Condition):
    """Several conditions, all of which an item meets; judged in this order, up to the first not met."""

    def __init__(self, parts: Iterable[Condition]) -> None:
        self._parts = tuple(parts)

    @property
    def description(self) -> str:
        """The parts joined with `and`."""
        return " and ".join(part.description for part in self._parts)

    @property
    def key(self) -> Hashable | None:
        """The parts' keys, if each has one."""
        keys = tuple(part.key for part in self._parts)
        return None if None in keys else ("all of", keys)

    @property
    def repeatable(self) -> bool:
        """Whether every part is."""
        return all(part.repeatable for part in self._parts)

    def matches(self, item: Item) -> bool:
        """Whether every part matches."""
        # A loop: a generator for `all` costs more than a cheap part.
        for part in self._parts:  # noqa: SIM110 - see above
            if not part.matches(item):
                return False
        return True

    def findings(self, item: Item) -> list[Finding]:
        """Those of all parts that may be judged once more."""
        return [finding for part in self._parts if part.repeatable for finding in part.findings(item)]


def all_of(conditions: Iterable[Condition]) -> Condition:
    """One condition for several: `ANY` for none."""
    parts = [condition for condition in conditions if condition is not ANY]
    if not parts:
        return ANY
    return parts[0] if len(parts) == 1 else AllOf(parts)


class ExpressionHolds(Condition):
    """An expression is true."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self._run = expression.run

    @property
    def description(self) -> str:
        """The expression as written."""
        return self._expression.text

    @property
    def key(self) -> Hashable | None:
        """That of the expression, if it depends on nothing but the item."""
        return self._expression.key and ("expression", self._expression.key)

    @property
    def of_payload(self) -> Callable[[Any], Any] | None:
        """The compiled expression, if it looks at nothing but the payload."""
        return self._run if self._expression.looks_at_payload_only else None

    def matches(self, item: Item) -> bool:
        """Whether the expression is true."""
        # Not by `value`: this is the hot path of every wait, and each call in between counts.
        try:
            return bool(self._run(item))
        except Exception as error:
            raise self._expression.failure(error, item) from error

    def findings(self, item: Item) -> list[Finding]:
        """One for each part that top-level `and` joins."""
        return self._expression.findings(item)


class Subset(Condition):
    """Every key of a dict is in the payload with an equal value, recursively."""

    def __init__(self, expected: Mapping[Any, Any]) -> None:
        self._expected = plain(expected)

    @property
    def description(self) -> str:
        """The dict in Python's notation."""
        return repr(self._expected)

    @property
    def key(self) -> Hashable | None:
        """The frozen dict, if its values are those of JSON."""
        frozen = _frozen(self._expected)
        return None if frozen is None else ("subset", frozen)

    def matches(self, item: Item) -> bool:
        """Whether the payload has it all."""
        return is_subset(self._expected, item.payload)

    def findings(self, item: Item) -> list[Finding]:
        """One for each value asked for."""
        return list(subset_findings(self._expected, item.payload))


class TypeIs(Condition):
    """The message type, or the event type, equals a value; no conversion, so `'5'` is not `5`.

    Args:
        expected: The type.
        word: How failures call it: `type` for messages, `event` for events.
    """

    def __init__(self, expected: Any, word: str = "type") -> None:
        self._expected = plain(expected)
        self._word = word

    @property
    def description(self) -> str:
        """As in `type 'ack'`."""
        return f"{self._word} {self._expected!r}"

    @property
    def key(self) -> Hashable | None:
        """The type, if it is a value of JSON."""
        frozen = _frozen(self._expected)
        return None if frozen is None else ("type", frozen)

    def matches(self, item: Item) -> bool:
        """Whether the type is equal."""
        return same_scalar(item.type, self._expected)

    def findings(self, item: Item) -> list[Finding]:
        """The type found; no type is missing."""
        met = self.matches(item)
        actual = MISSING if item.type is None else item.type
        note = "" if met else near_miss_note(actual, self._expected)
        return [Finding(self.description, met, _type_path(item), self._expected, actual, note)]


class RegexpFound(Condition):
    """A regular expression is found in the raw text; a pattern of bytes in raw bytes.

    Raises:
        InvalidArgument: It is not valid.
    """

    def __init__(self, pattern: str | re.Pattern[Any]) -> None:
        try:
            self._pattern: re.Pattern[Any] = re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise InvalidArgument(f"Regexp '{pattern!s}' is not valid: {error}.") from error
        self._text = isinstance(self._pattern.pattern, str)

    @property
    def description(self) -> str:
        """As in `regexp 'foo.*'`."""
        return f"regexp {self._pattern.pattern!r}" if not self._text else f"regexp '{self._pattern.pattern}'"

    @property
    def key(self) -> Hashable | None:
        """Pattern and flags."""
        return "regexp", self._pattern

    def matches(self, item: Item) -> bool:
        """Whether it is found; text is not searched for bytes, nor bytes for text."""
        raw = item.raw
        return isinstance(raw, str) is self._text and self._pattern.search(raw) is not None

    def findings(self, item: Item) -> list[Finding]:
        """The raw text."""
        met = self.matches(item)
        note = "" if isinstance(item.raw, str) is self._text else f"the payload is {_kind(item.raw)}"
        return [Finding(self.description, met, "", UNSTATED, item.raw, note)]


class PredicateHolds(Condition):
    """A callable returns a true value.

    Args:
        function: Called with what `argument` makes of the item.
        argument: Makes the argument of the item; the item itself by default.
        description: How failures call it; its name by default.
        repeatable: Whether reports may call it once more; see `Condition.repeatable`.

    Raises:
        InvalidArgument: It is a coroutine function, whose result would always count as true.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        argument: Callable[[Item], Any] | None = None,
        description: str = "",
        *,
        repeatable: bool = True,
    ) -> None:
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
            raise InvalidArgument(f"Predicate '{_name_of(function)}' is asynchronous. Give a plain function.")
        self._function = function
        self._argument = argument
        self._description = description or f"predicate {_name_of(function)}"
        self._repeatable = repeatable

    @property
    def repeatable(self) -> bool:
        """As given."""
        return self._repeatable

    @property
    def description(self) -> str:
        """The name of the callable."""
        return self._description

    def matches(self, item: Item) -> bool:
        """Whether it returns a true value."""
        argument = item if self._argument is None else self._argument(item)
        return bool(fitted(self._function, argument))


@dataclass(frozen=True)
class Dialect:
    """How the conditions of one kind of connection read.

    Attributes:
        names: What an expression can name.
        type_word: The argument that selects by type: `type` or `event`.
        variable: Looks up a Robot variable for `$name` in an expression.
        argument: Makes of an item what a callable gets; `None` gives it the item.
    """

    names: Collection[str] = ("msg",)
    type_word: str = "type"
    variable: VariableLookup = no_variables
    argument: Callable[[Item], Any] | None = None


MESSAGES: Final = Dialect()
EVENTS: Final = Dialect(names=("event", "data"), type_word="event")


def condition_from(value: Any, dialect: Dialect = MESSAGES, name: str = "predicate") -> Condition:
    """The condition that a value stands for.

    Args:
        value: An expression, a dict (subset), a compiled regexp or a callable.
        dialect: How the connection's conditions read.
        name: The argument it was given for, for errors.

    Raises:
        InvalidArgument: The value is no condition.
    """
    if isinstance(value, Condition):
        return value
    if isinstance(value, str):
        refuse_equals_sign(name, value)
        return ExpressionHolds(Expression(value, dialect.names, dialect.variable))
    if isinstance(value, Mapping):
        return Subset(value)
    if isinstance(value, re.Pattern):
        return RegexpFound(value)
    if callable(value):
        return PredicateHolds(value, dialect.argument)
    raise InvalidArgument(
        f"Argument '{name}' got value {value!r} ({type(value).__name__}) that is no condition. "
        "Give an expression, a dict, a compiled regexp or a callable."
    )


def conditions_from(
    predicate: Any = None,
    *,
    type: Any = None,
    event: Any = None,
    regexp: str | re.Pattern[Any] | None = None,
    jsonpath: str | None = None,
    schema: Schema | str | Path | None = None,
    dialect: Dialect = MESSAGES,
) -> Condition:
    """One condition for a keyword's condition arguments, combined with *and*; `None` is not given.

    Cheap ones are judged first, so that an expression need not fit items of other types.

    Raises:
        InvalidArgument: One of them is not valid.
    """
    given = {"type": type, "event": event, "regexp": regexp, "jsonpath": jsonpath, "schema": schema}
    for name, value in given.items():
        refuse_equals_sign(name, value)
    by_type = {"type": type, "event": event}
    conditions: list[Condition] = [TypeIs(value, word) for word, value in by_type.items() if value is not None]
    if predicate is not None:
        conditions.append(condition_from(predicate, dialect))
    if regexp is not None:
        conditions.append(RegexpFound(regexp))
    if jsonpath is not None:
        conditions.append(JSONPathSelects(jsonpath))
    if schema is not None:
        conditions.append(ValidAgainst(schema))
    return all_of(conditions)


def _type_path(item: Item) -> str:
    return f"${step(item.codec.type_field)}" if isinstance(item, Message) else "event"


def _frozen(value: Any) -> Hashable | None:
    """A hashable stand-in for a value of JSON, equal only for equal values of equal types; else `None`."""
    if value is None or isinstance(value, str | int | float):
        return type(value).__name__, repr(value)
    if isinstance(value, dict):
        items = [(_frozen(key), _frozen(item)) for key, item in value.items()]
        return None if any(None in pair for pair in items) else ("dict", frozenset(items))
    if isinstance(value, list):
        frozen = tuple(_frozen(item) for item in value)
        return None if None in frozen else ("list", frozen)
    return None


def _kind(raw: str | bytes) -> str:
    return "text" if isinstance(raw, str) else "binary"


def _name_of(function: Callable[..., Any]) -> str:
    name: str = getattr(function, "__qualname__", None) or type(function).__qualname__
    return name.rpartition("<locals>.")[2]
