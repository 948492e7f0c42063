"""Captured events become connections: each stream of a page fills one `Connection`, as a transport would.

Arrival is the moment an event reaches this process, on its monotonic clock: the clock that marks and timeouts use.
"""

import base64
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from RealtimeLibrary.browser.uplink import Event
from RealtimeLibrary.core.connection import Connection, EventConnection, MessageConnection
from RealtimeLibrary.core.ending import ERROR_CODES, Ending, code_in_words
from RealtimeLibrary.core.errors import ConnectionProblem, WrongUse
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Item, size_of
from RealtimeLibrary.core.sse.event_stream import EventStreamParser
from RealtimeLibrary.core.wording import Seconds, counted, in_words

ItemT = TypeVar("ItemT", bound=Item)

_ENDED_BY: Final = {
    "navigation": "closed with its document: the page was left or reloaded",
    "page": "closed by the page",
    "server": "closed by the server",
    "network": "closed without a close frame",
    "failure": "closed: the page gave the stream up after a failure",
}


class PageStream(ABC, Generic[ItemT]):
    """One stream of a page.

    Args:
        connection: What it fills.
        event: The event that announced it.

    Attributes:
        answer: What the server answered to the request, where the DevTools protocol told it.
    """

    def __init__(self, connection: Connection[ItemT], event: Event) -> None:
        self.connection = connection
        self.answer: Event | None = None
        self._handlers: dict[str, Callable[[Event], None]] = {
            "ready": self._ready,
            "handshake": self._handshake,
            "out": lambda told: connection.sent(content_of(told)),
            "error": lambda told: self._failed(str(told["text"])),
            "retry": self._retrying,
            "close": self._closed,
            **self._own_handlers(),
        }
        connection.connecting(
            f"opened by {_OPENERS.get(event.get('via', ''), 'the page')}", page=self._shown_url(event.get("page", ""))
        )

    @abstractmethod
    def _own_handlers(self) -> dict[str, Callable[[Event], None]]:
        """The kinds of events that only this family has."""

    def happened(self, event: Event) -> None:
        """Take one event of this stream."""
        if self.connection.is_over:
            return
        handler = self._handlers.get(event["kind"])
        if handler is not None:
            handler(event)

    def end(self, text: str, *, is_error: bool) -> None:
        """Nothing more can come, whatever the stream itself does."""
        if not self.connection.is_over:
            if is_error:
                self._failed(text)
            self.connection.closed(Ending(text, "network" if is_error else "us", is_error=is_error))

    async def disconnect(self, *_: object) -> None:
        """Follow it no longer. The page's own stream goes on, so a close code and reason are not used."""
        self.end("closed by us: no longer followed, the page's own stream goes on", is_error=False)

    def _ready(self, event: Event) -> None:
        facts = {name: event[name] for name in ("protocol", "extensions", "status") if event.get(name)}
        self.connection.opened("in the page", **facts)

    def _handshake(self, event: Event) -> None:
        self.answer = event
        secrets = self.connection.secrets
        requested, answered = dict(event.get("requestHeaders", ())), dict(event.get("headers", ()))
        secrets.add_headers(requested)
        secrets.add_headers(answered)
        self.connection.happened(
            Happening.OPENED,
            f"handshake answered with HTTP {event['status']}",
            status=event["status"],
            headers=secrets.mask_headers(answered),
            request_headers=secrets.mask_headers(requested),
        )

    def _retrying(self, _event: Event) -> None:
        text = "the stream was lost, and the page's EventSource reconnects"
        self._failed(text)
        self.connection.reconnecting(text)

    def _failed(self, text: str) -> None:
        self.connection.failed(ConnectionProblem(f"'{self.connection.alias}': {text.rstrip('.')}."))

    def _closed(self, event: Event) -> None:
        ending = self._ending(event)
        if ending.is_error and not self.connection.errors:
            self._failed(ending.text)
        self.connection.closed(ending)

    def _ending(self, event: Event) -> Ending:
        by, text = event.get("by", "network"), event.get("text")
        is_error = by in ("failure", "network")
        story = f"closed: {text}" if text else _ENDED_BY.get(by, "closed")
        side: Any = "server" if by == "server" else "network" if is_error else "us"
        return Ending(f"{story}{self._lived()}", side, is_error=is_error)

    def _lived(self) -> str:
        opened_at = self.connection.opened_at
        if opened_at is None:
            return "; it never was open"
        seconds = max(round(time.monotonic() - opened_at, 3), 0.001)
        received = counted(self.connection.record.last, self.connection.family.noun)
        return f" after {in_words(seconds)} and {received}"

    def _shown_url(self, url: str) -> str:
        return self.connection.secrets.mask_url(url)


class PageWebSocket(PageStream[Any]):
    """A WebSocket of a page."""

    connection: MessageConnection

    def _own_handlers(self) -> dict[str, Callable[[Event], None]]:
        return {"in": self._received}

    def check_open(self) -> None:
        """A captured connection is read-only.

        Raises:
            WrongUse: Always.
        """
        raise WrongUse(
            f"'{self.connection.alias}' belongs to the page, so nothing can be sent on it. Let the page send, or open "
            "a connection of the test with `Connect WebSocket    in_page=True`."
        )

    async def send(self, message: Any) -> None:
        """Refused, see `check_open`."""
        self.check_open()

    async def ping(self, data: str | bytes = b"", timeout: Seconds | None = None) -> float:
        """Refused, see `check_open`."""
        self.check_open()
        return 0.0

    def _received(self, event: Event) -> None:
        if not self.connection.is_open:  # A worker's socket: only its frames are seen.
            self.connection.opened("in the page")
        raw = content_of(event)
        self.connection.received([[raw]], time.monotonic(), size_of(raw))

    def _ending(self, event: Event) -> Ending:
        code, reason = event.get("code"), str(event.get("reason", ""))
        if code is None and "by" not in event:
            return Ending(f"closed (the close code of a worker's socket is not visible){self._lived()}", "network")
        if code is None:
            return super()._ending(event)
        by = event.get("by", "network")
        is_error = by == "network" or code in ERROR_CODES
        joint = ": " if by == "network" else " with "
        text = f"{_ENDED_BY.get(by, 'closed')}{joint}{code_in_words(code, reason)}{self._lived()}"
        side: Any = {"server": "server", "page": "us"}.get(by, "network")
        return Ending(text, side, code, reason, is_error=is_error)


class PageEventStream(PageStream[Any]):
    """An event stream of a page: events of an EventSource, or the text of a fetched stream."""

    connection: EventConnection

    def __init__(self, connection: EventConnection, event: Event) -> None:
        super().__init__(connection, event)
        self._parser = EventStreamParser()

    def _own_handlers(self) -> dict[str, Callable[[Event], None]]:
        return {"event": self._event, "chunk": self._chunk}

    def _event(self, event: Event) -> None:
        data = event["data"]
        columns: list[list[Any]] = [[data], [event["type"]], [event["id"]], [None]]
        self.connection.received(columns, time.monotonic(), size_of(data))

    def _chunk(self, event: Event) -> None:
        batch = self._parser.feed(event["text"].encode("utf-8", "surrogatepass"))
        if batch.datas:
            columns: list[list[Any]] = [batch.datas, batch.types, batch.ids, batch.retries]
            self.connection.received(columns, time.monotonic(), sum(map(size_of, batch.datas)))
        for comment in batch.comments:
            self.connection.happened(Happening.COMMENT, payload=comment)
        if batch.violation is not None:
            self.end(f"closed: {batch.violation}", is_error=True)


_OPENERS: Final = {"worker": "a worker of the page", "before": "the page before the capture began", "test": "the test"}


def content_of(event: Event) -> str | bytes:
    """The payload of a frame: text, or binary that came as base64."""
    text = event.get("text")
    return str(text) if text is not None else base64.b64decode(event["base64"])
