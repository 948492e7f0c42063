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
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted, in_words
from RealtimeLibrary.reporting.history import life_lines, silence_lines
from RealtimeLibrary.reporting.nearest import nearest_miss, nearest_miss_lines
from RealtimeLibrary.reporting.others import label_of, other_lines
from RealtimeLibrary.reporting.seen import matching, moment, newest
from RealtimeLibrary.reporting.showing import described_payload, visible
from RealtimeLibrary.reporting.traps import notes

MAX_LINES: Final = 25

_SHOWN_WIDTH: Final = 78
_SHOWN_LINES: Final = 38
_VERDICT_START, _VERDICT_END = 350, 300


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
        return _first_line(error.verdict, Secrets())
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
        yield from _offence(situation)
        return
    if situation.wanted is None:
        yield from life_lines(connection, situation.begun_at)
        return
    if connection.state is State.RECONNECTING or connection.errors:
        yield from life_lines(connection, situation.begun_at)
    looked_at = situation.last - situation.first + 1
    if looked_at > situation.read:
        yield _range(situation, now)
    else:
        yield from silence_lines(situation, now)
    miss = nearest_miss(situation)
    if miss is not None:
        yield from nearest_miss_lines(miss, situation)
    yield from (f"Note: {note}" for note in notes(situation, miss, others))
    yield from other_lines(situation, None if miss is None else miss.item)


def _range(situation: Situation, now: float) -> str:
    """How many items came when: before the wait, in it, and the last one."""
    connection = situation.connection
    record, noun = connection.record, connection.family.noun
    split = min(max(record.first_after(situation.begun_at), situation.first), situation.last + 1)
    before, during = split - situation.first, situation.last + 1 - split
    numbers = f"#{situation.first}" + (f" to #{situation.last}" if situation.last > situation.first else "")
    line = f"Looked at {numbers}: {counted(before, noun)} from before the wait, {during:,} in it"
    last = record.item(situation.last)
    if last is not None:
        line += f", the last {in_words(round(now - last.received_at, 3))} ago"
    if situation.found:
        line += "; matched: " + ", ".join(f"#{number}" for number in situation.found[:8])
        line += ", …" if len(situation.found) > 8 else ""
    return f"{line}."


def _offence(situation: Situation) -> Iterator[str]:
    """The item that must not have come, and how many more there are."""
    connection, offender = situation.connection, situation.offender
    assert offender is not None
    secrets, noun = connection.secrets, connection.family.noun
    label = "" if offender.type is None else f"{label_of(offender, secrets)}  "
    when = moment(offender.received_at - situation.begun_at)
    yield f"    #{offender.number} at {when}  {label}{described_payload(offender.raw, secrets)}"
    if situation.wanted is not None:
        later = newest(connection, offender.number + 1, connection.record.last)
        if more := matching(situation.wanted.condition, later):
            yield f"After it came {counted(len(more), noun)} more that match, up to #{more[-1].number}."
    checked = offender.number - situation.first
    if checked:
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
