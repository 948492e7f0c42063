"""Who received a broadcast: every one of a group exactly so often, and nobody else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from RealtimeLibrary.core.messages import Item

Deliveries = Mapping[str, Sequence[Item]]
"""The matching items that each connection received, by alias."""


@dataclass(frozen=True)
class FanoutResult:
    """How a broadcast reached a group.

    Attributes:
        receivers: How many connections were asked.
        missing: Aliases that received it less often than expected, with how often.
        surplus: Aliases that received it more often than expected, with the items.
        strangers: Aliases outside the group that received it, with the items.
        first: The alias that had it first, with the time; `None` if nobody had it.
        last: The alias that had it last.
    """

    receivers: int
    missing: Mapping[str, int]
    surplus: Mapping[str, tuple[Item, ...]]
    strangers: Mapping[str, tuple[Item, ...]]
    first: tuple[str, float] | None
    last: tuple[str, float] | None

    @property
    def skew(self) -> float | None:
        """Seconds between the first and the last connection that received it; `None` if nobody did."""
        return None if self.first is None or self.last is None else self.last[1] - self.first[1]

    @property
    def passed(self) -> bool:
        """Whether there is a group, all of it received it, and nobody too much."""
        return self.receivers > 0 and not (self.missing or self.surplus or self.strangers)


def check_fanout(deliveries: Deliveries, group: Collection[str], exactly: int | None = 1) -> FanoutResult:
    """Compare what each connection received with what it should have.

    Args:
        deliveries: The matching items by alias; connections outside the group must have none.
        group: The aliases that should receive it.
        exactly: How often; `None` for once or more.
    """
    least = 1 if exactly is None else exactly
    missing: dict[str, int] = {}
    surplus: dict[str, tuple[Item, ...]] = {}
    arrivals: dict[str, float] = {}
    for alias in group:
        items = deliveries.get(alias, ())
        if len(items) < least:
            missing[alias] = len(items)
        elif exactly is not None and len(items) > exactly:
            surplus[alias] = tuple(items)
        if items:
            arrivals[alias] = items[0].received_at
    strangers = {alias: tuple(items) for alias, items in deliveries.items() if items and alias not in group}
    ordered = sorted(arrivals.items(), key=lambda arrival: arrival[1])
    first, last = (ordered[0], ordered[-1]) if ordered else (None, None)
    return FanoutResult(len(group), missing, surplus, strangers, first, last)
