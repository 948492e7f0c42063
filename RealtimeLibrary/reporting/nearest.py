"""The nearest miss: the received item that meets most of what was asked for, and where it falls short."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from RealtimeLibrary.core.condition import Condition
from RealtimeLibrary.core.conditions import ANY
from RealtimeLibrary.core.expression_paths import step
from RealtimeLibrary.core.findings import MISSING, UNSTATED, Absent, Finding, miss_score
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.seen import examined, moment
from RealtimeLibrary.reporting.showing import described_payload, shown, shown_value

_PARTS: Final = 6
"""Parts of a condition that are shown; those not met come first."""

_SEARCHED_NODES: Final = 2_000
"""Values of a payload that are searched for a key that stands elsewhere."""


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
        findings = _findings(situation.wanted.condition, item)
        score = miss_score(findings)
        if score > (0, 0.0) and score >= best_score:
            best, best_score = NearestMiss(item, tuple(findings)), score
    return best


def _findings(condition: Condition, item: Item) -> list[Finding]:
    try:
        return condition.findings(item)
    except Exception:  # as in `seen.judged`
        return []


def nearest_miss_lines(miss: NearestMiss, situation: Situation) -> list[str]:
    """The nearest miss, part by part, and the start of its payload."""
    secrets = situation.connection.secrets
    item, findings = miss.item, miss.findings
    met = len(findings) - len(miss.unmet)
    head = f"Nearest miss: #{item.number} at {moment(item.received_at - situation.begun_at)}"
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
    place = "" if finding.path and finding.part.startswith(finding.path) else f"{shown(finding.path, secrets)} "
    if finding.actual is MISSING:
        text = f"{place.lstrip()}is missing{_elsewhere(finding, item, secrets)}"
    elif finding.actual is UNSTATED or finding.actual is item.raw:
        text = ""
    else:
        text = f"{place.lstrip()}was {shown_value(finding.actual, secrets)}"
        if not isinstance(finding.expected, Absent):
            text += f", expected {shown_value(finding.expected, secrets)}"
    return ": ".join(filter(None, [text, shown(finding.note, secrets)]))


def _elsewhere(finding: Finding, item: Item, secrets: Secrets) -> str:
    """Where the missing key does stand, in this or another case."""
    key = finding.path.rpartition(".")[2]
    place = find_key(item.payload, key) if key.isidentifier() else None
    return "" if place is None else f", but there is {shown(place[0], secrets)} {shown_value(place[1], secrets)}"


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
