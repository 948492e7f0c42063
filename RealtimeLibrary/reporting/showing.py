"""Foreign values as text that is safe to show: one line, masked, without control characters, cut with the true size.

A peer can send anything. Nothing it sends may break a log, hide text, or colour a terminal, and no secret may leak
because it was cut in the middle: texts are masked first, then escaped, then cut.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from RealtimeLibrary.core.conditions.findings import Absent
from RealtimeLibrary.core.messages import size_of
from RealtimeLibrary.core.secrets import Secrets

PAYLOAD_LIMIT: Final = 200
"""Characters of a payload that a text or table shows."""

VALUE_LIMIT: Final = 75
"""Characters of a single value."""

_HEX_BYTES: Final = 24

_UNSHOWABLE: Final = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls, ANSI escapes among them
    # invisible, or turning the text around
    "\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff"
    "\ud800-\udfff"  # lone surrogates: neither XML nor UTF-8
    "\U000e0000-\U000e0fff"
    "]"
)
_SHORT_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""`text` on one line, with what cannot be seen as an escape: `\n`, `\x1b`, `\u202e`."""
    return _UNSHOWABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(text: str, secrets: Secrets, limit: int = PAYLOAD_LIMIT) -> str:
    """The start of `text`, at most `limit` characters, with ` …` where more follows."""
    start, is_all = secrets.mask_start(text, limit)
    escaped = visible(start)
    return escaped if is_all and len(escaped) <= limit else f"{escaped[: limit - 2].rstrip()} …"


def shown_payload(raw: str | bytes, secrets: Secrets, limit: int = PAYLOAD_LIMIT) -> str:
    """The start of a payload: text as it is, binary in hexadecimal digits."""
    if isinstance(raw, str):
        return shown(raw, secrets, limit)
    start, is_all = secrets.mask_start(raw.decode("utf-8", "surrogateescape"), _HEX_BYTES)
    data = start.encode("utf-8", "surrogateescape")[:_HEX_BYTES]
    return data.hex(" ") + ("" if is_all and len(raw) <= _HEX_BYTES else " …")


def described_payload(raw: str | bytes, secrets: Secrets, limit: int = PAYLOAD_LIMIT) -> str:
    """The start of a payload and its true size: `{"id":7} [8 bytes]`, `binary 00 ff [2 bytes]`."""
    kind = "" if isinstance(raw, str) else "binary "
    start = shown_payload(raw, secrets, limit) if raw else "empty"
    return f"{kind}{start} [{size_in_words(size_of(raw))}]"


def size_in_words(size: float) -> str:
    """`1 byte`, `812 bytes`, `5.2 MB`; thousands as in the SI."""
    if size < 1_000:
        return f"{size:.0f} byte{'' if size == 1 else 's'}"
    units = iter(("kB", "MB", "GB"))
    unit = next(units)
    size /= 1_000
    while size >= 999.95 and (greater := next(units, None)):
        unit, size = greater, size / 1_000
    return f"{size:.1f}".removesuffix(".0") + f" {unit}"


def shown_value(value: Any, secrets: Secrets, limit: int = VALUE_LIMIT) -> str:
    """A value of a payload with its type: `'42' (str)`, `5 (int)`."""
    if isinstance(value, Absent):
        return value.value
    return f"{shown(_bounded(value, secrets, limit + 1), secrets, limit)} ({type(value).__name__})"


def _bounded(value: Any, secrets: Secrets, room: int) -> str:
    """The `repr` of a value, or of as much of it as fills `room` characters; masked in its parts."""
    if room <= 0:
        return "…"
    if isinstance(value, str):
        return repr(secrets.mask_start(value, room)[0])
    if isinstance(value, bytes):
        return f"binary {shown_payload(value, secrets)}"
    if isinstance(value, dict):
        return _container("{}", ((_bounded(key, secrets, room) + ": ", value[key]) for key in value), secrets, room)
    if isinstance(value, list | tuple):
        return _container("[]", (("", item) for item in value), secrets, room)
    if isinstance(value, int) and value.bit_length() > 256:
        return f"{value.bit_length()} bits"  # the digits of a long one take long, or are refused by Python
    return repr(value)


def _container(brackets: str, parts: Iterable[tuple[str, Any]], secrets: Secrets, room: int) -> str:
    text = brackets[0]
    for label, item in parts:
        if len(text) > room:
            break
        text += ("" if text == brackets[0] else ", ") + label
        text += _bounded(item, secrets, room - len(text))
    return text + brackets[1]
