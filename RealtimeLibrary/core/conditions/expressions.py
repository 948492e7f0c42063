"""Python expressions over one item, as testers write them: `msg.type == 'alert' and msg.data.epoch > $min`.

An expression is checked and compiled once; what it names is known before any item arrives. Attribute access
reads JSON fields first, so `msg.items` is the field `items`. What an item lacks is a `Misfit`, not an error.
"""

import ast
import builtins
import io
import itertools
import tokenize
import types
import warnings
from collections.abc import Callable, Collection, Hashable
from functools import cached_property
from typing import Any, Final

from RealtimeLibrary.core.conditions.expression_code import (
    HELPERS,
    ITEM_NAMES,
    PAYLOAD_NAMES,
    VARIABLE_PREFIX,
    code_of,
    free_names,
    value_of_name,
)
from RealtimeLibrary.core.conditions.expression_paths import explain, parts_of
from RealtimeLibrary.core.conditions.findings import MISFITS, Finding, Misfit, fitted
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Item

VariableLookup = Callable[[str], Any]
"""Gives the value of a Robot variable by its name without `$`; raises `LookupError` for an unknown one."""

_PURE_MODULES: Final = frozenset({"re", "math", "json"})
_JSON_LITERALS: Final = {"true": "True", "false": "False", "null": "None"}


def no_variables(name: str) -> Any:
    """A lookup for where no Robot variables exist."""
    raise LookupError(name)


class Expression:
    """A compiled expression over one item.

    Args:
        text: The expression in Python's syntax; `$name` is a Robot variable, as in Robot's `Evaluate`.
        names: What an item offers: `msg`, or `event` and `data`.
        variable: Looks up a Robot variable.

    Raises:
        InvalidArgument: The text is no expression, has an unknown name, or names nothing of the item.

    Attributes:
        text: The expression as written.
        run: The compiled function of an item, which raises whatever Python raises.
    """

    def __init__(self, text: str, names: Collection[str] = ("msg",), variable: VariableLookup = no_variables) -> None:
        self.text = text.strip()
        self._names = names
        self._source = self._mark_variables()
        self._tree = self._parse()
        self._globals: dict[str, Any] = dict(HELPERS)
        self._modules: set[str] = set()
        self._functions: dict[ast.expr, Callable[[Item], Any]] = {}
        self.run = self._compile(self._tree)
        for name in sorted(free_names(code_of(self._tree, names))):
            self._bind(name, variable)
        self._check_module_attributes()
        if not any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(self._tree)):
            raise self._invalid(f"looks at nothing of the item. {self._offer()}")

    def value(self, item: Item) -> Any:
        """The expression's value on this item.

        Raises:
            Misfit: The item lacks a key, attribute or index, or has another type.
            InvalidArgument: It failed for another reason.
        """
        try:
            return self.run(item)
        except Exception as error:
            raise self.failure(error, item) from error

    def failure(self, error: Exception, item: Item) -> Exception:
        """What it means that the expression raised this error on this item: see `value`."""
        if isinstance(error, MISFITS):
            return Misfit(error)
        return self._invalid(f"failed on #{item.number}: {type(error).__name__}: {error}.")

    @cached_property
    def looks_at_payload_only(self) -> bool:
        """Whether the item's other attributes do not matter."""
        mentioned = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        return mentioned & ITEM_NAMES <= PAYLOAD_NAMES

    @cached_property
    def key(self) -> Hashable | None:
        """Equal keys judge alike; `None` if the value may depend on more than the item and plain values."""
        if not self._modules <= _PURE_MODULES:
            return None
        variables = {n: v for n, v in self._globals.items() if n.startswith(VARIABLE_PREFIX)}
        if not all(v is None or isinstance(v, str | bytes | int | float) for v in variables.values()):
            return None
        return self.text, tuple(sorted((n, type(v).__name__, repr(v)) for n, v in variables.items()))

    def findings(self, item: Item) -> list[Finding]:
        """How each part fared: parts are what top-level `and` joins."""
        roots = {name: value_of_name(name, item) for name in self._names}
        return explain(self._parts, self._source, roots, lambda part: fitted(self._compiled(part), item))

    @cached_property
    def _parts(self) -> tuple[ast.expr, ...]:
        return tuple(parts_of(self._tree))

    def _compiled(self, part: ast.expr) -> Callable[[Item], Any]:
        """The function of a part or of an operand in it, compiled once."""
        if part not in self._functions:
            self._functions[part] = self._compile(part)
        return self._functions[part]

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    # Reading the text

    def _mark_variables(self) -> str:
        """The text with `$name` as a Python name; a `$` in a string literal stays."""
        if not self.text:
            raise InvalidArgument("An expression cannot be empty.")
        if "$" not in self.text:
            return self.text
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        except (tokenize.TokenError, SyntaxError) as error:
            raise self._invalid(f"is not valid Python: {error.args[0]}") from error
        lines = self.text.splitlines(keepends=True)
        for token, after in reversed(list(itertools.pairwise(tokens))):
            if token.string == "$" and after.type == tokenize.NAME and after.start == token.end:
                row, column = token.start
                line = lines[row - 1]
                lines[row - 1] = line[:column] + VARIABLE_PREFIX + line[column + 1 :]
        return "".join(lines)

    def _parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                # `'\d'` in a regexp is no reason to stop a test.
                warnings.simplefilter("ignore")
                tree = ast.parse(self._source, mode="eval").body
        except SyntaxError as error:
            raise self._invalid(f"is not valid Python: {error.msg}{_comparison_hint(self.text)}") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise self._invalid(f"is not valid Python: {error}") from error
        if any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in ast.walk(tree)):
            raise self._invalid("is not valid here: 'yield' and 'await' have no value")
        return tree

    def _compile(self, node: ast.expr) -> Callable[[Item], Any]:
        try:
            return types.FunctionType(code_of(node, self._names), self._globals)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise self._invalid(f"is not valid Python: {error}.") from error

    # Resolving names

    def _bind(self, name: str, variable: VariableLookup) -> None:
        if name.startswith(VARIABLE_PREFIX):
            self._globals[name] = self._look_up(name.removeprefix(VARIABLE_PREFIX), variable)
        elif name in ITEM_NAMES:
            raise self._invalid(f"has the name '{name}', unknown on this connection. {self._offer()}")
        elif not hasattr(builtins, name):
            self._globals[name] = self._import(name)
            self._modules.add(name)

    def _look_up(self, name: str, variable: VariableLookup) -> Any:
        try:
            return variable(name)
        except LookupError as error:
            raise self._invalid(f"has the variable '${name}', which does not exist") from error

    def _import(self, name: str) -> types.ModuleType:
        try:
            return __import__(name)
        except ImportError as error:
            hint = f"Write {_JSON_LITERALS[name]}." if name in _JSON_LITERALS else self._offer()
            raise self._invalid(f"has the unknown name '{name}'. {hint}") from error

    def _check_module_attributes(self) -> None:
        """A misspelt function would otherwise be a misfit on every item."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                if name in self._modules and not hasattr(self._globals[name], node.attr):
                    raise self._invalid(f"has the unknown name '{name}.{node.attr}'")

    def _offer(self) -> str:
        meanings = {"msg": "the payload", "event": "the event", "data": "its parsed data"}
        known = " and ".join(f"'{name}' is {meanings.get(name, 'of the item')}" for name in self._names)
        return f"In an expression {known}."

    def _invalid(self, problem: str) -> InvalidArgument:
        return InvalidArgument(f"Expression '{self.text}' {problem}")


def _comparison_hint(text: str) -> str:
    if "&&" in text or "||" in text:
        return ". Write 'and', 'or', 'not'."
    without = text.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "").replace(":=", "")
    return ". Compare with '=='." if "=" in without else "."
