"""What `websockets` raises when connecting fails, translated into the library's errors in one place.

Every error says who (`alias`), where (the URL, without secrets), and what was wrong in words a tester knows. Nothing of
a foreign text is shown alone; the foreign error stays the cause.
"""

from dataclasses import dataclass
from typing import Any, Final

import websockets.exceptions as foreign

from RealtimeLibrary.core.errors import (
    CannotConnect,
    HandshakeRejected,
    InvalidArgument,
    RealtimeError,
    TimedOut,
)
from RealtimeLibrary.core.network.causes import network_cause
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.wording import in_words, shortened

_RFC_6455: Final = "RFC 6455, section 4.1"


@dataclass(frozen=True)
class Attempt:
    """One attempt to connect, as its failure tells about it.

    Attributes:
        alias: The connection's name.
        url: Where it went, masked.
        host: The URL's host name.
        port: The URL's port.
        timeout: How long it might take, in seconds.
        proxy: The proxy that was named, masked; `None` without one.
        subprotocols: What was offered.
        progress: How far it got, as a phrase.
        lost_by: What ended the TCP connection, `None` for its orderly end or where it was never made.
    """

    alias: str
    url: str
    host: str = ""
    port: int | None = None
    timeout: float = 0.0
    proxy: str | None = None
    subprotocols: tuple[str, ...] = ()
    progress: str = "no TCP connection yet"
    lost_by: BaseException | None = None

    @property
    def place(self) -> str:
        """Host and port that TCP connects to."""
        if self.proxy is not None:
            return f"proxy {self.proxy}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def connect_error(error: BaseException, attempt: Attempt, secrets: Secrets) -> RealtimeError:
    """The library's error for a failed attempt; raise it from the foreign one.

    Args:
        error: What connecting raised.
        attempt: Whose failure it is.
        secrets: What must not be shown, also where the server echoes it.
    """
    if isinstance(error, RealtimeError):
        return error
    kind, text, status = _translate(error, attempt)
    shown = secrets.mask(text)
    return kind(shown, status) if issubclass(kind, HandshakeRejected) else kind(shown)


_Translation = tuple[type[RealtimeError], str, int | None]


def _translate(error: BaseException, attempt: Attempt) -> _Translation:
    alias, url = attempt.alias, attempt.url
    match error:
        case TimeoutError():
            text = f"WebSocket connection timeout on '{alias}' after {in_words(attempt.timeout)}: {url}: "
            return TimedOut, f"{text}{attempt.progress}.", None
        case foreign.InvalidStatus():
            return _rejected(error.response, attempt)
        case foreign.InvalidURI():
            return _bad_url(error, attempt)
        case foreign.InvalidProxy() | foreign.ProxyError() | ImportError():
            return _proxy_failed(error, attempt)
        case foreign.InvalidMessage():
            return _no_answer(error, attempt)
        case foreign.InvalidHandshake():
            return HandshakeRejected, _not_websocket(attempt, _handshake_fault(error, attempt)), None
        case OSError():
            cause = network_cause(error, attempt.host, attempt.place) or "the network failed"
            return CannotConnect, _cannot(attempt, cause), None
        case ValueError():  # the URL passed websockets' check, but a part of it did not
            return InvalidArgument, _cannot(attempt, f"the URL cannot be used: {_lower(error)}"), None
        case _:
            return CannotConnect, _cannot(attempt, f"unexpected {type(error).__name__}: {shortened(str(error))}"), None


def _cannot(attempt: Attempt, cause: str) -> str:
    return f"Cannot connect '{attempt.alias}' to {attempt.url}: {cause}."


def _not_websocket(attempt: Attempt, fault: str) -> str:
    return f"'{attempt.alias}' is not a WebSocket: the answer of {attempt.url} to the opening handshake {fault}."


def _rejected(response: Any, attempt: Attempt) -> _Translation:
    status = int(response.status_code)
    phrase = f" {response.reason_phrase}" if response.reason_phrase else ""
    body = shortened(bytes(response.body or b"").decode("utf-8", "replace"))
    start = f"; body starts with '{body}'" if body else ""
    text = f"Server rejected the opening handshake of '{attempt.alias}': HTTP {status}{phrase}{start}."
    return HandshakeRejected, text, status


def _bad_url(error: foreign.InvalidURI, attempt: Attempt) -> _Translation:
    if isinstance(error.__context__, foreign.InvalidStatus):  # raised while a redirect was followed
        status = int(error.__context__.response.status_code)
        text = f"redirects to '{error.uri}' with HTTP {status}, which is not a ws:// or wss:// URL"
        return HandshakeRejected, _not_websocket(attempt, text), status
    return InvalidArgument, _cannot(attempt, f"not a ws:// or wss:// URL: {error.msg}"), None


def _proxy_failed(error: Exception, attempt: Attempt) -> _Translation:
    proxy = "the proxy" if attempt.proxy is None else f"the proxy {attempt.proxy}"
    match error:
        case foreign.InvalidProxyStatus():
            status, phrase = error.response.status_code, error.response.reason_phrase
            return CannotConnect, _cannot(attempt, f"{proxy} refused with HTTP {status} {phrase}".rstrip()), None
        case foreign.InvalidProxyMessage():
            return CannotConnect, _cannot(attempt, f"{proxy} did not answer with HTTP: {_why(error)}"), None
        case foreign.InvalidProxy():
            return InvalidArgument, _cannot(attempt, f"{proxy} cannot be used: {error.msg}"), None
        case ImportError():
            return InvalidArgument, _cannot(attempt, f"{proxy} needs the Python package 'python-socks'"), None
        case _:
            return CannotConnect, _cannot(attempt, f"{proxy} failed: {_why(error)}"), None


def _no_answer(error: foreign.InvalidMessage, attempt: Attempt) -> _Translation:
    """The connection ended before the answer, or the answer is not HTTP."""
    if not isinstance(error.__cause__, EOFError):
        return HandshakeRejected, _not_websocket(attempt, f"cannot be read as HTTP: {_why(error)}"), None
    cause = None if attempt.lost_by is None else network_cause(attempt.lost_by, attempt.host, attempt.place)
    if cause is None:
        cause = "the server closed the connection without answering the opening handshake"
    elif "TLS" not in cause:
        cause += " by the server before it answered the opening handshake"
    if attempt.url.startswith("wss:") and "TLS" not in cause:
        # In TLS 1.3 the handshake is done for the client before the server has seen its certificate.
        cause += "; it may ask for a client certificate (client_cert=)"
    return CannotConnect, _cannot(attempt, cause), None


def _handshake_fault(error: foreign.InvalidHandshake, attempt: Attempt) -> str:
    match error:
        case foreign.InvalidHeader() if error.value is None:
            return f"has no {error.name} header ({_RFC_6455})"
        case foreign.InvalidHeader():
            return f"has a wrong {error.name} header: '{shortened(error.value or '')}' ({_RFC_6455})"
        case foreign.NegotiationError() if "subprotocol" in str(error):
            chosen = str(error).partition(": ")[2]
            name = f"the subprotocol '{chosen}'" if chosen else "a subprotocol"
            return f"chooses {name}; {offered(attempt.subprotocols)}"
        case foreign.NegotiationError():
            return f"chooses extensions that were not offered like that: {_lower(error)}"
        case foreign.SecurityError() if "redirects" in str(error):
            return f"leads nowhere: {_lower(error)}"
        case foreign.SecurityError() if "redirect" in str(error):
            return f"redirects from wss:// to an URL without TLS: {str(error).rpartition(' ')[2]}"
        case _:
            return f"breaks a limit: {_lower(error)}"


def offered(subprotocols: tuple[str, ...]) -> str:
    """What was offered, for a failed negotiation."""
    if not subprotocols:
        return "none was offered"
    return f"offered: {', '.join(repr(name) for name in subprotocols)}"


def _why(error: BaseException) -> str:
    """The text of what caused this error, else its own."""
    return _lower(error if error.__cause__ is None else error.__cause__)


def _lower(error: BaseException) -> str:
    text = shortened(str(error)).rstrip(".") or type(error).__name__
    return text[0].lower() + text[1:]
