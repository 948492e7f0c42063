"""The WebSocket tester: a connection over `websockets` that records, reconnects and says how it ended (RFC 6455)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Unpack

from websockets.exceptions import ConcurrencyError, InvalidState
from websockets.exceptions import ConnectionClosed as ForeignClosed

from RealtimeLibrary.core.conditions.kinds import MESSAGES
from RealtimeLibrary.core.connection import WEBSOCKET, Mark, MessageConnection, websocket_connection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    ConnectionClosed,
    HandshakeRejected,
    InvalidArgument,
    PeerViolation,
    RealtimeError,
    TimedOut,
    WrongUse,
)
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Message, PayloadCodec
from RealtimeLibrary.core.network.urls import without_spaces
from RealtimeLibrary.core.options import WebSocketOptions, WebSocketSettings
from RealtimeLibrary.core.payloads import encode
from RealtimeLibrary.core.record import Recorded
from RealtimeLibrary.core.secrets import Secrets, refuse_half_secret
from RealtimeLibrary.core.situation import wanted_from
from RealtimeLibrary.core.tester import Tester
from RealtimeLibrary.core.websocket.arguments import check_close
from RealtimeLibrary.core.websocket.link import Link
from RealtimeLibrary.core.websocket.receiving import Recording
from RealtimeLibrary.core.wording import Seconds, counted, in_words, seconds_of


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
        self._target = ""
        self._first_messages: list[str | bytes] = []
        self._link: Link | None = None  # the one that is or was open last
        self._leaving = False
        self._reconnecting: asyncio.Task[None] | None = None
        self._failures: list[str] = []  # of the reconnection attempts in a row

    @property
    def ping_interval(self) -> float | None:
        """How often it sends a ping, in seconds; `None` for never."""
        interval = self._settings.ping_interval
        return None if interval is None else seconds_of(interval, "ping_interval")

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
        self._first_messages = [encode(message) for message in self._settings.on_connect]
        self._target = without_spaces(url)
        self._leaving = False
        self._failures = []
        self._renew(self._new_connection(self.connection.alias, self._secrets.mask_url(url)))
        try:
            await self._open()
        except BaseException as error:
            self._give_up(error)
            raise

    async def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection. Does nothing if it is closed. What was received stays readable.

        Waits at most 5 seconds for the server's close frame. Cancelling is safe: it closes at once.

        Args:
            code: The close code to send (RFC 6455, section 7.4).
            reason: The close reason, at most 123 bytes of UTF-8.

        Raises:
            InvalidArgument: The code or reason cannot be sent.
        """
        check_close(code, reason)
        if self.connection.is_over:
            if self._link is not None:
                self._link.abort()  # the server may keep TCP open after its close frame
            return
        self._leaving = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            self._reconnecting = None
        if self.connection.is_open and (link := self._link) is not None:
            self.connection.closing()
            try:
                await link.websocket.close(code, reason)
            finally:
                link.abort()
        self._leave(Ending("closed by us while it was not connected", "us"))

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

    def send_now(self, message: Any) -> None:
        """Send a message without waiting for room in the buffers; for callbacks, which cannot wait.

        Args:
            message: See `send`.

        Raises:
            ConnectionClosed: The connection is not open.
            InvalidArgument: The message has no JSON form.
        """
        payload = encode(message)
        try:
            self._websocket().send_now(payload)
        except InvalidState as error:
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
            InvalidArgument: The payload is too long, or a ping with the same payload is not yet answered.
        """
        seconds = self._seconds(timeout)
        payload = data.encode() if isinstance(data, str) else data
        if len(payload) > 125:
            raise InvalidArgument(f"Argument 'data' must be at most 125 bytes for a ping, got {len(payload)}.")
        websocket = self._websocket()
        try:
            async with asyncio.timeout(seconds):
                pong = await websocket.ping(payload or None)
                self.connection.happened(Happening.PING_SENT, payload=payload)
                return await pong
        except TimeoutError as error:
            raise TimedOut(f"No pong on '{self.connection.alias}' within {in_words(seconds)}.") from error
        except ConcurrencyError as error:
            raise InvalidArgument(f"Argument 'data': a ping with {payload!r} waits for its pong already.") from error
        except ForeignClosed as error:
            raise self._closed() from error

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
        return None if self._link is None else self._link.websocket.subprotocol

    # Ending and reconnecting

    def link_opened(self, link: Link) -> None:
        """The link is up: what `on_connect` names goes out before anything else. Called by the link."""
        self._link = link
        self._reconnecting = None  # what is left of it must not be cancelled: it would take the link with it
        self.connection.opened(subprotocol=link.websocket.subprotocol)
        with suppress(InvalidState):  # closed in the same moment, which the link reports next
            for payload in self._first_messages:
                link.websocket.send_now(payload)
                self.connection.sent(payload)

    def link_ended(self, link: Link) -> None:
        """The link is down: reconnect, or be closed for good. Called by the link."""
        if link is not self._link:
            return
        ending = link.ending
        if self._leaving:
            self._leave(ending)
            return
        policy = self._settings.policy
        if policy.counts_anew(link.life.seconds, link.life.received):
            self._failures = []
        is_violation = ending.by == "us"  # nothing else makes this side close
        retry = policy.enabled and not is_violation and policy.retries_close(ending.code or 0)
        if retry or ending.is_error:
            kind = PeerViolation if is_violation else ConnectionClosed
            self.connection.failed(kind(f"'{self.connection.alias}' was {ending.text}."))
        if not retry:
            self.connection.closed(ending)
        elif len(self._failures) >= policy.attempts:
            self.connection.closed(self._given_up(ending))
        else:
            delay = self._announce(ending.text)
            self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(ending, delay))

    async def _reconnect(self, ending: Ending, delay: float) -> None:
        policy = self._settings.policy
        while True:
            await asyncio.sleep(delay)
            self._failures.append("closed again at once")  # true unless the attempt fails or lives (`counts_anew`)
            try:
                await self._open()
            except RealtimeError as error:
                self.connection.failed(error)
                self._failures[-1] = str(error).rstrip(".")
                if len(self._failures) >= policy.attempts or not self._retries(error):
                    self.connection.closed(self._given_up(ending))
                    return
                delay = self._announce(str(error))
            else:
                return

    def _announce(self, why: str) -> float:
        """Tell that another attempt follows; returns how long to wait before it, in seconds."""
        policy = self._settings.policy
        attempt = len(self._failures) + 1
        delay = policy.delay_before(attempt)
        text = f"attempt {attempt} of {policy.attempts} in {in_words(delay)}: {why}"
        self.connection.reconnecting(text, attempt=attempt, delay=delay)
        return delay

    def _retries(self, error: RealtimeError) -> bool:
        """Whether another attempt can help; an answer of the server is retried only if asked for."""
        if isinstance(error, HandshakeRejected):
            return error.status is not None and self._settings.policy.retries_status(error.status)
        return not isinstance(error, WrongUse)

    def _given_up(self, ending: Ending) -> Ending:
        """The ending with all attempts to reconnect in its text."""
        attempts = counted(len(self._failures), "reconnection attempt")
        story = "; ".join(f"{number}: {why}" for number, why in enumerate(self._failures, 1))
        return replace(ending, text=f"{ending.text}; gave up after {attempts}: {story}", is_error=True)

    def _leave(self, ending: Ending) -> None:
        """Be closed because the user asked for it, which is no error."""
        if not self.connection.is_over:
            self.connection.closed(replace(ending, is_error=False))

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
        if self._settings.proxy is not None:
            refuse_half_secret(self._settings.proxy, "Proxy")
            self._secrets.add_url(self._settings.proxy)
        headers = self._settings.headers or {}
        for name, value in headers.items():
            refuse_half_secret(value, f"Header '{name}'")
        self._secrets.add_headers(headers)

    async def _open(self) -> None:
        link = Link(self, self.connection, self._settings, self._secrets)
        self.connection.connecting()
        try:
            await link.open(self._target)
        except BaseException:
            self._link = None  # it may have opened in the moment in which the time was up
            raise

    def _give_up(self, error: BaseException) -> None:
        """The first connect failed."""
        if isinstance(error, RealtimeError):
            self.connection.failed(error)
        text = str(error).rstrip(".") or "connecting was cancelled"
        self.connection.closed(Ending(text, "network", 1006, "", is_error=True))

    def _websocket(self) -> Recording:
        if not self.is_connected or self._link is None:
            raise self._closed()
        return self._link.websocket
