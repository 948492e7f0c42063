"""Connections opened by the current page: with its cookies, its origin and its CORS rules."""

import asyncio
import base64
import contextlib
import re
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from RealtimeLibrary.browser.node import Node
from RealtimeLibrary.browser.session import Session
from RealtimeLibrary.browser.streams import PageEventStream, PageStream, PageWebSocket
from RealtimeLibrary.browser.uplink import Event
from RealtimeLibrary.core.connection import WEBSOCKET, Connection, EventConnection, MessageConnection
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    CannotConnect,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    RealtimeError,
    TimedOut,
    WrongUse,
)
from RealtimeLibrary.core.messages import Item, Message, SSEEvent
from RealtimeLibrary.core.payloads import encode
from RealtimeLibrary.core.tester import Tester, settle
from RealtimeLibrary.core.waiting import Closed
from RealtimeLibrary.core.wording import Seconds, in_words, seconds_of

ItemT = TypeVar("ItemT", bound=Item)

CLOSE_TIMEOUT: Final = 5.0
"""Longest wait for the page to report the end of a stream it was told to close, in seconds."""

LONGEST_REASON: Final = 123
"""Longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5)."""

# As Chromium words them:
_STATUS: Final = re.compile(r"Unexpected response code: (\d{3})")
_REFUSED: Final = "ERR_CONNECTION_REFUSED"


class InPageTester(Tester[ItemT]):
    """A stream that the current page opens for a test.

    Args:
        node: Where the page is.
        connection: What is recorded of it.
        timeout: Longest wait where a call gives none, in seconds.
    """

    def __init__(self, node: Node, connection: Connection[ItemT], timeout: Seconds) -> None:
        super().__init__(connection, timeout)
        self._session = Session(node, self._happened, self._ended)
        self._stream: PageStream[Any] | None = None
        self._number: int | None = None

    async def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Let the page close the stream. Does nothing if it is closed. What was received stays readable.

        Args:
            code: The close code: 1000 or 3000-4999, more a page cannot send. WebSocket only.
            reason: The close reason, at most 123 bytes of UTF-8. WebSocket only.

        Raises:
            InvalidArgument: A page cannot send this code or reason.

        Source: WHATWG WebSockets, `close(code, reason)`.
        """
        if code != 1000 and not 3000 <= code <= 4999:
            raise InvalidArgument(f"Argument 'code' must be 1000 or 3000-4999, more a page cannot send; got {code}.")
        if len(reason.encode()) > LONGEST_REASON:
            raise InvalidArgument(f"Argument 'reason' must be at most {LONGEST_REASON} bytes, got '{reason}'.")
        if not self.connection.is_over:
            self.connection.closing()
            with contextlib.suppress(RealtimeError):  # a page that is gone has closed it
                await self._in_page("close", self._number, code, reason)
            await self._over()
        await self._session.close()

    async def _open(self, opener: str, *arguments: Any, timeout: Seconds) -> None:
        seconds = seconds_of(timeout, "connect_timeout")
        try:
            await self._session.open(filter=".*", deep=self.connection.family is not WEBSOCKET, wrap=False)
            await self._session.call("realtimeWatchPage")
            self._number = self._number_of(await self._in_page(opener, *arguments))
            await self._answered(seconds)
        except BaseException as error:
            if isinstance(error, RealtimeError):
                self.connection.failed(error)
            if not self.connection.is_over:
                self.connection.closed(Ending("closed: it could not be opened", "us"))
            await self._session.close()
            raise

    async def _answered(self, seconds: float) -> None:
        """Wait until the stream was open, if only for a moment, or cannot be any more."""
        connection, changed = self.connection, asyncio.Event()
        stop = connection.observe(changed.set)
        try:
            async with asyncio.timeout(seconds):
                while self._stream is None or not (connection.openings or connection.is_over):
                    changed.clear()
                    await changed.wait()
        except TimeoutError as error:
            raise TimedOut(
                f"{connection.family.name} connection timeout on '{connection.alias}' after {in_words(seconds)}: "
                f"the page got no answer from {connection.url}."
            ) from error
        finally:
            stop()
        if not connection.openings:
            raise self._refused()

    def _number_of(self, answer: Any) -> int:
        if not isinstance(answer, dict):
            return int(answer)
        if (number := answer.get("stream")) is not None:
            return int(number)
        if "failed" in answer:
            raise self._cannot_connect(str(answer["failed"]))
        raise self._rejected(answer["status"], str(answer.get("type") or ""))

    def _refused(self) -> RealtimeError:
        answer = None if self._stream is None else self._stream.answer
        if answer is not None:
            headers = {name.lower(): value for name, value in answer["headers"]}
            return self._rejected(answer["status"], headers.get("content-type", ""))
        error = str(self.connection.errors[0]) if self.connection.errors else ""
        if status := _STATUS.search(error):
            return self._rejected(int(status[1]), "")
        if _REFUSED in error:
            return self._cannot_connect("connection refused")
        ending = self.connection.ending
        return self._cannot_connect("" if ending is None else ending.text)

    def _rejected(self, status: int, content_type: str) -> RealtimeError:
        where = f"on '{self.connection.alias}' from {self.connection.url}"
        if status == 200:
            text = f"Expected an event stream (Content-Type text/event-stream), got '{content_type}' {where}."
            return NotAnEventStream(text, status)
        return HandshakeRejected(f"Server rejected the page's request {where}: HTTP {status}.", status)

    def _cannot_connect(self, why: str) -> CannotConnect:
        where = f"'{self.connection.alias}' to {self.connection.url} from the page"
        return CannotConnect(f"Cannot connect {where}: {why.rstrip('.')}.")

    async def _in_page(self, method: str, *arguments: Any) -> Any:
        return await self._session.call("realtimeInPage", method=method, args=list(arguments))

    async def _over(self) -> None:
        try:
            await settle(Closed(self.connection, CLOSE_TIMEOUT, time.monotonic()))
        except RealtimeError:
            self.connection.closed(Ending("closed by us; the page did not confirm it", "us"))

    def _happened(self, event: Event) -> None:
        if event["kind"] == "open":
            self._stream = self._follow(event)
        elif event["kind"] == "end":
            self._ended(event["text"])
        elif self._stream is not None and "stream" in event:
            self._stream.happened(event)

    def _ended(self, reason: str | None) -> None:
        if reason is not None and self._stream is not None:
            self._stream.end(f"closed: {reason}", is_error=True)

    @abstractmethod
    def _follow(self, event: Event) -> PageStream[Any]:
        """The stream that this event announces."""


class InPageWebSocket(InPageTester[Message]):
    """The page's own WebSocket, opened for a test."""

    connection: MessageConnection

    async def connect(self, url: str, *, subprotocols: Sequence[str] = (), connect_timeout: Seconds = 5.0) -> None:
        """Let the page open the connection, and begin to record.

        Args:
            url: A `ws://` or `wss://` URL, or one relative to the page's.
            subprotocols: Offered in this order.
            connect_timeout: Longest time until it is open, in seconds.

        Raises:
            TimedOut: It was not open in time.
            CannotConnect: The page could not open it; browsers tell pages no more.
            WrongUse: No page is open.
        """
        await self._open("openSocket", url, list(subprotocols), timeout=connect_timeout)

    async def send(self, message: Any) -> None:
        """Let the page send a message.

        Args:
            message: `str` is sent as text, `bytes` as binary, everything else as JSON text.

        Raises:
            ConnectionClosed: The connection is not open.
            InvalidArgument: The message has no JSON form.
        """
        payload = encode(message)
        self.check_open()
        binary = [None, base64.b64encode(payload).decode()] if isinstance(payload, bytes) else [payload]
        if not await self._in_page("send", self._number, *binary):
            raise self._closed()

    async def ping(self, data: str | bytes = b"", timeout: Seconds | None = None) -> float:
        """A page cannot send pings.

        Raises:
            WrongUse: Always.
        """
        raise WrongUse(f"A page cannot send pings, and '{self.connection.alias}' is opened by the page.")

    def _follow(self, event: Event) -> PageStream[Any]:
        return PageWebSocket(self.connection, event)


class InPageSSE(InPageTester[SSEEvent]):
    """The page's own EventSource, opened for a test; its `fetch` where the request is more than a GET."""

    connection: EventConnection

    async def connect(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        connect_timeout: Seconds = 5.0,
    ) -> None:
        """Let the page open the stream, and begin to record.

        Args:
            url: An `http://` or `https://` URL, or one relative to the page's.
            method: The HTTP method; only `fetch` sends others than GET.
            headers: Request headers; only `fetch` sends them.
            body: Request body; only `fetch` sends one.
            connect_timeout: Longest time until it is open, in seconds.

        Raises:
            TimedOut: It was not open in time.
            HandshakeRejected: The server answered with another status than 200.
            NotAnEventStream: The server answered with another content type.
            CannotConnect: The page could not open it.
            WrongUse: No page is open.
        """
        if method == "GET" and not headers and body is None:
            await self._open("openSource", url, timeout=connect_timeout)
            return
        milliseconds = round(seconds_of(connect_timeout, "connect_timeout") * 1000)
        accepting = {"Accept": "text/event-stream", **(headers or {})}
        request = {"method": method, "headers": accepting, "body": body, "cache": "no-store"}
        await self._open("openFetch", url, request, milliseconds, timeout=connect_timeout)

    def _follow(self, event: Event) -> PageStream[Any]:
        return PageEventStream(self.connection, event)
