"""The Robot Framework library: import options, wiring, the hook around every keyword, and closing by itself."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, Literal

from robot import result, running
from robot.api.deco import library
from robotlibcore import DynamicCore

from RealtimeLibrary.core.connection import SSE, WEBSOCKET, Family
from RealtimeLibrary.core.errors import ExpectationFailed, RealtimeError, UnknownAlias, WrongUse
from RealtimeLibrary.core.secrets import SECRET_PARAMS
from RealtimeLibrary.keywords.arguments import CONVERTERS, Headers, Url, given, names
from RealtimeLibrary.keywords.asserting import Asserting
from RealtimeLibrary.keywords.connecting import Connecting
from RealtimeLibrary.keywords.documentation import completed
from RealtimeLibrary.keywords.getting import Getting
from RealtimeLibrary.keywords.groups import Groups
from RealtimeLibrary.keywords.listening import Listening
from RealtimeLibrary.keywords.masking import Masking
from RealtimeLibrary.keywords.page import Page
from RealtimeLibrary.keywords.page_streams import PageStreams
from RealtimeLibrary.keywords.reports import Reports
from RealtimeLibrary.keywords.sending import Sending
from RealtimeLibrary.keywords.session import AutoClose, Session
from RealtimeLibrary.keywords.stream_contents import StreamContents
from RealtimeLibrary.keywords.stream_timing import StreamTiming
from RealtimeLibrary.keywords.strict import StrictMode
from RealtimeLibrary.keywords.subscribing import Subscribing
from RealtimeLibrary.keywords.transcripts import Transcripts, leave_transcript
from RealtimeLibrary.keywords.waiting import Waiting
from RealtimeLibrary.version import __version__


@library(scope="GLOBAL", version=__version__, doc_format="MARKDOWN", converters=CONVERTERS)
class RealtimeLibrary(DynamicCore):  # type: ignore[misc]  # PythonLibCore is not typed
    """Test WebSocket and Server-Sent Events (SSE) features: dashboards, chats, tickers, notifications, LLM streams.

    %TOC%

    # First test

    ```robotframework
    *** Settings ***
    Library    RealtimeLibrary

    *** Test Cases ***
    Training Reports Its Progress
        Connect WebSocket    ws://localhost:8000/api/v1/ws/training-monitor
        Send Message    {"type": "subscribe", "channel": "training_progress"}
        ${halfway} =    Wait For Message Matching    msg.type == 'training_progress' and msg.data.progress >= 50
        Should Be True    ${halfway.data.accuracy} > 0.9
        Message Should Not Be Received    error    timeout=500ms
    ```

    All examples on this page talk to the demo server of the project; its guide has whole chapters of them. The examples
    of the keywords go on from a WebSocket and an event stream that are open.

    # Recording

    Everything a connection receives from the handshake on is recorded in arrival order, with a number and its
    arrival time, whether or not a keyword is waiting.

    - **Waits consume**: `Wait For …` returns the first *unread* item that matches, whether it came before or after the
      call, and marks it read. Items passed over stay unread. `Collect …` does so with all that match.
    - **Assertions do not**: `… Should …` look at the whole record, and at what arrives within the timeout.
    - `since=` narrows both to what arrived after a mark from [Set Mark].

    A wait ends at once when its outcome is certain: the connection closed for good, the stream ended, or the
    reconnection attempts are used up.

    Nothing but [Clear Messages], [Clear SSE Events] or a full record (see `max_messages` and `max_bytes`) removes from
    it. Dropped items are counted and named in every failure they could have caused.

    # Connections

    A connection is a WebSocket, an event stream, or a stream captured from a page. Connect keywords return its alias.
    Every other keyword takes `alias=`; without it, it works on the family's current connection, the one opened or
    switched to last: a WebSocket for WebSocket keywords, an event stream for SSE keywords, the last of any kind for
    keywords of both. Naming an alias does not switch.

    By default a connection is closed at the end of the test, or of the suite, that opened it; see `auto_close`.

    # Payloads

    Messages are returned as their payload: JSON objects and arrays parsed, with attribute access
    (`${message.data.progress}`), any other text as text, binary as bytes. Events are returned as objects with `event`
    (the type), `data` (the text), `parsed_data` (JSON as above, else `None`), `id`, `retry`, `received_at` and
    `number`.

    # Conditions

    | condition | matches when |
    |---|---|
    | `predicate` as text | this Python expression is true: `msg.data.epoch > 5` |
    | `predicate` as a dictionary | every key is in the payload with an equal value, recursively |
    | `predicate` as compiled regular expression or callable | it is found in the text, or returns a true value |
    | `type=` (WebSocket) | the payload's `type` field equals it |
    | `event=` (SSE) | the event type equals it |
    | `regexp=` | it is found in the raw text |
    | `jsonpath=` | the JSONPath (RFC 9535) selects at least one node |
    | `schema=` | the payload is valid against this JSON Schema |
    | `keyword=` | this Robot keyword, called with the item, returns a true value |

    Several are combined with *and*. In expressions

    - `msg` is the payload of a message; `event` is an event, and `data` its parsed data, else its text;
    - `$name` is a Robot variable;
    - a JSON key comes before a dictionary method of the same name: `msg.items` is the field;
    - an item that lacks a key or has another type does not match; a syntax error or an unknown name fails the keyword
      at once;
    - spaces around operators are needed: Robot reads `type=='x'` as the argument `type`.

    Robot's cells are text, so `epoch=5` in a dictionary is `'5'`, which is not `5`: failures show both with their
    types.

    # Whole streams

    Besides single items the library judges a stream as a whole: order, gaps and duplicates, sequences, rules for every
    item, gaps in time, heartbeats, and who of a group of connections receives a broadcast. These keywords have the tag
    `Stream quality`. They work on both families and on streams of a page. None of them passes on an empty record: then
    it says that nothing was checked.

    With `strict=True` a test fails at its end if it left something behind: an unread item of a type that is not in
    `ignore_types`, an error, a close that it neither asked for nor asserted, or an item dropped from a full record.

    # Listeners

    `On …` keywords register a Robot keyword that is called with every item, error or close, each exactly once, in
    arrival order, beginning with those already recorded. It runs in Robot's thread: while a keyword of this library
    waits, and when one begins or ends. `Wait For …` returns an item only after its listeners have run. A failing
    listener fails the keyword that ran it.

    # Reconnection

    With `auto_reconnect=True` a lost connection is restored: up to `reconnect_attempts` times in a row, after
    `reconnect_delay`, growing by `reconnect_backoff`. Waits go on across it. A WebSocket closed with 1008 or 4000-4999
    and a rejected handshake are not retried unless `reconnect_on` names the code or status. An event stream sends the
    last event ID and honours the server's `retry:`. A stream that needed reconnection has errors.

    # Browser pages

    With the Browser library imported too (`pip install "robotframework-realtime[browser]"`), [Start Page Capture] makes
    every WebSocket and event stream that a page opens a connection like any other, for every keyword but those that
    send. Such a connection does not become the current one by itself: [Wait For Page WebSocket] and [Wait For Page SSE]
    return its alias and make it current.

    `Connect …    in_page=True` lets the current page open a stream for the test, with its cookies, origin and CORS
    rules. Options about TLS, proxies, pings and reconnecting cannot be used then: the browser decides them. An event
    stream is the page's own `EventSource`; with `method`, `headers`, `json` or `body` it is its `fetch`.

    # Failures and logs

    A failed keyword tells what was expected, what happened instead and which item came nearest, part by part with path,
    value and type. Its log shows the state of the connection and the last 20 things that happened on it.
    [Log Timeline] draws all connections on one time axis, [Save Transcript] writes everything to a file. With
    `transcripts=on-failure` every failed test leaves such a file in the output directory, linked from its log. A wait
    of more than five seconds says on the console what it waits for and how much has come, unless `progress=False`.

    # Times

    Times are Robot times: `5s`, `500ms`, `1 min`; a plain number is seconds. A timeout of `None` is the library's
    default, see [Set Realtime Timeout]. Zero and negative timeouts are errors. Robot's own timeouts and Ctrl-C end a
    waiting keyword at once.

    # Secrets

    `Secret` values, credentials in URLs, the query parameters `secret_params`, and the headers `Authorization`,
    `Cookie`, `Set-Cookie` and `Proxy-Authorization` are never shown: not in logs, failures or exports, also where the
    server echoes them. Build a value that contains a secret as a `Secret` of its own:

    ```robotframework
    *** Test Cases ***
    Log In With A Token
        VAR    ${authorization: Secret}    Bearer %{API_TOKEN}
        VAR    &{headers}    Authorization=${authorization}
        Connect SSE    http://localhost:8000/api/v1/sse/status    headers=${headers}
    ```
    """

    ROBOT_LISTENER_API_VERSION: ClassVar = 3

    def __init__(
        self,
        timeout: timedelta = timedelta(seconds=5),
        connect_timeout: timedelta = timedelta(seconds=5),
        auto_reconnect: bool = False,
        reconnect_attempts: int = 3,
        reconnect_delay: timedelta = timedelta(seconds=1),
        auto_close: AutoClose = AutoClose.test,
        *,
        progress: bool = True,
        transcripts: Transcripts = Transcripts.never,
        secret_params: Sequence[str] | str = SECRET_PARAMS,
        strict: bool = False,
        ignore_types: Sequence[str] | str = (),
        headers: Headers | None = None,
        reconnect_backoff: float = 1,
        reconnect_on: Sequence[int] | int = (),
        subprotocols: list[str] | str | None = None,
        origin: str | None = None,
        on_connect: object = None,
        ping_interval: timedelta | None = timedelta(seconds=20),
        ping_timeout: timedelta | None = timedelta(seconds=20),
        compression: Literal["deflate"] | None = None,
        max_size: int | str = "16 MiB",
        max_messages: int | None = None,
        max_bytes: int | str | None = "256 MiB",
        verify: bool | str = True,
        client_cert: str | None = None,
        client_key: str | None = None,
        proxy: Url | None = None,
        parse_json: bool = True,
        type_field: str = "type",
        method: str = "GET",
        params: Headers | None = None,
        idle_timeout: timedelta | None = None,
    ) -> None:
        """Import the library. Connect options given here are the defaults of all connections.

        Args:
            timeout: Longest wait of keywords that give none.
            auto_close: When connections are closed by themselves: `test` closes at the end of a test what it opened,
                and at the end of a suite what its setup opened; `suite` at the end of a suite what was opened in it;
                `manual` only at the end of the run. Closing forgets alias and record.
            progress: Whether a wait of more than five seconds says on the console what it waits for, if that is a
                terminal.
            transcripts: Which tests leave a transcript in the output directory, linked from the log: those that fail
                (`on-failure`), `always` or `never`.
            secret_params: Query parameters that are masked in URLs: a list, or a text with commas.
            strict: Whether a test fails at its end that left something behind: an unread item, an error, a close that
                it neither asked for nor asserted, or an item dropped from a full record.
            ignore_types: Message and event types that need not be read in strict mode.
        """
        options = given(
            connect_timeout=connect_timeout,
            auto_reconnect=auto_reconnect,
            reconnect_attempts=reconnect_attempts,
            reconnect_delay=reconnect_delay,
            reconnect_backoff=reconnect_backoff,
            reconnect_on=reconnect_on,
            headers=headers,
            subprotocols=subprotocols,
            origin=origin,
            on_connect=on_connect,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            compression=compression,
            max_size=max_size,
            max_messages=max_messages,
            max_bytes=max_bytes,
            verify=verify,
            client_cert=client_cert,
            client_key=client_key,
            proxy=proxy,
            parse_json=parse_json,
            type_field=type_field,
            method=method,
            params=params,
            idle_timeout=idle_timeout,
        )
        session = self._session = Session(timeout, options, names(secret_params), auto_close, progress=progress)
        self._transcripts = transcripts
        page_streams = self._page_streams = PageStreams(session)
        self._strict = StrictMode(session, names(ignore_types)) if strict else None
        super().__init__(
            [
                Connecting(session, page_streams),
                Sending(session),
                Waiting(session),
                Asserting(session),
                Getting(session),
                Listening(session),
                StreamContents(session),
                StreamTiming(session),
                Groups(session),
                Subscribing(session),
                Reports(session),
                Page(page_streams),
                Masking(session.secrets),
            ]
        )

    def run_keyword(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> Any:
        """Run a keyword: listeners hear what is new before and after it, and its failure is explained."""
        session = self._session
        try:
            session.run_listeners()
            value = super().run_keyword(name, args, kwargs)
            session.run_listeners()
            session.log.keyword_ran()
            return value
        except RealtimeError as error:
            error.args = (session.explained(error),)
            self._log_failure(error, name, kwargs or {})
            # The cause is in the text already; its own text is foreign and may hold a secret.
            raise error from None
        except AssertionError as error:
            self._log_failure(error, name, kwargs or {})
            raise

    def _log_failure(self, error: Exception, name: str, kwargs: Mapping[str, Any]) -> None:
        """Add the latest past of the connection that the failed keyword is about."""
        if isinstance(error, WrongUse) or name.startswith("Connect "):
            return
        if isinstance(error, ExpectationFailed) and error.situation is not None:
            self._session.log.failed(error, error.situation.connection)
            return
        with suppress(UnknownAlias):
            self._session.log.failed(error, self._session.connection(kwargs.get("alias"), _family_of(name)))

    def get_keyword_documentation(self, name: str) -> str:
        """The documentation with every argument of the keyword."""
        documentation: str = super().get_keyword_documentation(name)
        if name == "__intro__":
            return documentation
        arguments = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_keyword_arguments(name)]
        return completed(documentation, [argument.lstrip("*") for argument in arguments if argument != "*"])

    # Robot's listener interface

    def start_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """What is opened from now on belongs to this suite."""
        self._session.owner = data.full_name

    def start_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """What is opened from now on belongs to this test."""
        if self._session.auto_close is AutoClose.test:
            self._session.owner = data.full_name
        if self._strict is not None:
            self._strict.begin()

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Fail a test that left something behind in strict mode, leave its transcript, close what it opened."""
        if self._strict is not None and result.passed and (verdict := self._strict.verdict()) is not None:
            result.status, result.message = "FAIL", self._session.secrets.mask(verdict)
        leave_transcript(result, [stream.connection for stream in self._session.store], self._transcripts)
        if self._session.auto_close is AutoClose.test:
            self._close_opened_by(data.full_name)
        self._session.owner = data.parent.full_name if data.parent else ""

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Close what the suite opened."""
        if self._session.auto_close is not AutoClose.manual:
            self._close_opened_by(data.full_name)
        self._session.owner = data.parent.full_name if data.parent else ""

    def close(self) -> None:
        """The run is over: close everything and end the thread."""
        self._page_streams.stop()
        self._session.shut_down()

    def _close_opened_by(self, owner: str) -> None:
        self._page_streams.stop_if_owned_by(owner)
        self._session.close(self._session.store.owned_by(owner))


def _family_of(keyword: str) -> Family | None:
    """The family of connections that a keyword is about, `None` for both."""
    if "SSE" in keyword:
        return SSE
    return WEBSOCKET if any(word in keyword for word in ("WebSocket", "Message", "Ping")) else None
