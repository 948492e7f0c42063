"""The nearest miss: the received item that meets most of what was asked for, and where it falls short."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from RealtimeLibrary.core.conditions.base import Condition
from RealtimeLibrary.core.conditions.expression_paths import step
from RealtimeLibrary.core.conditions.findings import MISSING, UNSTATED, Absent, Finding, miss_score
from RealtimeLibrary.core.conditions.kinds import ANY
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.secrets import MASK, Secrets
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.seen import examined, when
from RealtimeLibrary.reporting.showing import described_payload, shown, shown_value

_PARTS: Final = 6
"""Parts of a condition that are shown; those not met come first."""

_SEARCHED_NODES: Final = 2_000
"""Values of a payload that are searched for a key that stands elsewhere."""


_ALIKE: Final = 0.6
"""Nearness from which a text that is another one may be meant for the expected one; see `findings.miss_score`."""


@dataclass(frozen=True)
class NearestMiss:
    """An item and how each part of the condition fared on it."""

    item: Item
    findings: tuple[Finding, ...]

    @property
    def unmet(self) -> list[Finding]:
        """The parts not met."""
        return [finding for finding in self.findings if not finding.met]


def nearest_miss(situation: Situation) -> NearestMiss | None:
    """The item that came nearest, of equally near ones the newest; `None` if none has anything in common."""
    if situation.wanted is None or situation.wanted.condition is ANY:
        return None
    best: NearestMiss | None = None
    best_score = (0, 0.0)
    for item in examined(situation):
        miss = NearestMiss(item, tuple(findings_of(situation.wanted.condition, item)))
        score = miss_score(miss.findings)
        if score >= best_score and _is_telling(miss, score):
            best, best_score = miss, score
    return best


def _is_telling(miss: NearestMiss, score: tuple[int, float]) -> bool:
    """Whether it says more than a list of what came: another type or another text alone does not."""
    first = miss.findings[0] if miss.findings else None
    if first is not None and len(miss.findings) == 1 and not first.note:
        whole_payload = isinstance(first.expected, str) and first.actual is miss.item.raw
        if is_about_type(first) or (whole_payload and score[1] < _ALIKE):
            return False
    return score > (0, 0.0) or any(_place_elsewhere(finding, miss.item) for finding in miss.findings)


def is_about_type(finding: Finding) -> bool:
    """Whether it is about the message or event type; see `conditions.TypeIs`."""
    return finding.part.startswith(("type ", "event "))


def findings_of(condition: Condition, item: Item) -> list[Finding]:
    """How each part of the condition fares on the item."""
    try:
        return condition.findings(item)
    except Exception:  # as in `seen.judged`
        return []


def nearest_miss_lines(miss: NearestMiss, situation: Situation) -> list[str]:
    """The nearest miss, part by part, and the start of its payload."""
    secrets = situation.connection.secrets
    item, findings = miss.item, miss.findings
    met = len(findings) - len(miss.unmet)
    head = f"Nearest miss: #{item.number}, {when(item.received_at - situation.begun_at)}"
    if len(findings) > 1:
        head += f", {met} of {counted(len(findings), 'part')} matched"
    ordered = sorted(findings, key=lambda finding: finding.met)
    lines = [_part_line(finding, item, secrets) for finding in ordered[:_PARTS]]
    if len(findings) > _PARTS:
        lines.append(f"    and {counted(len(findings) - _PARTS, 'more part')}")
    return [f"{head}:", *lines, f"    {described_payload(item.raw, secrets)}"]


def _part_line(finding: Finding, item: Item, secrets: Secrets) -> str:
    part = shown(finding.part, secrets)
    if finding.met:
        return f"    ok   {part}"
    problem = _problem(finding, item, secrets)
    return f"    NOT  {part}: {problem}" if problem else f"    NOT  {part}"


def _problem(finding: Finding, item: Item, secrets: Secrets) -> str:
    """Why a part is not met: `$.id was '42' (str), expected 42 (int): same value, other type`."""
    place = "" if finding.path and finding.part.startswith(finding.path) else shown(finding.path, secrets)
    note = shown(finding.note, secrets)
    if finding.part.startswith("schema "):
        return f"{place}: {note}"
    if finding.actual is MISSING:
        what = f"is missing{_elsewhere(finding, item, secrets)}"
    elif finding.actual is UNSTATED or finding.actual is item.raw:
        return note
    else:
        what = f"was {shown_value(finding.actual, secrets)}"
        if not isinstance(finding.expected, Absent):
            expected = shown_value(finding.expected, secrets)
            what += f", expected {expected}"
            note = note or _hidden_difference(finding, what, expected)
    return f"{place} {what}".lstrip() + (f": {note}" if note else "")


def _hidden_difference(finding: Finding, what: str, expected: str) -> str:
    """Where two texts differ that look alike, because they are long or masked."""
    actual, wanted = finding.actual, finding.expected
    if not isinstance(actual, str) or not isinstance(wanted, str) or not what.startswith(f"was {expected},"):
        return ""
    if MASK in expected:
        return "they differ in a secret"
    position = next((i for i, (a, b) in enumerate(zip(actual, wanted, strict=False)) if a != b), None)
    same = min(len(actual), len(wanted)) if position is None else position
    return f"they differ from character {same + 1:,} on"


def _elsewhere(finding: Finding, item: Item, secrets: Secrets) -> str:
    place = _place_elsewhere(finding, item)
    return "" if place is None else f", but there is {shown(place[0], secrets)} with {shown_value(place[1], secrets)}"


def _place_elsewhere(finding: Finding, item: Item) -> tuple[str, Any] | None:
    """Where the missing key does stand, in this or another case."""
    key = finding.path.rpartition(".")[2]
    return find_key(item.payload, key) if finding.actual is MISSING and key.isidentifier() else None


def find_key(payload: Any, key: str) -> tuple[str, Any] | None:
    """Path and value of the first place, from the top down, whose key is `key` in any case."""
    waiting = deque([("$", payload)])
    for _ in range(_SEARCHED_NODES):
        if not waiting:
            break
        path, value = waiting.popleft()
        for name, child in _children(value):
            if isinstance(name, str) and name.casefold() == key.casefold():
                return path + step(name), child
            waiting.append((path + step(name), child))
    return None


def _children(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return islice(value.items(), _SEARCHED_NODES)
    return enumerate(value[:_SEARCHED_NODES]) if isinstance(value, list) else ()
