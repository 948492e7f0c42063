"""Keywords that send: messages, pings, and requests with their reply."""

from typing import Any

from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import Subset, all_of
from RealtimeLibrary.core.connection import WEBSOCKET
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.messages import parse_json
from RealtimeLibrary.keywords.arguments import Timeout, revealed
from RealtimeLibrary.keywords.session import Session


class Sending:
    """What goes out."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Send Message", tags=["WebSocket"])
    def send_message(self, message: object, *, alias: str | None = None) -> None:
        r"""Send a message over a WebSocket.

        Args:
            message: A dictionary, list or other value is sent as JSON text, text as it is, bytes as a binary message, a
                `Secret` as its text. A dictionary may hold `Secret`s.

        Raises:
            ConnectionClosed: The connection is not open; says how it ended.
            InvalidArgument: The message cannot be written as JSON.

        Examples:
            ```robotframework
            VAR    &{subscribe}    type=subscribe    channel=training_progress
            Send Message    ${subscribe}
            Send Message    {"type": "ping"}
            Send Message    ${{b'\x00\x01'}}
            ```
        """
        self._session.send(alias, revealed(message, self._session.secrets))

    @keyword("Send Ping", tags=["WebSocket"])
    def send_ping(self, data: str | bytes = "", timeout: Timeout = None, *, alias: str | None = None) -> float:
        """Send a ping and wait for its pong (RFC 6455, section 5.5.2).

        Args:
            data: Payload of the ping, at most 125 bytes; empty for a unique one.

        Returns:
            The round-trip time in seconds.

        Raises:
            TimedOut: No pong came in time.
            ConnectionClosed: The connection is not open, or closed before the pong.

        Examples:
            ```robotframework
            ${seconds} =    Send Ping    timeout=2s
            Should Be True    ${seconds} < 0.5
            ```
        """
        session = self._session
        return session.bridge.run(session.websocket(alias).ping(data, session.seconds(timeout)))

    @keyword("Send Message And Wait For Reply", tags=["WebSocket", "Wait"])
    def send_message_and_wait_for_reply(
        self,
        message: object,
        predicate: object = None,
        timeout: Timeout = None,
        *,
        type: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: object = None,
        keyword: str | None = None,
        correlate: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Send a message and wait for the reply to it, which is marked read.

        Only messages that arrive after the sending count.

        Args:
            message: What to send, as in [Send Message].
            correlate: Name of a field: the reply's must equal the sent one, as an `id` of a request does.

        Returns:
            The reply's payload.

        Raises:
            NothingMatched: No reply matched in time.
            ClosedWhileWaiting: The connection closed first.

        Examples:
            ```robotframework
            VAR    &{request}    id=123    type=request    method=getModelStatus
            ${reply} =    Send Message And Wait For Reply    ${request}    msg.type == 'response'    correlate=id
            Log    ${reply.data}
            ```
        """
        session = self._session
        payload = revealed(message, session.secrets)
        condition = session.condition(
            WEBSOCKET, predicate, regexp=regexp, jsonpath=jsonpath, schema=schema, keyword=keyword
        )
        if correlate is not None:
            condition = all_of([_same_field(payload, correlate), condition])
        looked_for = session.wanted(WEBSOCKET, condition, type)
        connection = session.connection(alias, WEBSOCKET)
        before = connection.record.last
        session.send(alias, payload)
        return session.returned.payload(session.wait_for_items(connection, looked_for, timeout, before)[0])


def _same_field(sent: Any, name: str) -> Condition:
    """The reply's field equals the sent one."""
    content = parse_json(sent) if isinstance(sent, str) else sent
    if not isinstance(content, dict) or name not in content:
        raise InvalidArgument(f"Argument 'correlate' names the field '{name}', which the message does not have.")
    return Subset({name: content[name]})
