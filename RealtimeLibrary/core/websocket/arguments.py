"""Arguments that end up on the wire: what a WebSocket cannot send is refused before it is tried."""

import re
from collections.abc import Mapping
from typing import Final

from RealtimeLibrary.core.errors import InvalidArgument

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN_HEADERS: Final = {
    "host": "the URL sets it",
    "upgrade": "the opening handshake sets it",
    "connection": "the opening handshake sets it",
    "sec-websocket-key": "the opening handshake sets it",
    "sec-websocket-version": "the opening handshake sets it",
    "sec-websocket-protocol": "use subprotocols=",
    "sec-websocket-extensions": "use compression=",
}


def check_headers(headers: Mapping[str, str]) -> None:
    """Only headers that can be sent in an opening handshake.

    Raises:
        InvalidArgument: A name or value would break the request (RFC 9110, section 5), or the handshake sets it.
    """
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise InvalidArgument(f"Header name '{name}' contains a character that is not allowed.")
        if (why := _OWN_HEADERS.get(name.lower())) is not None:
            raise InvalidArgument(f"Header '{name}' cannot be given: {why}.")
        if any(character in value for character in "\r\n\0"):
            raise InvalidArgument(f"Header '{name}' contains a line break.")
        if not value.isascii():
            raise InvalidArgument(f"Header '{name}' contains a character that is not ASCII.")


def check_close(code: int, reason: str) -> None:
    """Only codes and reasons that may be sent in a close frame.

    Raises:
        InvalidArgument: They may not (RFC 6455, sections 5.5 and 7.4).
    """
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise InvalidArgument(
            f"Argument 'code' got value '{code}' that cannot be sent in a close frame (RFC 6455, section 7.4.1). "
            "Use 1000-1003, 1007-1014 or 3000-4999."
        )
    if len(reason.encode()) > 123:
        raise InvalidArgument("Argument 'reason' must be at most 123 bytes of UTF-8 (RFC 6455, section 5.5).")
