"""What Robot gives: argument types of the keywords, their converters, and secrets on their way to the core.

URLs and headers are types of their own because Robot logs arguments by their `repr` at TRACE level.
"""

import ast
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Self

from robot.api.types import Secret

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.secrets import SECRET_PARAMS, Secrets


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


class Url(str):
    """URL of an endpoint. Give a `Secret` if the whole URL is one; masked query parameters are never shown."""

    __slots__ = ("secret", "shown")
    secret: str | None
    shown: str

    @classmethod
    def from_robot(cls, value: str | Secret) -> Self:
        """URL as text, or as `Secret` to keep all of it out of the log."""
        text = value.value if isinstance(value, Secret) else value
        url = cls(text)
        url.secret = text if isinstance(value, Secret) else None
        url.shown = "<secret>" if url.secret else Secrets(SECRET_PARAMS).mask_url(text)
        return url

    def __repr__(self) -> str:
        return repr(self.shown)


class Headers(dict[str, str]):
    """HTTP headers. Values may be `Secret`s; credentials are never shown."""

    @classmethod
    def from_robot(cls, value: Mapping[Any, Any] | str) -> Self:
        """Dictionary of header names and values; a value may be a `Secret`."""
        content = _literal(value) if isinstance(value, str) else value
        if not isinstance(content, Mapping):
            raise ValueError("Give a dictionary of names and values.")
        headers = cls({str(name): _header_value(item) for name, item in content.items()})
        headers.secrets = [item.value for item in content.values() if isinstance(item, Secret)]
        return headers

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.secrets: list[str] = []

    def __repr__(self) -> str:
        secrets = Secrets()
        for value in self.secrets:
            secrets.add(value)
        return repr(secrets.mask_headers(self))


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None


def _header_value(content: Any) -> str:
    return str(content.value) if isinstance(content, Secret) else str(content)


class ByteSize(int):
    """Number of bytes."""

    _UNITS: Final = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}

    @classmethod
    def from_robot(cls, value: int | str) -> Self:
        """Number of bytes, or a size such as `16 MiB` or `64 kB`."""
        match = re.fullmatch(r"\s*(\d+)\s*([a-zA-Z]*)\s*", str(value))
        if match is None or match[2].lower() not in cls._UNITS:
            raise ValueError("Give a number of bytes, or a size such as '16 MiB'.")
        return cls(int(match[1]) * cls._UNITS[match[2].lower()])


CONVERTERS: Final[dict[type, Callable[[Any], Any] | Callable[[Any, Any], Any]]] = {
    Url: Url.from_robot,
    Headers: Headers.from_robot,
    ByteSize: ByteSize.from_robot,
}


def revealed(value: Any, secrets: Secrets) -> Any:
    """`value` with the true values of the `Secret`s in it, which are never shown from now on."""
    if isinstance(value, Secret):
        secrets.add(str(value.value))
        return value.value
    if isinstance(value, Headers | Url):
        for text in value.secrets if isinstance(value, Headers) else [value.secret or ""]:
            secrets.add(text)
        return value
    if isinstance(value, Mapping):
        return {name: revealed(content, secrets) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [revealed(content, secrets) for content in value]
    return value


def plain_options(options: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Connect options as the core takes them: without `Secret`s, lists where Robot may give one value."""
    plain = {name: revealed(value, secrets) for name, value in options.items()}
    for name in ("subprotocols", "on_connect"):
        if name in plain:
            plain[name] = [] if plain[name] is None else as_list(plain[name])
    if "reconnect_on" in plain:
        plain["reconnect_on"] = codes(plain["reconnect_on"])
    return plain


def as_list(value: Any) -> list[Any]:
    """`value` as a list: a list as it is, anything else as the only member."""
    return list(value) if isinstance(value, list | tuple) else [value]


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
