"""What came instead: the other items, repeats grouped, at most five groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.situation import Situation
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.seen import EXAMINED, examined, moment
from RealtimeLibrary.reporting.showing import PAYLOAD_LIMIT, VALUE_LIMIT, described_payload, shown

GROUPS: Final = 5


@dataclass
class _Group:
    label: str
    first: Item
    count: int = 0


def other_lines(situation: Situation, but: Item | None) -> list[str]:
    """The items that did not match; of many kinds those that came last.

    Args:
        situation: What was looked at.
        but: The nearest miss, shown already.
    """
    items = [item for item in examined(situation) if but is None or item.number != but.number]
    if not items:
        return []
    secrets = situation.connection.secrets
    groups = _grouped(items, secrets)
    newest = sorted(groups[-GROUPS:], key=lambda group: group.first.number)
    lines = [_line(group, situation) for group in newest]
    hidden = groups[:-GROUPS]
    if hidden:
        count = sum(group.count for group in hidden)
        kinds = "kind" if len(hidden) == 1 else "kinds"
        lines.append(f"    and {counted(count, situation.connection.family.noun)} of {len(hidden)} other {kinds}")
    head = "Others" if but else "Received"
    looked_at = situation.last - situation.first + 1
    scope = f" of the newest {EXAMINED:,}" if looked_at > EXAMINED else ""
    return [f"{head}{scope} (time from the start of the wait):", *lines]


def _grouped(items: Sequence[Item], secrets: Secrets) -> list[_Group]:
    """Groups of equal label, in the order of their newest item."""
    groups: dict[str, _Group] = {}
    for item in items:
        label = label_of(item, secrets)
        group = groups.pop(label, None) or _Group(label, item)
        group.count += 1
        groups[label] = group
    return list(groups.values())


def label_of(item: Item, secrets: Secrets) -> str:
    """What an item is called in a list: its type, else the start of its payload."""
    if item.type is not None:
        return shown(repr(item.type), secrets, VALUE_LIMIT)
    return described_payload(item.raw, secrets, VALUE_LIMIT)


def _line(group: _Group, situation: Situation) -> str:
    item, secrets = group.first, situation.connection.secrets
    line = f"    #{item.number} at {moment(item.received_at - situation.begun_at)}  {group.label}"
    if group.count > 1:
        return f"{line} x{group.count}"
    return line if item.type is None else f"{line}  {described_payload(item.raw, secrets, PAYLOAD_LIMIT // 2)}"
