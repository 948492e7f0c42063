"""The figures of one stream: how much, how fast, how evenly, and what went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.stream_checks.timing import gap_statistics
from RealtimeLibrary.reporting.showing import size_in_words, visible


@dataclass(frozen=True)
class StreamStatistics:
    """The figures of one connection; times in seconds, `None` where there is nothing to measure.

    Attributes:
        received: Items ever received.
        bytes: Bytes of their payloads.
        sent: Messages sent.
        first_after: From the first opening to the first item that is still in the record.
        duration: From that item to the last one.
        rate: Items per second in that time.
        gap_max: The longest time between two items.
        gap_p50: The time between two items that half of them do not exceed.
        gap_p95: The same for 95 in 100.
        gap_p99: The same for 99 in 100.
        reconnects: Openings after the first.
        errors: What went wrong.
        dropped: Items dropped from the full record; the times are those of the others.
    """

    received: int
    bytes: int
    sent: int
    first_after: float | None
    duration: float
    rate: float | None
    gap_max: float | None
    gap_p50: float | None
    gap_p95: float | None
    gap_p99: float | None
    reconnects: int
    errors: int
    dropped: int


def stream_statistics(connection: Connection[Any]) -> StreamStatistics:
    """The figures of a connection up to now."""
    record = connection.record
    times = record.times()
    gaps = gap_statistics(times)
    openings = connection.journal.of(Happening.OPENED)
    return StreamStatistics(
        received=record.last,
        bytes=record.total_bytes,
        sent=connection.sent_count,
        first_after=max(times[0] - openings[0].at, 0.0) if openings and len(times) else None,
        duration=gaps.seconds,
        rate=gaps.rate,
        gap_max=None if gaps.longest is None else gaps.longest.seconds,
        gap_p50=gaps.percentile(50),
        gap_p95=gaps.percentile(95),
        gap_p99=gaps.percentile(99),
        reconnects=max(connection.openings - 1, 0),
        errors=connection.error_count,
        dropped=record.dropped,
    )


def statistics_table(connection: Connection[Any], statistics: StreamStatistics) -> str:
    """The figures as a table for log.html."""
    rows = "".join(
        f'<tr><td style="padding:1px 12px 1px 0">{name}</td>'
        f'<td style="text-align:right;font-variant-numeric:tabular-nums">{value}</td></tr>'
        for name, value in _rows(statistics)
    )
    return f"<b>{escape(visible(connection.alias))}</b><table>{rows}</table>"


def _rows(statistics: StreamStatistics) -> Iterator[tuple[str, str]]:
    yield "received", f"{statistics.received:,} ({size_in_words(statistics.bytes)})"
    yield "sent", f"{statistics.sent:,}"
    yield "first after", _seconds(statistics.first_after)
    yield "duration", _seconds(statistics.duration)
    yield "rate", "-" if statistics.rate is None else f"{statistics.rate:,.1f} per second"
    yield "longest gap", _seconds(statistics.gap_max)
    yield (
        "gaps p50 / p95 / p99",
        " / ".join(map(_seconds, (statistics.gap_p50, statistics.gap_p95, statistics.gap_p99))),
    )
    yield "reconnects", f"{statistics.reconnects:,}"
    yield "errors", f"{statistics.errors:,}"
    yield "dropped", f"{statistics.dropped:,}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f} s"
