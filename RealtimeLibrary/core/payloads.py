"""What goes out: messages and request bodies, from Python values to text or bytes."""

import json
from typing import Any

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.secrets import refuse_half_secret


def encode(message: Any) -> str | bytes:
    """What is sent for `message`: text as it is, bytes as binary, everything else as JSON text.

    Raises:
        InvalidArgument: It cannot be written as JSON or as UTF-8, or holds half a secret.
    """
    if isinstance(message, bytes | bytearray | memoryview):
        return bytes(message)
    text = message if isinstance(message, str) else to_json(message)
    refuse_half_secret(text, "Message")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument(f"Message cannot be sent as UTF-8: {error.reason} at position {error.start}.") from error
    return text


def to_json(value: Any) -> str:
    """`value` as compact JSON (RFC 8259).

    Raises:
        InvalidArgument: It has no JSON form.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"Message cannot be encoded as JSON: {error}.") from error
