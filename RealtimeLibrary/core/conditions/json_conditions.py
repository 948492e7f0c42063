"""Conditions that need a library: JSONPath (RFC 9535) and JSON Schema.

The libraries are imported with the first such condition, because they are slow to import. Payloads that are
no JSON (binary; for JSONPath also text) match neither.
"""

import json
from collections.abc import Hashable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import MISSING, UNSTATED, Finding, Misfit
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import Item, parse_json

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONPathQuery
    from jsonschema.protocols import Validator

Schema = dict[str, Any]


def compile_path(path: str) -> "JSONPathQuery":
    """The compiled JSONPath.

    Raises:
        InvalidArgument: It is not valid.
    """
    import jsonpath_rfc9535

    try:
        return jsonpath_rfc9535.compile(path)
    except (jsonpath_rfc9535.JSONPathError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"JSONPath '{path}' is not valid (RFC 9535): {error}") from error


def values_at(query: "JSONPathQuery", payload: Any) -> Iterator[Any]:
    """The values of the nodes that the query selects in this payload.

    Raises:
        Misfit: The payload is nested too deep.
    """
    from jsonpath_rfc9535 import JSONPathError

    if not isinstance(payload, dict | list):
        return
    try:
        for node in query.finditer(payload):
            yield node.value
    except (JSONPathError, RecursionError) as error:
        raise Misfit(error) from error


def singular_steps(query: "JSONPathQuery") -> list[str | int] | None:
    """The names and indexes of a path that selects at most one node, `None` for other paths."""
    from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

    if not query.singular_query():
        return None
    return [
        selector.name if isinstance(selector, NameSelector) else selector.index
        for segment in query.segments
        for selector in segment.selectors
        if isinstance(selector, NameSelector | IndexSelector)
    ]


class JSONPathSelects(Condition):
    """The JSONPath selects at least one node of the payload."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._query = compile_path(path)

    @property
    def description(self) -> str:
        """As the user wrote it."""
        return f"jsonpath '{self._path}'"

    @property
    def key(self) -> Hashable | None:
        """The path judges alike everywhere."""
        return "jsonpath", self._path

    def matches(self, item: Item) -> bool:
        """Whether a node is selected."""
        return next(values_at(self._query, item.payload), MISSING) is not MISSING

    def findings(self, item: Item) -> list[Finding]:
        """The first node; where there is none, the value at which the path ends."""
        from jsonpath_rfc9535 import JSONPathQuery

        segments = self._query.segments
        for length in range(len(segments), -1, -1):
            prefix = JSONPathQuery(env=self._query.env, segments=segments[:length])
            try:
                value = next(values_at(prefix, item.payload), MISSING)
            except Misfit as error:
                return [Finding(self.description, False, note=str(error))]
            if value is not MISSING:
                met = length == len(segments)
                note = "" if met else f"{''.join(map(str, segments[length:]))} selects nothing here"
                return [Finding(self.description, met, str(prefix), UNSTATED, value, note)]
        return [Finding(self.description, False, "$", UNSTATED, item.payload, "no JSON object or array")]


class ValidAgainst(Condition):
    """The payload is valid against a JSON Schema.

    Args:
        schema: The schema, also as JSON text, or the path of a JSON file that holds it. A `$ref` may name another file;
            nothing is fetched from the network.
        name: How failures call it; by default the path, or the schema's title.

    Raises:
        InvalidArgument: The file cannot be read, or the schema is not valid.
    """

    def __init__(self, schema: Schema | str | Path, name: str = "") -> None:
        self._key: Hashable | None = None
        base = ""
        if isinstance(schema, str) and isinstance(written_out := parse_json(schema), dict):
            schema = written_out
        if isinstance(schema, str | Path):
            path = Path(schema).absolute()
            self._key = ("schema", str(path))
            base = path.as_uri()
            name = name or str(schema)
            schema = _read_schema(path)
        self._name = name or _title(schema)
        self._validator = _validator(schema, base, self._name)

    @property
    def description(self) -> str:
        """The file, or the schema's title."""
        return f"schema '{self._name}'"

    @property
    def key(self) -> Hashable | None:
        """The path of the file; a schema given as dict is not repeatable."""
        return self._key

    def matches(self, item: Item) -> bool:
        """Whether the payload is valid; binary never is."""
        if isinstance(item.payload, bytes):
            return False
        return next(self._errors(item), None) is None

    def findings(self, item: Item) -> list[Finding]:
        """One for each of the first errors."""
        if isinstance(item.payload, bytes):
            return [Finding(self.description, False, "$", UNSTATED, item.payload, "binary, no JSON")]
        errors = islice(self._errors(item), 5)
        return [
            Finding(
                f"{self.description}: {error.validator}",
                False,
                error.json_path,
                error.validator_value,
                error.instance,
                error.message,
            )
            for error in errors
        ] or [Finding(self.description, True, "$", UNSTATED, item.payload)]

    def _errors(self, item: Item) -> Iterator[Any]:
        from referencing.exceptions import Unresolvable

        try:
            yield from self._validator.iter_errors(item.payload)
        except Unresolvable as error:
            raise InvalidArgument(f"Schema '{self._name}' has a $ref that cannot be read: {error}") from error
        except RecursionError as error:
            raise Misfit("the payload is nested too deep for the schema") from error


def _title(schema: Any) -> str:
    named = schema if isinstance(schema, dict) else {}
    return str(named.get("title") or named.get("$id") or json.dumps(schema, default=repr))


def _read_schema(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidArgument(f"Schema file '{path}' cannot be read: {reason}.") from error
    except ValueError as error:
        raise InvalidArgument(f"Schema file '{path}' is not JSON: {error}.") from error


def _validator(schema: Any, base: str, name: str) -> "Validator":
    from jsonschema import SchemaError, validators
    from referencing import Registry

    if not isinstance(schema, dict):
        raise InvalidArgument(f"Schema '{name}' is not valid: a schema is a JSON object.")
    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        problem = f"{error.message} (at {error.json_path})"
        raise InvalidArgument(f"Schema '{name}' is not valid: {problem}") from error
    registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg] # attrs alias
    if base:
        identifier = "id" if kind in (validators.Draft3Validator, validators.Draft4Validator) else "$id"
        schema = {identifier: base, **schema}
    return kind(schema, registry=registry)


def _retrieve(uri: str) -> Any:
    """A schema named by `$ref`: files only."""
    from referencing import Resource
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT202012

    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise NoSuchResource(uri)
    contents = _read_schema(Path(unquote(parts.path)))
    return Resource.from_contents(contents, default_specification=DRAFT202012)
