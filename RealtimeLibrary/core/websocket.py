"""The WebSocket tester: a connection over `websockets` that records, reconnects and says how it ended (RFC 6455)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Unpack
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed as ForeignClosed
from websockets.typing import Origin, Subprotocol

from RealtimeLibrary.core.conditions import MESSAGES
from RealtimeLibrary.core.connection import WEBSOCKET, Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.ending import Ending, code_in_words
from RealtimeLibrary.core.errors import ConnectionClosed as NotOpen
from RealtimeLibrary.core.errors import HandshakeRejected, InvalidArgument, RealtimeError, TimedOut, WrongUse
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Message, PayloadCodec
from RealtimeLibrary.core.options import WebSocketOptions, WebSocketSettings
from RealtimeLibrary.core.payloads import encode
from RealtimeLibrary.core.receiving import recording_connection
from RealtimeLibrary.core.record import Recorded
from RealtimeLibrary.core.secrets import Secrets, refuse_half_secret
from RealtimeLibrary.core.situation import wanted_from
from RealtimeLibrary.core.tester import Tester
from RealtimeLibrary.core.tls import tls_context
from RealtimeLibrary.core.translation import websocket_connect_error, websocket_ending
from RealtimeLibrary.core.urls import is_loopback
from RealtimeLibrary.core.wording import Seconds, in_words, seconds_of

CLOSE_TIMEOUT: Final = 5.0
"""Longest wait for the peer's close frame and the end of TCP, in seconds."""


class WebSocketTester(Tester[Message]):
    """Tests a WebSocket endpoint.

    Args:
        timeout: Longest wait where a call gives none, in seconds.
        alias: Its name in messages.
        secrets: What must not be shown; testers may share one.
        options: See `WebSocketSettings`; `connect` overrides them.
    """

    def __init__(
        self,
        *,
        timeout: Seconds = 5.0,
        alias: str = "websocket",
        secrets: Secrets | None = None,
        **options: Unpack[WebSocketOptions],
    ) -> None:
        self._settings = WebSocketSettings().updated(**options)
        self._secrets = Secrets() if secrets is None else secrets
        super().__init__(self._new_connection(alias), timeout)
        self._link: _Link | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._failed_attempts = 0
        self._leaving = False
        self._target = ""

    # Life cycle

    async def connect(self, url: str, **options: Unpack[WebSocketOptions]) -> None:
        """Open the connection and begin to record.

        Args:
            url: A `ws://` or `wss://` URL.
            options: Override the constructor's.

        Raises:
            TimedOut: It was not open within `connect_timeout`.
            CannotConnect: Name resolution, TCP, TLS or the proxy failed.
            HandshakeRejected: The server answered, but not with a WebSocket.
            InvalidArgument: The URL or an option cannot be used.
            WrongUse: The tester is connected already.
        """
        if not self.connection.is_over:
            raise WrongUse(f"'{self.connection.alias}' is already connected to {self.url}.")
        self._settings = self._settings.updated(**options)
        self._take_secrets(url)
        self._target = url
        self._leaving = False
        self._renew(self._new_connection(self.connection.alias, self._secrets.mask_url(url)))
        try:
            await self._open()
        except BaseException as error:
            self._give_up(error)
            raise

    async def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection. Does nothing if it is closed. What was received stays readable.

        Args:
            code: The close code to send (RFC 6455, section 7.4).
            reason: The close reason, at most 123 bytes of UTF-8.

        Raises:
            InvalidArgument: The code or reason cannot be sent.
        """
        _check_close(code, reason)
        self._leaving = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            self._reconnecting = None
        if self.connection.is_over:
            return
        link = self._link
        if link is not None and link.websocket is not None:
            self.connection.closing()
            await link.websocket.close(code, reason)
        said = code_in_words(code, reason)
        self.connection.closed(Ending(f"closed by us with {said}", "us", code, reason))

    # Messages

    async def send(self, message: Any) -> None:
        """Send a message.

        Args:
            message: `str` is sent as text, `bytes` as binary, everything else as JSON text.

        Raises:
            ConnectionClosed: The connection is not open.
            InvalidArgument: The message has no JSON form.
        """
        payload = encode(message)
        websocket = self._websocket()
        try:
            await websocket.send(payload)
        except ForeignClosed as error:
            raise self._closed() from error
        self.connection.sent(payload)

    async def ping(self, data: str | bytes = b"", timeout: Seconds | None = None) -> float:
        """Send a ping and wait for its pong (RFC 6455, section 5.5.2).

        Args:
            data: The ping's payload, at most 125 bytes; empty for a unique one.
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.

        Returns:
            The round-trip time in seconds.

        Raises:
            TimedOut: No pong came in time.
            ConnectionClosed: The connection is not open, or closed before the pong.
        """
        seconds = self._seconds(timeout)
        payload = data.encode() if isinstance(data, str) else data
        if len(payload) > 125:
            raise InvalidArgument(f"Argument 'data' must be at most 125 bytes for a ping, got {len(payload)}.")
        websocket = self._websocket()
        begun = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                pong = await websocket.ping(payload or None)
                self.connection.happened(Happening.PING_SENT, payload=payload)
                await pong
        except TimeoutError as error:
            raise TimedOut(f"No pong on '{self.connection.alias}' within {in_words(seconds)}.") from error
        except ForeignClosed as error:
            raise self._closed() from error
        return time.monotonic() - begun

    async def wait_for_message(
        self,
        predicate: Any = None,
        *,
        type: str | None = None,
        timeout: Seconds | None = None,
        since: Mark | None = None,
    ) -> Message:
        """Wait for the first unread message that matches, and mark it read.

        Messages passed over stay unread. Messages received before the call count. Cancelling is safe.

        Args:
            predicate: An expression, a dict (subset), a regular expression, a function of the message, or `None` for
                any message.
            type: The message type it must have, `None` for any.
            timeout: Longest wait in seconds, greater than 0. `None` uses the tester's default.
            since: Look only at messages after this mark.

        Raises:
            NothingMatched: No message matched in time.
            ClosedWhileWaiting: The connection closed first; carries code and reason.
        """
        return (await self._wait(wanted_from(WEBSOCKET, MESSAGES, predicate, type), timeout, since))[0]

    async def wait_for_messages(
        self,
        count: int,
        predicate: Any = None,
        *,
        type: str | None = None,
        timeout: Seconds | None = None,
        since: Mark | None = None,
    ) -> list[Message]:
        """Wait for this many unread messages that match, and mark them read; see `wait_for_message`."""
        if count < 1:
            raise InvalidArgument(f"Argument 'count' must be 1 or more, got {count}.")
        return await self._wait(wanted_from(WEBSOCKET, MESSAGES, predicate, type), timeout, since, count)

    async def assert_message_received(
        self,
        type: str | None = None,
        timeout: Seconds | None = None,
        predicate: Any = None,
        *,
        since: Mark | None = None,
    ) -> Message:
        """A matching message is in the record or arrives in time. Marks nothing read.

        Raises:
            NothingMatched: No message matched in time.
            ClosedWhileWaiting: The connection closed first.
        """
        return await self._assert_received(wanted_from(WEBSOCKET, MESSAGES, predicate, type), timeout, since)

    async def assert_message_not_received(
        self,
        type: str | None = None,
        timeout: Seconds | None = None,
        predicate: Any = None,
        *,
        since: Mark | None = None,
    ) -> None:
        """No matching message is in the record, and none arrives while the connection stays open for `timeout`.

        Raises:
            UnexpectedMessage: One did; at once.
            ClosedWhileWaiting: The connection was not open for all of the time.
        """
        await self._assert_not_received(wanted_from(WEBSOCKET, MESSAGES, predicate, type), timeout, since)

    def on_message(self, callback: Callable[[Message], object]) -> None:
        """Call `callback` with every message, those already recorded first. It runs on the event loop."""
        self._listen("items", callback)

    @property
    def messages(self) -> Recorded[Message]:
        """The recorded messages: a lazy, read-only sequence."""
        return Recorded(self.connection.record)

    def clear_messages(self) -> None:
        """Forget the recorded messages. Numbers go on."""
        self.connection.record.clear()

    @property
    def close_code(self) -> int | None:
        """The close code, 1005 for none in the close frame, 1006 for no close frame; `None` before the end."""
        return None if self.connection.ending is None else self.connection.ending.code

    @property
    def close_reason(self) -> str | None:
        """The close reason; `None` before the end."""
        return None if self.connection.ending is None else self.connection.ending.reason

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol agreed in the opening handshake."""
        return None if self._link is None or self._link.websocket is None else self._link.websocket.subprotocol

    # What the link reports

    def _link_ended(self, link: "_Link") -> None:
        if link is not self._link or self._leaving:
            return
        ending = websocket_ending(link.websocket, self.connection)
        policy = self._settings.policy
        opened_at = self.connection.opened_at or 0.0
        received = self.connection.record.last - self.connection.opening_numbers[-1]
        if policy.counts_anew(time.monotonic() - opened_at, received):
            self._failed_attempts = 0
        retry = policy.enabled and ending.code is not None and policy.retries_close(ending.code)
        if retry or ending.is_error:
            self.connection.failed(NotOpen(f"'{self.connection.alias}' was {ending.text}."))
        if retry:
            self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(ending))
        else:
            self.connection.closed(ending)

    # Inside

    def _new_connection(self, alias: str, url: str = "") -> MessageConnection:
        settings = self._settings
        codec = PayloadCodec(settings.parse_json, settings.type_field, self._secrets)
        return websocket_connection(
            alias, url, codec=codec, max_messages=settings.max_messages, max_bytes=settings.max_bytes
        )

    def _take_secrets(self, url: str) -> None:
        refuse_half_secret(url, "URL")
        self._secrets.add_url(url)
        headers = self._settings.headers or {}
        for name, value in headers.items():
            refuse_half_secret(value, f"Header '{name}'")
        self._secrets.add_headers(headers)

    async def _open(self) -> None:
        settings = self._settings
        timeout = seconds_of(settings.connect_timeout, "connect_timeout")
        link = self._link = _Link(self)
        self.connection.connecting()
        try:
            async with asyncio.timeout(timeout):
                link.websocket = await connect(
                    self._target,
                    additional_headers=dict(settings.headers or {}),
                    subprotocols=[Subprotocol(name) for name in settings.subprotocols] or None,
                    origin=None if settings.origin is None else Origin(settings.origin),
                    compression=settings.compression,
                    ping_interval=None if settings.ping_interval is None else float(settings.ping_interval),  # type: ignore[arg-type]
                    ping_timeout=None if settings.ping_timeout is None else float(settings.ping_timeout),  # type: ignore[arg-type]
                    close_timeout=CLOSE_TIMEOUT,
                    open_timeout=None,
                    max_size=settings.max_size,
                    proxy=settings.proxy or (None if is_loopback(self._target) else True),
                    ssl=self._tls(),
                    create_connection=recording_connection(link),  # type: ignore[arg-type]  # a factory will do
                )
        except Exception as error:
            raise websocket_connect_error(error, self.connection, timeout) from error
        self.connection.opened(subprotocol=link.websocket.subprotocol)
        for message in settings.on_connect:
            await self.send(message)
        link.opened()

    async def _reconnect(self, ending: Ending) -> None:
        policy = self._settings.policy
        why: str = ending.text
        while self._failed_attempts < policy.attempts:
            self._failed_attempts += 1
            attempt = self._failed_attempts
            delay = policy.delay_before(attempt)
            text = f"attempt {attempt} of {policy.attempts} in {in_words(delay)}: {why}"
            self.connection.reconnecting(text, attempt=attempt, delay=delay)
            await asyncio.sleep(delay)
            try:
                await self._open()
            except RealtimeError as error:
                self.connection.failed(error)
                why = str(error)
                status = error.status if isinstance(error, HandshakeRejected) else None
                if status is not None and not policy.retries_status(status):
                    break
            else:
                return
        text = f"{ending.text}; gave up after {self._failed_attempts} reconnection attempts: {why.rstrip('.')}"
        self.connection.closed(Ending(text, ending.by, ending.code, ending.reason, is_error=True))

    def _give_up(self, error: BaseException) -> None:
        if isinstance(error, RealtimeError):
            self.connection.failed(error)
        text = str(error).rstrip(".") or "connecting was cancelled"
        self.connection.closed(Ending(text, "network", 1006, "", is_error=True))

    def _tls(self) -> Any:
        settings = self._settings
        if urlsplit(self._target).scheme != "wss":
            return None
        return tls_context(settings.verify, settings.client_cert, settings.client_key)

    def _websocket(self) -> ClientConnection:
        if not self.is_connected or self._link is None or self._link.websocket is None:
            raise self._closed()
        return self._link.websocket


class _Link:
    """One opened WebSocket of a tester: takes what is received (a `receiving.Sink`).

    A tester has one link at a time; what an older one still says is not listened to.
    """

    def __init__(self, tester: WebSocketTester) -> None:
        self._tester = tester
        self._connection = tester.connection
        self._is_open = False
        self._has_ended = False
        self.websocket: ClientConnection | None = None

    def opened(self) -> None:
        """The handshake is done; an end that came with it counts from now."""
        self._is_open = True
        if self._has_ended:
            self._tester._link_ended(self)

    def received(self, payloads: Sequence[str | bytes], at: float, size: int) -> None:
        self._connection.received([payloads], at, size)

    def ping_received(self, payload: bytes, at: float) -> None:
        self._connection.happened(Happening.PING, payload=payload)

    def pong_received(self, payload: bytes, at: float) -> None:
        self._connection.happened(Happening.PONG, payload=payload)

    def ended(self, at: float) -> None:
        self._has_ended = True
        if self._is_open:
            self._tester._link_ended(self)


def _check_close(code: int, reason: str) -> None:
    """Only these codes may be sent (RFC 6455, section 7.4)."""
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise InvalidArgument(
            f"Argument 'code' got value '{code}' that cannot be sent in a close frame (RFC 6455, section 7.4.1). "
            "Use 1000-1003, 1007-1014 or 3000-4999."
        )
    if len(reason.encode()) > 123:
        raise InvalidArgument("Argument 'reason' must be at most 123 bytes of UTF-8 (RFC 6455, section 5.5).")
