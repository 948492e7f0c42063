"""What Robot gives: argument types of the keywords, their converters, and secrets on their way to the core.

URLs and headers are types of their own because Robot logs arguments by their `repr` at TRACE level.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from inspect import signature
from typing import Any, Final, Self

from robot.api.types import Secret

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.secrets import MASK, Secrets


class _AsImported:
    """Default of an option that is taken from the library import."""

    def __repr__(self) -> str:
        return "as imported"


AS_IMPORTED: Final[Any] = _AsImported()

Timeout = timedelta | None
"""A Robot time; `None` is the library's default."""


def given(**options: Any) -> dict[str, Any]:
    """The options that were given, without those left to the import."""
    return {name: value for name, value in options.items() if value is not AS_IMPORTED}


class Shielded:
    """Base of the argument types that Robot must not log as they are."""


class Url(Shielded, str):
    """A URL. Its `repr` shows no userinfo, no value of a query parameter, and nothing of a `Secret`."""

    secrets: Sequence[str] = ()

    @classmethod
    def of(cls, value: str | Secret) -> Self:
        """The URL, as text or as a `Secret`."""
        url = cls(value.value if isinstance(value, Secret) else value)
        if isinstance(value, Secret):
            url.secrets = [value.value]
        return url

    def __repr__(self) -> str:
        # Which parameters are secret is an option of the library import, which is not known here.
        return repr(MASK if self.secrets else _QUERY_VALUE.sub(MASK, Secrets().mask_url(str(self))))


class Headers(Shielded, dict[str, str]):
    """HTTP headers or query parameters. Its `repr` shows the names only."""

    secrets: Sequence[str] = ()

    @classmethod
    def of(cls, value: Mapping[Any, Any]) -> Self:
        """The names and values of a dictionary; a value may be a `Secret`."""
        headers = cls({str(name): str(_revealed(content)) for name, content in value.items()})
        headers.secrets = [str(content.value) for content in value.values() if isinstance(content, Secret)]
        return headers

    def __repr__(self) -> str:
        return repr(dict.fromkeys(self, MASK))


_QUERY_VALUE: Final = re.compile(r"(?<==)[^&#]+(?=[&#]|$)")


def _revealed(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def shielded(value: Any) -> Url | Headers:
    """URL as text, or headers or query parameters as dictionary. A URL or a value may be a `Secret`."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            raise ValueError("This is no dictionary of texts.") from None
    if isinstance(value, Mapping):
        return Headers.of(value)
    if isinstance(value, str | Secret):
        return Url.of(value)
    raise ValueError("Give a text or a dictionary.")


# Robot inspects every converter of a library anew for every keyword it runs: 60 us for a function with type hints, a
# third of what sending a message costs. One converter, with a ready signature and without hints, takes 8 us.
shielded.__signature__ = signature(lambda value: value)  # type: ignore[attr-defined]  # functions may have one
shielded.__annotations__ = {}

CONVERTERS: Final[dict[type, Callable[[Any], Any] | Callable[[Any, Any], Any]]] = {Shielded: shielded}


def byte_count(value: int | str, name: str) -> int:
    """A number of bytes from a number or a size such as `16 MiB` or `64 kB`.

    Raises:
        InvalidArgument: It is neither.
    """
    match = re.fullmatch(r"\s*(\d+)\s*([a-zA-Z]*)\s*", str(value))
    if match is None or match[2].lower() not in _UNITS:
        raise InvalidArgument(f"Argument '{name}' takes a number of bytes, or a size such as '16 MiB', got '{value}'.")
    return int(match[1]) * _UNITS[match[2].lower()]


_UNITS: Final = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}


def revealed(value: Any, secrets: Secrets) -> Any:
    """`value` with the true values of the `Secret`s in it, which are never shown from now on."""
    if isinstance(value, Secret):
        secrets.add(str(value.value))
        return value.value
    if isinstance(value, Url | Headers):
        for text in value.secrets:
            secrets.add(text)
        return value
    if isinstance(value, Mapping):
        return {name: revealed(content, secrets) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [revealed(content, secrets) for content in value]
    return value


def plain_options(options: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Connect options as the core takes them: without `Secret`s, lists where Robot may give one value."""
    # Where a text is allowed too, Robot leaves `None` the text that it is in the cell.
    plain = {name: None if value == "None" else revealed(value, secrets) for name, value in options.items()}
    if "subprotocols" in plain:
        plain["subprotocols"] = names(plain["subprotocols"] or [])
    if "on_connect" in plain:
        plain["on_connect"] = [] if plain["on_connect"] is None else as_list(plain["on_connect"])
    for name in ("max_size", "max_bytes"):
        if (size := plain.get(name)) is not None:
            plain[name] = byte_count(size, name)
    for name in ("headers", "params"):
        if not isinstance(plain.get(name) or {}, Mapping):
            raise InvalidArgument(f"Argument '{name}' takes a dictionary.")
    if "reconnect_on" in plain:
        plain["reconnect_on"] = codes(plain["reconnect_on"])
    return plain


def as_list(value: Any) -> list[Any]:
    """`value` as a list: a list as it is, anything else as the only member."""
    return list(value) if isinstance(value, list | tuple) else [value]


def names(value: Sequence[str] | str) -> list[str]:
    """Names from a list, or from a text with commas."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else list(value)


def codes(value: Any) -> frozenset[int]:
    """Close codes and statuses, from a list or a single one."""
    try:
        return frozenset(int(code) for code in as_list(value))
    except (TypeError, ValueError):
        raise InvalidArgument(f"Argument 'reconnect_on' takes close codes and HTTP statuses, got '{value}'.") from None


def at_least_one(count: int) -> int:
    """A number of items to wait for.

    Raises:
        InvalidArgument: It is less than 1.
    """
    if count < 1:
        raise InvalidArgument(f"Argument 'count' must be 1 or more, got {count}.")
    return count
