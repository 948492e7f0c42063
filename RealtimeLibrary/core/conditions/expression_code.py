"""From the syntax tree of an expression to a function of an item.

Attribute access is rewritten to read JSON fields first, and the names of the item (`msg`; `event` and `data`)
become local variables of the function, so that comprehensions and lambdas see them.
"""

import ast
import copy
import dis
import types
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from RealtimeLibrary.core.messages import Item

PAYLOAD_NAMES: Final = frozenset({"msg", "data"})
ITEM_NAMES: Final = PAYLOAD_NAMES | {"event"}

VARIABLE_PREFIX: Final = "__robot_variable_"
"""Stands in the parsed text for the `$` of a Robot variable."""

# No Python identifier has such characters, so no name in an expression can be one of these.
_FIELD: Final = "<field>"
_METHOD: Final = "<method>"
_ITEM: Final = "<item>"

_FIELDLESS: Final = (str, bytes, list, tuple, int, float, types.NoneType)


def read_field(owner: Any, name: str) -> Any:
    """`owner.name` as a value: on JSON values only fields count, so that a method is never taken for one."""
    if isinstance(owner, dict):
        return owner[name]
    if isinstance(owner, _FIELDLESS):
        raise AttributeError(f"{type(owner).__name__} has no field {name!r}")
    return getattr(owner, name)


def read_method(owner: Any, name: str) -> Any:
    """`owner.name` where it is called."""
    if isinstance(owner, dict) and name in owner:
        return owner[name]
    return getattr(owner, name)


HELPERS: Final[Mapping[str, Callable[..., Any]]] = {_FIELD: read_field, _METHOD: read_method}
"""The globals that generated code needs."""


def value_of_name(name: str, item: Item) -> Any:
    """What a name stands for: `event` is the item itself, the others its payload."""
    return item.payload if name in PAYLOAD_NAMES else item


def is_payload_path(node: ast.expr) -> bool:
    """Whether the node is a value inside the payload: a name for it, then only fields and items."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id in PAYLOAD_NAMES


def code_of(node: ast.expr, names: Collection[str]) -> types.CodeType:
    """The code of a function that takes an item and returns the value of `node`.

    Args:
        node: The expression; it is not changed.
        names: The names that the item offers.
    """
    mentioned = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    module = ast.parse("def judge(item): return item")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.args.args[0].arg = _ITEM
    function.body = [_take(name) for name in names if name in mentioned]
    function.body.append(ast.Return(_ReadFields().visit(copy.deepcopy(node))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as for the text itself
        code = compile(ast.fix_missing_locations(module), "<expression>", "exec")
    return next(constant for constant in code.co_consts if isinstance(constant, types.CodeType))


def free_names(code: types.CodeType) -> set[str]:
    """Names that neither the item nor the expression itself gives: variables, modules and builtins."""
    loaded = (step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL")
    names = set(loaded) - HELPERS.keys()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= free_names(constant)
    return names


class _ReadFields(ast.NodeTransformer):
    """Turns attribute access into calls that read JSON fields first."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, ast.Constant(node.func.attr)
            node.func = ast.Call(ast.Name(_METHOD, ast.Load()), [owner, name], [])
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        of_payload = is_payload_path(node)
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        if of_payload:
            # On JSON values `read_field` gives the value of the key or a misfit; so does this, twice as fast.
            return ast.Subscript(node.value, ast.Constant(node.attr), ast.Load())
        return ast.Call(ast.Name(_FIELD, ast.Load()), [node.value, ast.Constant(node.attr)], [])


def _take(name: str) -> ast.stmt:
    """`msg = item.payload` or `event = item`."""
    value: ast.expr = ast.Name(_ITEM, ast.Load())
    if name in PAYLOAD_NAMES:
        value = ast.Attribute(value, "payload", ast.Load())
    return ast.Assign([ast.Name(name, ast.Store())], value)
