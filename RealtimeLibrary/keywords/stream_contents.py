"""Keywords about what a stream carries as a whole: order, gaps, sequence, completeness, and rules for every item."""

from typing import Any, Literal

from robot.api.deco import keyword

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.connection import Mark
from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.situation import condition_of
from RealtimeLibrary.core.stream_checks.completeness import CompletenessProgress
from RealtimeLibrary.core.stream_checks.feeding import AccumulatorT, Fed
from RealtimeLibrary.core.stream_checks.numbering import check_numbering
from RealtimeLibrary.core.stream_checks.ordering import Order, check_order
from RealtimeLibrary.core.stream_checks.reading import ValueReader
from RealtimeLibrary.core.stream_checks.sequence import SequenceProgress, StepState
from RealtimeLibrary.core.stream_checks.uniformity import UniformityProgress, ValidByType
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.keywords.arguments import Timeout, as_list
from RealtimeLibrary.keywords.selection import Selecting, Selection
from RealtimeLibrary.reporting.stream_findings import (
    completeness_lines,
    numbering_lines,
    order_lines,
    sequence_lines,
    uniformity_lines,
    without_value,
)


class StreamContents(Selecting):
    """Assertions about many items at once. They look at the record and mark nothing read."""

    @keyword("Messages Should Be In Order", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def messages_should_be_in_order(
        self,
        value: str,
        order: Literal["ascending", "strictly ascending", "descending"] = "ascending",
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
    ) -> None:
        """Fail unless the values at a path come in order.

        Each value is compared with the one before it, numbers with numbers and text with text. Items without a value
        are passed over; if no item has one, the keyword fails.

        Args:
            value: JSONPath of the value, as `$.data.timestamp`, or a Python expression for it, as `int(event.id)`.
            order: `ascending` and `descending` allow equal neighbours.

        Raises:
            ExpectationFailed: Some are not in order; names them. Or there is nothing to check.

        Examples:
            ```robotframework
            Messages Should Be In Order    $.data.timestamp    type=tick_update
            Messages Should Be In Order    $.data.seq    strictly ascending    type=tick_update
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        reader = ValueReader(value, self._session.dialect(selection.connection.family))
        readings = reader.readings(selection.items())
        result = check_order(readings.values, Order(order))
        if result.passed:
            selection.passed(
                f"{counted(result.checked, 'value')} in {order} order, {readings.without:,} without a value"
            )
            return
        alias = selection.connection.alias
        found = (
            f"{counted(len(result.disorders), 'place')} out of order among {counted(result.checked, 'value')}"
            if result.checked
            else _without(selection, readings.without, reader.source)
        )
        verdict = f"Expected {selection.noun} in {order} order of {reader.source} on '{alias}': {found}."
        evidence = order_lines(result, selection.connection)
        evidence += without_value(readings.without if result.checked else 0, reader.source, selection.connection)
        raise selection.failed(verdict, evidence, message)

    @keyword("Messages Should Have No Gaps Or Duplicates", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def messages_should_have_no_gaps_or_duplicates(
        self,
        value: str,
        step: int = 1,
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
    ) -> None:
        """Fail unless the numbers at a path are complete from the lowest to the highest, and none comes twice.

        It counts across reconnects: what was lost or sent again by a drop shows, with the connection it happened on.
        A number that comes late fills its gap; [Messages Should Be In Order] judges order. Items without a value are
        passed over; if no item has one, the keyword fails.

        Args:
            value: JSONPath of the number, as `$.seq`, or a Python expression for it, as `int(event.id)`.
            step: Distance of two numbers, not 0.

        Raises:
            ExpectationFailed: Numbers are missing, came twice, or are none of the series; names them.

        Examples:
            ```robotframework
            Messages Should Have No Gaps Or Duplicates    $.data.seq
            Messages Should Have No Gaps Or Duplicates    int(event.id)    alias=sse-1
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        connection = selection.connection
        reader = ValueReader(value, self._session.dialect(connection.family))
        readings = reader.readings(selection.items())
        result = check_numbering(readings.values, step, connection.opening_numbers)
        if result.passed:
            selection.passed(f"{counted(result.checked, 'number')} complete, {readings.without:,} without a number")
            return
        missing = sum(gap.count for gap in result.gaps)
        found = (
            f"{counted(missing, 'number')} missing, {counted(len(result.duplicates), 'duplicate')}, "
            f"{counted(len(result.unusable), 'value')} not of the series, among {counted(result.checked, 'value')}"
            if result.checked
            else _without(selection, readings.without, reader.source)
        )
        verdict = f"Expected {selection.noun} without gaps or duplicates of {reader.source} on '{connection.alias}'"
        evidence = numbering_lines(result, connection)
        evidence += without_value(readings.without if result.checked else 0, reader.source, connection)
        raise selection.failed(f"{verdict}: {found}.", evidence, message)

    @keyword("Messages Should Arrive In Sequence", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def messages_should_arrive_in_sequence(
        self,
        conditions: list[Any],
        timeout: Timeout = None,
        strict: bool = False,
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
        """Fail unless conditions are met one after the other, in the record or in time.

        Args:
            conditions: Expressions, dictionaries, compiled regular expressions or callables, in this order.
            strict: Whether no other item may come in between, from the one that meets the first condition on.

        Raises:
            ExpectationFailed: Not in this order or not in time; marks each step as done, missing or early.

        Examples:
            ```robotframework
            VAR    @{steps}    msg.severity == 'info'    msg.severity == 'warning'    msg.severity == 'critical'
            Messages Should Arrive In Sequence    ${steps}    timeout=5s
            Messages Should Arrive In Sequence    ${steps}    strict=True    type=alert
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        progress = self._feed(selection, SequenceProgress(self._list(selection, conditions), strict=strict), timeout)
        if progress.passed:
            selection.passed(f"{counted(progress.checked, selection.connection.family.noun)} up to the last step")
            return
        steps = progress.steps(selection.items())
        done = sum(step.state is StepState.DONE for step in steps)
        others = " without others in between" if strict else ""
        verdict = (
            f"Expected {counted(len(steps), 'step')} in sequence{others} {self._where(selection, timeout)}: "
            f"{done} done, {self._checked(selection, progress.checked)}"
        )
        raise selection.failed(verdict, sequence_lines(progress, steps, selection.connection), message)

    @keyword("All Messages Should Be Received", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def all_messages_should_be_received(
        self,
        conditions: list[Any],
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
        """Fail unless each condition is met by some item, in any order, in the record or in time.

        One item may meet several.

        Args:
            conditions: Expressions, dictionaries, compiled regular expressions or callables.

        Raises:
            ExpectationFailed: Some are not met in time; lists them.

        Examples:
            ```robotframework
            VAR    @{levels}    msg.severity == 'info'    msg.severity == 'warning'    msg.severity == 'critical'
            All Messages Should Be Received    ${levels}    timeout=5s
            ```
        """
        selection = self._select(alias, since, predicate, type, event, regexp, jsonpath, schema, keyword)
        progress = self._feed(selection, CompletenessProgress(self._list(selection, conditions)), timeout)
        if progress.passed:
            selection.passed(f"{counted(progress.checked, selection.connection.family.noun)} until all were met")
            return
        verdict = (
            f"Expected all of {counted(len(progress.met), 'condition')} to be met {self._where(selection, timeout)}: "
            f"{len(progress.missing)} missing, {self._checked(selection, progress.checked)}"
        )
        raise selection.failed(verdict, completeness_lines(progress, selection.connection), message)

    @keyword("Every Message Should Match", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def every_message_should_match(
        self,
        predicate: object = None,
        timeout: Timeout = None,
        *,
        type: str | None = None,
        event: str | None = None,
        regexp: str | None = None,
        jsonpath: str | None = None,
        schema: dict[str, Any] | str | None = None,
        schema_by_type: dict[str, Any] | None = None,
        keyword: str | None = None,
        since: Mark | None = None,
        message: str | None = None,
        alias: str | None = None,
    ) -> None:
        """Fail unless every item of the record matches, and with a timeout also every item that arrives in it.

        Args:
            timeout: How long to look at what arrives, as Robot time; the connection must stay open for it. `None`
                looks at the record only.
            schema_by_type: A JSON Schema, or the path of its file, for each message or event type. Types without one
                do not match; the key `*` is for all other types.

        Raises:
            ExpectationFailed: Some do not match; shows them and why. Or there is nothing to check.
            ClosedWhileWaiting: The connection was not open for all of the timeout.

        Examples:
            ```robotframework
            Every Message Should Match    'type' in msg    timeout=500ms
            VAR    ${progress}    ${{ {"properties": {"data": {"required": ["epoch"]}}} }}
            VAR    &{schemas}    training_progress=${progress}    *=${{ {} }}
            Every Message Should Match    schema_by_type=${schemas}
            ```
        """
        rule = self._rule(alias, predicate, type, event, regexp, jsonpath, schema, keyword, schema_by_type)
        self._uniform(rule, alias, since, timeout, message, wanted=True)

    @keyword("No Message Should Match", tags=["WebSocket", "SSE", "Assertion", "Stream quality"])
    def no_message_should_match(
        self,
        predicate: object = None,
        timeout: Timeout = None,
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
    ) -> None:
        """Fail if an item of the record matches, or with a timeout one that arrives in it.

        Unlike [Message Should Not Be Received] it fails on an empty record: then nothing was checked.

        Args:
            timeout: How long to look at what arrives, as Robot time; the connection must stay open for it. `None`
                looks at the record only.

        Raises:
            ExpectationFailed: Some match; shows them. Or there is nothing to check.
            ClosedWhileWaiting: The connection was not open for all of the timeout.

        Examples:
            ```robotframework
            No Message Should Match    msg.data.price < 0
            ```
        """
        rule = self._rule(alias, predicate, type, event, regexp, jsonpath, schema, keyword, None)
        self._uniform(rule, alias, since, timeout, message, wanted=False)

    def _uniform(
        self,
        rule: Selection,
        alias: str | None,
        since: Mark | None,
        timeout: Timeout,
        message: str | None,
        *,
        wanted: bool,
    ) -> None:
        everything = self._select(alias, since)
        progress = UniformityProgress(rule.wanted.condition, wanted=wanted)
        if timeout is None:
            for item in everything.items():
                progress.feed(item)
        else:
            self._feed(everything, progress, timeout, attended=True)
        connection = rule.connection
        noun = connection.family.noun
        checked = f"{counted(progress.checked, noun)} checked"
        if progress.misfits:
            checked += f", the condition could not be evaluated on {progress.misfits:,} of them"
        if progress.passed and everything.dropped:
            raise everything.failed(f"Cannot tell about every {noun} on '{connection.alias}': {checked}.", (), message)
        if progress.passed:
            everything.passed(checked)
            return
        expected = "every" if wanted else "no"
        offending = "does not match" if wanted else "matches"
        found = f"{progress.offences:,} of {progress.checked:,} {offending}" if progress.checked else everything.nothing
        verdict = f"Expected {expected} {rule.wanted.phrase} on '{connection.alias}'"
        if wanted:
            verdict = f"Expected every {connection.family.noun} to be a {rule.wanted.phrase} on '{connection.alias}'"
        evidence = uniformity_lines(progress, connection, explain=wanted)
        if progress.misfits:
            evidence.append(f"{checked}.")
        raise everything.failed(f"{verdict}: {found}.", evidence, message)

    def _rule(
        self,
        alias: str | None,
        predicate: object,
        type: str | None,
        event: str | None,
        regexp: str | None,
        jsonpath: str | None,
        schema: object,
        keyword: str | None,
        schema_by_type: dict[str, Any] | None,
    ) -> Selection:
        typed = None if schema_by_type is None else ValidByType(schema_by_type)
        if typed is not None and predicate is not None:
            raise InvalidArgument("Give either 'predicate' or 'schema_by_type'.")
        rule = self._select(alias, None, typed or predicate, type, event, regexp, jsonpath, schema, keyword)
        if rule.wanted.condition is ANY:
            raise InvalidArgument("Give a condition that messages must meet, or must not.")
        return rule

    def _list(self, selection: Selection, conditions: Any) -> list[Condition]:
        family = selection.connection.family
        given = as_list(conditions)
        if not given:
            raise InvalidArgument("Argument 'conditions' must have at least one condition.")
        return [self._session.condition(family, condition) for condition in given]

    def _feed(
        self, selection: Selection, accumulator: AccumulatorT, timeout: Timeout, *, attended: bool = False
    ) -> AccumulatorT:
        seconds = self._session.seconds(timeout)
        return self._session.wait(
            Fed(selection.connection, selection.wanted, accumulator, seconds, selection.since, attended=attended)
        )

    def _where(self, selection: Selection, timeout: Timeout) -> str:
        return f"within {in_words(self._session.seconds(timeout))} on '{selection.connection.alias}'"

    def _checked(self, selection: Selection, checked: int) -> str:
        connection = selection.connection
        looked_at = f"{counted(checked, connection.family.noun)} checked" if checked else selection.nothing
        return f"{looked_at}; {condition_of(connection)}"


def _without(selection: Selection, without: int, source: str) -> str:
    if not without:
        return selection.nothing
    return f"nothing was checked, none of {counted(without, selection.connection.family.noun)} has a value there"
