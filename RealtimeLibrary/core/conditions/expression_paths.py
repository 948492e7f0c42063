"""Why an expression is false on an item: its parts, the value each looks at, and the path of that value.

Works on the syntax tree and only for nearest misses, so it may be slower than judging.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from RealtimeLibrary.core.conditions.expression_code import VARIABLE_PREFIX, is_payload_path, read_field
from RealtimeLibrary.core.conditions.findings import MISSING, UNSTATED, Finding, Misfit, near_miss_note
from RealtimeLibrary.core.messages import parse_json

Evaluate = Callable[[ast.expr], Any]
"""Gives the value of a node on the item; raises `Misfit` where it does not fit the item."""


@dataclass(frozen=True)
class _Place:
    """A value in the item, as in a `Finding`; `found` is false if the way there ends early."""

    path: str
    value: Any
    found: bool = True
    note: str = ""


def explain(parts: Iterable[ast.expr], source: str, names: Mapping[str, Any], evaluate: Evaluate) -> list[Finding]:
    """One finding for each part of the expression.

    Args:
        parts: See `parts_of`.
        source: The text that they were parsed from.
        names: The values of the item's names.
        evaluate: Gives the value of a node.
    """
    explainer = _Explainer(source, names, evaluate)
    return [explainer.finding(part) for part in parts]


def parts_of(tree: ast.expr) -> Iterator[ast.expr]:
    """What top-level `and` joins; a chained comparison is as many comparisons."""
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(tree)):
        yield tree  # A later part may use the name that an earlier one binds.
    elif isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        for value in tree.values:
            yield from parts_of(value)
    elif isinstance(tree, ast.Compare) and len(tree.ops) > 1:
        operands = [tree.left, *tree.comparators]
        for left, operator, right in zip(operands, tree.ops, operands[1:], strict=False):
            yield _between(left, operator, right)
    else:
        yield tree


def _between(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.Compare:
    """`left operator right`, standing where its operands stand in the source."""
    return ast.Compare(
        left,
        [operator],
        [right],
        lineno=left.lineno,
        col_offset=left.col_offset,
        end_lineno=right.end_lineno,
        end_col_offset=right.end_col_offset,
    )


class _Explainer:
    """Explains the parts of one expression on one item."""

    def __init__(self, source: str, names: Mapping[str, Any], evaluate: Evaluate) -> None:
        self._source = source
        self._names = names
        self._evaluate = evaluate

    def finding(self, part: ast.expr) -> Finding:
        met = self._is_met(part)
        subject, expected = self._subject(part)
        place = self._place(subject)
        note = place.note
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq) and not met:
            note = note or near_miss_note(place.value, expected)
        return Finding(self._text(part), met, place.path, expected, place.value, note)

    def _is_met(self, part: ast.expr) -> bool:
        try:
            return bool(self._evaluate(part))
        except Misfit:
            return False

    def _subject(self, part: ast.expr) -> tuple[ast.expr, Any]:
        """The operand that looks at the item, and the value of the other one."""
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
            return part.operand, UNSTATED
        if not isinstance(part, ast.Compare):
            return part, UNSTATED
        subject, other = part.left, part.comparators[0]
        if not self._chains(subject) and self._chains(other):
            subject, other = other, subject
        return subject, self._value(other, UNSTATED)

    def _place(self, subject: ast.expr) -> _Place:
        """Where the decisive value stands; where the way there ends, the place of the gap."""
        chains = self._chains(subject)
        places = [self._follow(chain) for chain in chains]
        for place in places:
            if not place.found:
                return place
        if chains == [subject]:
            return places[0]
        if isinstance(subject, ast.BoolOp | ast.Compare):
            return _Place("", UNSTATED)
        value = self._value(subject, MISSING)
        if len(places) == 1 and (isinstance(value, bool) or value is None or value is MISSING):
            return places[0]  # `re.match('x', msg.text)`: the text says more than the result
        return _Place(self._text(subject), value)

    def _chains(self, node: ast.AST) -> list[ast.expr]:
        """The longest paths into the item that stand in `node`: `msg.data['a'][0]`."""
        if isinstance(node, ast.expr) and self._is_chain(node):
            return [node]
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute):
            arguments = [*node.args, *node.keywords] if isinstance(node, ast.Call) else []
            children: list[ast.AST] = [called.value, *arguments]  # a method is no part of the path
        else:
            children = list(ast.iter_child_nodes(node))
        return [chain for child in children for chain in self._chains(child)]

    def _is_chain(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.Attribute):
            return self._is_chain(node.value)
        if isinstance(node, ast.Subscript):
            return _constant(node.slice) is not None and self._is_chain(node.value)
        return False

    def _follow(self, chain: ast.expr) -> _Place:
        if isinstance(chain, ast.Name):
            root = "$" if is_payload_path(chain) else chain.id
            return _Place(root, self._names[chain.id])
        assert isinstance(chain, ast.Attribute | ast.Subscript)
        owner = self._follow(chain.value)
        if not owner.found:
            return owner
        by_name = isinstance(chain, ast.Attribute)
        key: Any = chain.attr if isinstance(chain, ast.Attribute) else _constant(chain.slice)
        try:
            value = read_field(owner.value, key) if by_name else owner.value[key]
        except (LookupError, AttributeError, TypeError):
            return _gap(owner, key)
        return _Place(owner.path + step(key), value)

    def _value(self, node: ast.expr, otherwise: Any) -> Any:
        try:
            return self._evaluate(node)
        except Misfit:
            return otherwise

    def _text(self, node: ast.expr) -> str:
        text = ast.get_source_segment(self._source, node) or ast.unparse(node)
        return text.replace(VARIABLE_PREFIX, "$")


def _gap(owner: _Place, key: Any) -> _Place:
    """Where the way ends: at a missing key, or at a value that has no keys at all."""
    value = owner.value
    if isinstance(value, dict) or (isinstance(value, list) and isinstance(key, int)):
        return _Place(owner.path + step(key), MISSING, found=False)
    if isinstance(value, str) and parse_json(value) is not None:
        return _Place(owner.path, value, found=False, note="JSON text inside a string")
    kind = "a JSON array" if isinstance(value, list) else "no JSON object"
    return _Place(owner.path, value, found=False, note=f"{kind}, so it has no {key!r}")


def _constant(node: ast.expr) -> str | int | None:
    """The key or index that stands in brackets, or `None` for anything computed."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, str | int) else None


def step(key: Any) -> str:
    """One step of a path: `.data`, `['two words']` or `[0]`."""
    if isinstance(key, str) and key.isidentifier():
        return f".{key}"
    return f"[{key!r}]"
