"""Keywords about the streams of the page under test, captured through the Browser library."""

from robot.api.deco import keyword

from RealtimeLibrary.browser.capture import UrlPattern
from RealtimeLibrary.core.connection import SSE, WEBSOCKET
from RealtimeLibrary.keywords.arguments import Timeout
from RealtimeLibrary.keywords.page_streams import PageStreams


class Page:
    """What the page really receives."""

    def __init__(self, streams: PageStreams) -> None:
        self._streams = streams

    @keyword("Start Page Capture", tags=["WebSocket", "SSE", "Browser"])
    def start_page_capture(self, url: str = "*", alias: str = "page", deep: bool = False) -> None:
        """Capture the WebSockets and event streams of all pages of the open browser. See [Browser pages].

        Captured are streams that a page opens from now on: in every page, tab, popup, frame and new context, from the
        first script on. Each becomes a connection: `page-websocket-1`, `page-sse-1`, … A second start replaces the
        first. The capture ends with the test that started it.

        Args:
            url: Pattern of the URLs to capture: `*` is any text, `?` any one character.
            alias: First part of the aliases.
            deep: Whether Chromium's DevTools protocol is used in addition, for handshakes, all event types, workers,
                and streams that are open already.

        Raises:
            WrongUse: The Browser library is not installed or not imported, or no browser is open.

        Examples:
            ```robotframework
            New Browser    chromium
            Start Page Capture
            New Page    ${URL}
            ${ticker} =    Wait For Page WebSocket    */ticker*
            Message Should Be Received    price    alias=${ticker}
            ```
        """
        self._streams.start(UrlPattern(url), alias, deep)

    @keyword("Stop Page Capture", tags=["WebSocket", "SSE", "Browser"])
    def stop_page_capture(self) -> None:
        """End the capture and leave the pages as they were. Does nothing without a capture.

        The captured connections are closed, and their records stay readable.

        Examples:
            ```robotframework
            Stop Page Capture
            ```
        """
        self._streams.stop()

    @keyword("Wait For Page WebSocket", tags=["WebSocket", "Browser", "Wait"])
    def wait_for_page_websocket(self, url: str = "*", timeout: Timeout = None) -> str:
        """Wait until a page opens a WebSocket, and make it the current one.

        Returns when it is open, or failed. Also finds one that was opened since the capture began. Each captured
        WebSocket is returned once.

        Args:
            url: Pattern of its URL: `*` is any text, `?` any one character.

        Returns:
            The alias.

        Raises:
            NothingMatched: No page opened one in time; lists what was opened instead.
            ClosedWhileWaiting: The browser was closed or crashed.
            WrongUse: There is no capture.

        Examples:
            ```robotframework
            ${ticker} =    Wait For Page WebSocket    */ticker*    timeout=10s
            ```
        """
        return self._streams.wait_until_opened(WEBSOCKET, UrlPattern(url), timeout)

    @keyword("Wait For Page SSE", tags=["SSE", "Browser", "Wait"])
    def wait_for_page_sse(self, url: str = "*", timeout: Timeout = None) -> str:
        """Wait until a page opens an event stream, and make it the current one.

        Returns when it is open, or failed. Also finds one that was opened since the capture began. Each captured stream
        is returned once. A `fetch` counts as an event stream when its answer has the content type `text/event-stream`.

        Args:
            url: Pattern of its URL: `*` is any text, `?` any one character.

        Returns:
            The alias.

        Raises:
            NothingMatched: No page opened one in time; lists what was opened instead.
            ClosedWhileWaiting: The browser was closed or crashed.
            WrongUse: There is no capture.

        Examples:
            ```robotframework
            ${news} =    Wait For Page SSE    */news    timeout=10s
            SSE Event Should Be Received    headline    alias=${news}
            ```
        """
        return self._streams.wait_until_opened(SSE, UrlPattern(url), timeout)
