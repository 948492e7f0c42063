"""One link: a single opened WebSocket connection of a tester, from the opening handshake to its end.

A tester that reconnects has one link after the other. A link opens the connection through `websockets`, hands on what
is received in order, and says once that it ended and how.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.typing import Origin, Subprotocol

from RealtimeLibrary.core.connection import MessageConnection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import HandshakeRejected, RealtimeError
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.network.tls import tls_context
from RealtimeLibrary.core.network.urls import is_loopback
from RealtimeLibrary.core.options import WebSocketSettings
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.websocket.arguments import check_headers
from RealtimeLibrary.core.websocket.ending import Life, websocket_ending
from RealtimeLibrary.core.websocket.receiving import Recording, recording_connection
from RealtimeLibrary.core.websocket.translation import Attempt, connect_error, offered

CLOSE_TIMEOUT: Final = 5.0
"""Longest wait for the peer's close frame and the end of TCP, in seconds."""

_DEFLATE: Final = ClientPerMessageDeflateFactory(
    client_no_context_takeover=True, compress_settings={"level": 1, "memLevel": 5}
)
"""permessage-deflate (RFC 7692) for little time and memory: a tester sends little, so it keeps no context for that."""

_DEFAULT_PORTS: Final = {"ws": 80, "wss": 443}


class LinkOwner(Protocol):
    """Who is told about a link's beginning and end."""

    def link_opened(self, link: "Link") -> None:
        """The opening handshake is done in this moment; nothing was received before."""

    def link_ended(self, link: "Link") -> None:
        """Nothing more will be received on this link."""


class Link:
    """A connection to one server (a `receiving.Sink`).

    Args:
        owner: Is told when the link opens and ends.
        connection: Where everything is recorded.
        settings: The options.
        secrets: What must not be shown.
    """

    def __init__(
        self, owner: LinkOwner, connection: MessageConnection, settings: WebSocketSettings, secrets: Secrets
    ) -> None:
        self._owner = owner
        self._connection = connection
        self._settings = settings
        self._secrets = secrets
        self._websocket: Recording | None = None
        self._refusal: HandshakeRejected | None = None
        self._is_open = False
        self._opened_at = 0.0
        self._received_before = 0

    @property
    def websocket(self) -> Recording:
        """The open connection."""
        assert self._websocket is not None, "the link is not open"
        return self._websocket

    async def open(self, url: str) -> None:
        """Connect to `url`; returns after the owner was told.

        Raises:
            RealtimeError: It failed; see `WebSocketTester.connect`.
        """
        timeout = float(self._settings.connect_timeout)  # type: ignore[arg-type]  # settings hold seconds
        try:
            async with asyncio.timeout(timeout):
                await _Connect(url, tls=self._tls, **self._options(url), follow=self._follow)
            if self._refusal is not None:
                raise self._refusal
        except (RealtimeError, asyncio.CancelledError):
            self.abort()
            raise
        except Exception as error:
            self.abort()
            raise connect_error(error, self._attempt(url, timeout), self._secrets) from error

    def abort(self) -> None:
        """End TCP at once."""
        if self._websocket is not None and hasattr(self._websocket, "transport"):
            self._websocket.transport.abort()

    @property
    def life(self) -> Life:
        """What happened on this link so far."""
        lived = time.monotonic() - self._opened_at
        return Life(lived, self._connection.record.last - self._received_before)

    @property
    def ending(self) -> Ending:
        """How the link ended."""
        return websocket_ending(self.websocket, self.life)

    # What the receive path reports

    def opened(self) -> None:
        """Check what was agreed, and tell the owner."""
        self._refusal = self._missing_subprotocol()
        if self._refusal is None:
            self._is_open = True
            self._opened_at = time.monotonic()
            self._received_before = self._connection.record.last
            self._owner.link_opened(self)

    def received(self, payloads: list[str | bytes], at: float, size: int) -> None:
        """Record messages."""
        if self._is_open:
            self._connection.received([payloads], at, size)

    def ping_received(self, payload: bytes, at: float) -> None:
        """Note a ping."""
        self._connection.happened(Happening.PING, payload=payload)

    def pong_received(self, payload: bytes, at: float) -> None:
        """Note a pong."""
        self._connection.happened(Happening.PONG, payload=payload)

    def ended(self, at: float) -> None:
        """Tell the owner about the end."""
        if self._is_open:
            self._owner.link_ended(self)

    # Opening

    def _create(self, protocol: ClientProtocol, **options: Any) -> Recording:
        self._websocket = recording_connection(self)(protocol, **options)
        return self._websocket

    def _options(self, url: str) -> dict[str, Any]:
        """What `websockets` is asked for."""
        settings = self._settings
        headers = dict(settings.headers or {})
        check_headers(headers)
        return {
            "additional_headers": headers,
            "subprotocols": [Subprotocol(name) for name in settings.subprotocols] or None,
            "origin": None if settings.origin is None else Origin(settings.origin),
            "extensions": [_DEFLATE] if settings.compression == "deflate" else None,
            "compression": None,
            "ping_interval": settings.ping_interval,
            "ping_timeout": settings.ping_timeout,
            "close_timeout": CLOSE_TIMEOUT,
            "open_timeout": None,
            "max_size": settings.max_size,
            # `True` asks the environment, which often names a proxy that cannot reach this machine's own servers.
            "proxy": settings.proxy or (None if is_loopback(url) else True),
            "create_connection": self._create,
        }

    def _tls(self) -> Any:
        settings = self._settings
        return tls_context(settings.verify, settings.client_cert, settings.client_key)

    def _follow(self, source: str, target: str, headers: Mapping[str, str]) -> dict[str, str]:
        """A redirect leads from `source` to `target`: the headers to take along, none with a secret elsewhere."""
        secrets = self._secrets
        secrets.add_url(target)
        url = self._connection.url = secrets.mask_url(target)
        if _origin(source) == _origin(target):
            kept = dict(headers)
        else:
            kept = {name: value for name, value in headers.items() if secrets.mask(value) == value}
        withheld = [name for name in self._settings.headers or {} if name not in kept]
        without = f", without {', '.join(withheld)}" if withheld else ""
        self._connection.connecting(f"redirected to {url}{without}")
        return kept

    def _missing_subprotocol(self) -> HandshakeRejected | None:
        """A server that chooses none of the offered subprotocols fails here as it fails in browsers.

        WHATWG WebSockets, "establish a WebSocket connection". RFC 6455 leaves it to the client.
        """
        wanted = tuple(self._settings.subprotocols)
        if not wanted or self.websocket.subprotocol is not None:
            return None
        alias = self._connection.alias
        return HandshakeRejected(f"Server of '{alias}' chose none of the subprotocols; {offered(wanted)}.")

    def _attempt(self, url: str, timeout: float) -> Attempt:
        parts, port = urlsplit(url), None
        with suppress(ValueError):  # the error that is being translated says it
            port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        proxy = self._settings.proxy
        return Attempt(
            self._connection.alias,
            self._connection.url,
            parts.hostname or "",
            port,
            timeout,
            None if proxy is None else self._secrets.mask_url(proxy),
            tuple(self._settings.subprotocols),
            self._progress(),
            getattr(self._websocket, "lost_by", None),
        )

    def _progress(self) -> str:
        """How far opening got."""
        websocket = self._websocket
        if websocket is None and self._settings.proxy is not None:
            return "no connection through the proxy yet"
        if websocket is None:
            return "no TCP connection yet"
        if not hasattr(websocket, "transport"):
            return "TCP connected, TLS handshake not finished"
        if getattr(websocket, "received_at", 0.0):
            return "TCP connected, but the answer to the opening handshake is not complete"
        return "TCP connected, no answer to the opening handshake"


Follow = Callable[[str, str, Mapping[str, str]], dict[str, str]]


class _Connect(connect):
    """websockets' `connect`, which asks what to take along to where it is redirected, and uses own TLS settings there.

    websockets itself takes `Authorization` and cookies to no other origin.
    """

    def __init__(self, uri: str, *, tls: Callable[[], Any], follow: Follow, **options: Any) -> None:
        self._tls = tls
        self._follow = follow
        super().__init__(uri, **options, **({"ssl": tls()} if _is_secure(uri) else {}))

    def process_redirect(self, exc: Exception) -> Exception | str:
        target = super().process_redirect(exc)
        if isinstance(target, str):
            headers = Headers(self.additional_headers or {})
            self.additional_headers = self._follow(self.uri, target, dict(headers.raw_items()))
            if _is_secure(target):
                self.create_connection_kwargs.setdefault("ssl", self._tls())
        return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _is_secure(url: str) -> bool:
    return url[:4].lower() == "wss:"
