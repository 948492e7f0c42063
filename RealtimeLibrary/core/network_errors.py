"""What the network and `httpx` say when something breaks, in the library's own words."""

import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from RealtimeLibrary.core.wording import shortened


def network_words(error: BaseException) -> str:
    """What went wrong, as the end of a sentence without its full stop. Never empty.

    The first known cause in the error's chain decides: `httpx` itself says only `All connection attempts failed` or
    nothing at all.
    """
    for cause in _chain(error):
        if words := _known(cause):
            return words
    return shortened(str(error)).rstrip(".") or f"{type(error).__name__} without a text"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it came from, and what it groups: the deepest first."""
    if error is None:
        return
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _chain(part)
    yield from _chain(error.__cause__ or error.__context__)
    yield error


def _known(error: BaseException) -> str:
    match error:
        case socket.gaierror():
            return "the host name does not resolve"
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError():
            return "connection reset by the server"
        case ssl.SSLCertVerificationError():
            return f"TLS failed: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {(error.reason or 'handshake failure').replace('_', ' ').lower()}"
        case httpx.ProxyError():
            return f"the proxy refused: {shortened(str(error)) or 'no reason given'}"
        case httpx.RemoteProtocolError():
            return _protocol_words(str(error))
        case OSError() if error.strerror and error.errno:
            return error.strerror[0].lower() + error.strerror[1:]
        case _:
            return ""


def _protocol_words(text: str) -> str:
    """h11 finds these faults; its texts are its own."""
    if "without sending a response" in text:
        return "the server closed the connection before a whole answer"
    if "location header" in text:
        return "it redirects to an invalid URL"
    if sizes := re.search(r"received (\d+) bytes, expected (\d+)", text):
        return f"the body ended after {sizes[1]} of {sizes[2]} bytes"
    if "incomplete chunked read" in text:
        return "the body ended without its last chunk"
    return f"the server broke HTTP: {shortened(text).rstrip('.') or 'an answer that cannot be read'}"
