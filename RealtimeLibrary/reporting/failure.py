"""The text of a failed expectation: the verdict, then what happened instead, so that nobody has to run it again.

Robot Framework shows 40 lines of 78 characters of an error and cuts the middle out of a longer one; the text stays
below that.
"""

import math
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

from RealtimeLibrary.core.connection import Connection, State
from RealtimeLibrary.core.errors import ExpectationFailed
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.reporting.history import last_item_lines, life_lines, silence_lines
from RealtimeLibrary.reporting.nearest import nearest_miss, nearest_miss_lines
from RealtimeLibrary.reporting.others import label_of, other_lines
from RealtimeLibrary.reporting.seen import matching, newest
from RealtimeLibrary.reporting.showing import described_payload, visible
from RealtimeLibrary.reporting.traps import notes

MAX_LINES: Final = 25

_SHOWN_WIDTH: Final = 78
_SHOWN_LINES: Final = 38
_VERDICT_START, _VERDICT_END = 350, 300
_NUMBERS: Final = 12


def explain(error: ExpectationFailed, others: Sequence[Connection[Any]] = (), now: float | None = None) -> str:
    """The whole text of a failed expectation.

    Args:
        error: What failed.
        others: The other connections, where the expected may have arrived instead.
        now: When it failed, on the monotonic clock; `None` is this moment.

    Returns:
        At most 25 lines of plain text. The first is the verdict.
    """
    situation: Situation | None = error.situation
    if situation is None:
        return "\n".join(_fitted([_first_line(error.verdict, Secrets()), *map(visible, error.evidence)]))
    secrets = situation.connection.secrets
    evidence = _evidence(situation, others, time.monotonic() if now is None else now)
    lines = [_first_line(error.verdict, secrets), *(visible(secrets.mask(line)) for line in evidence)]
    return "\n".join(_fitted(lines))


def _first_line(verdict: str, secrets: Secrets) -> str:
    """The verdict; of a very long one the start, which says what, and the end, which says where and why."""
    line = visible(secrets.mask(verdict))
    if len(line) <= _VERDICT_START + _VERDICT_END:
        return line
    return f"{line[:_VERDICT_START]} … {line[-_VERDICT_END:]}"


def _evidence(situation: Situation, others: Sequence[Connection[Any]], now: float) -> Iterator[str]:
    connection = situation.connection
    if situation.offender is not None:
        yield from _offence(situation, situation.offender)
    elif situation.wanted is None or situation.unwanted:
        yield from life_lines(connection, situation.begun_at)
        yield from last_item_lines(connection, connection.record.last, now)
    else:
        yield from _absence(situation, others, now)


def _absence(situation: Situation, others: Sequence[Connection[Any]], now: float) -> Iterator[str]:
    """Why the expected did not come: what happened, the nearest miss, the usual traps, what came instead."""
    connection = situation.connection
    if connection.state is State.RECONNECTING or (connection.errors and connection.openings):
        yield from life_lines(connection, situation.begun_at)
    if situation.last - situation.first + 1 > situation.read:
        yield from _range_lines(situation, now)
    else:
        yield from silence_lines(situation, now)
    miss = nearest_miss(situation)
    if miss is not None:
        yield from nearest_miss_lines(miss, situation)
    yield from (f"Note: {note}" for note in notes(situation, miss, others))
    yield from other_lines(situation, None if miss is None else miss.item)


def _range_lines(situation: Situation, now: float) -> Iterator[str]:
    """Which items were looked at, how many came before the wait, and which matched."""
    first, last, record = situation.first, situation.last, situation.connection.record
    newest_item = record.item(last)
    if last > first and newest_item is not None:
        before = min(max(record.first_after(situation.begun_at), first), last + 1) - first
        split = ", all from before the wait" if before > last - first else f", {before:,} from before the wait"
        ago = in_words(round(now - newest_item.received_at, 3))
        yield f"Looked at #{first} to #{last}{split if before else ''}, the last {ago} ago."
    if situation.found:
        numbers = ", ".join(f"#{number}" for number in situation.found[:_NUMBERS])
        yield f"Matched: {numbers}{' …' if len(situation.found) > _NUMBERS else '.'}"


def _offence(situation: Situation, offender: Item) -> Iterator[str]:
    """The item that must not have come, and how many more there are."""
    connection = situation.connection
    secrets, noun = connection.secrets, connection.family.noun
    label = "" if offender.type is None else f"{label_of(offender, secrets)}  "
    yield f"    #{offender.number}  {label}{described_payload(offender.raw, secrets)}"
    if situation.wanted is not None:
        later = newest(connection, offender.number + 1, connection.record.last)
        if more := matching(situation.wanted.condition, later):
            yield f"{len(more):,} more came after it, the last is #{more[-1].number}."
    if checked := offender.number - situation.first:
        yield f"Before it {counted(checked, noun)} did not match."
    if situation.misfits:
        yield f"On {counted(situation.misfits, noun)} the condition could not be evaluated."


def _fitted(lines: Sequence[str]) -> list[str]:
    """As many lines as may be shown; a last one says that there is more."""
    heights = [max(math.ceil(len(line) / _SHOWN_WIDTH), 1) for line in lines]
    if len(lines) <= MAX_LINES and sum(heights) <= _SHOWN_LINES:
        return list(lines)
    tops = accumulate(heights)
    return [line for line, top in zip(lines[: MAX_LINES - 1], tops, strict=False) if top < _SHOWN_LINES] + ["…"]
