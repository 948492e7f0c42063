"""The streams of browser pages among the session's connections: captured ones, and those a page opens for the test."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from RealtimeLibrary.browser.capture import PageCapture, PageOpens, UrlPattern
from RealtimeLibrary.browser.in_page import InPageSSE, InPageWebSocket
from RealtimeLibrary.browser.node import Node, find_browser_library
from RealtimeLibrary.browser.streams import PageStream
from RealtimeLibrary.core.connection import (
    WEBSOCKET,
    Connection,
    EventConnection,
    Family,
    MessageConnection,
    sse_connection,
    websocket_connection,
)
from RealtimeLibrary.core.errors import InvalidArgument, WrongUse
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.options import SSESettings, WebSocketSettings
from RealtimeLibrary.core.payloads import to_json
from RealtimeLibrary.core.secrets import refuse_half_secret
from RealtimeLibrary.keywords.arguments import Timeout, Url, plain_options, revealed
from RealtimeLibrary.keywords.session import Session

SettingsT = TypeVar("SettingsT", WebSocketSettings, SSESettings)

_RECORD_OPTIONS: Final = frozenset({"connect_timeout", "max_messages", "max_bytes"})
_WEBSOCKET_OPTIONS: Final = _RECORD_OPTIONS | {"parse_json", "type_field", "subprotocols", "on_connect"}
_SSE_OPTIONS: Final = _RECORD_OPTIONS | {"method", "headers", "json", "body", "params"}
_IMPORTED: Final = _RECORD_OPTIONS | {"parse_json", "type_field"}
"""Options of the library import that hold for streams of a page, too: the request is the browser's."""


class PageStreams:
    """Captures, and opens streams in the page.

    Args:
        session: Where the connections belong.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._capture: PageCapture | None = None
        self._owner = ""

    # Capturing

    def start(self, url: UrlPattern, prefix: str, deep: bool) -> None:
        """Capture from now on; an earlier capture ends."""
        session, owner = self._session, self._session.owner
        node = _node("Start Page Capture")
        self.stop()
        of_websockets = self._settings(WebSocketSettings, {}, _WEBSOCKET_OPTIONS)
        of_streams = self._settings(SSESettings, {}, _SSE_OPTIONS)

        def connect(family: Family, address: str) -> Connection[Any]:
            alias = session.store.new_alias(None, f"{prefix}-{family.name.lower()}")
            if family is WEBSOCKET:
                return self._message_connection(alias, address, of_websockets)
            return self._event_connection(alias, address, of_streams)

        def add(stream: PageStream[Any]) -> None:
            session.store.add(stream, owner, current=False)

        capture = PageCapture(node, connect, add, url=url, deep=deep)
        session.bridge.run(capture.start())
        self._capture, self._owner = capture, owner

    def stop(self) -> None:
        """End the capture, if there is one."""
        capture, self._capture = self._capture, None
        if capture is not None:
            self._session.bridge.run(capture.stop())

    def stop_if_owned_by(self, owner: str) -> None:
        """End the capture if this test or suite started it."""
        if self._owner == owner:
            self.stop()

    def wait_until_opened(self, family: Family, url: UrlPattern, timeout: Timeout) -> str:
        """Wait until a page opens a stream, and make it current; returns its alias."""
        session = self._session
        if self._capture is None:
            raise WrongUse(
                "There is no page capture. Call `Start Page Capture` after `New Browser` and before `New Page`."
            )
        connection = session.wait(PageOpens(self._capture, family, url, session.seconds(timeout)))
        session.store.switch(connection.alias)
        return connection.alias

    # Opening in the page

    def connect_websocket(self, url: Url, alias: str | None, options: Mapping[str, Any]) -> str:
        """Let the current page open a WebSocket and make it current; returns its alias."""
        session = self._session
        settings = self._settings(WebSocketSettings, options, _WEBSOCKET_OPTIONS)
        address = self._address(url)
        connection = self._message_connection(session.store.new_alias(alias, "websocket"), address, settings)
        tester = InPageWebSocket(_node("Connect WebSocket"), connection, session.timeout)

        async def connect() -> None:
            await tester.connect(address, subprotocols=settings.subprotocols, connect_timeout=settings.connect_timeout)
            for message in settings.on_connect:
                await tester.send(message)

        session.bridge.run(connect())
        return session.store.add(tester, session.owner)

    def connect_sse(self, url: Url, alias: str | None, options: Mapping[str, Any]) -> str:
        """Let the current page open an event stream and make it current; returns its alias."""
        session = self._session
        settings = self._settings(SSESettings, options, _SSE_OPTIONS)
        address = _with_params(self._address(url), settings.params)
        connection = self._event_connection(session.store.new_alias(alias, "sse"), address, settings)
        tester = InPageSSE(_node("Connect SSE"), connection, session.timeout)
        headers, body = _request_of(settings)
        session.secrets.add_headers(headers)
        session.bridge.run(
            tester.connect(
                address, method=settings.method, headers=headers, body=body, connect_timeout=settings.connect_timeout
            )
        )
        return session.store.add(tester, session.owner)

    # Inside

    def _settings(self, kind: type[SettingsT], options: Mapping[str, Any], usable: frozenset[str]) -> SettingsT:
        """The given options, and those of the import that hold for pages.

        Raises:
            InvalidArgument: An option is given that a page cannot follow.
        """
        for name, value in options.items():
            if value is not None and name not in usable:
                raise InvalidArgument(f"Argument '{name}' cannot be used with in_page=True: the browser decides it.")
        imported = {name: value for name, value in self._session.options.items() if name in _IMPORTED}
        used = {name: value for name, value in {**imported, **options}.items() if name in usable}
        return kind().updated(**plain_options(used, self._session.secrets))

    def _address(self, url: Url) -> str:
        address = str(revealed(url, self._session.secrets))
        refuse_half_secret(address, "URL")
        return address

    def _message_connection(self, alias: str, address: str, settings: WebSocketSettings) -> MessageConnection:
        return websocket_connection(
            alias,
            self._shown(address),
            codec=PayloadCodec(settings.parse_json, settings.type_field, self._session.secrets),
            max_messages=settings.max_messages,
            max_bytes=settings.max_bytes,
        )

    def _event_connection(self, alias: str, address: str, settings: SSESettings) -> EventConnection:
        return sse_connection(
            alias,
            self._shown(address),
            codec=PayloadCodec(settings.parse_json, secrets=self._session.secrets),
            max_messages=settings.max_messages,
            max_bytes=settings.max_bytes,
        )

    def _shown(self, address: str) -> str:
        self._session.secrets.add_url(address)
        return self._session.secrets.mask_url(address)


def _node(user: str) -> Node:
    return Node(find_browser_library(user), user)


def _with_params(address: str, params: Mapping[str, str] | None) -> str:
    if not params:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(params)}"


def _request_of(settings: SSESettings) -> tuple[dict[str, str], str | None]:
    """Headers and body of the request."""
    headers, body = dict(settings.headers or {}), settings.body
    if settings.json is not None:
        body = settings.json if isinstance(settings.json, str) else to_json(settings.json)
        headers.setdefault("Content-Type", "application/json")
    return headers, body.decode("utf-8") if isinstance(body, bytes) else body
