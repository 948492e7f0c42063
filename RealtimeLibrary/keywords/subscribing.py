"""Keywords for two patterns of real-time servers: a subscription that is certain, and a text that is streamed."""

import time
from datetime import timedelta
from typing import Any

from robot.api.deco import keyword

from RealtimeLibrary.core.connection import Mark
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.situation import Wanted, condition_of
from RealtimeLibrary.core.stream_checks.feeding import Fed
from RealtimeLibrary.core.stream_checks.reading import ValueReader
from RealtimeLibrary.core.stream_checks.streamed_text import StreamedText
from RealtimeLibrary.core.waiting import Items
from RealtimeLibrary.core.wording import counted, in_words, seconds_of
from RealtimeLibrary.keywords.arguments import Timeout, revealed
from RealtimeLibrary.keywords.selection import Selecting, Selection
from RealtimeLibrary.reporting.showing import described_payload


class Subscribing(Selecting):
    """Waits that replace sleeping."""

    @keyword("Wait Until Subscribed", tags=["WebSocket", "SSE", "Wait", "Stream quality"])
    def wait_until_subscribed(
        self,
        send: object = None,
        ack: object = None,
        probe: object = None,
        timeout: Timeout = None,
        *,
        probe_keyword: str | None = None,
        interval: timedelta = timedelta(milliseconds=200),
        alias: str | None = None,
    ) -> Any:
        """Wait until the server certainly has the subscription, without sleeping.

        The proof is the first item that meets the condition `ack`: an acknowledgement, the first item of the channel,
        or what comes back for a probe. A probe is sent, or a probe keyword is run, again and again until its effect
        arrives; use it where a server acknowledges nothing. Only what arrives after the keyword began to send counts;
        if it sends nothing, an unread item from before counts too. The proof is marked read.

        Args:
            send: The subscription: a message as in [Send Message]. `None` if it was sent already.
            ack: The condition of the proof: an expression, a dictionary, a compiled regular expression or a callable.
            probe: A message that the server answers, or publishes to the channel, once the subscription works.
            probe_keyword: A Robot keyword to run as the probe, such as one that publishes over HTTP.
            interval: Time between two probes, as Robot time.

        Returns:
            The proof: the payload of the message, or the event.

        Raises:
            NothingMatched: No proof came in time; shows what came instead.
            ClosedWhileWaiting: The connection closed first.

        Examples:
            ```robotframework
            VAR    &{subscribe}    type=subscribe    channel=model_metrics
            Wait Until Subscribed    ${subscribe}    ack=msg.type == 'subscribed' and msg.channel == 'model_metrics'
            Wait Until Subscribed    ${subscribe}    probe={"type": "ping"}    ack=msg.type == 'pong'
            ```
        """
        session = self._session
        if ack is None:
            raise InvalidArgument("Argument 'ack' must be the condition of the item that proves the subscription.")
        pause = seconds_of(interval, "interval")
        selection = self._select(alias, None, ack)
        connection = selection.connection
        sends = send is not None or probe is not None or probe_keyword is not None
        since = Mark(time.monotonic()) if sends else None
        due = time.monotonic()

        def prove() -> None:
            nonlocal due
            if time.monotonic() < due:
                return
            due = time.monotonic() + pause
            if probe is not None:
                session.send(connection.alias, revealed(probe, session.secrets))
            if probe_keyword is not None:
                session.run_keyword(probe_keyword, [])

        if send is not None:
            session.send(connection.alias, revealed(send, session.secrets))
        noun, phrase = connection.family.noun, selection.wanted.phrase
        wanted = Wanted(selection.wanted.condition, f"{noun} that proves the subscription{phrase.removeprefix(noun)}")
        expectation = Items(connection, wanted, session.seconds(timeout), time.monotonic(), since, consume=True)
        (proof,) = session.wait(expectation, prove)
        return session.returned.item(proof)

    @keyword("Get Streamed Text", tags=["WebSocket", "SSE", "Wait", "Stream quality"])
    def get_streamed_text(
        self,
        path: str = "$.choices[0].delta.content",
        until: str | None = "[DONE]",
        timeout: Timeout = None,
        *,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> str:
        """Join the text that a language model streams in pieces, up to its end mark.

        Looks at unread items, and marks those read that it used. Items without text at the path add nothing.

        Args:
            path: JSONPath of the piece in an item, or a Python expression for it: `$.choices[0].delta.content` for the
                shape of OpenAI, `$.delta.text` for that of Anthropic, `event.data` for plain text.
            until: The end mark: the whole text of the last item, as `[DONE]`, or its type, as `message_stop`.
                `${None}` takes the end of the stream as the end of the text.

        Returns:
            The text.

        Raises:
            ExpectationFailed: The end mark did not come: the stream ended without it, or time was up. Shows the text so
                far and the last item. Or no item has text at the path.

        Examples:
            ```robotframework
            VAR    ${question}    {"messages": [{"role": "user", "content": "Hello"}]}
            Connect SSE    http://localhost:8000/test/llm/openai    method=POST    json=${question}
            ${answer} =    Get Streamed Text    timeout=30s
            Connect SSE    http://localhost:8000/test/llm/anthropic    method=POST    json=${question}
            ${same} =    Get Streamed Text    $.delta.text    until=message_stop    timeout=30s
            Should Be Equal    ${answer}    ${same}
            ```
        """
        session = self._session
        selection = self._select(alias, since)
        connection = selection.connection
        reader = ValueReader(path, session.dialect(connection.family))
        seconds = session.seconds(timeout)
        text = session.wait(
            Fed(connection, selection.wanted, StreamedText(reader, until), seconds, since, unread_only=True)
        )
        ended = text.decided or (until is None and connection.is_over and not connection.errors)
        if not ended or not text.items:
            raise self._incomplete(selection, text, path, until, seconds, message)
        used = text.items if text.end is None else [*text.items, text.end]
        for item in used:
            connection.unread.add(item.number)
        return text.text

    def _incomplete(
        self,
        selection: Selection,
        text: StreamedText,
        path: str,
        until: str | None,
        seconds: float,
        message: str | None,
    ) -> Exception:
        connection = selection.connection
        mark = "the end of the stream" if until is None else f"'{until}'"
        if not text.checked:
            found = selection.nothing
        elif not text.items:
            found = f"none of {counted(text.checked, connection.family.noun)} has text there"
        else:
            found = f"{counted(len(text.items), 'piece')} came, but not {mark}"
        verdict = (
            f"Expected streamed text at {path} up to {mark} within {in_words(seconds)} on '{connection.alias}': "
            f"{found}; {condition_of(connection)}"
        )
        evidence = [f"Text so far: {described_payload(text.text, connection.secrets)}"] if text.items else []
        last = connection.record.item(connection.record.last)
        if last is not None:
            evidence.append(
                f"Last {connection.family.noun}: #{last.number}  {described_payload(last.raw, connection.secrets)}"
            )
        return selection.failed(verdict, evidence, message)
