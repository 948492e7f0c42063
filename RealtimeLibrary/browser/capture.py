"""A capture: every stream of the browser's pages, from `start` to `stop`, as connections."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from RealtimeLibrary.browser.node import Node
from RealtimeLibrary.browser.session import Session
from RealtimeLibrary.browser.streams import PageEventStream, PageStream, PageWebSocket
from RealtimeLibrary.browser.uplink import Event
from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Connection, Family
from RealtimeLibrary.core.errors import ClosedWhileWaiting, NothingMatched
from RealtimeLibrary.core.waiting import PENDING, Expectation, Pending
from RealtimeLibrary.core.wording import in_words

_FAMILIES: Final = {"websocket": WEBSOCKET, "sse": SSE}
_SHOWN: Final = 3


@dataclass(frozen=True)
class UrlPattern:
    """A URL pattern: `*` is any text, also slashes; `?` is any one character.

    Attributes:
        glob: The pattern as written.
        regexp: The same as a regular expression, which means the same in Python and in JavaScript.
    """

    glob: str
    regexp: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        wildcards = {"*": ".*", "?": "."}
        parts = (wildcards.get(part, re.escape(part)) for part in re.split(r"([*?])", self.glob))
        object.__setattr__(self, "regexp", f"^{''.join(parts)}$")

    def matches(self, url: str) -> bool:
        """Whether the whole URL matches."""
        return re.match(self.regexp, url, re.DOTALL) is not None


@dataclass
class Captured:
    """A captured stream for those who wait for one.

    Attributes:
        stream: The stream.
        url: Its URL, which patterns are compared with.
        tells_opening: Whether it is told when the stream is open; of a worker's WebSocket it is not.
        given: Whether a wait has returned it.
    """

    stream: PageStream[Any]
    url: str
    tells_opening: bool = True
    given: bool = False

    @property
    def is_connecting(self) -> bool:
        """Whether it is not known yet if the stream opens."""
        connection = self.stream.connection
        return self.tells_opening and not connection.openings and not connection.is_over

    def __str__(self) -> str:
        connection = self.stream.connection
        state = ", returned before" if self.given else ", still connecting" if self.is_connecting else ""
        return f"'{connection.alias}' ({connection.url}{state})"


class PageCapture:
    """The streams of all pages of a browser.

    Args:
        node: Where the pages are.
        connect: Makes the connection of a new stream from its family and URL. Called on the event loop.
        add: Takes the new stream. Called on the event loop.
        url: Pattern of the URLs to capture.
        deep: Whether Chromium's DevTools protocol is used in addition.
    """

    def __init__(
        self,
        node: Node,
        connect: Callable[[Family, str], Connection[Any]],
        add: Callable[[PageStream[Any]], None],
        *,
        url: UrlPattern,
        deep: bool = False,
    ) -> None:
        self._connect = connect
        self._add = add
        self._url = url
        self._deep = deep
        self._session = Session(node, self._happened, self._ended)
        self._captured: dict[int, Captured] = {}
        self._observers: list[Callable[[], None]] = []
        self.ending: str | None = None

    async def start(self) -> None:
        """Begin to capture: the pages that are open, and new ones before their first script runs.

        Raises:
            WrongUse: No browser is open.
            ConnectionProblem: The Browser library failed.
        """
        try:
            await self._session.open(filter=self._url.regexp, deep=self._deep, wrap=True)
            await self._session.call("realtimeWatchBrowser")
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Capture no more and leave the pages as they were. What was captured stays readable."""
        self._end("the capture was stopped", is_error=False)
        await self._session.close()

    @property
    def captured(self) -> Sequence[Captured]:
        """Every captured stream, in the order they were opened."""
        return list(self._captured.values())

    def take(self, family: Family, url: UrlPattern) -> Connection[Any] | None:
        """The first connection of this family and URL that has opened (or failed) and that no earlier call returned."""
        for captured in self.captured:
            connection: Connection[Any] = captured.stream.connection
            if captured.given or captured.is_connecting:
                continue
            if connection.family is family and url.matches(captured.url):
                captured.given = True
                return connection
        return None

    def observe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """The first connection of this family and URL that opened, or failed, and that no earlier call returned."""
        self._observers = [*self._observers, observer]

        def stop() -> None:
            self._observers = [other for other in self._observers if other is not observer]

        return stop

    def _happened(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "open":
            self._opened(event)
        elif kind == "end":
            self._end(event["text"], is_error=True)
        elif kind == "lost":
            self._end(f"the capture lost {event['text']}", is_error=True)
        elif (captured := self._captured.get(event["stream"])) is not None:
            captured.stream.happened(event)
            if kind in ("ready", "close"):
                self._changed()

    def _opened(self, event: Event) -> None:
        family = _FAMILIES[event["family"]]
        kind = PageWebSocket if family is WEBSOCKET else PageEventStream
        stream: PageStream[Any] = kind(self._connect(family, event["url"]), event)
        self._add(stream)  # before a waiting thread can see it
        silent = family is WEBSOCKET and event.get("via") == "worker"
        self._captured[event["stream"]] = Captured(stream, event["url"], tells_opening=not silent)
        self._changed()

    def _ended(self, reason: str | None) -> None:
        if reason is not None:
            self._end(reason, is_error=True)

    def _end(self, text: str, *, is_error: bool) -> None:
        self.ending = self.ending or text
        for captured in self.captured:
            captured.stream.end(f"closed: {text}", is_error=is_error)
        self._changed()

    def _changed(self) -> None:
        for observer in self._observers:
            observer()


class PageOpens(Expectation[Connection[Any]]):
    """The page opens a stream of this family and URL that no earlier wait returned.

    Args:
        capture: The running capture.
        family: WebSocket or SSE.
        url: Pattern of its URL.
        seconds: Longest wait.
    """

    def __init__(self, capture: PageCapture, family: Family, url: UrlPattern, seconds: float) -> None:
        self._capture = capture
        self._family = family
        self._url = url
        self.connections = [capture]
        self.seconds = seconds
        self.waiting_for = f"page {family.name} '{url.glob}'"

    def poll(self) -> Connection[Any] | Pending:
        """Look at what is new."""
        connection = self._capture.take(self._family, self._url)
        if connection is not None:
            return connection
        if self._capture.ending is not None:
            raise ClosedWhileWaiting(f"{self._expected()}: {self._capture.ending}.")
        return PENDING

    def expire(self) -> Connection[Any]:
        """Judge."""
        raise NothingMatched(f"{self._expected()} within {in_words(self.seconds)}: {self._instead()}")

    def _expected(self) -> str:
        return f"Expected page {self._family.name} matching '{self._url.glob}' was not opened"

    def _instead(self) -> str:
        captured = self._capture.captured
        if not captured:
            return "the pages opened no stream since the capture began."
        shown = [str(one) for one in captured[-_SHOWN:]]
        more = [f"{len(captured) - _SHOWN:,} before"] if len(captured) > _SHOWN else []
        return f"the pages opened {', '.join(shown + more)}."
