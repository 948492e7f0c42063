"""Keywords that register listeners: Robot keywords that hear everything, in Robot's thread."""

from typing import Any

from robot.api.deco import keyword

from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Family
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import RealtimeError
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.keywords.session import Session


class Listening:
    """Listeners for items, errors and closes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("On Message", tags=["WebSocket", "Listener"])
    def on_message(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword with every message, those already recorded first. See [Listeners].

        Args:
            keyword: Called with the payload first.

        Examples:
            ```robotframework
            On Message    Log    DEBUG
            ```
        """
        self._on_item(WEBSOCKET, keyword, args, alias)

    @keyword("On WebSocket Error", tags=["WebSocket", "Listener"])
    def on_websocket_error(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword with every error, one that already happened included. See [Listeners].

        Args:
            keyword: Called with the error's text first.

        Examples:
            ```robotframework
            On WebSocket Error    Log    WARN
            ```
        """
        self._on_error(WEBSOCKET, keyword, args, alias)

    @keyword("On WebSocket Close", tags=["WebSocket", "Listener"])
    def on_websocket_close(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword when the connection closes for good, or at once if it has. See [Listeners].

        Args:
            keyword: Called with the close code and the close reason first.

        Examples:
            ```robotframework
            On WebSocket Close    Log Many
            ```
        """
        self._on_close(WEBSOCKET, keyword, args, alias)

    @keyword("On SSE Event", tags=["SSE", "Listener"])
    def on_sse_event(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword with every event, those already recorded first. See [Listeners].

        Args:
            keyword: Called with the event first.

        Examples:
            ```robotframework
            On SSE Event    Log    DEBUG
            ```
        """
        self._on_item(SSE, keyword, args, alias)

    @keyword("On SSE Error", tags=["SSE", "Listener"])
    def on_sse_error(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword with every error, one that already happened included. See [Listeners].

        Args:
            keyword: Called with the error's text first.

        Examples:
            ```robotframework
            On SSE Error    Log    WARN
            ```
        """
        self._on_error(SSE, keyword, args, alias)

    @keyword("On SSE Close", tags=["SSE", "Listener"])
    def on_sse_close(self, keyword: str, *args: Any, alias: str | None = None) -> None:
        """Call a keyword when the stream ends for good, or at once if it has. See [Listeners].

        Args:
            keyword: Called with `None` (a stream has no close code) and the words for how it ended.

        Examples:
            ```robotframework
            On SSE Close    Log Many
            ```
        """
        self._on_close(SSE, keyword, args, alias)

    def _on_item(self, family: Family, name: str, args: tuple[Any, ...], alias: str | None) -> None:
        session = self._session

        def call(item: Item) -> None:
            session.run_keyword(name, [session.returned.item(item)], args)

        session.listen(session.connection(alias, family), "items", call)

    def _on_error(self, family: Family, name: str, args: tuple[Any, ...], alias: str | None) -> None:
        session = self._session

        def call(error: RealtimeError) -> None:
            session.run_keyword(name, [session.secrets.mask(str(error))], args)

        session.listen(session.connection(alias, family), "errors", call)

    def _on_close(self, family: Family, name: str, args: tuple[Any, ...], alias: str | None) -> None:
        session = self._session

        def call(ending: Ending) -> None:
            reason = ending.text if ending.code is None else ending.reason
            session.run_keyword(name, [ending.code, session.secrets.mask(reason)], args)

        session.listen(session.connection(alias, family), "closes", call)
