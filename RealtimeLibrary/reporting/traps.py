"""Plain notes on the usual traps: a matching item did come, but not where, when or how it was looked for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.findings import Misfit
from RealtimeLibrary.core.connection import SSE, Connection, Mark
from RealtimeLibrary.core.messages import Item, Message, PayloadCodec, SSEEvent, parse_json, parse_json_string
from RealtimeLibrary.core.situation import Situation, Wanted
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.reporting.nearest import NearestMiss, findings_of, is_about_type
from RealtimeLibrary.reporting.seen import EXAMINED_ELSEWHERE, examined, judged, matching, newest
from RealtimeLibrary.reporting.showing import VALUE_LIMIT, shown, visible


def notes(situation: Situation, miss: NearestMiss | None, others: Sequence[Connection[Any]]) -> Iterator[str]:
    """The traps that this failure fell into, the likeliest first.

    Args:
        situation: What was looked for, and where.
        miss: The item that came nearest.
        others: The other connections of the test.
    """
    wanted = situation.wanted
    if wanted is None:
        return
    yield from _already_read(situation, wanted)
    yield from _before_the_mark(situation, wanted)
    yield from _too_late(situation, wanted)
    yield from _elsewhere(situation, wanted, others)
    yield from _other_type(situation, miss)
    yield from _type_in_a_field(situation, wanted)
    yield from _encoded_otherwise(situation, wanted)
    yield from _dropped(situation)
    yield from _misfits(situation, wanted)


def _already_read(situation: Situation, wanted: Wanted) -> Iterator[str]:
    if not situation.read:
        return
    connection = situation.connection
    items = newest(connection, situation.first, situation.last)
    found = matching(wanted.condition, (item for item in items if item.number in connection.unread))
    keyword = "SSE Event Should Be Received" if connection.family is SSE else "Message Should Be Received"
    if len(found) == 1:
        yield f"#{found[0].number} matches, but an earlier wait returned it; '{keyword}' still finds it."
    elif found:
        count = counted(len(found), connection.family.noun)
        last = found[-1].number
        yield f"{count} match, the last is #{last}, but earlier waits returned them; '{keyword}' still finds them."


def _before_the_mark(situation: Situation, wanted: Wanted) -> Iterator[str]:
    record = situation.connection.record
    if situation.since is None or situation.first <= record.first:
        return
    found = matching(wanted.condition, newest(situation.connection, record.first, situation.first - 1))
    if not found:
        return
    if isinstance(situation.since, Mark):
        early = in_words(round(situation.since.at - found[-1].received_at, 3))
        yield f"#{found[-1].number} matches, but came {early} before the mark given with since=."
    else:
        yield f"#{found[-1].number} matches, but came before #{situation.first}, where this began to look."


def _too_late(situation: Situation, wanted: Wanted) -> Iterator[str]:
    connection = situation.connection
    if situation.seconds is None or situation.offender is not None:
        return
    if found := matching(wanted.condition, newest(connection, situation.last + 1, connection.record.last)):
        late = max(found[0].received_at - situation.begun_at - situation.seconds, 0.0)
        yield f"#{found[0].number} matches, but came {in_words(round(late, 3))} after the deadline."


def _elsewhere(situation: Situation, wanted: Wanted, others: Sequence[Connection[Any]]) -> Iterator[str]:
    for other in others:
        if other is situation.connection:
            continue
        items = newest(other, other.record.first, other.record.last, EXAMINED_ELSEWHERE)
        if found := matching(wanted.condition, items):
            alias = visible(other.alias)
            yield f"#{found[-1].number} on another connection matches; to look there, give alias={alias}."


def _other_type(situation: Situation, miss: NearestMiss | None) -> Iterator[str]:
    """The right payload under another type."""
    if miss is not None and len(miss.findings) > 1 and len(miss.unmet) == 1 and is_about_type(miss.unmet[0]):
        found = shown(repr(miss.item.type), situation.connection.secrets)
        yield f"#{miss.item.number} has the right payload, but another {_type_word(situation)}: {found}."


def _type_in_a_field(situation: Situation, wanted: Wanted) -> Iterator[str]:
    """The right type in a field where it is not looked for."""
    secrets, word = situation.connection.secrets, _type_word(situation)
    for item in examined(situation):
        of_type = next(filter(is_about_type, findings_of(wanted.condition, item)), None)
        if of_type is None:
            return
        if field := _field_with(item, of_type.expected):
            expected = shown(repr(of_type.expected), secrets)
            has = f"no {word}" if item.type is None else f"the {word} {shown(repr(item.type), secrets)}"
            hint = "" if situation.connection.family is SSE else f"; connect with type_field={field} if that is meant"
            yield f"#{item.number} has {expected} in its field '{field}', but {has}{hint}."
            return


def _type_word(situation: Situation) -> str:
    return "event type" if situation.connection.family is SSE else "type"


def _field_with(item: Item, expected: Any) -> str | None:
    """A field of the payload, usual for a type, that holds the expected one."""
    payload = item.payload
    if isinstance(payload, dict) and isinstance(expected, str):
        for field in ("type", "event", "kind", "op", "action", "topic", "channel", "method"):
            if payload.get(field) == expected:
                return field
    return None


def _encoded_otherwise(situation: Situation, wanted: Wanted) -> Iterator[str]:
    if not wanted.condition.repeatable:
        return
    for item in examined(situation):
        for reading, why in _other_readings(item):
            if judged(wanted.condition, reading):
                yield f"#{item.number} would match, but {why}."
                return


def _other_readings(item: Item) -> Iterator[tuple[Item, str]]:
    """The item as its sender may have meant it."""
    if isinstance(item, Message) and isinstance(item.raw, bytes):
        text = item.raw.decode("utf-8", "replace")
        if parse_json(text) is not None:
            yield replace(item, raw=text), "it is binary: JSON is parsed from text messages only"
        return
    inner = parse_json_string(str(item.raw))
    if inner is not None:
        why = "it is a JSON string that holds JSON text: it was encoded twice"
        if isinstance(item, SSEEvent):
            yield replace(item, data=inner), why
        elif isinstance(item, Message):
            yield replace(item, raw=inner), why
    if isinstance(item, Message) and not item.codec.parse:
        codec = PayloadCodec(True, item.codec.type_field, item.codec.secrets)
        yield replace(item, codec=codec), "this connection does not parse JSON: parse_json=False"


def _dropped(situation: Situation) -> Iterator[str]:
    record, noun = situation.connection.record, situation.connection.family.noun
    if situation.unseen and situation.offender is None:
        which = "an unwanted one" if situation.unwanted else "the expected one"
        yield (
            f"the record was full: the oldest {counted(record.dropped, noun)} were dropped, "
            f"{which} may be among them; see max_messages= and max_bytes=."
        )
    elif record.first - 1 > record.dropped and situation.first == record.first:
        yield f"the record was cleared up to #{record.first - 1}."


def _misfits(situation: Situation, wanted: Wanted) -> Iterator[str]:
    if not situation.misfits:
        return
    connection = situation.connection
    reason = next(filter(None, (_misfit(wanted.condition, item) for item in examined(situation))), "")
    why = f": {shown(reason, connection.secrets, VALUE_LIMIT)}" if reason else ""
    yield f"on {counted(situation.misfits, connection.family.noun)} the condition could not be evaluated{why}."


def _misfit(condition: Condition, item: Item) -> str:
    if condition.repeatable:
        try:
            condition.matches(item)
        except Misfit as error:
            return str(error)
        except Exception:  # as in `seen.judged`
            return ""
    return ""
