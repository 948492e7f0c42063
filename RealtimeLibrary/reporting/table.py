"""Tables for log.html: what was received and what else happened, in one order, foldable.

All text comes from the peer or the user: it is made visible, masked and cut by `showing`, then escaped for HTML. The
markup is well-formed XML, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from RealtimeLibrary.core.connection import SSE, Connection
from RealtimeLibrary.core.journal import Entry, Happening
from RealtimeLibrary.core.messages import Item, SSEEvent, size_of
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.showing import VALUE_LIMIT, shown, shown_payload, size_in_words, visible

LAST: Final = 20
"""Most rows of a table."""

MARKS: Final = {
    Happening.SENT: ">",
    Happening.PING_SENT: "%",
    Happening.PING: "%",
    Happening.PONG: "%",
    Happening.COMMENT: "%",
    Happening.ERROR: "!",
    Happening.CLOSED: "x",
    Happening.CONNECTING: "=",
    Happening.OPENED: "=",
    Happening.RECONNECTING: "=",
}
"""Direction marks: `<` received, `>` sent, `%` ping, pong or comment, `!` error, `x` closed, `=` other states."""

_STYLE: Final = (
    "<style>"
    ".rt{margin:2px 0}"
    ".rt summary{cursor:pointer}"
    ".rt table{border-collapse:collapse;table-layout:auto;margin:4px 0;width:auto;max-width:100%}"
    ".rt th,.rt td{padding:1px 8px;text-align:left;font-weight:normal;border:0;"
    "border-bottom:1px solid var(--secondary-color,#ccc)}"
    ".rt th{opacity:.65}"
    ".rt .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    ".rt .k{white-space:nowrap}"
    ".rt .m{font-family:monospace;text-align:center}"
    ".rt .p{font-family:monospace;overflow-wrap:anywhere;white-space:pre-wrap}"
    ".rt .s{opacity:.65}"
    ".rt .e td{color:var(--fail-link-color,#ce3e01)}"
    ".rt .r .m{color:var(--pass-link-color,#098a09)}"
    "</style>"
)
_HEAD: Final = (
    '<tr><th class="n">#</th><th class="n">time</th><th></th><th>kind</th><th>type</th><th>payload</th>'
    '<th class="n">size</th></tr>'
)


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        number: Number of the item, `None` for what is no item.
        at: When, on the monotonic clock.
        mark: The direction; see `MARKS`.
        kind: What it is: `text`, `binary`, `event`, or what happened.
        label: Type and id.
        text: Start of the payload, or what is told about it.
        size: Size of the payload in bytes, `None` without one.
        is_read: Whether a wait has returned it.
    """

    number: int | None
    at: float
    mark: str
    kind: str
    label: str = ""
    text: str = ""
    size: int | None = None
    is_read: bool = False


def item_row(item: Item, connection: Connection[Any]) -> Row:
    """The line of a received item."""
    secrets = connection.secrets
    kind = "binary" if isinstance(item.raw, bytes) else "text"
    label = "" if item.type is None else shown(str(item.type), secrets, VALUE_LIMIT)
    if isinstance(item, SSEEvent):
        kind = "event"
        label += f" id={shown(item.id, secrets, VALUE_LIMIT)}" if item.id else ""
    is_read = item.number in connection.unread
    text = shown_payload(item.raw, secrets)
    return Row(item.number, item.received_at, "<", kind, label, text, item.size, is_read)


def entry_row(entry: Entry, connection: Connection[Any]) -> Row:
    """The line of what else happened."""
    secrets, kind = connection.secrets, entry.what.value
    if entry.payload is None:
        text = shown(entry.text, secrets).removeprefix(f"{kind}: ").removeprefix(f"{kind} ")
        return Row(None, entry.at, MARKS[entry.what], kind, text=text)
    return Row(
        None, entry.at, MARKS[entry.what], kind, "", shown_payload(entry.payload, secrets), size_of(entry.payload)
    )


def last_rows(connection: Connection[Any], count: int = LAST) -> list[Row]:
    """The newest items and entries, in the order in which they happened."""
    items = list(connection.record.items(connection.record.last - count + 1))
    entries = list(connection.journal)[-count:]
    # An entry knows how many items were received before it, so equal times are no matter.
    events: list[tuple[tuple[int, int], Item | Entry]] = [
        *(((item.number, 0), item) for item in items),
        *(((entry.after, 1), entry) for entry in entries),
    ]
    events.sort(key=lambda event: event[0])
    return [
        entry_row(what, connection) if isinstance(what, Entry) else item_row(what, connection)
        for _, what in events[-count:]
    ]


def table(rows: Sequence[Row], zero: float, summary: str, *, is_open: bool = False) -> str:
    """A foldable table.

    Args:
        rows: The lines.
        zero: From when times count, on the monotonic clock.
        summary: What is shown of it when it is folded.
        is_open: Whether it is unfolded.
    """
    body = "".join(_row(row, zero) for row in rows)
    unfolded = ' open="open"' if is_open else ""
    return (
        f'{_STYLE}<details class="rt"{unfolded}><summary>{escape(visible(summary))}</summary>'
        f"<table>{_HEAD}{body}</table></details>"
    )


def _row(row: Row, zero: float) -> str:
    return (
        f'<tr class="{_look(row)}"><td class="n">{row.number or ""}</td><td class="n">{row.at - zero:+.3f} s</td>'
        f'<td class="m" title="{_title(row)}">{escape(row.mark)}</td><td class="k">{row.kind}</td>'
        f'<td>{escape(row.label)}</td><td class="p">{escape(row.text)}</td>'
        f'<td class="n">{"" if row.size is None else size_in_words(row.size)}</td></tr>'
    )


def _look(row: Row) -> str:
    """The style of a line: error, read by a wait, or in the background."""
    if row.mark == "!":
        return "e"
    if row.is_read:
        return "r"
    return "s" if row.number is None and row.mark != ">" else ""


def _title(row: Row) -> str:
    if row.mark == "<":
        return "received, read by a wait" if row.is_read else "received, unread"
    return {">": "sent", "%": "keep-alive", "!": "error", "x": "closed"}.get(row.mark, "state")


def listed_items(items: Sequence[Item], connection: Connection[Any], zero: float | None, summary: str) -> str:
    """What a keyword returned, as a folded table of at most `LAST` items.

    Args:
        items: What it returned.
        connection: Where it came from.
        zero: From when times count; `None` is the first thing that happened.
        summary: What is shown of it when it is folded.
    """
    rows = [item_row(item, connection) for item in items[-LAST:]]
    if len(items) > LAST:
        summary += f", the last {LAST}"
    return table(rows, first_moment(connection) if zero is None else zero, summary)


def first_moment(connection: Connection[Any]) -> float:
    """When the first thing happened, on the monotonic clock; 0 if nothing has."""
    entry = next(iter(connection.journal), None)
    if entry is not None:
        return entry.at
    times = connection.record.times()
    return times[0] if len(times) else 0.0


def last_items(connection: Connection[Any], zero: float | None = None, count: int = LAST) -> str:
    """State and latest past of a connection: what a failed keyword adds to the log.

    Args:
        connection: Which.
        zero: From when times count; `None` is the first thing that happened.
        count: Most rows.
    """
    rows = last_rows(connection, count)
    state = "".join(f"<br/>{escape(visible(connection.secrets.mask(line)))}" for line in state_lines(connection))
    total = connection.record.last + len(connection.journal)
    since = "the first one" if zero is None else "the start of the wait"
    summary = f"The last {len(rows)} of {total:,} entries (time from {since})"
    listed = table(rows, first_moment(connection) if zero is None else zero, summary, is_open=True) if rows else ""
    return f"<b>{escape(visible(connection.alias))}</b>{state}{listed}"


def state_lines(connection: Connection[Any]) -> Iterator[str]:
    """The state of a connection and its counts, in plain text."""
    record, noun = connection.record, connection.family.noun
    state = connection.state.value
    if connection.ending is not None:
        state += f": {connection.ending.text}"
    yield f"{connection.family.name} {connection.url}".rstrip()
    yield state
    counts = [f"{counted(record.last, noun)} ({size_in_words(record.total_bytes)}) received"]
    if connection.family is not SSE:
        counts.append(f"{connection.sent_count:,} sent")
    if record.dropped:
        counts.append(f"{record.dropped:,} dropped from the full record")
    if connection.openings > 1:
        counts.append(f"opened {connection.openings} times")
    if connection.error_count:
        counts.append(counted(connection.error_count, "error"))
    yield ", ".join(counts)
