"""Why an HTTP exchange over `httpx` failed, in the library's own words.

`httpx` says little of its own (`All connection attempts failed`, or nothing at all): the true cause is somewhere in the
chain of the error.
"""

import re
from collections.abc import Iterator

import httpx

from RealtimeLibrary.core.network.causes import network_cause
from RealtimeLibrary.core.wording import shortened


def http_cause(error: BaseException, host: str = "", place: str = "") -> str:
    """The cause as a phrase, which ends a sentence. Never empty.

    Args:
        error: What was raised.
        host: The host name that was asked for.
        place: Host and port, for a connection that was refused there.
    """
    for cause in _chain(error):
        if words := network_cause(cause, host, place) or _http_words(cause):
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


def _http_words(error: BaseException) -> str | None:
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refused: {shortened(str(error)) or 'no reason given'}"
    if not isinstance(error, httpx.RemoteProtocolError):
        return None
    text = str(error)
    if "without sending a response" in text:
        return "the server closed the connection before a whole answer"
    if "location header" in text:
        return "it redirects to an invalid URL"
    if sizes := re.search(r"received (\d+) bytes, expected (\d+)", text):
        return f"the body ended after {sizes[1]} of {sizes[2]} bytes"
    if "incomplete chunked read" in text:
        return "the body ended without its last chunk"
    return f"the server broke HTTP: {shortened(text).rstrip('.') or 'an answer that cannot be read'}"
