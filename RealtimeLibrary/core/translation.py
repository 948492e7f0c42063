"""Foreign errors, translated into the library's own words in one place."""

import asyncio
import socket
import ssl
import time
from typing import Any

import websockets.exceptions as foreign

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.ending import ERROR_CODES, Ending, code_in_words
from RealtimeLibrary.core.errors import (
    CannotConnect,
    HandshakeRejected,
    InvalidArgument,
    RealtimeError,
    TimedOut,
)
from RealtimeLibrary.core.wording import counted, in_words, shortened


def websocket_connect_error(error: BaseException, connection: Connection[Any], timeout: float) -> RealtimeError:
    """The library's error for a failed opening handshake."""
    alias, url = connection.alias, connection.url
    match error:
        case RealtimeError():
            return error
        case TimeoutError() | asyncio.TimeoutError():
            return TimedOut(
                f"WebSocket connection timeout on '{alias}' after {in_words(timeout)}: no answer from {url}."
            )
        case foreign.InvalidURI():
            return InvalidArgument(f"Cannot connect '{alias}': '{url}' is not a ws:// or wss:// URL.")
        case foreign.InvalidStatus():
            response = error.response
            body = shortened(bytes(response.body or b"").decode("utf-8", "replace"))
            start = f"; body starts with '{body}'" if body else ""
            return HandshakeRejected(
                f"Server rejected the opening handshake of '{alias}': "
                f"HTTP {response.status_code} {response.reason_phrase}{start}.",
                response.status_code,
            )
        case ConnectionRefusedError():
            return CannotConnect(f"Cannot connect '{alias}' to {url}: connection refused.")
        case socket.gaierror():
            return CannotConnect(f"Cannot connect '{alias}' to {url}: the host name does not resolve.")
        case ssl.SSLError():
            return CannotConnect(f"Cannot connect '{alias}' to {url}: TLS failed: {error.reason or 'handshake'}.")
        case foreign.InvalidHandshake():
            return HandshakeRejected(f"'{alias}' is not a WebSocket: {url} answered otherwise: {error}.")
        case _:
            return CannotConnect(f"Cannot connect '{alias}' to {url}: {error or type(error).__name__}.")


def websocket_ending(websocket: Any, connection: Connection[Any]) -> Ending:
    """How a WebSocket connection that was open ended, as seen when it did."""
    lived = 0.0 if connection.opened_at is None else time.monotonic() - connection.opened_at
    received = counted(connection.record.last, connection.family.noun)
    when = f"after {in_words(round(lived, 3))}, {received} received before"
    protocol = websocket.protocol
    received_close = protocol.close_rcvd
    if received_close is not None:
        code, reason = int(received_close.code), received_close.reason
        text = f"closed by the server with {code_in_words(code, reason)} {when}"
        return Ending(text, "server", code, reason, is_error=code in ERROR_CODES)
    if protocol.close_sent is not None:
        sent = code_in_words(int(protocol.close_sent.code), protocol.close_sent.reason)
        return Ending(f"closed by us with {sent} because the server broke the protocol {when}", "us", 1006, "", True)
    return Ending(f"closed without a close frame: {code_in_words(1006)} {when}", "network", 1006, "", True)
