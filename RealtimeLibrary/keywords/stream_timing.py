"""Keywords about when a stream's items arrive: gaps, rate, bursts, heartbeats, silence."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import Connection, Mark
from RealtimeLibrary.core.errors import ClosedWhileWaiting, ExpectationFailed, InvalidArgument, WrongUse
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.situation import condition_of
from RealtimeLibrary.core.stream_checks.feeding import ArrivalsBeyond, Fed, FirstItem, HeartbeatsDue, Idle
from RealtimeLibrary.core.stream_checks.timing import GapStatistics, gap_statistics, spread
from RealtimeLibrary.core.websocket.tester import WebSocketTester
from RealtimeLibrary.core.wording import counted, in_words, seconds_of
from RealtimeLibrary.keywords.arguments import Timeout, at_least_one
from RealtimeLibrary.keywords.getters import checked
from RealtimeLibrary.keywords.selection import Selecting, Selection
from RealtimeLibrary.reporting.stream_findings import pause_lines

CLOCK_ERROR: Final = 0.001
"""How late an arrival is stamped at the median while Robot's thread is busy, in seconds (see benchmarks)."""

_EXACTNESS: Final = f"arrival times are exact to about {CLOCK_ERROR * 1000:g} ms"


class StreamTiming(Selecting):
    """Assertions about arrival times, taken on the monotonic clock when an item was read from the network."""

    @keyword("Stream Should Not Be Buffered", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def stream_should_not_be_buffered(
        self,
        within: timedelta = timedelta(seconds=1),
        items: int = 5,
        timeout: Timeout = None,
        *,
        predicate: object = None,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> None:
        """Fail unless items are spread out in time, as in a live stream, and do not come in one burst.

        A proxy that buffers a stream delivers all of it at its end. The keyword passes as soon as enough items have
        come and the last of them came later after the first than `within`.

        Args:
            within: All that arrives in this time counts as one burst.
            items: With fewer items nothing can be told, and the keyword fails.

        Raises:
            ExpectationFailed: All came in one burst, or too few came in time.

        Examples:
            ```robotframework
            Stream Should Not Be Buffered    within=200ms    items=5
            ```
        """
        at_least_one(items)
        burst = seconds_of(within, "within")
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        arrivals = self._session.wait(
            Fed(
                selection.connection,
                selection.wanted,
                ArrivalsBeyond(burst, items),
                self._session.seconds(timeout),
                selection.since,
            )
        )
        found = spread(arrivals.times)
        if arrivals.decided:
            selection.passed(f"{found.count:,} came within {in_words(round(found.seconds, 3))}")
            return
        if not found.count:
            what = selection.nothing
        elif found.count < items:
            what = f"only {found.count} came, at least {items} are needed to tell"
        else:
            what = (
                f"all {found.count:,} came within {in_words(round(found.seconds, 3))}, "
                f"up to {found.largest_burst:,} of them at once"
            )
        verdict = (
            f"Expected {selection.noun} spread over more than {in_words(burst)} on '{selection.connection.alias}': "
            f"{what}; {condition_of(selection.connection)}"
        )
        raise selection.failed(verdict, message=message)

    @keyword("First Message Should Arrive Within", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def first_message_should_arrive_within(
        self,
        limit: timedelta,
        predicate: object = None,
        *,
        after: Literal["handshake", "send"] = "handshake",
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> float:
        """Fail unless the first matching item comes in this time after the handshake, the last send or a mark.

        Args:
            limit: Longest time, as Robot time.
            after: From when on time counts: the last `handshake`, or the last `send`. A mark in `since=` comes first.

        Returns:
            The time in seconds that it took.

        Raises:
            ExpectationFailed: It came later, or not at all in time.

        Examples:
            ```robotframework
            First Message Should Arrive Within    500ms
            Send Message    {"type": "ping"}
            First Message Should Arrive Within    2s    type=pong    after=send
            ```
        """
        longest = seconds_of(limit, "limit")
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        connection = selection.connection
        start, word = self._start_of(connection, since, after)
        remaining = max(start + longest - time.monotonic(), 0.0)
        first = self._session.wait(
            Fed(connection, selection.wanted, FirstItem(), remaining, Mark(start) if since is None else since)
        )
        if first.item is not None:
            seconds: float = first.item.received_at - start
            if seconds <= longest:
                return seconds
            found = f"#{first.item.number} came after {in_words(round(seconds, 3))} ({_EXACTNESS})."
        else:
            found = f"none came; {condition_of(connection)}"
        phrase = selection.wanted.phrase
        verdict = f"Expected first {phrase} within {in_words(longest)} after {word} on '{connection.alias}': {found}"
        raise selection.failed(verdict, message=message)

    @keyword("Longest Gap Should Be", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def longest_gap_should_be(
        self,
        assertion_operator: AssertionOperator,
        assertion_expected: object,
        predicate: object = None,
        *,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> float:
        """Fail unless the longest time between two arrivals stands in this relation to a time.

        Silence before the first and after the last item is no gap: see [First Message Should Arrive Within] and
        [Heartbeat Should Arrive Every].

        Returns:
            The longest gap in seconds.

        Raises:
            ExpectationFailed: The assertion does not hold; says where the gap is. Or there are not two items.

        Examples:
            ```robotframework
            Longest Gap Should Be    <    2s    type=tick_update
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        items, found = self._gaps(selection, message)
        assert found.longest is not None
        before, after = items[found.longest.index - 1], items[found.longest.index]
        subject = (
            f"Longest gap between {selection.noun} on '{selection.connection.alias}', "
            f"from #{before.number} to #{after.number} ({_EXACTNESS}),"
        )
        value = found.longest.seconds
        return float(checked(value, assertion_operator, assertion_expected, subject, message))

    @keyword("Get Gap", tags=["WebSocket", "SSE", "Getter", "Assertion", "Stream quality"])
    def get_gap(
        self,
        percentile: str = "max",
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        predicate: object = None,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Get or assert the time between two arrivals that a share of all gaps does not exceed.

        Args:
            percentile: `p50`, `p95`, `p99.9` …, or `max`. It is a gap that occurred (nearest rank).

        Returns:
            The gap in seconds.

        Raises:
            ExpectationFailed: The assertion does not hold, or there are not two items.

        Examples:
            ```robotframework
            ${typical} =    Get Gap    p50
            Get Gap    p95    <    200ms    type=tick_update
            ```
        """
        percent = _percent(percentile)
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        _, found = self._gaps(selection, message)
        subject = (
            f"Gap {percentile} of {len(found.gaps):,} between {selection.noun} on '{selection.connection.alias}' "
            f"({_EXACTNESS})"
        )
        return checked(found.percentile(percent), assertion_operator, assertion_expected, subject, message)

    @keyword("Get Message Rate", tags=["WebSocket", "SSE", "Getter", "Assertion", "Stream quality"])
    def get_message_rate(
        self,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: object = None,
        *,
        predicate: object = None,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> Any:
        """Get or assert the items per second between the first and the last arrival.

        Returns:
            The rate per second.

        Raises:
            ExpectationFailed: The assertion does not hold, or the items tell no rate: fewer than two, or all at once.

        Examples:
            ```robotframework
            ${rate} =    Get Message Rate
            Get Message Rate    >    50    type=tick_update
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        _, found = self._gaps(selection, message)
        alias = selection.connection.alias
        if found.rate is None:
            text = f"Cannot tell the rate of {selection.noun} on '{alias}': all {found.count:,} came at once."
            raise selection.failed(text, message=message)
        subject = (
            f"Rate of {selection.noun} on '{alias}', {found.count:,} in {in_words(round(found.seconds, 3))} "
            f"({_EXACTNESS}),"
        )
        return checked(found.rate, assertion_operator, assertion_expected, subject, message)

    @keyword("Heartbeat Should Arrive Every", tags=["WebSocket", "SSE", "Assertion", "Wait", "Stream quality"])
    def heartbeat_should_arrive_every(
        self,
        interval: timedelta,
        count: int = 3,
        tolerance: Timeout = None,
        *,
        predicate: object = None,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> None:
        """Fail unless so many heartbeats come in a row, none later than the interval after the one before.

        Without a condition, a heartbeat is a ping or pong of a WebSocket, or a comment of an event stream. With one, it
        is an item that matches. Heartbeats are expected from the handshake on, or from a mark; those already recorded
        count.

        Args:
            interval: Longest time between two heartbeats, as Robot time.
            tolerance: How much later one may be, as Robot time. `None` is a tenth of the interval.

        Raises:
            ExpectationFailed: One was late; says when.
            ClosedWhileWaiting: The connection closed first.

        Examples:
            ```robotframework
            Heartbeat Should Arrive Every    1s    count=3    alias=sse-1
            Heartbeat Should Arrive Every    1s    type=tick_update    alias=websocket-1
            ```
        """
        at_least_one(count)
        every = seconds_of(interval, "interval")
        longest = every * 1.1 if tolerance is None else every + seconds_of(tolerance, "tolerance", zero=True)
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        connection = selection.connection
        begin = (connection.opened_at or time.monotonic()) if since is None else since.at

        def times() -> Sequence[float]:
            if selection.wanted.condition is not ANY:
                return [item.received_at for item in selection.items()]
            beats = (Happening.PING, Happening.PONG, Happening.COMMENT)
            return [entry.at for entry in connection.journal.of(*beats)]

        found = self._session.wait(HeartbeatsDue(connection, times, longest, count, begin, time.monotonic))
        if found.on_time >= count:
            selection.passed(f"{found.count:,} heartbeats, none late")
            return
        what = "heartbeat" if selection.wanted.condition is ANY else selection.wanted.phrase
        evidence = pause_lines(found.late, begin)
        verdict = (
            f"Expected {count} times a {what} every {in_words(every)} on '{connection.alias}': "
            f"{found.on_time} on time, {len(found.late)} late, {found.count} in all; {condition_of(connection)}"
        )
        raise selection.failed(verdict, evidence, message)

    @keyword("Connection Should Survive Idle", tags=["WebSocket", "SSE", "Assertion", "Wait", "Stream quality"])
    def connection_should_survive_idle(
        self, duration: timedelta, timeout: Timeout = None, *, message: str | None = None, alias: str | None = None
    ) -> None:
        """Fail unless the connection stays open while nothing is sent, and a WebSocket answers a ping afterwards.

        Connect with `ping_interval=None`: the library's own pings would keep the connection alive. A WebSocket that a
        page opened is not pinged: pages cannot.

        Args:
            duration: How long to stay idle, as Robot time.
            timeout: Longest wait for the pong, as Robot time. `None` is the library's default.

        Raises:
            ClosedWhileWaiting: It closed or reconnected; says when.
            TimedOut: It did not answer the ping.
            InvalidArgument: The library sends pings more often than `duration`.

        Examples:
            ```robotframework
            Connect WebSocket    ws://localhost:8000/api/v1/ws/monitor    ping_interval=${None}
            Connection Should Survive Idle    2s
            ```
        """
        session = self._session
        connection = session.connection(alias)
        seconds = seconds_of(duration, "duration")
        tester = session.store.get(alias)
        if isinstance(tester, WebSocketTester):
            _refuse_pings(tester, seconds)
        try:
            session.wait(Idle(connection, seconds, time.monotonic()))
        except ClosedWhileWaiting as error:
            if message is None:
                raise
            raise ExpectationFailed(message, own_text=True) from error
        if isinstance(tester, WebSocketTester):
            session.bridge.run(tester.ping(b"", session.seconds(timeout)))

    def _gaps(self, selection: Selection, message: str | None) -> tuple[Sequence[Item], GapStatistics]:
        items = selection.items()
        if len(items) < 2:
            what = selection.nothing if not items else f"only {counted(1, selection.connection.family.noun)}"
            verdict = f"Expected gaps between {selection.noun} on '{selection.connection.alias}': {what}."
            raise selection.failed(verdict, message=message)
        return items, gap_statistics([item.received_at for item in items])

    def _start_of(self, connection: Connection[Any], since: Mark | None, after: str) -> tuple[float, str]:
        """From when on time counts, and the words for it."""
        if since is not None:
            return since.at, "the mark"
        if after == "handshake":
            if connection.opened_at is None:
                raise WrongUse(f"'{connection.alias}' was never connected.")
            return connection.opened_at, "the handshake"
        # Asked on the loop, because that is where messages are sent: one just handed over is there by then.
        sent = self._session.bridge.call(connection.journal.of, Happening.SENT)
        if not sent:
            raise WrongUse(f"Nothing was sent on '{connection.alias}' yet.")
        return sent[-1].at, "the last send"


def _percent(percentile: str) -> float:
    """95 for `p95`, 100 for `max`."""
    text = percentile.strip().lower()
    try:
        percent = 100.0 if text == "max" else float(text.removeprefix("p"))
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:
        raise InvalidArgument(f"Argument 'percentile' got value '{percentile}'. Give 'p50', 'p95', 'p99.9' or 'max'.")
    return percent


def _refuse_pings(tester: WebSocketTester, seconds: float) -> None:
    """Refuse a connection that would not be idle for so long."""
    interval = tester.ping_interval
    if interval is not None and interval < seconds:
        raise InvalidArgument(
            f"'{tester.connection.alias}' sends a ping every {in_words(interval)}, so it is never idle for "
            f"{in_words(seconds)}. Connect with ping_interval=${{None}}."
        )
