"""What the checks of whole streams found, as lines that name the offenders."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.stream_checks.completeness import CompletenessProgress
from RealtimeLibrary.core.stream_checks.fanout import FanoutResult
from RealtimeLibrary.core.stream_checks.leftovers import Leftovers
from RealtimeLibrary.core.stream_checks.numbering import NumberingResult
from RealtimeLibrary.core.stream_checks.ordering import Disorder, OrderResult
from RealtimeLibrary.core.stream_checks.reading import Reading
from RealtimeLibrary.core.stream_checks.sequence import SequenceProgress, Step
from RealtimeLibrary.core.stream_checks.timing import Pause
from RealtimeLibrary.core.stream_checks.uniformity import UniformityProgress
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.reporting.others import label_of
from RealtimeLibrary.reporting.showing import described_payload, shown, shown_value, visible

LISTED: Final = 8
"""Offenders listed; the rest is counted."""

T = TypeVar("T")


def order_lines(result: OrderResult, connection: Connection[Any]) -> list[str]:
    """The neighbours that are not in order."""

    def line(disorder: Disorder) -> str:
        before, after = _value(disorder.before, connection), _value(disorder.after, connection)
        if disorder.before is disorder.after:
            return f"{before} has no order"
        return f"{after} came after {before}" + ("" if disorder.comparable else ", which it cannot be compared with")

    return _listed(result.disorders, line)


def numbering_lines(result: NumberingResult, connection: Connection[Any]) -> list[str]:
    """Gaps, duplicates and what is no number, each with the connection it happened on."""
    reconnected = connection.openings > 1

    def on(opening: int) -> str:
        return f", on connection {opening} of {connection.openings}" if reconnected else ""

    gaps = _listed(
        result.gaps,
        lambda gap: (
            f"gap: {gap.first}{f' to {gap.last}' if gap.count > 1 else ''} missing "
            f"between #{gap.before.item.number} and #{gap.after.item.number}{on(gap.connection)}"
        ),
    )
    duplicates = _listed(
        result.duplicates,
        lambda twice: (
            f"duplicate: {twice.again.value} of #{twice.first.item.number} came again as "
            f"#{twice.again.item.number}{on(twice.connection)}"
        ),
    )
    unusable = _listed(result.unusable, lambda reading: f"no number of the series: {_value(reading, connection)}")
    return gaps + duplicates + unusable


def sequence_lines(progress: SequenceProgress, steps: Sequence[Step], connection: Connection[Any]) -> list[str]:
    """Each step with its state, and what broke a strict sequence."""
    secrets = connection.secrets
    lines = []
    for number, step in enumerate(steps, start=1):
        where = "" if step.item is None else f" #{step.item.number}"
        state = f"{step.state.value}{where}"
        lines.append(f"    {number}. {shown(step.condition.description, secrets, 100)}: {state}")
    if progress.intruder is not None:
        lines.append(f"In between came {_item(progress.intruder, connection)}")
    return _shortened(lines, 20)


def completeness_lines(progress: CompletenessProgress, connection: Connection[Any]) -> list[str]:
    """The conditions that nothing met, then those that something did."""
    secrets = connection.secrets
    missing = [f"    missing: {shown(condition.description, secrets, 100)}" for condition in progress.missing]
    met = [
        f"    #{item.number}: {shown(condition.description, secrets, 100)}"
        for condition, item in progress.met
        if item is not None
    ]
    return _shortened(missing, 15) + _shortened(met, 5)


def uniformity_lines(progress: UniformityProgress, connection: Connection[Any], explain: bool) -> list[str]:
    """The offending items; with `explain` also why the condition is not met."""
    secrets = connection.secrets
    lines = []
    for item in progress.offenders[:LISTED]:
        lines.append(f"    {_item(item, connection)}")
        unmet = [finding for finding in progress.condition.findings(item) if not finding.met] if explain else []
        for finding in unmet[:2]:
            note = f" ({shown(finding.note, secrets, 100)})" if finding.note else ""
            was = shown_value(finding.actual, secrets)
            lines.append(f"        {shown(finding.part, secrets, 100)}: {finding.path or 'value'} was {was}{note}")
    more = progress.offences - len(progress.offenders[:LISTED])
    return [*lines, f"    and {more:,} more"] if more > 0 else lines


def fanout_lines(result: FanoutResult, connections: Sequence[Connection[Any]]) -> list[str]:
    """Who did not receive it, who received it too often, who should not have, and when."""
    by_alias = {connection.alias: connection for connection in connections}

    def received(entry: tuple[str, tuple[Item, ...]]) -> str:
        alias, items = entry
        numbers = ", ".join(f"#{item.number}" for item in items[:4])
        return f"'{alias}' {len(items)} times: {numbers}, {described_payload(items[-1].raw, by_alias[alias].secrets)}"

    lines = _listed(sorted(result.missing.items()), lambda entry: f"missing on '{entry[0]}': received {entry[1]} times")
    lines += _listed(sorted(result.surplus.items()), lambda entry: f"too often on {received(entry)}")
    lines += _listed(sorted(result.strangers.items()), lambda entry: f"should not have reached {received(entry)}")
    if result.first is not None and result.last is not None and result.skew is not None:
        lines.append(
            f"First on '{result.first[0]}', last on '{result.last[0]}' {in_words(round(result.skew, 3))} later."
        )
    return lines


def pause_lines(pauses: Sequence[Pause], begin: float) -> list[str]:
    """Times without an arrival."""
    return _listed(
        pauses, lambda pause: f"nothing for {in_words(round(pause.seconds, 3))} from +{pause.begin - begin:.3f} s on"
    )


def leftover_lines(left: Leftovers, connection: Connection[Any]) -> list[str]:
    """What a test left behind on a connection, each line with its alias."""
    alias, secrets, noun = connection.alias, connection.secrets, connection.family.noun
    lines = []
    if left.unread:
        groups: dict[str, list[Item]] = {}
        for item in left.unread:
            groups.setdefault(label_of(item, secrets), []).append(item)
        shown_groups = [f"#{items[0].number} {label} x{len(items)}" for label, items in groups.items()]
        more = f" and {len(groups) - LISTED} more kinds" if len(groups) > LISTED else ""
        lines.append(f"{counted(len(left.unread), f'unread {noun}')}: {', '.join(shown_groups[:LISTED])}{more}")
    if left.ending is not None:
        lines.append(left.ending.text)
    if left.errors:
        lines.append(f"{counted(left.errors, 'error')}, the last: {connection.errors[-1]}")
    if left.dropped:
        lines.append(f"{counted(left.dropped, noun)} dropped from the full record")
    return [visible(secrets.mask(f"    '{alias}': {line}")) for line in lines]


def without_value(count: int, source: str, connection: Connection[Any]) -> list[str]:
    """How many items have no value to check."""
    if not count:
        return []
    return [f"{counted(count, connection.family.noun)} without a value at {source} not counted."]


def _value(reading: Reading, connection: Connection[Any]) -> str:
    return f"{shown_value(reading.value, connection.secrets)} in #{reading.item.number}"


def _item(item: Item, connection: Connection[Any]) -> str:
    return f"#{item.number}  {described_payload(item.raw, connection.secrets)}"


def _listed(entries: Iterable[T], line: Callable[[T], str]) -> list[str]:
    return _shortened([f"    {line(entry)}" for entry in entries], LISTED)


def _shortened(lines: list[str], limit: int) -> list[str]:
    if len(lines) <= limit:
        return lines
    return [*lines[:limit], f"    and {len(lines) - limit:,} more"]
